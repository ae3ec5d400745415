#include "tuner/cli/hand_in.h"

#include "tuner/cli/study_client.h"
#include "tuner/formats/json_text.h"

#include <boost/asio/use_awaitable.hpp>
#include <nlohmann/json.hpp>

namespace tuner {

namespace asio = boost::asio;

namespace {

template <class Value>
void set(nlohmann::json& body, const char* field, const std::optional<Value>& value) {
    if (value) {
        body[field] = *value;
    }
}

void set(nlohmann::json& body, const char* field, const std::vector<std::string>& values) {
    if (!values.empty()) {
        body[field] = values;
    }
}

asio::awaitable<Result<HandedIn>> post_order(
    const HttpClient& client, std::string path, std::string body
) {
    Result<std::string> text = co_await client.post(std::move(path), std::move(body));
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

}  // namespace

std::string order_body(const RunOrder& order) {
    nlohmann::json body = {{"new", order.force_new}};
    if (order.file.empty()) {
        body["document"] = order.document;
        body["workingDir"] = order.working_dir;
    } else {
        body["file"] = order.file;
    }
    if (order.is_asked) {
        body["asked"] = true;
    }
    set(body, "args", order.args);
    set(body, "name", order.name);
    set(body, "maxTrials", order.max_trials);
    set(body, "maxParallelTrials", order.max_parallel_trials);
    set(body, "seed", order.seed);
    set(body, "pythonModule", order.python_module);
    set(body, "packageUris", order.package_uris);
    set(body, "jobDir", order.job_dir);
    set(body, "scaleTier", order.scale_tier);
    return to_line(body);
}

asio::awaitable<Result<HandedIn>> hand_in_order(const HttpClient& client, RunOrder order) {
    std::string body = order_body(order);
    co_return co_await post_order(client, "/v1/studies", std::move(body));
}

asio::awaitable<Result<HandedIn>> ask_to_train(
    const HttpClient& client, std::string study, TrainOrder order
) {
    nlohmann::json body = nlohmann::json::object();
    if (order.trial > 0) {
        body["trial"] = order.trial;
    }
    set(body, "args", order.args);
    set(body, "jobDir", order.job_dir);
    std::string path = study_path(study) + ":train";
    std::string text = to_line(body);
    co_return co_await post_order(client, std::move(path), std::move(text));
}

asio::awaitable<Result<HandedIn>> find_again(const HttpClient& client, std::string id) {
    Result<nlohmann::ordered_json> found = co_await get_json(client, study_path(id));
    if (!found) {
        co_return tl::unexpected(found.error());
    }
    const std::string state = found->at("state").get<std::string>();
    if (state != "finished" && state != "cancelled") {
        co_return co_await ask_to_go_on(client, std::move(id));
    }
    HandedIn handed_in;
    handed_in.id = std::move(id);
    co_return handed_in;
}

asio::awaitable<Result<HandedIn>> ask_to_go_on(const HttpClient& client, std::string study) {
    Result<nlohmann::ordered_json> found = co_await get_json(client, study_path(study));
    if (!found) {
        co_return tl::unexpected(found.error());
    }
    HandedIn handed_in;
    handed_in.id = found->at("id").get<std::string>();
    handed_in.is_asked = found->value("asked", false);
    Result<std::string> resumed = co_await client.post(study_path(handed_in.id) + ":resume", "");
    if (!resumed) {
        co_return tl::unexpected(resumed.error());
    }
    co_return handed_in;
}

}  // namespace tuner
