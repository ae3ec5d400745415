#include "tuner/scheduler/plan.h"

#include "tests/support/builders.h"

#include <catch2/catch.hpp>

using namespace tuner;
using namespace tuner::test;

namespace {

ConfigBuilder limited(std::int64_t trials, std::int64_t parallel) {
    return a_config().with([=](StudyConfig& config) {
        config.limits.max_trials = trials;
        config.limits.max_parallel_trials = parallel;
    });
}

Plan plan_for(
    const StudyConfig& config, const std::vector<TrialBuilder>& trials, const PlanFacts& facts = {}
) {
    return next_plan(a_study(config), Tally(a_history(config, trials).trials), facts);
}

}  // namespace

TEST_CASE("a new study asks for as many suggestions as may run at once", "[plan]") {
    const Plan plan = plan_for(limited(20, 5).build(), {});
    CHECK(plan.step == Plan::Step::launch);
    CHECK(plan.suggest == 5);
    CHECK(plan.relaunch.empty());
}

TEST_CASE("never more trials run at once than maxParallelTrials", "[plan]") {
    const Plan full =
        plan_for(limited(20, 2).build(), {a_trial(1).running(), a_trial(2).running()});
    CHECK(full.step == Plan::Step::wait);
    const Plan one_free =
        plan_for(limited(20, 2).build(), {a_trial(1).completed(1), a_trial(2).running()});
    CHECK(one_free.suggest == 1);
}

TEST_CASE("more running trials than a lowered maxParallelTrials start nothing", "[plan]") {
    const Plan plan =
        plan_for(limited(20, 1).build(), {a_trial(1).running(), a_trial(2).running()});
    CHECK(plan.step == Plan::Step::wait);
}

TEST_CASE("never more trials exist than maxTrials and failed ones count", "[plan]") {
    const Plan plan =
        plan_for(limited(3, 5).build(), {a_trial(1).failed(), a_trial(2).completed(1)});
    CHECK(plan.suggest == 1);
    const Plan none = plan_for(
        limited(3, 5).build(), {a_trial(1).failed(), a_trial(2).completed(1), a_trial(3).running()}
    );
    CHECK(none.step == Plan::Step::wait);
}

TEST_CASE("a study is finished when its last trial has ended", "[plan]") {
    const Plan plan =
        plan_for(limited(2, 5).build(), {a_trial(1).completed(1), a_trial(2).failed()});
    CHECK(plan.step == Plan::Step::finish);
    CHECK(plan.reason == StudyReason::max_trials);
}

TEST_CASE("T-14 an exhausted space ends the study once its running trials have ended", "[plan]") {
    PlanFacts facts;
    facts.exhausted = true;
    CHECK(plan_for(limited(20, 5).build(), {a_trial(1).running()}, facts).step == Plan::Step::wait);
    const Plan plan = plan_for(limited(20, 5).build(), {a_trial(1).completed(1)}, facts);
    CHECK(plan.step == Plan::Step::finish);
    CHECK(plan.reason == StudyReason::exhausted);
}

TEST_CASE("pending trials are launched before new ones are asked for", "[plan]") {
    const Plan plan = plan_for(
        limited(20, 3).build(), {a_trial(1).running(), a_trial(2), a_trial(3).completed(1)}
    );
    CHECK(plan.relaunch == std::vector{TrialId(2)});
    CHECK(plan.suggest == 1);
}

TEST_CASE("a trial in its back-off leaves its slot to others", "[plan]") {
    PlanFacts facts;
    facts.waiting.emplace(TrialId(1), at(60));
    const Plan plan = plan_for(limited(20, 1).build(), {a_trial(1)}, facts);
    CHECK(plan.relaunch.empty());
    CHECK(plan.suggest == 1);
    const Plan last = plan_for(limited(1, 1).build(), {a_trial(1)}, facts);
    CHECK(last.step == Plan::Step::wait);
}

TEST_CASE("a machine without room gets no trial to start", "[plan]") {
    PlanFacts facts;
    facts.no_room = true;
    CHECK(plan_for(limited(20, 5).build(), {a_trial(1)}, facts).step == Plan::Step::wait);
    const Plan over = plan_for(limited(1, 5).build(), {a_trial(1).completed(1)}, facts);
    CHECK(over.step == Plan::Step::finish);
}

TEST_CASE("a study that is not running plans nothing", "[plan]") {
    const StudyConfig config = a_config().build();
    Study study = a_study(config);
    must(study.pause(StudyReason::user, ""));
    CHECK(
        next_plan(study, Tally(a_history(config, {a_trial(1)}).trials), {}).step == Plan::Step::wait
    );
}

TEST_CASE(
    "a study fails when maxFailedTrials is reached and says the trainer's last words", "[plan]"
) {
    const StudyConfig config =
        a_config().with([](StudyConfig& c) { c.limits.max_failed_trials = 2; }).build();
    CHECK(
        plan_for(config, {a_trial(1).completed(1), a_trial(2).failed()}).step == Plan::Step::launch
    );
    const Plan plan = plan_for(
        config,
        {a_trial(1).failed(), a_trial(2).completed(1), a_trial(3).failed(), a_trial(4).running()}
    );
    CHECK(plan.step == Plan::Step::finish);
    CHECK(plan.reason == StudyReason::failed_trials);
    CHECK(
        plan.message ==
        "2 of 4 trials failed, which reaches maxFailedTrials 2. The last one, trial 3: exit code 1"
    );
}

TEST_CASE("infeasible trials are results and do not count as failures", "[plan]") {
    const StudyConfig config =
        a_config().with([](StudyConfig& c) { c.limits.max_failed_trials = 1; }).build();
    CHECK(
        plan_for(config, {a_trial(1).failed(FailureKind::infeasible)}).step == Plan::Step::launch
    );
}

TEST_CASE("a user who allows five failed trials gets five", "[plan]") {
    const StudyConfig config =
        a_config().with([](StudyConfig& c) { c.limits.max_failed_trials = 5; }).build();
    std::vector<TrialBuilder> trials;
    for (std::int64_t number = 1; number <= 4; ++number) {
        trials.push_back(a_trial(number).failed());
    }
    CHECK(plan_for(config, trials).step == Plan::Step::launch);
    trials.push_back(a_trial(5).failed());
    CHECK(plan_for(config, trials).step == Plan::Step::finish);
    CHECK(plan_for(config, trials).reason == StudyReason::failed_trials);

    SECTION("but a study without any result has failed all the same") {
        const StudyConfig small = a_config()
                                      .with([](StudyConfig& c) {
                                          c.limits.max_failed_trials = 5;
                                          c.limits.max_trials = 3;
                                      })
                                      .build();
        trials.resize(3, a_trial(1));
        CHECK(plan_for(small, trials).reason == StudyReason::failed_trials);
    }
}

TEST_CASE("T-39 a study pauses when its first three trials all fail", "[plan]") {
    const StudyConfig config = a_config().build();
    const std::vector<TrialBuilder> failed = {
        a_trial(1).failed(), a_trial(2).failed(), a_trial(3).failed()};
    CHECK(
        plan_for(config, {failed[0], failed[1], a_trial(3).running()}).step == Plan::Step::launch
    );
    const Plan plan = plan_for(config, failed);
    CHECK(plan.step == Plan::Step::pause);
    CHECK(plan.reason == StudyReason::failed_trials);

    SECTION("but ends as failed when there is no fourth, as it could not go on from a pause") {
        const StudyConfig small =
            a_config().with([](StudyConfig& c) { c.limits.max_trials = 3; }).build();
        const Plan last = plan_for(small, failed);
        CHECK(last.step == Plan::Step::finish);
        CHECK(last.reason == StudyReason::failed_trials);
    }
    SECTION("but not when one of them gave a result") {
        CHECK(
            plan_for(config, {failed[0], a_trial(2).completed(1), failed[2]}).step ==
            Plan::Step::launch
        );
    }
    SECTION("and goes on for three more failures when it is resumed") {
        PlanFacts facts;
        facts.forgiven_failures = 3;
        CHECK(plan_for(config, failed, facts).step == Plan::Step::launch);
        std::vector<TrialBuilder> more = failed;
        for (int id = 4; id <= 6; ++id) {
            more.push_back(a_trial(id).failed());
        }
        CHECK(plan_for(config, more, facts).step == Plan::Step::pause);
    }
}

TEST_CASE("no more trials are started or thought of than fit on the machine", "[plan]") {
    const StudyConfig config = limited(20, 5).build();
    PlanFacts facts;
    facts.fitting = 2;
    const Plan two = plan_for(config, {a_trial(1).running()}, facts);
    CHECK(two.step == Plan::Step::launch);
    CHECK(two.suggest == 2);
    CHECK(two.is_short);
    const Plan queued_first = plan_for(config, {a_trial(1), a_trial(2).running()}, facts);
    CHECK(queued_first.relaunch == std::vector<TrialId>{TrialId(1)});
    CHECK(queued_first.suggest == 1);
    facts.fitting = 0;
    const Plan none = plan_for(config, {a_trial(1)}, facts);
    CHECK(none.step == Plan::Step::wait);
    CHECK(none.is_short);
}

TEST_CASE("a study is short of nothing where its own limits stop it", "[plan]") {
    PlanFacts facts;
    facts.fitting = 1;
    const StudyConfig config = limited(20, 2).build();
    CHECK_FALSE(plan_for(config, {a_trial(1).running()}, facts).is_short);
    facts.fitting = 0;
    CHECK_FALSE(plan_for(config, {a_trial(1).running(), a_trial(2).running()}, facts).is_short);
    const StudyConfig used_up = limited(1, 2).build();
    CHECK_FALSE(plan_for(used_up, {a_trial(1).running()}, facts).is_short);
    facts.waiting.emplace(TrialId(1), at(60));
    CHECK_FALSE(plan_for(used_up, {a_trial(1)}, facts).is_short);
}

TEST_CASE("A14 a plain run starts one trial, and its failure is the study's", "[plan]") {
    const StudyConfig config = a_config().plain().build();
    CHECK(plan_for(config, {}).suggest == 1);
    const Plan failed = plan_for(config, {a_trial(1).failed()});
    CHECK(failed.step == Plan::Step::finish);
    CHECK(failed.reason == StudyReason::failed_trials);
    CHECK(failed.message == "exit code 1");
    CHECK(plan_for(config, {a_trial(1).cancelled()}).reason == StudyReason::max_trials);
}

TEST_CASE("a study without a trainer launches nothing, and ends when all is told", "[plan]") {
    const StudyConfig config = a_config()
                                   .with([](StudyConfig& draft) {
                                       draft.trainer.command.clear();
                                       draft.limits.max_trials = 4;
                                   })
                                   .build();
    CHECK(plan_for(config, {}).step == Plan::Step::wait);
    CHECK(plan_for(config, {a_trial(1)}).step == Plan::Step::wait);
    CHECK(
        plan_for(config, {a_trial(1).failed(), a_trial(2).failed(), a_trial(3).failed()}).step ==
        Plan::Step::wait
    );
    const Plan end = plan_for(
        config, {a_trial(1).failed(), a_trial(2).failed(), a_trial(3).failed(), a_trial(4).failed()}
    );
    CHECK(end.step == Plan::Step::finish);
}
