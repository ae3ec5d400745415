#include "tuner/cli/legacy_context.h"

#include <ostream>

#include <fmt/format.h>

namespace tuner {

namespace {

constexpr int kUserError = 1;

// The words of the API that scripts look for; what is wrong with the input speaks for itself.
std::string_view status_of(ErrorCode code) {
    switch (code) {
        case ErrorCode::not_found:
            return "NOT_FOUND: ";
        case ErrorCode::unavailable:
            return "UNAVAILABLE: ";
        case ErrorCode::no_space:
        case ErrorCode::exhausted:
            return "RESOURCE_EXHAUSTED: ";
        case ErrorCode::internal:
            return "INTERNAL: ";
        case ErrorCode::conflict:
        case ErrorCode::invalid_argument:
            break;
    }
    return "";
}

}  // namespace

int report_legacy(std::ostream& err, std::string_view command, const Error& error) {
    err << fmt::format("ERROR: (tuner.{}) {}{}\n", command, status_of(error.code), error.message);
    return kUserError;
}

}  // namespace tuner
