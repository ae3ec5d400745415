#include "tests/api/api_fixture.h"
#include "tuner/api/asked_body.h"
#include "tuner/api/report_body.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace tests;

namespace {

nlohmann::json json_of(const std::string& answer) {
    return nlohmann::json::parse(body_of(answer));
}

std::string message_of(const std::string& answer) {
    return json_of(answer)["error"]["message"].get<std::string>();
}

}  // namespace

TEST_CASE("a client asks for trials and gets them whole", "[api]") {
    ApiFixture api;
    api.fake.add_study("a", 1);
    const auto answer =
        api.call("POST", "/v1/studies/a/trials:suggest", R"({"count": 2, "client": "w1"})");
    CHECK(json_of(answer)["trials"][0]["parameters"]["batch_size"] == 9);
    CHECK(json_of(answer)["reason"] == "exhausted");
    CHECK(status_of(api.call("POST", "/v1/studies/a/trials:suggest")) == "200");
    CHECK(api.fake.data.calls == std::vector<std::string>{"ask a-1 2 w1", "ask a-1 1 "});
}

TEST_CASE("asking for what cannot be given is refused", "[api]") {
    ApiFixture api;
    api.fake.add_study("busy", 1);
    const auto ask = [&](const std::string& body) {
        const auto answer = api.call("POST", "/v1/studies/busy/trials:suggest", body);
        return status_of(answer) + " " + message_of(answer);
    };
    CHECK(ask(R"({"count": 1})") == "409 study busy-1 is paused");
    CHECK(ask(R"({"count": 0})") == "400 count must be a whole number from 1 to 1000");
    CHECK(ask(R"({"count": 1000})").starts_with("409"));
    CHECK(ask(R"({"count": 1001})").starts_with("400 count must be"));
    CHECK(ask(R"({"count": 1.5})").starts_with("400 count must be"));
    CHECK(ask(R"({"client": 7})") == "400 client must be a text of at most 256 bytes");
    const std::string longest(tuner::kMaxClientBytes, 'w');
    CHECK(ask(R"({"client": ")" + longest + "\"}").starts_with("409"));
    CHECK(ask(R"({"client": "x)" + longest + "\"}").starts_with("400 client must be"));
    CHECK(ask(R"({"number": 1})") == "400 unknown field 'number'; there may be count, client");
    CHECK(ask("[]") == "400 the body must be a JSON object");
    CHECK(status_of(api.call("POST", "/v1/studies/none/trials:suggest")) == "404");
}

TEST_CASE("what a client tells ends a trial that it asked for", "[api]") {
    ApiFixture api;
    api.fake.add_study("a", 1);
    const std::string path = "/v1/studies/a/trials/1:complete";
    CHECK(status_of(api.call("POST", path, R"({"objective": 0.5})")) == "200");
    CHECK(status_of(api.call("POST", path, "{}")) == "200");
    CHECK(status_of(api.call("POST", path)) == "200");
    CHECK(status_of(api.call("POST", path, R"({"objective": "much"})")) == "400");
    CHECK(
        api.fake.data.calls == std::vector<std::string>{"tell a-1 1", "tell a-1 1", "tell a-1 1"}
    );
    CHECK(api.fake.data.reports.at(0).objective == 0.5);
    CHECK(!api.fake.data.reports.at(1).objective);
}

TEST_CASE("a trial of a trainer has to come to something", "[api]") {
    ApiFixture api;
    api.fake.add_study("a", 1).study.config.trainer.command = {"./trainer"};
    const std::string path = "/v1/studies/a/trials/1:complete";
    CHECK(status_of(api.call("POST", path, "{}")) == "400");
    CHECK(status_of(api.call("POST", path, R"({"objective": 0.5})")) == "200");
    CHECK(api.fake.data.calls.empty());
    CHECK(api.fake.data.reports.size() == 1);
}

TEST_CASE("a user brings a trial, with its result or to be run", "[api]") {
    ApiFixture api;
    api.fake.add_study("a", 1);
    const auto add = [&](const std::string& body) {
        const auto answer = api.call("POST", "/v1/studies/a/trials", body);
        return status_of(answer) == "200" ? "200" : status_of(answer) + " " + message_of(answer);
    };
    const std::string parameters = R"({"parameters": {"batch_size": 35, "nembeds": 4, "lr": 0.5})";
    CHECK(add(parameters + "}") == "200");
    CHECK(add(parameters + R"(, "objective": 1.2})") == "200");
    CHECK(
        api.fake.data.calls ==
        std::vector<std::string>{"add a-1 to be run", "add a-1 with a result"}
    );
    CHECK(add(R"({"objective": 1.2})").starts_with("400 parameters is missing"));
    CHECK(add(R"({"parameters": {"batch_size": 35}})").starts_with("400 "));
    CHECK(add(parameters + R"(, "what": 1})").starts_with("400 unknown field 'what'"));
}

TEST_CASE("a user stops a trial early", "[api]") {
    ApiFixture api;
    api.fake.add_study("a", 1);
    CHECK(json_of(api.call("POST", "/v1/studies/a/trials/1:stop"))["id"] == 1);
    CHECK(status_of(api.call("POST", "/v1/studies/a/trials/2:stop")) == "404");
    CHECK(api.fake.data.calls == std::vector<std::string>{"stop a-1 1"});
}
