// A JSON document as the body of an answer.

#pragma once

#include "tuner/api/http_message.h"
#include "tuner/api/paging.h"

#include <cstddef>

#include <nlohmann/json_fwd.hpp>

namespace tuner {

// The document on one line, with an end of line for people who use curl.
Response answer_json(const nlohmann::ordered_json& document);

// A page of a list of `total` items: {NAME: [items], "nextPageToken", "totalSize"}.
Response answer_page(
    const char* name, nlohmann::ordered_json items, const Page& page, std::size_t total
);

}  // namespace tuner
