#include "tuner/service/resumed_study.h"

#include "tests/support/builders.h"

#include <catch2/catch.hpp>

using namespace tuner;
using namespace tuner::test;

namespace {

Study ended_study() {
    Study study = a_study();
    study.state = StudyState::finished;
    return study;
}

std::string refusal(
    const Study& earlier, const std::vector<TrialBuilder>& trials, const StudyConfig& now
) {
    const auto can = check_resumable(earlier, a_history(earlier.config, trials), now);
    return can ? "none" : can.error().message;
}

}  // namespace

TEST_CASE("a study that has ended can be gone on from with other limits", "[resumed_study]") {
    const StudyConfig now = a_config()
                                .with([](StudyConfig& config) {
                                    config.limits.max_trials = 5;
                                    config.trainer.args = {"--more"};
                                })
                                .build();
    CHECK(refusal(ended_study(), {a_trial(1).completed(1)}, now) == "none");
    Study cancelled = a_study();
    cancelled.state = StudyState::cancelled;
    CHECK(refusal(cancelled, {a_trial(1).cancelled()}, now) == "none");
}

TEST_CASE("a study that runs or asks something else is refused", "[resumed_study]") {
    const StudyConfig same = a_config().build();
    CHECK_THAT(refusal(a_study(), {}, same), Catch::Contains("babyweight-1 has not ended yet"));
    CHECK_THAT(
        refusal(ended_study(), {a_trial(1).running()}, same), Catch::Contains("has not ended yet")
    );
    const auto other = [](auto edit) { return a_config().with(edit).build(); };
    CHECK_THAT(
        refusal(ended_study(), {}, other([](StudyConfig& config) {
                    config.objectives[0].goal = Goal::maximize;
                })),
        Catch::Contains("asked another question") && Catch::Contains("maximize rmse")
    );
    CHECK_THAT(
        refusal(ended_study(), {}, a_config().over({parameter("x", RealRange{0, 1})}).build()),
        Catch::Contains("parameter is now x")
    );
}

TEST_CASE(
    "inherited trials keep their numbers and ends and lose what was the earlier study's",
    "[resumed_study]"
) {
    const Study earlier = ended_study();
    const auto trials = inherited_trials(
        earlier, a_history(earlier.config, {a_trial(1).completed(1), a_trial(2).failed()})
    );
    REQUIRE(trials.size() == 2);
    CHECK(trials[1].id == TrialId(2));
    CHECK(trials[0].objective() == 1);
    CHECK(trials[1].state == TrialState::failed);
    CHECK(trials[0].attempts == 0);
    CHECK(trials[0].provenance.origin == Origin::user);
    CHECK(trials[0].provenance.note == "trial 1 of babyweight-1");
}

TEST_CASE("limits count the inherited trials and their failures", "[resumed_study]") {
    const Study earlier = ended_study();
    const History history =
        a_history(earlier.config, {a_trial(1).completed(1), a_trial(2).failed()});
    StudyConfig config = a_config()
                             .with([](StudyConfig& draft) {
                                 draft.limits.max_trials = 5;
                                 draft.limits.max_failed_trials = 3;
                             })
                             .build();
    count_inherited(config, inherited_trials(earlier, history));
    CHECK(config.inherited_trials == 2);
    CHECK(config.limits.max_trials == 7);
    CHECK(config.limits.max_failed_trials == 4);

    StudyConfig again =
        a_config().with([](StudyConfig& draft) { draft.limits.max_trials = 5; }).build();
    inherit_limits(again, config, history);
    CHECK(again.limits.max_trials == 7);
    CHECK(again.limits.max_failed_trials == 0);
}
