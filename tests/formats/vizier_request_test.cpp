#include "tuner/formats/vizier_request.h"

#include "tests/support/builders.h"

#include <cmath>

#include <catch2/catch.hpp>

using namespace tuner;
using namespace tuner::test;

namespace {

SearchSpace two_parameters() {
    return a_space(
        {parameter("size", IntegerRange{1, 100}), parameter("kind", Categories{{"x", "y"}})}
    );
}

template <class T>
std::string refusal_of(const Result<T>& result) {
    return result ? "" : result.error().message;
}

}  // namespace

TEST_CASE("both spellings of a field are one", "[vizier_request]") {
    const std::string body = GENERATE(
        R"({"suggestionCount": 3, "clientId": "w"})",
        R"({"suggestion_count": "3", "client_id": "w", "contexts": []})"
    );
    const auto asked = vizier::parse_suggest(body);
    REQUIRE(asked);
    CHECK(asked->count == 3);
    CHECK(asked->client == "w");
}

TEST_CASE("asking needs a count within its limit and a client with a name", "[vizier_request]") {
    const auto refused = [](const std::string& body) {
        return refusal_of(vizier::parse_suggest(body));
    };
    CHECK(refused("{}") == "suggestionCount must be from 1 to 250");
    CHECK(refused(R"({"suggestionCount": 250.0, "clientId": "w"})").empty());
    CHECK(refused(R"({"suggestionCount": 251, "clientId": "w"})") != "");
    CHECK(refused(R"({"suggestionCount": 1.5, "clientId": "w"})") != "");
    CHECK(refused(R"({"suggestionCount": 1})") == "clientId is missing");
    CHECK(refused(R"({"suggestionCount": 1, "clientId": ""})") != "");
    const std::string longest(vizier::kMaxClientIdBytes, 'w');
    CHECK(refused(R"({"suggestionCount": 1, "clientId": ")" + longest + "\"}").empty());
    CHECK(
        refused(R"({"suggestionCount": 1, "clientId": "x)" + longest + "\"}") ==
        "clientId has at most 256 bytes"
    );
    CHECK(
        refused(R"({"suggestionCount": 1, "clientId": "w", "contexts": [{}]})") ==
        "contexts are not supported: leave them out"
    );
    CHECK(
        refused(R"({"clientId": "w", "client_id": "w"})") == "clientId stands twice in the request"
    );
    CHECK(
        refused(R"({"priority": 1})") ==
        "unknown field 'priority' in the request; there may be suggestionCount, clientId, contexts"
    );
    CHECK(refused("[]") == "the request must be an object");
}

TEST_CASE("a study's document keeps the order of its parameters", "[vizier_request]") {
    const auto wanted = vizier::parse_study(
        R"({"studySpec": {"parameters": ["z", "a"], "metrics": []}, "displayName": "é 1"})"
    );
    REQUIRE(wanted);
    CHECK(wanted->display_name == "é 1");
    CHECK(
        wanted->document ==
        R"({"displayName":"é 1","studySpec":{"parameters":["z","a"],"metrics":[]}})"
    );
    CHECK(refusal_of(vizier::parse_study(R"({"displayName": "x"})")) == "studySpec is missing");
    CHECK(refusal_of(vizier::parse_study(R"({"studySpec": {}})")) == "displayName is missing");
    CHECK(refusal_of(vizier::parse_study("{")) != "");
}

TEST_CASE("a measurement without a value has the value zero", "[vizier_request]") {
    const auto report = vizier::parse_measurement(
        R"({"measurement": {"stepCount": "9007199254740992", "elapsedDuration": "3s",
            "metrics": [{"metricId": "a"}, {"metricId": "b", "value": "NaN"}]}})"
    );
    REQUIRE(report);
    CHECK(report->step == std::int64_t{1} << 53);
    CHECK(report->metrics[0] == Metric{"a", 0});
    CHECK(std::isnan(report->metrics[1].value));
}

TEST_CASE("a measurement that is none says what is wrong with it", "[vizier_request]") {
    const auto refused = [](const std::string& measurement) {
        return refusal_of(vizier::parse_measurement(R"({"measurement": )" + measurement + "}"));
    };
    CHECK(refused("{}") == "metrics of measurement must be a list of 1 to 100");
    CHECK(
        refused(R"({"metrics": [{"metricId": "a"}]})") ==
        "measurement needs a stepCount or an elapsedDuration"
    );
    CHECK(refused(R"({"metrics": [{"metricId": "a"}], "elapsedDuration": "3.5s"})").empty());
    for (const std::string elapsed : {"{}", "3", "\"3\"", "\"-3s\"", "\"s\"", "\"infs\""}) {
        CHECK(
            refused(R"({"metrics": [{"metricId": "a"}], "elapsedDuration": )" + elapsed + "}") ==
            "elapsedDuration must be seconds like \"3.5s\""
        );
    }
    CHECK(refused(R"({"metrics": [{}]})") == "metricId is missing");
    CHECK(
        refused(R"({"metrics": [{"metricId": "a", "value": "1"}]})") ==
        "value of metric a must be a number"
    );
    for (const std::string step : {"-1", "1.5", "\"1 \"", "\"\"", "9007199254740993", "true"}) {
        CHECK(refused(R"({"metrics": [{"metricId": "a"}], "stepCount": )" + step + "}")
                  .starts_with("stepCount must be"));
    }
    CHECK(refusal_of(vizier::parse_measurement("{}")) == "measurement is missing");
}

TEST_CASE("a completion has a value, a reason, or nothing", "[vizier_request]") {
    CHECK(vizier::parse_completion("")->metrics.empty());
    CHECK(vizier::parse_completion(R"({"trialInfeasible": false})")->metrics.empty());
    const auto value = vizier::parse_completion(
        R"({"finalMeasurement": {"metrics": [{"metricId": "a", "value": 1.5}]}})"
    );
    CHECK(value->metrics.at(0) == Metric{"a", 1.5});
    CHECK(!value->step);
    const auto infeasible = vizier::parse_completion(
        R"({"trialInfeasible": true, "infeasibleReason": "oom", "finalMeasurement": {}})"
    );
    CHECK(infeasible->metrics.at(0).name == kInfeasibleMetric);
    CHECK(infeasible->reason == "oom");
    CHECK(refusal_of(vizier::parse_completion(R"({"trialInfeasible": 1})")) != "");
}

TEST_CASE("a trial of one's own has values that fit", "[vizier_request]") {
    const SearchSpace space = two_parameters();
    const auto trial = vizier::parse_trial(
        R"({"parameters": [{"parameterId": "kind", "value": "x"}, {"parameterId": "size", "value": 7}]})",
        space
    );
    REQUIRE(trial);
    CHECK(*trial->assignment.find("size") == ParameterValue(std::int64_t{7}));
    CHECK(!trial->result);
    const auto refused = [&](const std::string& body) {
        return refusal_of(vizier::parse_trial(body, space));
    };
    CHECK(refused("{}") == "parameters must be a list");
    CHECK(refused(R"({"parameters": [{"parameterId": "size"}]})") == "parameter size has no value");
    CHECK(
        refused(R"({"parameters": [{"parameterId": "size", "value": 1},
                                   {"parameterId": "size", "value": 1}]})") ==
        "parameter size stands twice"
    );
    CHECK(refused(R"({"parameters": [{"parameterId": "size", "value": 7}]})") != "");
    const std::string own =
        R"({"parameters": [{"parameterId": "kind", "value": "x"}, {"parameterId": "size", "value": 7}], )";
    CHECK(refused(own + R"("state": "SUCCEEDED"})") != "");
    const auto ended =
        vizier::parse_trial(own + R"("state": "INFEASIBLE", "infeasibleReason": "oom"})", space);
    REQUIRE(ended);
    CHECK(ended->result->metrics.at(0).name == kInfeasibleMetric);
    CHECK(ended->result->reason == "oom");
}
