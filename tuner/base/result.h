// Result<T> is what a function returns when its caller must decide: the value, or an Error that
// says why not.
//
// ErrorCode is the whole error vocabulary of the product. Each code maps to one HTTP status
// (api/problem.h) and one CLI exit code (cli/exit_code.h). A message says what, where and what
// would be right. When the world breaks (disk, socket, SQLite) code throws; when we were wrong it
// aborts (base/contract.h).

#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <tl/expected.hpp>

namespace tuner {

enum class ErrorCode {
    invalid_argument,  // the input can never be right: fix it
    not_found,         // no such thing
    conflict,          // right in itself, but not in the present state
    exhausted,         // a limit or a finite space is used up
    unavailable,       // not now: try again later
    no_space,          // the disk is full: make room and try again
    internal,          // a bug, or the world broke under us
};

struct Error {
    ErrorCode code = ErrorCode::internal;
    std::string message;

    friend bool operator==(const Error&, const Error&) = default;
};

template <class T>
using Result = tl::expected<T, Error>;

// The failing return value of any Result: `return fail(ErrorCode::not_found, "no study named x");`
inline tl::unexpected<Error> fail(ErrorCode code, std::string message) {
    return tl::unexpected<Error>(Error{code, std::move(message)});
}

// The commonest of them: the input can never be right.
inline tl::unexpected<Error> invalid(std::string message) {
    return fail(ErrorCode::invalid_argument, std::move(message));
}

}  // namespace tuner
