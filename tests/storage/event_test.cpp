#include "tests/storage/fixtures.h"

#include <nlohmann/json.hpp>

using namespace tuner;

namespace {

std::vector<EventKind> kinds(const std::vector<Event>& events) {
    std::vector<EventKind> all;
    for (const Event& event : events) {
        all.push_back(event.kind);
    }
    return all;
}

}  // namespace

TEST_CASE("every change has its event", "[storage]") {
    Storage storage = Storage::in_memory();
    Study study = add_study_with_trials(storage, 2);
    const AttemptRecord attempt = run_trial(storage, study.key, 1);
    Trial requeued = trial_of(storage, study.key, 1);
    REQUIRE(requeued.requeue());
    REQUIRE(storage.end_attempt({attempt.id, {}, requeued}, at(5)));
    const AttemptRecord second = run_trial(storage, study.key, 1);
    const Trial done = completed(trial_of(storage, study.key, 1));
    REQUIRE(storage.end_attempt({second.id, exit_code(0), done}, at(6)));
    REQUIRE(study.pause(StudyReason::error, "disk full"));
    REQUIRE(storage.update_study(study, StudyState::running, at(7)));

    const std::vector<EventKind> expected = {
        EventKind::study_created,
        EventKind::trial_created,
        EventKind::trial_created,
        EventKind::trial_started,
        EventKind::trial_requeued,
        EventKind::trial_started,
        EventKind::trial_ended,
        EventKind::study_changed};
    const std::vector<Event> announced = storage.take_events();
    CHECK(kinds(announced) == expected);
    CHECK(storage.take_events().empty());
    CHECK(storage.events_after(0, "", 100) == announced);
    for (std::size_t i = 0; i < announced.size(); ++i) {
        CHECK(announced[i].id == static_cast<std::int64_t>(i) + 1);
        CHECK(announced[i].study == "digits-1");
    }
    CHECK(storage.last_event() == 8);
}

TEST_CASE("events tell of the study or trial as it is after", "[storage]") {
    Storage storage = Storage::in_memory();
    Study study = add_study_with_trials(storage, 1);
    const AttemptRecord attempt = run_trial(storage, study.key, 1);
    const Trial done = completed(trial_of(storage, study.key, 1), 0.625);
    REQUIRE(storage.end_attempt({attempt.id, exit_code(0), done}, at(6)));
    REQUIRE(study.pause(StudyReason::error, "disk \"full\""));
    study.config.limits.max_trials = 77;
    REQUIRE(storage.update_study(study, StudyState::running, at(7)));
    const std::vector<Event> events = storage.take_events();

    const auto ended = nlohmann::json::parse(events.at(3).json);
    CHECK(events[3].trial == TrialId(1));
    CHECK(events[3].time == at(6));
    CHECK(ended.at("id") == 1);
    CHECK(ended.at("study") == "digits-1");
    CHECK(ended.at("state") == "completed");
    CHECK(ended.at("objective") == 0.625);

    const auto changed = nlohmann::json::parse(events.at(4).json);
    CHECK_FALSE(events[4].trial);
    CHECK(changed.at("id") == "digits-1");
    CHECK(changed.at("state") == "paused");
    CHECK(changed.at("reason") == "error");
    CHECK(changed.at("message") == "disk \"full\"");
    CHECK(changed.at("maxTrials") == 77);
}

TEST_CASE("measurements are announced but not recorded", "[storage]") {
    Storage storage = Storage::in_memory();
    const Study study = add_study_with_trials(storage, 1);
    const AttemptRecord attempt = run_trial(storage, study.key, 1);
    const std::int64_t last = storage.last_event();
    storage.take_events();
    const std::vector<Measurement> report = {
        {5, {{"accuracy", 0.5}, {"loss", std::numeric_limits<double>::quiet_NaN()}}}};
    REQUIRE(storage.add_measurements(attempt.id, report, 10, at(9)));
    const std::vector<Event> events = storage.take_events();
    REQUIRE(events.size() == 1);
    CHECK(events[0].id == 0);
    CHECK(events[0].kind == EventKind::trial_measured);
    CHECK(events[0].trial == TrialId(1));
    CHECK(
        events[0].json ==
        R"({"id":1,"study":"digits-1","measurements":[{"step":5,"metrics":{"accuracy":0.5,"loss":null}}]})"
    );
    CHECK(storage.last_event() == last);
    CHECK(storage.events_after(last, "", 9).empty());
}

TEST_CASE("a listener asks for the events after the last it saw", "[storage]") {
    Storage storage = Storage::in_memory();
    CHECK(storage.last_event() == 0);
    CHECK(storage.events_after(0, "", 10).empty());
    const Study a = add_study_with_trials(storage, 3, "a");
    const Study b = add_study_with_trials(storage, 2, "b");
    const auto ids = [&](std::int64_t after, std::string_view study, std::size_t limit) {
        std::vector<std::int64_t> found;
        for (const Event& event : storage.events_after(after, study, limit)) {
            found.push_back(event.id);
        }
        return found;
    };
    CHECK(ids(0, "", 100) == std::vector<std::int64_t>{1, 2, 3, 4, 5, 6, 7});
    CHECK(ids(5, "", 100) == std::vector<std::int64_t>{6, 7});
    CHECK(ids(2, "a-1", 100) == std::vector<std::int64_t>{3, 4});
    CHECK(ids(2, "b-1", 2) == std::vector<std::int64_t>{5, 6});
    CHECK(ids(0, "", 0).empty());
    CHECK(ids(7, "", std::numeric_limits<std::size_t>::max()).empty());
    CHECK(ids(0, "nobody-1", 9).empty());
}

TEST_CASE("event numbers never go back even when a study is deleted", "[storage]") {
    const TempDir dir;
    std::int64_t last = 0;
    {
        Storage storage = Storage::open(dir.database(), an_identity(), at(1));
        const Study study = add_study_with_trials(storage, 3);
        REQUIRE(storage.delete_study(study.key, at(2)));
        last = storage.last_event();
        CHECK(last == 5);
    }
    Storage storage = Storage::open(dir.database(), an_identity(), at(3));
    CHECK(storage.last_event() == last);
    storage.create_study(a_study(), at(4));
    CHECK(storage.take_events().at(0).id == last + 1);
}
