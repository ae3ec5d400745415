#include "tuner/cli/hand_in.h"

#include "tuner/cli/study_client.h"

#include <boost/asio/use_awaitable.hpp>
#include <nlohmann/json.hpp>

namespace tuner {

namespace asio = boost::asio;

namespace {

std::string request_body(const FileRun& run) {
    nlohmann::json body = {{"file", absolute_file(run.file)}, {"new", run.force_new}};
    if (!run.args.empty()) {
        body["args"] = run.args;
    }
    if (run.name) {
        body["name"] = *run.name;
    }
    if (run.max_trials) {
        body["maxTrials"] = *run.max_trials;
    }
    if (run.max_parallel_trials) {
        body["maxParallelTrials"] = *run.max_parallel_trials;
    }
    if (run.seed) {
        body["seed"] = *run.seed;
    }
    return body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

asio::awaitable<Result<HandedIn>> hand_in_file(const HttpClient& client, FileRun run) {
    Result<std::string> text = co_await client.post("/v1/studies", request_body(run));
    if (!text) {
        co_return tl::unexpected(text.error());
    }
    Result<nlohmann::ordered_json> answer = parse_answer(*text);
    if (!answer) {
        co_return tl::unexpected(answer.error());
    }
    HandedIn handed_in;
    handed_in.id = answer->at("study").at("id").get<std::string>();
    handed_in.is_new = answer->at("outcome") == "created";
    handed_in.notices = answer->at("notices").get<std::vector<std::string>>();
    co_return handed_in;
}

asio::awaitable<Result<HandedIn>> ask_to_go_on(const HttpClient& client, std::string study) {
    Result<nlohmann::ordered_json> found = co_await get_json(client, study_path(study));
    if (!found) {
        co_return tl::unexpected(found.error());
    }
    HandedIn handed_in;
    handed_in.id = found->at("id").get<std::string>();
    Result<std::string> resumed = co_await client.post(study_path(handed_in.id) + ":resume", "");
    if (!resumed) {
        co_return tl::unexpected(resumed.error());
    }
    co_return handed_in;
}

}  // namespace tuner
