#include "tuner/api/job_routes.h"

#include "tests/api/api_fixture.h"
#include "tuner/api/job_filter.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using nlohmann::json;
using tests::ApiFixture;
using tests::body_of;
using tests::status_of;

namespace {

json json_of(const std::string& answer) {
    INFO(answer);
    return json::parse(body_of(answer));
}

bool lets_through(std::string_view filter) {
    const auto parsed = tuner::parse_job_filter(filter);
    INFO(filter << ": " << (parsed ? "" : parsed.error().message));
    REQUIRE(parsed);
    return (*parsed)(nlohmann::ordered_json::parse(R"({
        "jobId": "census_7", "state": "FAILED", "labels": {"team": "a b"},
        "trainingOutput": {"completedTrialCount": "9", "trials": [{"trialId": "1"}, {"trialId": "2"}]}
    })"));
}

std::string refusal(std::string_view filter) {
    const auto parsed = tuner::parse_job_filter(filter);
    return parsed ? "none" : parsed.error().message;
}

}  // namespace

TEST_CASE("every study is a job by its id", "[jobs]") {
    ApiFixture api;
    api.fake.add_study("a", 2);
    const json job = json_of(api.call("GET", "/v1/projects/p/jobs/a-1"));
    CHECK(job["jobId"] == "a-1");
    CHECK(job["trainingOutput"]["completedTrialCount"] == "2");
    const auto by_name = api.call("GET", "/v1/projects/p/jobs/a");
    CHECK(status_of(by_name) == "404");
    CHECK(json_of(by_name)["error"]["status"] == "NOT_FOUND");
}

TEST_CASE("jobs are listed newest first in pages, by a filter", "[jobs]") {
    ApiFixture api;
    CHECK(json_of(api.call("GET", "/v1/projects/p/jobs")) == json::object());
    api.fake.add_study("a", 1);
    api.fake.add_study("b", 0);
    const json first = json_of(api.call("GET", "/v1/projects/p/jobs?pageSize=1"));
    CHECK(first["jobs"].size() == 1);
    CHECK(first["jobs"][0]["jobId"] == "b-1");
    const auto token = first["nextPageToken"].get<std::string>();
    const json second =
        json_of(api.call("GET", "/v1/projects/p/jobs?pageSize=1&pageToken=" + token));
    CHECK(second["jobs"][0]["jobId"] == "a-1");
    CHECK_FALSE(second.contains("nextPageToken"));
    const json found = json_of(api.call("GET", "/v1/projects/p/jobs?filter=state:QUEUED"));
    CHECK(found["jobs"].size() == 1);
    CHECK(found["jobs"][0]["jobId"] == "b-1");
    CHECK(status_of(api.call("GET", "/v1/projects/p/jobs?filter=state")) == "400");
    CHECK(status_of(api.call("GET", "/v1/projects/p/jobs?pageSize=1000")) == "200");
    CHECK(status_of(api.call("GET", "/v1/projects/p/jobs?pageSize=-1")) == "400");
    CHECK(status_of(api.call("GET", "/v1/projects/p/jobs?pageToken=nonsense")) == "400");
}

TEST_CASE("a job is created from its document and answered as a job", "[jobs]") {
    ApiFixture api;
    const std::string document = R"({"jobId": "new_1", "trainingInput": {"scaleTier": "BASIC"}})";
    const auto answer = api.call("POST", "/v1/projects/p/jobs?workingDir=/lab", document);
    CHECK(status_of(answer) == "200");
    CHECK(json_of(answer)["jobId"] == "new_1");
    CHECK(json_of(answer)["state"] == "QUEUED");
    CHECK(json_of(answer)["trainingInput"]["scaleTier"] == "BASIC");
    CHECK(api.fake.data.last_job.document == document);
    CHECK(api.fake.data.last_job.working_dir == "/lab");
    CHECK(status_of(api.call("POST", "/v1/projects/p/jobs?workingDir=lab", document)) == "400");
    CHECK(status_of(api.call("POST", "/v1/projects/p/jobs", "{}")) == "400");
}

TEST_CASE("an id that was used before is ALREADY_EXISTS", "[jobs]") {
    ApiFixture api;
    const auto answer = api.call("POST", "/v1/projects/p/jobs", R"({"jobId": "taken_1"})");
    CHECK(status_of(answer) == "409");
    CHECK(json_of(answer)["error"]["status"] == "ALREADY_EXISTS");
}

TEST_CASE("a job is cancelled", "[jobs]") {
    ApiFixture api;
    api.fake.add_study("a", 1);
    CHECK(json_of(api.call("POST", "/v1/projects/p/jobs/a-1:cancel", "{}")) == json::object());
    CHECK(api.fake.data.calls == std::vector<std::string>{"cancel a-1"});
    CHECK(status_of(api.call("POST", "/v1/projects/p/jobs/b-1:cancel")) == "404");
}

TEST_CASE("a filter's terms look at fields of a job", "[job_filter]") {
    for (const auto* yes :
         {"",
          " ",
          "jobId:census*",
          "jobId:CENSUS_7",
          "state:FAILED",
          "state=FAILED",
          "jobId:*sus*",
          "jobId:* AND state:failed",
          "jobId:x OR state:FAILED",
          "NOT jobId:x",
          "-jobId:x",
          "(jobId:x OR jobId:census_7) AND state!=RUNNING",
          "jobId:census* state:FAILED",
          "labels.team=\"a b\"",
          "trainingOutput.trials.trialId=2",
          "trainingOutput.completedTrialCount<10",
          "nowhere!=x",
          "NOT nowhere:*",
          "jobId>=census"}) {
        CHECK(lets_through(yes));
    }
    for (const auto* no :
         {"jobId:census",
          "state=failed",
          "state!=FAILED",
          "jobId:x AND state:FAILED",
          "NOT state:FAILED",
          "nowhere:*",
          "trainingOutput.trials.trialId=3",
          "trainingOutput.completedTrialCount>10",
          "jobId:x state:FAILED",
          "jobId<a"}) {
        CHECK_FALSE(lets_through(no));
    }
}

TEST_CASE("a filter that cannot be read says where", "[job_filter]") {
    CHECK_THAT(refusal("state"), Catch::Contains("character 6: an operator is missing"));
    CHECK_THAT(refusal("state:"), Catch::Contains("a value is missing"));
    CHECK_THAT(refusal("(state:x"), Catch::Contains("a ) is missing"));
    CHECK_THAT(refusal("state:x)"), Catch::Contains("what follows is not understood"));
    CHECK_THAT(refusal("state:\"x"), Catch::Contains("the closing quote is missing"));
    CHECK_THAT(refusal("AND state:x"), Catch::Contains("is missing"));
}

TEST_CASE("a filter may be nested so deeply and no further", "[job_filter][limits]") {
    const auto nested = [](int depth) {
        return std::string(static_cast<std::size_t>(depth), '(') + "a!=b" +
               std::string(static_cast<std::size_t>(depth), ')');
    };
    CHECK(refusal(nested(tuner::kMaxFilterDepth - 1)) == "none");
    CHECK_THAT(refusal(nested(tuner::kMaxFilterDepth)), Catch::Contains("nested too deeply"));
    CHECK_THAT(refusal(nested(1'000'000)), Catch::Contains("nested too deeply"));
}
