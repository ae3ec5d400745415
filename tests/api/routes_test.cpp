#include "tuner/api/routes.h"

#include "tests/api/api_fixture.h"

#include <cstring>

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

using nlohmann::json;
using tests::ApiFixture;
using tests::body_of;
using tests::header_of;
using tests::status_of;

namespace {

json json_of(const std::string& answer) {
    INFO(answer);
    return json::parse(body_of(answer));
}

std::string message_of(const std::string& answer) {
    return json_of(answer)["error"]["message"].get<std::string>();
}

std::vector<int> ids_of(const json& page) {
    std::vector<int> ids;
    for (const auto& trial : page["trials"]) {
        ids.push_back(trial["id"].get<int>());
    }
    return ids;
}

}  // namespace

TEST_CASE("the health check needs no token", "[api]") {
    ApiFixture api;
    const auto answer = api.send(
        fmt::format("GET /healthz HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", api.host())
    );
    CHECK(status_of(answer) == "200");
    CHECK(body_of(answer) == "{\"status\":\"ok\"}\n");
}

TEST_CASE("studies are listed in pages", "[api]") {
    ApiFixture api;
    api.fake.add_study("a", 1);
    api.fake.add_study("b", 0);
    const json first = json_of(api.call("GET", "/v1/studies?pageSize=1"));
    CHECK(first["studies"].size() == 1);
    CHECK(first["studies"][0]["id"] == "a-1");
    CHECK(first["totalSize"] == 2);
    const auto token = first["nextPageToken"].get<std::string>();
    const json second = json_of(api.call("GET", "/v1/studies?pageSize=1&pageToken=" + token));
    CHECK(second["studies"][0]["id"] == "b-1");
    CHECK(second["nextPageToken"].is_null());
}

TEST_CASE("a study is found by id and by a path with escaped slashes", "[api]") {
    ApiFixture api;
    api.fake.add_study("a", 2).study.file = "/home/me/hyperparam.yaml";
    CHECK(json_of(api.call("GET", "/v1/studies/a-1"))["counts"]["completed"] == 2);
    const auto answer = api.call("GET", "/v1/studies/%2Fhome%2Fme%2Fhyperparam.yaml");
    CHECK(json_of(answer)["id"] == "a-1");
    const auto missing = api.call("GET", "/v1/studies/nope");
    CHECK(status_of(missing) == "404");
    CHECK(
        body_of(missing) ==
        "{\"error\":{\"code\":404,\"status\":\"NOT_FOUND\",\"message\":\"there is no study "
        "nope\",\"details\":[]}}\n"
    );
}

TEST_CASE("a study is created from a file with everything the call says", "[api]") {
    ApiFixture api;
    const auto answer = api.call(
        "POST",
        "/v1/studies",
        R"({"file": "/w/hyperparam.yaml", "args": ["--data=x"], "name": "n", "maxTrials": 30,
            "maxParallelTrials": 3, "seed": 18446744073709551615, "new": true})"
    );
    CHECK(status_of(answer) == "200");
    const json created = json_of(answer);
    CHECK(created["outcome"] == "created");
    CHECK(created["study"]["id"] == "n-1");
    CHECK(created["notices"] == json::array({"goal is not set: RMSE is maximized"}));
    const tuner::RunRequest& run = api.fake.data.last_run;
    CHECK(run.file == "/w/hyperparam.yaml");
    CHECK(run.args == std::vector<std::string>{"--data=x"});
    CHECK(run.name == "n");
    CHECK(run.max_trials == 30);
    CHECK(run.max_parallel_trials == 3);
    CHECK(run.seed == 18446744073709551615u);
    CHECK(run.force_new);
}

TEST_CASE("a study is created from a document with what the call says instead of it", "[api]") {
    ApiFixture api;
    const auto answer = api.call(
        "POST",
        "/v1/studies",
        R"({"document": "trainingInput: {}", "workingDir": "/w", "pythonModule": "m", "jobDir": "J",
            "packageUris": ["/w/m"], "scaleTier": "BASIC"})"
    );
    CHECK(status_of(answer) == "200");
    const tuner::RunRequest& run = api.fake.data.last_run;
    CHECK(run.file.empty());
    CHECK(run.document == "trainingInput: {}");
    CHECK(run.working_dir == "/w");
    CHECK(run.python_module == "m");
    CHECK(run.job_dir == "J");
    CHECK(run.package_uris == std::vector<std::string>{"/w/m"});
    CHECK(run.scale_tier == "BASIC");
    const auto refused = [&](const std::string& body) {
        return message_of(api.call("POST", "/v1/studies", body));
    };
    CHECK(refused(R"({"document": "x", "file": "/x"})") == "file and document exclude each other");
    CHECK_THAT(refused(R"({"document": "x"})"), Catch::StartsWith("workingDir must be"));
}

TEST_CASE("a trainer is run once more with what the call says", "[api]") {
    ApiFixture api;
    api.fake.add_study("a", 1);
    const auto answer = api.call(
        "POST", "/v1/studies/a-1:train", R"({"trial": 3, "args": ["--all"], "jobDir": "K"})"
    );
    CHECK(status_of(answer) == "200");
    CHECK(api.fake.data.last_retraining.trial == tuner::TrialId(3));
    CHECK(api.fake.data.last_retraining.args == std::vector<std::string>{"--all"});
    CHECK(api.fake.data.last_retraining.job_dir == "K");
    CHECK(status_of(api.call("POST", "/v1/studies/a-1:train")) == "200");
    CHECK_FALSE(api.fake.data.last_retraining.trial);
    CHECK(
        message_of(api.call("POST", "/v1/studies/a-1:train", R"({"what": 1})")) ==
        "unknown field 'what'; there may be trial, args and jobDir"
    );
    CHECK(status_of(api.call("POST", "/v1/studies/none:train", "{}")) == "404");
}

TEST_CASE("a body that cannot create a study says what would be right", "[api]") {
    ApiFixture api;
    const auto message = [&](const std::string& body) {
        const auto answer = api.call("POST", "/v1/studies", body);
        return status_of(answer) + " " + message_of(answer);
    };
    CHECK(
        message(R"({"file": "hyperparam.yaml"})") ==
        "400 file must be the absolute path of a YAML file on the server's machine"
    );
    CHECK(
        message(R"({"file": "/x", "maxTrials": 0})") ==
        "400 maxTrials must be a whole number from 1 to 1000000"
    );
    CHECK(message(R"({"file": "/x", "maxTrials": 1000001})").starts_with("400 maxTrials must"));
    CHECK(message(R"({"file": "/x", "maxTrials": 2.5})").starts_with("400 maxTrials must"));
    CHECK(message(R"({"file": "/x", "args": [1]})") == "400 args must be a list of texts");
    CHECK(message(R"({"file": "/x", "seed": -1})").starts_with("400 seed must be"));
    CHECK(message(R"({"file": "/x", "what": 1})").starts_with("400 unknown field 'what'"));
    CHECK(message(R"({"file": "/w/broken.yaml"})").starts_with("400 broken.yaml:9:17: maxValue"));
    CHECK(message(R"({"file": "/x", "asked": 1})") == "400 asked must be true or false");
    CHECK(status_of(api.call("POST", "/v1/studies?workingDir=here", "studySpec: {}")) == "400");
}

TEST_CASE("a body that is no order is a study's document itself", "[api]") {
    ApiFixture api;
    const std::string body =
        GENERATE(R"({"studySpec": {}})", "trainingInput:\n", R"({"file": 1, "file": 2})", "[]");
    CHECK(status_of(api.call("POST", "/v1/studies?workingDir=/there", body)) == "200");
    CHECK(api.fake.data.last_run.document == body);
    CHECK(api.fake.data.last_run.working_dir == "/there");
    CHECK(!api.fake.data.last_run.is_asked);
}

TEST_CASE("a study is stopped, resumed, cancelled and deleted", "[api]") {
    ApiFixture api;
    api.fake.add_study("a", 1);
    CHECK(json_of(api.call("POST", "/v1/studies/a:stop?now=true"))["state"] == "paused");
    CHECK(status_of(api.call("POST", "/v1/studies/a-1:resume")) == "200");
    CHECK(status_of(api.call("POST", "/v1/studies/a-1:cancel")) == "200");
    CHECK(
        api.fake.data.calls ==
        std::vector<std::string>{"pause a-1 now user", "resume a-1", "cancel a-1"}
    );
    CHECK(body_of(api.call("DELETE", "/v1/studies/a-1")) == "{}\n");
    CHECK(status_of(api.call("DELETE", "/v1/studies/a-1")) == "404");
    api.fake.add_study("busy", 1);
    CHECK(status_of(api.call("DELETE", "/v1/studies/busy-1")) == "409");
}

TEST_CASE("limits are changed one by one and nothing else is", "[api]") {
    ApiFixture api;
    api.fake.add_study("a", 1);
    const auto answer = api.call(
        "PATCH",
        "/v1/studies/a-1",
        R"({"maxTrials": 40, "timeout": "30m", "stallTimeout": 90, "terminationGrace": "5s"})"
    );
    CHECK(json_of(answer)["maxTrials"] == 40);
    const tuner::Limits limits = api.fake.data.entries.front().study.config.limits;
    CHECK(limits.max_parallel_trials == 5);
    CHECK(limits.timeout == std::chrono::minutes(30));
    CHECK(limits.stall_timeout == std::chrono::seconds(90));
    CHECK(limits.termination_grace == std::chrono::seconds(5));
    CHECK(status_of(api.call("PATCH", "/v1/studies/a-1", R"({"timeout": null})")) == "200");
    CHECK_FALSE(api.fake.data.entries.front().study.config.limits.timeout);
    CHECK(
        message_of(api.call("PATCH", "/v1/studies/a-1", R"({"timeout": "soon"})")) ==
        "timeout must be a duration like \"30m\", \"1.5h\" or a number of seconds"
    );
    CHECK(
        message_of(api.call("PATCH", "/v1/studies/a-1", R"({"stallTimeout": 0})")) ==
        "stallTimeout must be longer than 0, or null for no limit"
    );
    CHECK(status_of(api.call("PATCH", "/v1/studies/a-1", R"({"name": "b"})")) == "400");
}

TEST_CASE("a study that stops no trial by rungs has none", "[api]") {
    ApiFixture api;
    api.fake.add_study("a", 1);
    const json table = json_of(api.call("GET", "/v1/studies/a-1/rungs"));
    CHECK(table["rule"] == "none");
    CHECK(table["rungs"].empty());
    CHECK(status_of(api.call("GET", "/v1/studies/b-1/rungs")) == "404");
    CHECK(status_of(api.call("GET", "/v1/studies/a-1/rungs?top=1")) == "400");
}

TEST_CASE("trials come by number or best first with their rank", "[api]") {
    ApiFixture api;
    api.fake.add_study("a", 3);
    CHECK(ids_of(json_of(api.call("GET", "/v1/studies/a-1/trials"))) == std::vector{1, 2, 3});
    const json ranked = json_of(api.call("GET", "/v1/studies/a-1/trials?orderBy=objective"));
    CHECK(ids_of(ranked) == std::vector{3, 2, 1});
    CHECK(ranked["trials"][0]["rank"] == 1);
    CHECK(json_of(api.call("GET", "/v1/studies/a-1/best"))["id"] == 3);
    CHECK(
        ids_of(json_of(api.call("GET", "/v1/studies/a-1/trials?state=failed"))) ==
        std::vector<int>{}
    );
}

TEST_CASE("pages of trials join to the whole list without repeats", "[api]") {
    ApiFixture api;
    api.fake.add_study("a", 7);
    std::vector<int> ids;
    std::string token;
    do {
        const json page = json_of(api.call(
            "GET", "/v1/studies/a-1/trials?orderBy=objective&pageSize=3&pageToken=" + token
        ));
        const auto more = ids_of(page);
        ids.insert(ids.end(), more.begin(), more.end());
        token = page["nextPageToken"].is_null() ? "" : page["nextPageToken"].get<std::string>();
    } while (!token.empty());
    CHECK(ids == std::vector{7, 6, 5, 4, 3, 2, 1});
}

TEST_CASE("a page token of another list or of nobody is refused", "[api]") {
    ApiFixture api;
    api.fake.add_study("a", 3);
    const json page = json_of(api.call("GET", "/v1/studies/a-1/trials?pageSize=1"));
    const auto token = page["nextPageToken"].get<std::string>();
    for (const std::string& query :
         {"orderBy=objective&pageToken=" + token,
          "state=completed&pageToken=" + token,
          "pageToken=" + token + "0",
          std::string("pageToken=zz"),
          std::string("pageToken=1")}) {
        CAPTURE(query);
        CHECK(status_of(api.call("GET", "/v1/studies/a-1/trials?" + query)) == "400");
    }
}

TEST_CASE("a page holds 1 to 1000 items", "[api]") {
    ApiFixture api;
    api.fake.add_study("a", 3);
    const auto status = [&](const std::string& size) {
        return status_of(api.call("GET", "/v1/studies/a-1/trials?pageSize=" + size));
    };
    CHECK(status("1") == "200");
    CHECK(status("1000") == "200");
    for (const auto* size : {"0", "1001", "-1", "x", "1.5", "99999999999999999999"}) {
        CHECK(status(size) == "400");
    }
}

TEST_CASE("an unknown, repeated or misspelt parameter is refused", "[api]") {
    ApiFixture api;
    api.fake.add_study("a", 3);
    CHECK(
        message_of(api.call("GET", "/v1/studies/a-1/trials?orderby=objective")) ==
        "this call does not know the parameter 'orderby'; it takes orderBy, state, pageSize, "
        "pageToken"
    );
    CHECK(status_of(api.call("GET", "/v1/studies/a-1?x=1")) == "400");
    CHECK(status_of(api.call("GET", "/healthz?x=1")) == "400");
    CHECK(status_of(api.call("POST", "/v1/studies/a-1:stop?now=yes")) == "400");
    CHECK(status_of(api.call("POST", "/v1/studies/a-1:stop?now=true&now=true")) == "400");
    CHECK(status_of(api.call("GET", "/v1/studies/a-1/trials?orderBy=rank")) == "400");
    CHECK(
        message_of(api.call("GET", "/v1/studies/a-1/trials?state=done")) ==
        "state must be one of pending, running, completed, pruned, failed, cancelled, not 'done'"
    );
}

TEST_CASE("one trial comes with its measurements and attempts", "[api]") {
    ApiFixture api;
    auto& entry = api.fake.add_study("a", 2);
    entry.history.trials[1].measurements = {{300, {{"rmse", 1.2}}}, {600, {{"rmse", NAN}}}};
    tuner::AttemptRecord attempt;
    attempt.state = tuner::AttemptState::ended;
    attempt.dir = "/data/a-1/2/1";
    attempt.exit = tuner::AttemptExit{tuner::ExitKind::exited, 0, 0, "", "bye\xff"};
    entry.attempts[2] = {attempt};
    const json trial = json_of(api.call("GET", "/v1/studies/a-1/trials/2"));
    CHECK(trial["id"] == 2);
    CHECK(trial["rank"] == 1);
    CHECK(trial["provenance"]["finished"] == 0);
    CHECK(trial["provenance"]["predictedMean"].is_null());
    CHECK(trial["measurementCount"] == 2);
    CHECK(trial["measurements"][0]["metrics"]["rmse"] == 1.2);
    CHECK(trial["measurements"][1]["metrics"]["rmse"].is_null());
    CHECK(trial["attemptDetails"][0]["exit"]["code"] == 0);
    CHECK(trial["attemptDetails"][0]["exit"]["signal"].is_null());
}

TEST_CASE("a trial that does not exist is not found", "[api]") {
    ApiFixture api;
    api.fake.add_study("a", 2);
    CHECK(status_of(api.call("GET", "/v1/studies/a-1/trials/3")) == "404");
    CHECK(status_of(api.call("GET", "/v1/studies/a-1/trials/0")) == "400");
    CHECK(status_of(api.call("GET", "/v1/studies/a-1/trials/best")) == "400");
    CHECK(status_of(api.call("GET", "/v1/studies/b-1/trials/1")) == "404");
    api.fake.add_study("new", 0);
    CHECK(
        message_of(api.call("GET", "/v1/studies/new-1/best")) ==
        "no trial of study new-1 has completed yet"
    );
}

TEST_CASE("what breaks in a handler is told by number and not by content", "[api]") {
    ApiFixture api;
    api.fake.add_study("a", 1);
    api.fake.data.disk_is_full = true;
    std::string last = api.request("GET", "/nothing");
    last.insert(last.find("\r\n") + 2, "Connection: close\r\n");
    const auto answer = api.send(api.request("POST", "/v1/studies/a-1:stop") + last);
    CHECK(status_of(answer) == "500");
    CHECK(answer.find("secret") == std::string::npos);
    CHECK(answer.find("HTTP/1.1 404") != std::string::npos);  // the connection lives on
}

TEST_CASE("a client is told what is short and when to come again", "[api]") {
    ApiFixture api;
    api.fake.add_study("a", 1);
    api.fake.data.outage = tuner::Error{tuner::ErrorCode::no_space, "the disk is full"};
    const auto full = api.call("POST", "/v1/studies/a-1:stop");
    CHECK(status_of(full) == "507");
    CHECK(message_of(full) == "the disk is full");
    api.fake.data.outage = tuner::Error{tuner::ErrorCode::unavailable, "locked"};
    const auto busy = api.call("POST", "/v1/studies/a-1:stop");
    CHECK(status_of(busy) == "503");
    CHECK(header_of(busy, "Retry-After") == "5");
}

TEST_CASE("every call with every host and origin and token is denied but the right one", "[api]") {
    ApiFixture api;
    api.fake.add_study("a", 1);
    const auto send = [&](const tuner::Route& route, const std::string& headers) {
        std::string path(route.pattern);
        for (const auto& [from, to] : {std::pair{"{study}", "a-1"}, std::pair{"{trial}", "1"}}) {
            if (const auto at = path.find(from); at != std::string::npos) {
                path.replace(at, std::strlen(from), to);
            }
        }
        const std::string head = fmt::format("{} {} HTTP/1.1\r\n{}", route.verb, path, headers);
        return status_of(api.send(head + "Connection: close\r\nContent-Length: 0\r\n\r\n"));
    };
    const std::string host = "Host: " + api.host() + "\r\n";
    const std::string token = "Authorization: Bearer " + tests::kToken + "\r\n";
    for (const tuner::Route& route : tuner::api_routes()) {
        CAPTURE(route.verb, route.pattern);
        for (const auto* other : {"", "Host: evil.example\r\n", "Host: 127.0.0.1\r\n"}) {
            CHECK(send(route, other + token) == "421");
        }
        CHECK(send(route, host + host + token) == "421");
        for (const auto* page :
             {"Origin: http://evil.example\r\n",
              "Origin: null\r\n",
              "Sec-Fetch-Site: cross-site\r\n",
              "Sec-Fetch-Site: same-site\r\n"}) {
            CHECK(send(route, host + page + token) == "403");
        }
        const bool open = route.access == tuner::Access::open;
        for (const auto* wrong :
             {"",
              "Authorization: Bearer wrong\r\n",
              "Authorization: Basic 0123456789abcdef\r\n",
              "Cookie: token=0123456789abcdef\r\n"}) {
            CHECK(send(route, host + wrong) == (open ? "200" : "401"));
        }
    }
    CHECK(api.fake.data.calls.empty());
}
