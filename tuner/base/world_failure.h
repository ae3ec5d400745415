// A WorldFailure is thrown when the world broke (disk, socket), with the code that a client is told
// for it.
//
// Code that can do nothing about it lets it pass; the few places that catch it report its code and
// its words. Something else that is thrown is a bug: `internal`.

#pragma once

#include "tuner/base/result.h"

#include <stdexcept>
#include <string>

namespace tuner {

class WorldFailure : public std::runtime_error {
  public:
    WorldFailure(ErrorCode code, const std::string& message)
        : std::runtime_error(message), code_(code) {}

    ErrorCode code() const { return code_; }

    Error error() const { return {code_, what()}; }

  private:
    ErrorCode code_;
};

}  // namespace tuner
