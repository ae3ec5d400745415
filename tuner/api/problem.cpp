#include "tuner/api/problem.h"

#include "tuner/formats/json_text.h"

#include <array>
#include <string_view>

#include <nlohmann/json.hpp>

namespace tuner {

namespace {

struct Status {
    int code = 0;
    std::string_view name;
};

// Names as Google's APIs have them (contract.md 5.2); those of the protocol take the nearest.
constexpr std::array kStatuses{
    Status{400, "INVALID_ARGUMENT"},
    Status{401, "UNAUTHENTICATED"},
    Status{403, "PERMISSION_DENIED"},
    Status{404, "NOT_FOUND"},
    Status{405, "METHOD_NOT_ALLOWED"},
    Status{408, "DEADLINE_EXCEEDED"},
    Status{409, "ABORTED"},
    Status{413, "PAYLOAD_TOO_LARGE"},
    Status{414, "URI_TOO_LONG"},
    Status{421, "MISDIRECTED_REQUEST"},
    Status{429, "RESOURCE_EXHAUSTED"},
    Status{431, "HEADERS_TOO_LARGE"},
    Status{500, "INTERNAL"},
    Status{501, "UNIMPLEMENTED"},
    Status{503, "UNAVAILABLE"},
    Status{507, "INSUFFICIENT_STORAGE"},
};

std::string_view status_name(int code) {
    for (const Status& status : kStatuses) {
        if (status.code == code) {
            return status.name;
        }
    }
    return "UNKNOWN";
}

}  // namespace

int http_status(ErrorCode code) {
    switch (code) {
        case ErrorCode::invalid_argument:
            return 400;
        case ErrorCode::not_found:
            return 404;
        case ErrorCode::conflict:
            return 409;
        case ErrorCode::exhausted:
            return 429;
        case ErrorCode::unavailable:
            return 503;
        case ErrorCode::no_space:
            return 507;
        case ErrorCode::internal:
            break;
    }
    return 500;
}

Response problem(const Error& error) {
    Response response = problem(http_status(error.code), error.message);
    if (error.code == ErrorCode::unavailable) {
        response.headers.emplace_back("Retry-After", std::to_string(kRetryAfterSeconds));
    }
    return response;
}

Response problem(int status, const std::string& message) {
    return problem(status, status_name(status), message);
}

Response problem(int status, std::string_view name, const std::string& message) {
    nlohmann::ordered_json document = nlohmann::ordered_json::object();
    document["error"] = {
        {"code", status},
        {"status", name},
        {"message", message},
        {"details", nlohmann::ordered_json::array()}};
    using nlohmann::ordered_json;
    Response response;
    response.status = status;
    response.body = to_line(document) + "\n";
    return response;
}

}  // namespace tuner
