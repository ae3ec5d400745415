#include "tuner/scheduler/scheduler.h"

#include "tests/scheduler/house.h"

#include <catch2/catch.hpp>

using namespace tuner;
using namespace tuner::test;

TEST_CASE("a study runs its trials a few at a time until all have ended", "[scheduler]") {
    House house;
    StudyRunner& runner = house.create();
    house.run_until([&] { return runner.running_attempts() == 2; });
    CHECK(house.executor.launches.size() == 2);
    for (std::int64_t attempt = 1; attempt <= 4; ++attempt) {
        house.run_until([&] { return house.executor.knows(AttemptId(attempt)); });
        CHECK(runner.running_attempts() <= 2);
        house.completes(AttemptId(attempt), 1.0 / static_cast<double>(attempt));
    }
    house.run_until([&] { return runner.study().state == StudyState::finished; });
    CHECK(runner.study().reason == StudyReason::max_trials);
    CHECK(count(runner, TrialState::completed) == 4);
    CHECK(runner.history().best()->id == TrialId(4));
    CHECK(house.scheduler().is_idle());
}

TEST_CASE("what a study becomes in memory is what is stored", "[scheduler]") {
    House house;
    StudyRunner& runner = house.create(House::small_study(3, 3));
    house.run_until([&] { return runner.running_attempts() == 3; });
    house.completes(AttemptId(1), 1.5);
    house.executor.ends(AttemptId(2), exited(1));
    house.executor.says(AttemptId(3), {7, {{"rmse", 1.1}}});
    house.run_until([&] {
        return runner.running_attempts() == 1 && !runner.history().trials[2].measurements.empty();
    });
    const auto stored =
        house.ask_storage([key = runner.study().key](Storage& s) { return s.trials(key); });
    CHECK(stored == runner.history().trials);
}

TEST_CASE("a paused study lets running trials end and starts no more", "[scheduler]") {
    House house;
    StudyRunner& runner = house.create();
    house.run_until([&] { return runner.running_attempts() == 2; });
    REQUIRE(house.do_now(runner.pause(false, StudyReason::user)));
    CHECK(house.executor.execution(AttemptId(1)).stops == 0);
    house.completes(AttemptId(1), 1);
    house.completes(AttemptId(2), 2);
    house.run_until([&] { return runner.running_attempts() == 0; });
    CHECK(count(runner, TrialState::completed) == 2);
    CHECK(runner.history().trials.size() == 2);

    REQUIRE(house.do_now(runner.resume()));
    house.run_until([&] { return runner.running_attempts() == 2; });
}

TEST_CASE(
    "a study paused at once queues its stopped trials and runs them again under their numbers",
    "[scheduler]"
) {
    House house;
    StudyRunner& runner = house.create();
    house.run_until([&] { return runner.running_attempts() == 2; });
    REQUIRE(house.do_now(runner.pause(true, StudyReason::interrupted)));
    CHECK(house.executor.execution(AttemptId(1)).stops == 1);
    house.executor.ends(AttemptId(1), ended_as(ExitKind::stopped));
    house.executor.ends(AttemptId(2), ended_as(ExitKind::stopped));
    house.run_until([&] { return runner.running_attempts() == 0; });
    CHECK(count(runner, TrialState::pending) == 2);

    REQUIRE(house.do_now(runner.resume()));
    house.run_until([&] { return runner.running_attempts() == 2; });
    CHECK(runner.history().trials.size() == 2);
    CHECK(runner.history().trials[0].attempts == 2);
}

TEST_CASE("a cancelled study stops its trainers and cancels every open trial", "[scheduler]") {
    House house;
    StudyRunner& runner = house.create();
    house.run_until([&] { return runner.running_attempts() == 2; });
    REQUIRE(house.do_now(runner.cancel()));
    house.executor.ends(AttemptId(1), ended_as(ExitKind::stopped));
    house.executor.ends(AttemptId(2), exited(0));
    house.run_until([&] { return runner.running_attempts() == 0; });
    CHECK(count(runner, TrialState::cancelled) == 2);
    CHECK(runner.study().state == StudyState::cancelled);
    CHECK_FALSE(house.do_now(runner.resume()));
}

TEST_CASE("a finished study refuses to go on until its limit is raised", "[scheduler]") {
    House house;
    StudyRunner& runner = house.create(House::small_study(1, 1));
    house.run_until([&] { return runner.running_attempts() == 1; });
    house.completes(AttemptId(1), 1);
    house.run_until([&] { return runner.study().state == StudyState::finished; });
    const auto refused = house.do_now(runner.resume());
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::conflict);
    Limits more = runner.study().config.limits;
    more.max_trials = 2;
    REQUIRE(house.do_now(runner.set_limits(more)));
    REQUIRE(house.do_now(runner.resume()));
    house.run_until([&] { return runner.running_attempts() == 1; });
}

TEST_CASE("T-39 a study whose trainer cannot be started pauses and says so", "[scheduler]") {
    House house;
    house.executor.refusal = Error{ErrorCode::invalid_argument, "there is no program trainer"};
    StudyRunner& runner = house.create(House::small_study(20, 1));
    house.run_until([&] { return runner.study().state == StudyState::paused; });
    CHECK(runner.history().trials.size() == 3);
    CHECK(runner.study().message.find("there is no program trainer") != std::string::npos);
}

TEST_CASE("trials are launched with their flags after the committed intent", "[scheduler]") {
    House house;
    StudyRunner& runner = house.create(House::small_study(1, 1));
    house.run_until([&] { return runner.running_attempts() == 1; });
    const Launch& launch = house.executor.launches.front();
    const Trial& trial = runner.history().trials.front();
    const std::vector<std::string> flags = to_flags(trial.assignment);
    CHECK(std::vector<std::string>(launch.argv.begin() + 1, launch.argv.end()) == flags);
    CHECK(launch.dir == "/nowhere/babyweight-1/1/1");
    CHECK(launch.env.at("TUNER_TRIAL") == "1");
}

TEST_CASE(
    "a new daemon adopts what runs, abandons what was only intended, and renumbers nothing",
    "[scheduler]"
) {
    Storage storage = Storage::in_memory(at(0));
    const Study study = storage.create_study({House::small_study(3, 3), "", ""}, at(0));
    std::vector<Trial> trials;
    for (int id = 1; id <= 3; ++id) {
        trials.push_back(Trial::create(
            TrialId(id),
            {Assignment(
                 {{"batch_size", std::int64_t{8}},
                  {"nembeds", std::int64_t{3 + id}},
                  {"nnsize", std::int64_t{64}}}
             ),
             {}},
            at(1)
        ));
    }
    must(storage.add_trials(study.key, trials, at(1)));
    for (int id = 1; id <= 2; ++id) {
        must(trials[static_cast<std::size_t>(id) - 1].start(at(2)));
        must(storage.begin_attempt(
            study.key, trials[static_cast<std::size_t>(id) - 1], "/nowhere", at(2)
        ));
    }
    must(storage.set_running(AttemptId(1), {"boot", "pidns", 1, 1}, at(3)));

    House house(std::move(storage));
    StudyRunner& runner = *house.scheduler().find("babyweight-1");
    house.run_until([&] { return runner.running_attempts() == 3; });
    CHECK(house.executor.adopted == std::vector{AttemptId(1)});
    CHECK(house.executor.abandoned == std::vector{AttemptId(2)});
    CHECK(runner.history().trials.size() == 3);
    CHECK(runner.history().trials[0].attempts == 1);
    CHECK(runner.history().trials[1].attempts == 2);
    CHECK(house.executor.execution(AttemptId(1)).let_go);
}

TEST_CASE("a study whose end was stored and no more leaves no trial open", "[scheduler]") {
    Storage storage = Storage::in_memory(at(0));
    Study study = storage.create_study({House::small_study(3, 3), "", ""}, at(0));
    const Assignment point(
        {{"batch_size", std::int64_t{8}},
         {"nembeds", std::int64_t{3}},
         {"nnsize", std::int64_t{64}}}
    );
    const std::vector<Trial> trials{Trial::create(TrialId(1), {point, {}}, at(1))};
    must(storage.add_trials(study.key, trials, at(1)));
    must(study.cancel(at(2)));
    must(storage.update_study(study, StudyState::running, at(2)));

    House house(std::move(storage));
    const StudyRunner& runner = *house.scheduler().find("babyweight-1");
    house.run_until([&] { return count(runner, TrialState::cancelled) == 1; });
    CHECK(house.executor.launches.empty());
}

TEST_CASE("a passive daemon starts and adopts nothing", "[scheduler]") {
    Storage storage = Storage::in_memory(at(0));
    storage.create_study({House::small_study(3, 3), "", ""}, at(0));
    House house(std::move(storage), true);
    StudyRunner& runner = *house.scheduler().find("babyweight-1");
    REQUIRE(house.do_now(runner.pause(false, StudyReason::user)));
    CHECK(runner.study().state == StudyState::paused);
    CHECK(house.executor.launches.empty());
}

TEST_CASE("everything that happens is announced in order after it is stored", "[scheduler]") {
    House house;
    const auto events = house.subscribe();
    StudyRunner& runner = house.create(House::small_study(1, 1));
    house.run_until([&] { return runner.running_attempts() == 1; });
    house.completes(AttemptId(1), 1);
    house.run_until([&] { return runner.study().state == StudyState::finished; });
    std::vector<EventKind> kinds;
    while (kinds.size() < 6) {
        kinds.push_back(house.do_now(events->next())->kind);
    }
    CHECK(
        kinds ==
        std::vector{
            EventKind::study_created,
            EventKind::trial_created,
            EventKind::trial_started,
            EventKind::trial_measured,
            EventKind::trial_ended,
            EventKind::study_changed,
        }
    );
}

TEST_CASE("a study can be forgotten once nothing of it runs", "[scheduler]") {
    House house;
    StudyRunner& runner = house.create(House::small_study(1, 1));
    house.run_until([&] { return runner.running_attempts() == 1; });
    CHECK(
        house.do_now(house.scheduler().remove("babyweight-1")).error().code == ErrorCode::conflict
    );
    house.completes(AttemptId(1), 1);
    house.run_until([&] { return house.scheduler().is_idle(); });
    CHECK(house.do_now(house.scheduler().remove("babyweight-1")));
    CHECK(house.scheduler().runners().empty());
    CHECK(
        house.do_now(house.scheduler().remove("babyweight-1")).error().code == ErrorCode::not_found
    );
}

TEST_CASE(
    "a measurement that a trainer says twice is one in memory, as it is on record", "[scheduler]"
) {
    House house;
    StudyRunner& runner = house.create(House::small_study(1, 1));
    house.run_until([&] { return runner.running_attempts() == 1; });
    house.executor.says(AttemptId(1), {1, {{"rmse", 0.5}}});
    house.executor.says(AttemptId(1), {1, {{"rmse", 0.6}}});
    house.executor.says(AttemptId(1), {1, {{"rmse", 0.5}}});
    house.executor.says(AttemptId(1), {2, {{"rmse", 0.4}}});
    house.run_until([&] {
        return house
                   .ask_storage([](Storage& s) { return s.attempts(StudyKey(1), TrialId(1)).at(0); }
                   )
                   .metrics_offset == 40;
    });
    const auto stored =
        house.ask_storage([key = runner.study().key](Storage& s) { return s.trials(key); });
    CHECK(stored == runner.history().trials);
    CHECK(runner.history().trials[0].measurements.size() == 3);
}

TEST_CASE("a command behind the one that forgets the study is answered", "[scheduler]") {
    House house;
    StudyRunner& runner = house.create();
    CHECK(house.do_now(runner.pause(true, StudyReason::user)));
    house.executor.ends(AttemptId(1), ended_as(ExitKind::stopped));
    house.executor.ends(AttemptId(2), ended_as(ExitKind::stopped));
    house.run_until([&] { return runner.running_attempts() == 0; });
    std::optional<Result<void>> answer;
    asio::co_spawn(house.loop(), runner.end(), [](std::exception_ptr) {});
    asio::co_spawn(house.loop(), runner.resume(), [&](std::exception_ptr, Result<void> said) {
        answer = std::move(said);
    });
    house.run_until([&] { return answer.has_value(); });
    REQUIRE_FALSE(*answer);
    CHECK(answer->error().code == ErrorCode::unavailable);
}
