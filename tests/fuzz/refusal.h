// What must hold of every refusal of what a client sent.

#pragma once

#include "tests/fuzz/property.h"
#include "tuner/base/result.h"
#include "tuner/formats/utf8.h"

namespace tuner::fuzz {

inline void check_refusal(const Error& error) {
    holds(error.code == ErrorCode::invalid_argument, "what is refused is its sender's fault");
    holds(!error.message.empty(), "what is refused has a reason");
    holds(find_invalid_utf8(error.message) == std::string_view::npos, "the reason can be shown");
}

}  // namespace tuner::fuzz
