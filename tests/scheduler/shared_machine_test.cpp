// Studies that share one machine: what their trials take, and what they say while they wait.

#include "tests/scheduler/house.h"

#include <algorithm>

#include <catch2/catch.hpp>

using namespace tuner;
using namespace tuner::test;

namespace {

StudyConfig asking(Resources resources, std::int64_t trials, std::int64_t parallel) {
    StudyConfig config = House::small_study(trials, parallel);
    config.resources = resources;
    return config;
}

std::string devices(const House& house, std::size_t launch) {
    return house.executor.launches.at(launch).env.at("CUDA_VISIBLE_DEVICES");
}

// Lets the loop run until it has nothing to do.
void settle(House& house) {
    for (int quiet = 0; quiet < 3;) {
        house.loop().restart();
        quiet = house.loop().poll() == 0 ? quiet + 1 : 0;
        (void)house.ask_storage([](Storage& s) { return s.last_event(); });
    }
}

}  // namespace

TEST_CASE("no more trials run than there are GPUs for, each with its own", "[shared_machine]") {
    House house(Storage::in_memory(at(0)), false, with_gpus(2));
    StudyRunner& runner = house.create(asking({0, 1, 0}, 3, 5));
    house.run_until([&] { return runner.running_attempts() == 2 && !runner.waiting({}).empty(); });
    CHECK(runner.history().trials.size() == 2);  // the third is thought of when it can run
    CHECK(devices(house, 0) == "0");
    CHECK(devices(house, 1) == "1");
    CHECK(runner.waiting({}) == "waits for 1 gpu: 2 of 2 are held by trials 1, 2 of babyweight-1");
    house.completes(AttemptId(1), 1);
    house.run_until([&] { return house.executor.launches.size() == 3; });
    CHECK(devices(house, 2) == "0");
    house.run_until([&] { return runner.running_attempts() == 2; });
    CHECK(runner.waiting({}).empty());
    house.completes(AttemptId(2), 1);
    house.completes(AttemptId(3), 1);
    house.run_until([&] { return runner.study().state == StudyState::finished; });
}

TEST_CASE("studies that wait for one GPU take turns", "[shared_machine]") {
    House house(Storage::in_memory(at(0)), false, with_gpus(1));
    StudyRunner& first = house.create(asking({0, 1, 0}, 3, 1));
    house.run_until([&] { return first.running_attempts() == 1; });
    StudyRunner& second = house.create(asking({0, 1, 0}, 3, 1));
    house.run_until([&] { return !second.waiting({}).empty(); });
    CHECK(second.history().trials.empty());
    std::vector<std::string> order;
    for (std::int64_t attempt = 1; attempt <= 6; ++attempt) {
        house.run_until([&] { return house.executor.knows(AttemptId(attempt)); });
        house.run_until([&] { return first.running_attempts() + second.running_attempts() == 1; });
        order.push_back(first.running_attempts() == 1 ? "first" : "second");
        house.completes(AttemptId(attempt), 1);
        house.run_until([&] {
            return first.running_attempts() + second.running_attempts() == 0 ||
                   house.executor.knows(AttemptId(attempt + 1));
        });
    }
    CHECK(
        order == std::vector<std::string>{"first", "second", "first", "second", "first", "second"}
    );
}

TEST_CASE("an attempt that is adopted keeps its GPU from every other study", "[shared_machine]") {
    Storage file = Storage::in_memory(at(0));
    std::string first_id;
    {
        House house(Storage::in_memory_again(file, at(0)), false, with_gpus(2));
        StudyRunner& other = house.create(asking({0, 1, 0}, 1, 1));
        StudyRunner& first = house.create(asking({0, 1, 0}, 1, 1));
        house.run_until([&] {
            return other.running_attempts() == 1 && first.running_attempts() == 1;
        });
        first_id = first.study().id;
        const auto live = house.ask_storage([](Storage& s) { return s.live_attempts(); });
        REQUIRE(live.size() == 2);
        CHECK(live[0].gpus != live[1].gpus);
        house.completes(live[0].id, 1);
        house.run_until([&] {
            return house.scheduler().find(other.study().id)->study().state == StudyState::finished;
        });
    }
    House house(Storage::in_memory_again(file, at(9)), false, with_gpus(2));
    StudyRunner& third = house.create(asking({0, 1, 0}, 2, 2));
    house.run_until([&] { return third.running_attempts() == 1 && !third.waiting({}).empty(); });
    const auto live = house.ask_storage([](Storage& s) { return s.live_attempts(); });
    REQUIRE(live.size() == 2);
    CHECK(live[0].gpus != live[1].gpus);
    const AttemptId adopted = house.executor.adopted.at(0);
    house.completes(adopted, 1);
    house.run_until([&] { return third.running_attempts() == 2; });
    CHECK(house.scheduler().find(first_id)->study().state == StudyState::finished);
}

TEST_CASE("what storage failed to record holds no GPU when it works again", "[shared_machine]") {
    House house(Storage::in_memory(at(0)), false, with_gpus(1));
    StudyRunner& runner = house.create(asking({0, 1, 0}, 2, 2));
    house.run_until([&] { return runner.running_attempts() == 1; });
    house.trouble = StorageError("the disk broke");
    house.completes(AttemptId(1), 1);
    house.run_until([&] { return runner.study().state == StudyState::paused; });
    house.trouble.reset();
    REQUIRE(house.do_now(runner.resume()));
    house.run_until([&] { return runner.running_attempts() == 1; });
    // The attempt whose end could not be stored is adopted, and still the only one.
    settle(house);
    CHECK(house.executor.launches.size() == 1);
    house.completes(house.executor.adopted.at(0), 1);
    house.run_until([&] { return house.executor.launches.size() == 2; });
    CHECK(devices(house, 1) == "0");
}

TEST_CASE("a paused study leaves its place in the line", "[shared_machine]") {
    House house(Storage::in_memory(at(0)), false, with_gpus(2));
    StudyRunner& small = house.create(asking({0, 1, 0}, 5, 1));
    house.run_until([&] { return small.running_attempts() == 1; });
    StudyRunner& large = house.create(asking({0, 2, 0}, 1, 1));
    house.run_until([&] { return !large.waiting({}).empty(); });
    StudyRunner& next = house.create(asking({0, 1, 0}, 1, 1));
    house.run_until([&] { return !next.waiting({}).empty(); });
    CHECK(
        next.waiting({}) ==
        "waits for its turn: study " + large.study().id + " came first and waits for 2 gpus"
    );
    REQUIRE(house.do_now(large.pause(false, StudyReason::user)));
    house.run_until([&] { return next.running_attempts() == 1; });
}

TEST_CASE("a request that this machine can no longer meet waits and says so", "[shared_machine]") {
    House house(Storage::in_memory(at(0)), false, with_gpus(1));
    StudyRunner& runner = house.create(asking({0, 4, 0}, 1, 1));
    house.run_until([&] { return !runner.waiting({}).empty(); });
    CHECK(runner.waiting({}) == "cannot start here: a trial asks for 4 gpus, this machine has 1");
    CHECK(house.executor.launches.empty());
    REQUIRE(house.do_now(runner.set_resources({0, 1, 0})));
    house.run_until([&] { return runner.running_attempts() == 1; });
}

TEST_CASE("what a running trial is said to have measured is stored once", "[shared_machine]") {
    House house;
    StudyRunner& runner = house.create(House::small_study(1, 1));
    house.run_until([&] { return runner.running_attempts() == 1; });
    CHECK(runner.token_of(TrialId(1)).starts_with("trial-"));
    CHECK(house.executor.launches.at(0).env.contains("TUNER_TRIAL"));
    for (int time = 0; time < 2; ++time) {
        REQUIRE(house.do_now(runner.report(TrialId(1), {300, {{"rmse", 1.25}}, {}, ""})));
    }
    REQUIRE(house.do_now(runner.report(TrialId(1), {{}, {}, 1.5, ""})));
    const Trial& trial = runner.history().trials.at(0);
    CHECK(
        trial.measurements ==
        std::vector<Measurement>{{300, {{"rmse", 1.25}}}, {300, {{"rmse", 1.5}}}}
    );
    house.executor.ends(AttemptId(1), exited(0));
    house.run_until([&] { return runner.study().state == StudyState::finished; });
    CHECK(runner.history().trials.at(0).outcome->objective == 1.5);
    CHECK(runner.token_of(TrialId(1)).empty());
    CHECK(
        house.do_now(runner.report(TrialId(1), {1, {{"rmse", 1}}, {}, ""})).error().code ==
        ErrorCode::conflict
    );
}

TEST_CASE("a trial whose trainer said so is infeasible", "[shared_machine]") {
    House house;
    StudyRunner& runner = house.create(House::small_study(1, 1));
    house.run_until([&] { return runner.running_attempts() == 1; });
    const std::vector<Metric> said{{std::string(kInfeasibleMetric), 1}};
    REQUIRE(house.do_now(runner.report(TrialId(1), {{}, said, {}, "no such kernel"})));
    house.completes(AttemptId(1), 1.0);
    house.run_until([&] { return runner.study().state == StudyState::finished; });
    CHECK(runner.history().trials.at(0).failure->kind == FailureKind::infeasible);
}

TEST_CASE("a study that is deleted after a failed start leaves no GPU taken", "[shared_machine]") {
    House house(Storage::in_memory(at(0)), false, with_gpus(1));
    house.sound_calls = 3;  // the study, its attempts, its first trial; not the start of that
    house.trouble = StorageError("the disk broke");
    StudyRunner& first = house.create(asking({0, 1, 0}, 2, 2));
    house.run_until([&] { return first.study().state == StudyState::paused; });
    REQUIRE(first.history().trials.size() == 1);
    house.trouble.reset();
    StudyRunner& second = house.create(asking({0, 1, 0}, 1, 1));
    house.run_until([&] { return !second.waiting({}).empty(); });
    const std::string id = first.study().id;
    REQUIRE(house.do_now(house.scheduler().remove(id)));
    house.run_until([&] { return second.running_attempts() == 1; });
}
