#include "tests/scheduler/house.h"

#include <boost/asio/detached.hpp>
#include <catch2/catch.hpp>

using namespace tuner;
using namespace tuner::test;

namespace {

StudyConfig asked_study(std::int64_t trials = 10) {
    StudyConfig config = House::small_study(trials, 1);
    config.trainer.command.clear();
    return config;
}

std::vector<TrialId> ids(std::initializer_list<std::int64_t> numbers) {
    return {numbers.begin(), numbers.end()};
}

// `count` trials for a client, who gets what there is.
std::vector<TrialId> ask(House& house, StudyRunner& study, std::string client, std::int64_t count) {
    Result<std::vector<TrialId>> found = house.do_now(study.ask({count, std::move(client)}));
    REQUIRE(found);
    return *found;
}

PostedReport result(double objective) {
    PostedReport report;
    report.objective = objective;
    return report;
}

const Trial& trial(const StudyRunner& study, std::int64_t number) {
    return study.history().trials.at(static_cast<std::size_t>(number) - 1);
}

}  // namespace

TEST_CASE("a study without a trainer starts nothing by itself", "[asked]") {
    House house;
    StudyRunner& study = house.create(asked_study());
    CHECK(house.do_now(study.set_limits(study.study().config.limits)));  // a turn has passed
    CHECK(study.history().trials.empty());
    CHECK(house.scheduler().is_idle());
}

TEST_CASE("a client gets its unfinished trials again, and another client others", "[asked]") {
    House house;
    StudyRunner& study = house.create(asked_study());
    CHECK(ask(house, study, "a", 2) == ids({1, 2}));
    CHECK(ask(house, study, "a", 2) == ids({1, 2}));
    CHECK(ask(house, study, "b", 2) == ids({3, 4}));
    CHECK(house.do_now(study.tell(TrialId(1), result(0.5))));
    CHECK(ask(house, study, "a", 2) == ids({2, 5}));
    CHECK(trial(study, 1).objective() == 0.5);
    CHECK(trial(study, 5).client == "a");
    CHECK(trial(study, 5).state == TrialState::running);
}

TEST_CASE("no more trials are given out than the study may have, and then it ends", "[asked]") {
    House house;
    StudyRunner& study = house.create(asked_study(3));
    CHECK(ask(house, study, "a", 5) == ids({1, 2, 3}));
    CHECK(ask(house, study, "b", 1).empty());
    for (const std::int64_t number : {1, 2, 3}) {
        CHECK(house.do_now(study.tell(TrialId(number), result(0.5))));
    }
    house.run_until([&] { return study.study().state == StudyState::finished; });
    CHECK(study.study().reason == StudyReason::max_trials);
    const auto late = house.do_now(study.ask({1, "a"}));
    REQUIRE(!late);
    CHECK(late.error().code == ErrorCode::conflict);
    CHECK_THAT(late.error().message, Catch::Contains("is finished"));
}

TEST_CASE("an exhausted search space gives out what is left and ends the study", "[asked]") {
    House house;
    StudyConfig config = asked_study(100);
    config.space = *SearchSpace::create({*Parameter::create("kind", Categories{{"x", "y"}})});
    config.algorithm = Algorithm::grid;
    StudyRunner& study = house.create(config);
    CHECK(ask(house, study, "a", 5) == ids({1, 2}));
    CHECK(house.do_now(study.tell(TrialId(1), result(0.5))));
    CHECK(house.do_now(study.tell(TrialId(2), result(0.5))));
    house.run_until([&] { return study.study().state == StudyState::finished; });
    CHECK(study.study().reason == StudyReason::exhausted);
}

TEST_CASE("what was asked for before a restart is still its client's after it", "[asked]") {
    const bool passive = GENERATE(false, true);
    const Storage record = Storage::in_memory(at(0));
    {
        House house(Storage::in_memory_again(record, at(1)));
        StudyRunner& study = house.create(asked_study());
        CHECK(ask(house, study, "a", 2) == ids({1, 2}));
        CHECK(house.do_now(study.report(TrialId(1), at_step(7, 0.25))));
    }
    House house(Storage::in_memory_again(record, at(2)), passive);
    StudyRunner& study = *house.scheduler().runners().at(0);
    CHECK(ask(house, study, "a", 1) == ids({1}));
    CHECK(trial(study, 1).measurements.size() == 1);
    CHECK(house.do_now(study.tell(TrialId(1), {})));
    CHECK(trial(study, 1).outcome == Outcome{0.25, 7, {{"rmse", 0.25}}});
    CHECK(ask(house, study, "b", 2) == ids({3, 4}));
}

TEST_CASE("a client that was not answered tells again, and it counts once", "[asked]") {
    House house;
    StudyRunner& study = house.create(asked_study());
    ask(house, study, "a", 1);
    CHECK(house.do_now(study.tell(TrialId(1), result(0.5))));
    const Trial told = trial(study, 1);
    CHECK(house.do_now(study.tell(TrialId(1), result(0.5))));
    CHECK(trial(study, 1) == told);
}

TEST_CASE("a second result of a trial is a conflict and changes nothing", "[asked]") {
    House house;
    StudyRunner& study = house.create(asked_study());
    ask(house, study, "a", 1);
    CHECK(house.do_now(study.tell(TrialId(1), result(0.5))));
    const Result<void> again = house.do_now(study.tell(TrialId(1), result(0.75)));
    REQUIRE(!again);
    CHECK(again.error().code == ErrorCode::conflict);
    CHECK(trial(study, 1).objective() == 0.5);
}

TEST_CASE("what is refused when it is told changes nothing", "[asked]") {
    House house;
    StudyRunner& study = house.create(asked_study());
    ask(house, study, "a", 1);
    CHECK(!house.do_now(study.tell(TrialId(1), {})));
    CHECK(trial(study, 1).state == TrialState::running);
    CHECK(house.do_now(study.tell(TrialId(1), result(0.5))));
}

TEST_CASE("what is posted about a trial is judged by the pruner, too", "[asked]") {
    House house;
    StudyConfig config = asked_study();
    config.stopping.kind = StoppingKind::asha;
    config.stopping.unit = StoppingUnit::steps;
    config.stopping.eta = 2;
    StudyRunner& study = house.create(config);
    ask(house, study, "a", 3);
    CHECK(house.do_now(study.report(TrialId(1), at_step(1, 0.25))));
    CHECK(house.do_now(study.report(TrialId(2), at_step(1, 0.5))));
    CHECK(house.do_now(study.report(TrialId(3), at_step(1, 0.75))));
    CHECK(trial(study, 1).prune_reason.empty());
    CHECK(!trial(study, 3).prune_reason.empty());
    CHECK(trial(study, 3).state == TrialState::running);
    // It is not given out any more; what its client tells is taken for what it is.
    CHECK(ask(house, study, "a", 4) == ids({1, 4, 5, 6}));
    CHECK(house.do_now(study.tell(TrialId(3), at_step(2, 0.5))));
    CHECK(trial(study, 3).state == TrialState::pruned);
}

TEST_CASE("a trial that its user stops is pruned when its client tells", "[asked]") {
    House house;
    StudyRunner& study = house.create(asked_study());
    ask(house, study, "a", 1);
    CHECK(house.do_now(study.stop_trial(TrialId(1))));
    CHECK(house.do_now(study.stop_trial(TrialId(1))));
    CHECK(trial(study, 1).prune_reason == "stopped by its user");
    CHECK(house.do_now(study.tell(TrialId(1), result(0.5))));
    CHECK(trial(study, 1).state == TrialState::pruned);
    CHECK(!house.do_now(study.stop_trial(TrialId(1))));
}

TEST_CASE("trials of a study that is stopped now wait for the next who asks", "[asked]") {
    House house;
    StudyRunner& study = house.create(asked_study());
    ask(house, study, "a", 2);
    CHECK(house.do_now(study.pause(true, StudyReason::user)));
    house.run_until([&] { return trial(study, 2).state == TrialState::pending; });
    CHECK(trial(study, 1).state == TrialState::pending);
    CHECK(!house.do_now(study.ask({1, "b"})));
    CHECK(house.do_now(study.resume()));
    CHECK(ask(house, study, "b", 1) == ids({1}));
    CHECK(trial(study, 1).client == "b");
}

TEST_CASE("a trial that is told while it is taken back ends once", "[asked]") {
    House house;
    StudyRunner& study = house.create(asked_study());
    ask(house, study, "a", 1);
    boost::asio::co_spawn(
        house.loop(), study.pause(true, StudyReason::user), boost::asio::detached
    );
    boost::asio::co_spawn(house.loop(), study.cancel(), boost::asio::detached);
    CHECK(house.do_now(study.tell(TrialId(1), result(0.5))));
    CHECK(house.do_now(study.cancel()));  // the news of its end has been taken, too
    CHECK(trial(study, 1).objective() == 0.5);
}

TEST_CASE("a trial whose giving out was cut short is given out again", "[asked]") {
    House house;
    StudyRunner& study = house.create(asked_study());
    house.sound_calls = 3;  // what lives, the trial, its attempt; not that it runs
    house.trouble = StorageError("the disk broke");
    CHECK(!house.do_now(study.ask({1, "a"})));
    house.trouble.reset();
    CHECK(house.do_now(study.resume()));
    CHECK(ask(house, study, "b", 1) == ids({2}));
    CHECK(ask(house, study, "a", 1) == ids({1}));
    CHECK(house.do_now(study.cancel()));
    house.run_until([&] { return trial(study, 1).state == TrialState::cancelled; });
}

TEST_CASE("a cancelled study takes its trials back for good", "[asked]") {
    House house;
    StudyRunner& study = house.create(asked_study());
    ask(house, study, "a", 1);
    CHECK(house.do_now(study.cancel()));
    house.run_until([&] { return trial(study, 1).state == TrialState::cancelled; });
    CHECK(!house.do_now(study.tell(TrialId(1), result(0.5))));
}

TEST_CASE("the three first failures of an asked study do not pause it", "[asked]") {
    House house;
    StudyRunner& study = house.create(asked_study());
    PostedReport infeasible;
    infeasible.metrics.push_back({std::string(kInfeasibleMetric), 1});
    for (const std::int64_t number : {1, 2, 3, 4}) {
        CHECK(ask(house, study, "a", 1) == ids({number}));
        CHECK(house.do_now(study.tell(TrialId(number), infeasible)));
    }
    CHECK(study.study().state == StudyState::running);
}

TEST_CASE("a trial that its user brings with a result is completed at once", "[asked]") {
    House house;
    StudyRunner& study = house.create(asked_study());
    const Assignment mine(
        {{"batch_size", std::int64_t{8}},
         {"nembeds", std::int64_t{3}},
         {"nnsize", std::int64_t{64}}}
    );
    const Result<TrialId> added = house.do_now(study.add_trial({mine, result(0.5)}));
    REQUIRE(added);
    CHECK(*added == TrialId(1));
    CHECK(trial(study, 1).state == TrialState::completed);
    CHECK(trial(study, 1).provenance.origin == Origin::user);
    const Result<TrialId> next = house.do_now(study.add_trial({mine, std::nullopt}));
    REQUIRE(next);
    CHECK(ask(house, study, "a", 1) == ids({2}));
    CHECK(trial(study, 2).assignment == mine);
}

TEST_CASE("a brought trial that does not fit the search space is refused", "[asked]") {
    House house;
    StudyRunner& study = house.create(asked_study());
    const auto added = house.do_now(study.add_trial({Assignment({{"nonsense", 0.5}}), {}}));
    REQUIRE(!added);
    CHECK(added.error().code == ErrorCode::invalid_argument);
    CHECK(study.history().trials.empty());
}

TEST_CASE("a study with a trainer is not asked", "[asked]") {
    House house;
    StudyRunner& study = house.create(House::small_study(4, 2));
    const auto found = house.do_now(study.ask({1, "a"}));
    REQUIRE(!found);
    CHECK_THAT(found.error().message, Catch::Contains("has a trainer"));
}
