// The calls by which trainers report, and the token that is good for nothing else.

#include "tests/api/api_fixture.h"
#include "tuner/api/report_body.h"

#include <cmath>

#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace tuner;
using tests::ApiFixture;
using tests::body_of;
using tests::status_of;

namespace {

const std::string kTrial = "/v1/studies/a-1/trials/1";
const std::string kOneMetric = R"({"step": 300, "metrics": {"rmse": 1.2}})";

std::string with_token(
    ApiFixture& api,
    const std::string& token,
    const std::string& verb,
    const std::string& target,
    const std::string& body = ""
) {
    return api.send(fmt::format(
        "{} {} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nContent-Length: {}\r\n"
        "Connection: close\r\n\r\n{}",
        verb,
        target,
        api.host(),
        token,
        body.size(),
        body
    ));
}

std::string refusal_of(const Result<PostedReport>& report) {
    return report ? "none" : report.error().message;
}

}  // namespace

TEST_CASE("a trainer reports with its trial's own token", "[report]") {
    ApiFixture api;
    api.fake.add_study("a", 2);
    api.fake.data.trial_token = "trial-abc";
    const auto answer = with_token(api, "trial-abc", "POST", kTrial + ":measure", kOneMetric);
    CHECK(status_of(answer) == "200");
    CHECK(body_of(answer) == "{\"shouldStop\":false}\n");
    REQUIRE(api.fake.data.reports.size() == 1);
    CHECK(api.fake.data.reports[0].step == 300);
    CHECK(api.fake.data.reports[0].metrics == std::vector<Metric>{{"rmse", 1.2}});
    CHECK(
        status_of(
            with_token(api, "trial-abc", "POST", kTrial + ":complete", R"({"objective": 1.5})")
        ) == "200"
    );
    CHECK(status_of(api.call("POST", kTrial + ":measure", kOneMetric)) == "200");
}

TEST_CASE("a trial's token is good for nothing else", "[report]") {
    ApiFixture api;
    api.fake.add_study("a", 2);
    api.fake.data.trial_token = "trial-abc";
    const auto status = [&](const std::string& token, auto... what) {
        return status_of(with_token(api, token, what...));
    };
    CHECK(status("trial-abd", "POST", kTrial + ":measure", kOneMetric) == "403");
    CHECK(status("trial-", "POST", kTrial + ":measure", kOneMetric) == "403");
    CHECK(status("abc", "POST", kTrial + ":measure", kOneMetric) == "401");
    CHECK(status("trial-abc", "POST", "/v1/studies/b-1/trials/1:measure", kOneMetric) == "403");
    CHECK(status("trial-abc", "POST", "/v1/studies/a-1/trials/7:measure", kOneMetric) == "403");
    for (const auto* target :
         {"/v1/studies", "/v1/studies/a-1/trials/1", "/v1/events", "/nowhere"}) {
        CHECK(status("trial-abc", "GET", target) == "403");
    }
    CHECK(status("trial-abc", "POST", "/v1/studies/a-1:cancel") == "403");
    CHECK(api.fake.data.reports.empty());
    CHECK(api.fake.data.calls.empty());
}

TEST_CASE("a report that is not right says what would be", "[report]") {
    CHECK(refusal_of(parse_measure("[]")) == "the body must be a JSON object");
    CHECK(refusal_of(parse_measure(R"({"metrics": {"a": 1}})")).starts_with("step is missing"));
    CHECK(refusal_of(parse_measure(R"({"step": 1})")).starts_with("metrics is missing"));
    for (const auto* step : {"-1", "1.5", "\"3\"", "9007199254740993", "null"}) {
        CHECK(
            refusal_of(parse_measure(fmt::format(R"({{"step": {}, "metrics": {{"a": 1}}}})", step))
            ) == "step must be a whole number from 0 to 9007199254740992"
        );
    }
    CHECK(
        refusal_of(parse_measure(R"({"step": 1, "metrics": {"a": "high"}})")) ==
        R"(metrics.a must be a number, "NaN", "Infinity" or "-Infinity")"
    );
    CHECK(
        refusal_of(parse_measure(R"({"step": 1, "metrics": {}})")) ==
        "metrics must be an object of 1 to 100 names with numbers"
    );
    CHECK(
        refusal_of(parse_measure(R"({"step": 1, "loss": 2})")) ==
        "unknown field 'loss'; there may be step, metrics"
    );
    CHECK(refusal_of(parse_complete("{}")).starts_with("say what it came to"));
    CHECK(
        refusal_of(parse_complete(R"({"infeasible": false})")) ==
        "infeasible must be true, or left out"
    );
}

TEST_CASE("reports have limits", "[report]") {
    const auto with_metrics = [](std::size_t count, std::size_t name_bytes) {
        std::string metrics;
        for (std::size_t i = 0; i < count; ++i) {
            metrics += fmt::format("{}\"{:0>{}}\": 1", i == 0 ? "" : ",", i, name_bytes);
        }
        return parse_measure("{\"step\": 9007199254740992, \"metrics\": {" + metrics + "}}");
    };
    CHECK(with_metrics(kMaxReportedMetrics, 256));
    CHECK_FALSE(with_metrics(kMaxReportedMetrics + 1, 4));
    CHECK(refusal_of(with_metrics(1, 257)) == "a name in metrics must be 1 to 256 bytes long");

    ApiFixture api;
    api.fake.add_study("a", 1);
    std::string body = kOneMetric;
    body.resize(kMaxReportBytes, ' ');
    CHECK(status_of(api.call("POST", kTrial + ":measure", body)) == "200");
    CHECK(status_of(api.call("POST", kTrial + ":measure", body + " ")) == "413");
}

TEST_CASE("what is no number in JSON is spelled out", "[report]") {
    const auto report = parse_complete(R"({"metrics": {"a": "NaN", "b": "-Infinity"}, "step": 9})");
    REQUIRE(report);
    CHECK(report->step == 9);
    CHECK(std::isnan(report->metrics[0].value));
    CHECK(std::isinf(report->metrics[1].value));
    const auto infeasible = parse_complete(R"({"infeasible": true, "reason": "no memory"})");
    REQUIRE(infeasible);
    CHECK(infeasible->metrics == std::vector<Metric>{{std::string(kInfeasibleMetric), 1}});
    CHECK(infeasible->reason == "no memory");
}
