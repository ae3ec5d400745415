#include "tuner/cli/job_client.h"

#include "tuner/cli/study_client.h"

#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace tuner {

namespace asio = boost::asio;
using Json = nlohmann::ordered_json;

std::string jobs_path(const std::string& project) {
    return "/v1/projects/" + encode_segment(project.empty() ? "local" : project) + "/jobs";
}

std::string job_path(const std::string& project, const std::string& job) {
    return jobs_path(project) + "/" + encode_segment(job);
}

asio::awaitable<Result<Json>> get_job(
    const HttpClient& client, std::string project, std::string job
) {
    return get_json(client, job_path(project, job));
}

asio::awaitable<Result<Json>> get_jobs(
    const HttpClient& client, std::string project, std::string filter, std::size_t page_size
) {
    Json all = Json::array();
    std::string token;
    do {
        const auto page = co_await get_json(
            client,
            fmt::format(
                "{}?filter={}&pageSize={}&pageToken={}",
                jobs_path(project),
                encode_segment(filter),
                page_size,
                token
            )
        );
        if (!page) {
            co_return tl::unexpected(page.error());
        }
        if (page->contains("jobs")) {
            for (const Json& job : page->at("jobs")) {
                all.push_back(job);
            }
        }
        token = page->value("nextPageToken", "");
    } while (!token.empty());
    co_return all;
}

bool has_ended(const Json& job) {
    const auto state = job.value("state", "");
    return state == "SUCCEEDED" || state == "FAILED" || state == "CANCELLED";
}

}  // namespace tuner
