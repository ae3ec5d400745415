// What the legacy commands ask a server about jobs.

#pragma once

#include "tuner/base/result.h"
#include "tuner/cli/http_client.h"

#include <cstddef>
#include <string>

#include <boost/asio/awaitable.hpp>
#include <nlohmann/json_fwd.hpp>

namespace tuner {

// "/v1/projects/PROJECT/jobs", and of one job. Nobody asks for a project here: "local" is one.
std::string jobs_path(const std::string& project);
std::string job_path(const std::string& project, const std::string& job);

boost::asio::awaitable<Result<nlohmann::ordered_json>> get_job(
    const HttpClient& client, std::string project, std::string job
);

// Those that a filter lets through, newest first, page by page; 0: all.
boost::asio::awaitable<Result<nlohmann::ordered_json>> get_jobs(
    const HttpClient& client, std::string project, std::string filter, std::size_t page_size
);

// Whether the state is one that nothing comes after.
bool has_ended(const nlohmann::ordered_json& job);

}  // namespace tuner
