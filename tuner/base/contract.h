// expects() and ensures() state what must hold for the code to be right, in every build. A
// violation is our bug: it prints the place and the text and aborts. No input, however bad, may
// reach one.

#pragma once

#include <string_view>

namespace tuner {

namespace contract {
[[noreturn]] void violated(
    std::string_view kind, std::string_view text, const char* file, int line
);
}

// What the caller must have seen to: a precondition. The place is the caller's; the built-ins give
// it where std::source_location is unknown to clang-tidy 14.
inline void expects(
    bool holds,
    std::string_view text,
    const char* file = __builtin_FILE(),
    int line = __builtin_LINE()
) {
    if (!holds) {
        contract::violated("precondition", text, file, line);
    }
}

// What this code has seen to: a postcondition or an invariant.
inline void ensures(
    bool holds,
    std::string_view text,
    const char* file = __builtin_FILE(),
    int line = __builtin_LINE()
) {
    if (!holds) {
        contract::violated("invariant", text, file, line);
    }
}

}  // namespace tuner
