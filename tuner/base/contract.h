// expects() and ensures() state what must hold for the code to be right, in every build. A
// violation is our bug: it prints the place and the text and aborts. No input, however bad, may
// reach one.

#pragma once

#include <source_location>
#include <string_view>

namespace tuner {

namespace contract {
[[noreturn]] void violated(
    std::string_view kind, std::string_view text, std::source_location where
);
}

// What the caller must have seen to: a precondition.
inline void expects(
    bool holds, std::string_view text, std::source_location where = std::source_location::current()
) {
    if (!holds) {
        contract::violated("precondition", text, where);
    }
}

// What this code has seen to: a postcondition or an invariant.
inline void ensures(
    bool holds, std::string_view text, std::source_location where = std::source_location::current()
) {
    if (!holds) {
        contract::violated("invariant", text, where);
    }
}

}  // namespace tuner
