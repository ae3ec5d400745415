// What commands ask a server about studies and trials, as JSON documents.

#pragma once

#include "tuner/base/result.h"
#include "tuner/cli/http_client.h"

#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <nlohmann/json_fwd.hpp>

namespace tuner {

// Whether a STUDY argument is a file: a text with a slash, or one that ends with .yaml or .yml.
bool names_file(const std::string& study);

// The path of the study that a STUDY argument names: "/v1/studies/babyweight-1". Nothing is the
// latest study.
std::string study_path(const std::string& study);

// The path of the trial that a REFERENCE argument names: STUDY TRIAL, or TRIAL of the latest study.
std::string trial_path(const std::vector<std::string>& reference);

// A file as studies remember it: absolute, without "." and "..", links kept.
std::string absolute_file(const std::string& path);

// Which trials: of a state (empty for all), best first or by number, at most `limit` (0 for all).
struct TrialsQuery {
    std::string state;
    bool by_objective = true;
    std::size_t limit = 0;
};

boost::asio::awaitable<Result<nlohmann::ordered_json>> get_json(
    const HttpClient& client, std::string target
);

boost::asio::awaitable<Result<nlohmann::ordered_json>> get_studies(const HttpClient& client);

// The trials of `path` (from study_path), page by page, as one list.
boost::asio::awaitable<Result<nlohmann::ordered_json>> get_trials(
    const HttpClient& client, std::string path, TrialsQuery query
);

// An answer as JSON; `internal` when the server sent something else.
Result<nlohmann::ordered_json> parse_answer(const std::string& text);

}  // namespace tuner
