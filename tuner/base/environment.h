// What the user's environment says. Read where a command begins; nothing below the floors of the
// commands depends on it, but for what executor/machine_facts.h reads.

#pragma once

#include <cstdlib>
#include <string>

namespace tuner {

// The value of the variable; "" when there is none.
inline std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

}  // namespace tuner
