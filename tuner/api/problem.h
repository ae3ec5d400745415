// A problem is the answer to a call that failed: {"error": {"code", "status", "message",
// "details"}}.
//
// One ErrorCode has one HTTP status, here and nowhere else. Statuses that no ErrorCode stands for
// are those of the protocol itself (who may call what, and how large).

#pragma once

#include "tuner/api/http_message.h"
#include "tuner/base/result.h"

#include <string>
#include <string_view>

namespace tuner {

// What a client that is told "not now" (503) is told to wait: as long as a write waits for a lock.
inline constexpr int kRetryAfterSeconds = 5;

// The HTTP status of an error.
int http_status(ErrorCode code);

// The problem document of an error.
Response problem(const Error& error);

// The same for an HTTP status of the protocol: 401, 403, 404, 405, 413, 414, 415, 421, 431, 500,
// 501, 503.
Response problem(int status, const std::string& message);

// A problem whose status has another name than the native API's: 409 is ABORTED there and, of
// something that is there already, ALREADY_EXISTS on the legacy face.
Response problem(int status, std::string_view name, const std::string& message);

}  // namespace tuner
