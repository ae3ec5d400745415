#include "tuner/formats/event_json.h"

#include <limits>

#include <catch2/catch.hpp>

using namespace tuner;

TEST_CASE("an event of a study tells what can change", "[event_json]") {
    Study study;
    study.id = "digits-2";
    study.config.name = "digits";
    study.config.limits.max_trials = 20;
    study.config.limits.max_parallel_trials = 5;
    CHECK(
        to_event_json(study) ==
        R"({"id":"digits-2","name":"digits","state":"running","reason":null,"message":null,)"
        R"("maxTrials":20,"maxParallelTrials":5,"maxFailedTrials":0,)"
        R"("createTime":"1970-01-01T00:00:00.000Z","endTime":null})"
    );
}

TEST_CASE("an event of measurements has null for what is not finite", "[event_json]") {
    const std::vector<Measurement> report = {
        {5, {{"rmse", 1.5}, {"loss", std::numeric_limits<double>::infinity()}}},
        {6, {{"rmse", 1}}}};
    CHECK(
        to_event_json(TrialId(3), "digits-2", report) ==
        R"({"id":3,"study":"digits-2","measurements":[)"
        R"({"step":5,"metrics":{"rmse":1.5,"loss":null}},{"step":6,"metrics":{"rmse":1.0}}]})"
    );
}

TEST_CASE("bytes that are no UTF-8 are replaced in an event", "[event_json]") {
    Study study;
    study.message = "a\xff";
    CHECK(to_event_json(study).find("a\xef\xbf\xbd") != std::string::npos);
}
