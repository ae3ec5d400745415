// code_of tells a machine that is short of something, which passes, from one that is broken.

#pragma once

#include "tuner/base/result.h"

#include <cerrno>

namespace tuner {

// `exhausted` for a full disk and for want of descriptors, processes or memory; else `unavailable`.
inline ErrorCode code_of(int error) {
    switch (error) {
        case ENOSPC:
        case EDQUOT:
        case EMFILE:
        case ENFILE:
        case ENOMEM:
        case EAGAIN:
            return ErrorCode::exhausted;
        default:
            return ErrorCode::unavailable;
    }
}

}  // namespace tuner
