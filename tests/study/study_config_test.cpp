#include "tuner/study/study_config.h"

#include "tests/support/builders.h"

#include <catch2/catch.hpp>

using namespace tuner;
using test::a_config;
using test::parameter;
using test::when;

namespace {

ParameterValue integer(std::int64_t value) {
    return value;
}

std::vector<Parameter> two_parameters() {
    return {parameter("lr", RealRange{0, 1}), parameter("layers", IntegerRange{1, 3})};
}

// What the edit changes against the default configuration.
template <class Edit>
std::vector<std::string> changes_by(Edit&& edit) {
    return incompatible_changes(a_config().build(), a_config().with(edit).build());
}

}  // namespace

TEST_CASE("a valid draft becomes a configuration as it is", "[study_config]") {
    const StudyConfig config = a_config().build();
    CHECK(config.objective() == Objective{"rmse", Goal::minimize});
    CHECK(StudyConfig::create(config) == config);
}

TEST_CASE("all problems of a configuration are told at once", "[study_config]") {
    const auto config = a_config()
                            .with([](StudyConfig& draft) {
                                draft.objectives.clear();
                                draft.limits.max_trials = 0;
                                draft.limits.max_retries = -1;
                                draft.starting_points = {Assignment()};
                            })
                            .try_build();
    REQUIRE_FALSE(config);
    CHECK(config.error().code == ErrorCode::invalid_argument);
    CHECK(
        config.error().message ==
        "a study needs a metric to rank by\n"
        "maxTrials is 0; it must be from 1 to 1000000\n"
        "maxRetries is -1; it must be from 0 to 1000000\n"
        "starting point 1: parameter batch_size has no value"
    );
}

TEST_CASE("a study needs a metric with a name", "[study_config]") {
    CHECK_FALSE(a_config().minimizing("").try_build());
    const auto second = [](StudyConfig& draft) { draft.objectives.push_back({}); };
    CHECK_FALSE(a_config().with(second).try_build());
    CHECK(a_config().minimizing("rmse").try_build());
}

TEST_CASE("a grid search needs finitely many values of every parameter", "[study_config]") {
    const auto grid = [](StudyConfig& draft) { draft.algorithm = Algorithm::grid; };
    const auto refused = a_config().over(two_parameters()).with(grid).try_build();
    REQUIRE_FALSE(refused);
    CHECK(
        refused.error().message ==
        "a grid search needs finitely many values, but parameter lr is real 0 to 1"
    );
    CHECK(a_config().over({parameter("lr", RealRange{1, 1})}).with(grid).try_build());
    CHECK(a_config().with(grid).try_build());
}

TEST_CASE("starting points lie in the space and are put in its order", "[study_config]") {
    const auto starting_at = [](std::vector<Assignment> points) {
        return a_config()
            .over(two_parameters())
            .with([&](StudyConfig& draft) { draft.starting_points = points; })
            .try_build();
    };
    const auto good = starting_at({Assignment({{"layers", integer(2)}, {"lr", 0.5}})});
    REQUIRE(good);
    CHECK(good->starting_points.at(0) == Assignment({{"lr", 0.5}, {"layers", integer(2)}}));
    CHECK_FALSE(starting_at({Assignment({{"layers", integer(4)}, {"lr", 0.5}})}));
    CHECK_FALSE(starting_at({Assignment({{"layers", 2.0}, {"lr", 0.5}})}));
    CHECK_FALSE(starting_at({Assignment({{"lr", 0.5}})}));
}

TEST_CASE("a trainer runs something when it has a command or a module", "[study_config]") {
    TrainerSpec trainer;
    trainer.args = {"--x"};
    CHECK_FALSE(trainer.runs_something());
    SECTION("a command") {
        trainer.command = {"./train"};
        CHECK(trainer.runs_something());
    }
    SECTION("a module") {
        trainer.python_module = "trainer.task";
        CHECK(trainer.runs_something());
    }
}

TEST_CASE("the same question and more of it continues a study", "[study_config]") {
    CHECK(changes_by([](StudyConfig&) {}).empty());
    CHECK(changes_by([](StudyConfig& now) { now.limits.max_trials = 40; }).empty());
    CHECK(changes_by([](StudyConfig& now) { now.limits.timeout = Duration(1); }).empty());
    CHECK(changes_by([](StudyConfig& now) { now.unused_fields = {"workerCount"}; }).empty());
    CHECK(changes_by([](StudyConfig& now) { now.seed.reset(); }).empty());
}

TEST_CASE("a changed trainer is an incompatible change", "[study_config]") {
    const auto changed = [](auto edit) {
        return changes_by([&](StudyConfig& c) { edit(c.trainer); }).size();
    };
    CHECK(changed([](TrainerSpec& t) { t.command = {"./other"}; }) == 1);
    CHECK(changed([](TrainerSpec& t) { t.args = {"--epochs=3"}; }) == 1);
    CHECK(changed([](TrainerSpec& t) { t.job_dir = "jobs"; }) == 1);
    CHECK(changed([](TrainerSpec& t) { t.python_module = "trainer.task"; }) == 1);
    CHECK(changed([](TrainerSpec& t) { t.package_uris = {"trainer"}; }) == 1);
    CHECK(changed([](TrainerSpec& t) { t.env = {{"OMP_NUM_THREADS", "1"}}; }) == 1);
    CHECK(changed([](TrainerSpec& t) { t.working_dir = "/elsewhere"; }) == 1);
}

TEST_CASE("the same words cut otherwise are other arguments", "[study_config]") {
    StudyConfig then = a_config().build();
    StudyConfig now = then;
    SECTION("command") {
        then.trainer.command = {"sh", "-c", "a b"};
        now.trainer.command = {"sh", "-c", "a", "b"};
        CHECK(
            incompatible_changes(then, now) ==
            std::vector<std::string>{
                R"(command was ["sh", "-c", "a b"], is now ["sh", "-c", "a", "b"])"}
        );
    }
    SECTION("env") {
        then.trainer.env = {{"A", "1 B=2"}};
        now.trainer.env = {{"A", "1"}, {"B", "2"}};
        CHECK(incompatible_changes(then, now).size() == 1);
    }
}

TEST_CASE("a changed goal or selection or seed is an incompatible change", "[study_config]") {
    CHECK(changes_by([](StudyConfig& now) {
              now.objectives[0].goal = Goal::maximize;
          }) == std::vector<std::string>{"goal was \"minimize rmse\", is now \"maximize rmse\""});
    CHECK(changes_by([](StudyConfig& now) {
              now.selection = MeasurementSelection::best;
          }) == std::vector<std::string>{"measurementSelection was \"last\", is now \"best\""});
    CHECK(changes_by([](StudyConfig& now) {
              now.seed = 2;
          }) == std::vector<std::string>{"seed was 1, is now 2"});
}

TEST_CASE("each changed parameter is told as it was and as it is", "[study_config]") {
    const StudyConfig then = a_config().over(two_parameters()).build();
    const Parameter same = parameter("lr", RealRange{0, 1});
    const auto changes = [&](std::vector<Parameter> now) {
        return incompatible_changes(then, a_config().over(std::move(now)).build());
    };
    using Lines = std::vector<std::string>;
    CHECK(
        changes({same, parameter("layers", IntegerRange{1, 9})}) ==
        Lines{"parameter was layers (integer 1 to 3)", "parameter is now layers (integer 1 to 9)"}
    );
    CHECK(changes({same}) == Lines{"parameter was layers (integer 1 to 3)"});
    CHECK(
        changes(
            {same,
             parameter("layers", IntegerRange{1, 3}),
             when("layers", {integer(2), integer(3)}, parameter("width", IntegerRange{1, 2}))}
        ) == Lines{"parameter is now width (integer 1 to 2) when layers is 2 3"}
    );
    SECTION("their order does not matter") {
        CHECK(changes({parameter("layers", IntegerRange{1, 3}), same}).empty());
    }
}

TEST_CASE("a configuration without a space and an objective is a plain run", "[study_config]") {
    CHECK(a_config().plain().build().is_plain());
    CHECK_FALSE(a_config().build().is_plain());
    const auto twice = [](StudyConfig& draft) { draft.limits.max_trials = 2; };
    CHECK(
        a_config().plain().with(twice).try_build().error().message ==
        "maxTrials is 2; a job without hyperparameters has one trial, since nothing would differ "
        "in another"
    );
    const auto no_space = [](StudyConfig& draft) { draft.space = SearchSpace(); };
    CHECK(
        a_config().with(no_space).try_build().error().message == "a study needs a parameter to tune"
    );
}
