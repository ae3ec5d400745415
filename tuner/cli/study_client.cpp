#include "tuner/cli/study_client.h"

#include "tuner/formats/json_text.h"

#include <algorithm>
#include <filesystem>

#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace tuner {

namespace asio = boost::asio;
using Json = nlohmann::ordered_json;

namespace {

constexpr std::size_t kPageSize = 500;
// Our own server's answers: a page of 500 trials with 1,000 parameters each.
constexpr JsonLimits kAnswerLimits{64 * 1'024 * 1'024, kMaxJsonDepth, 4'000'000};

// All items of a paged list, or the first `limit`.
asio::awaitable<Result<Json>> get_list(
    const HttpClient& client, std::string target, std::string name, std::size_t limit
) {
    Json all = Json::array();
    std::string token;
    do {
        const std::size_t size = limit == 0 ? kPageSize : std::min(kPageSize, limit - all.size());
        const auto page = co_await get_json(
            client, fmt::format("{}pageSize={}&pageToken={}", target, size, token)
        );
        if (!page) {
            co_return tl::unexpected(page.error());
        }
        if (!page->is_object() || !page->contains(name) || !page->contains("nextPageToken")) {
            co_return fail(ErrorCode::internal, "the server's answer is not a page of " + name);
        }
        for (const Json& item : page->at(name)) {
            all.push_back(item);
        }
        const Json& next = page->at("nextPageToken");
        token = next.is_string() ? next.get<std::string>() : "";
    } while (!token.empty() && (limit == 0 || all.size() < limit));
    co_return all;
}

}  // namespace

bool names_file(const std::string& study) {
    return study.find('/') != std::string::npos || study.ends_with(".yaml") ||
           study.ends_with(".yml");
}

std::string study_path(const std::string& study) {
    if (study.empty()) {
        return "/v1/studies/-";
    }
    return "/v1/studies/" + encode_segment(names_file(study) ? absolute_file(study) : study);
}

std::string trial_path(const std::vector<std::string>& reference) {
    const bool has_study = reference.size() == 2;
    return fmt::format(
        "{}/trials/{}",
        study_path(has_study ? reference.front() : ""),
        encode_segment(reference.back())
    );
}

std::string absolute_file(const std::string& path) {
    return std::filesystem::absolute(path).lexically_normal().string();
}

asio::awaitable<Result<Json>> get_json(const HttpClient& client, std::string target) {
    const auto text = co_await client.get(std::move(target));
    co_return text ? parse_answer(*text) : tl::unexpected(text.error());
}

asio::awaitable<Result<Json>> get_studies(const HttpClient& client) {
    return get_list(client, "/v1/studies?", "studies", 0);
}

asio::awaitable<Result<Json>> get_trials(
    const HttpClient& client, std::string path, TrialsQuery query
) {
    const std::string state = query.state.empty() ? "" : fmt::format("state={}&", query.state);
    return get_list(
        client,
        fmt::format(
            "{}/trials?orderBy={}&{}", path, query.by_objective ? "objective" : "id", state
        ),
        "trials",
        query.limit
    );
}

Result<Json> parse_answer(const std::string& text) {
    auto json = parse_ordered_json(text, kAnswerLimits);
    if (!json) {
        return fail(
            ErrorCode::internal, "the server's answer cannot be read: " + json.error().message
        );
    }
    return json;
}

}  // namespace tuner
