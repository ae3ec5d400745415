// A JSON document as the body of an answer.

#pragma once

#include "tuner/api/http_message.h"

#include <nlohmann/json_fwd.hpp>

namespace tuner {

// The document on one line, with an end of line for people who use curl.
Response answer_json(const nlohmann::ordered_json& document);

}  // namespace tuner
