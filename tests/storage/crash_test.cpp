#include "tests/storage/child.h"
#include "tests/storage/fixtures.h"
#include "tuner/base/random.h"

#include <stdexcept>
#include <thread>

#include <fmt/format.h>

using namespace tuner;

namespace {

// What a daemon had acknowledged when it was killed.
struct Acknowledged {
    std::int64_t trials = 0;
    std::int64_t begun = 0;
    std::int64_t measured = 0;
    std::int64_t ended = 0;
};

template <class T>
void must(const Result<T>& result) {
    if (!result) {
        throw std::runtime_error(result.error().message);
    }
}

// Works through trials for ever and says each step, one letter, after it was stored. In a child.
void work(const std::filesystem::path& file, StudyKey study, int out) {
    Storage storage = Storage::open(file, an_identity(), at(1));
    for (auto number = static_cast<std::int64_t>(storage.trials(study).size()) + 1;; ++number) {
        Trial trial = a_trial(number);
        must(storage.add_trials(study, {&trial, 1}, at(2)));
        Child::say(out, "t");
        must(trial.start(at(3)));
        const AttemptRecord attempt = storage.begin_attempt(study, trial, "/work", at(3)).value();
        must(storage.set_running(attempt.id, an_identity(), at(3)));
        Child::say(out, "b");
        for (std::int64_t step = 1; step <= 3; ++step) {
            const std::vector<Measurement> report = {{step, {{"accuracy", 0.5}, {"loss", 1}}}};
            must(storage.add_measurements(attempt.id, report, step, at(4)));
            Child::say(out, "m");
        }
        must(trial.complete({0.5, 3, {{"accuracy", 0.5}}}, at(5)));
        must(storage.end_attempt({attempt.id, exit_code(0), trial}, at(5)));
        Child::say(out, "e");
    }
}

void count(const std::string& said, Acknowledged& total) {
    for (const char letter : said) {
        total.trials += letter == 't' ? 1 : 0;
        total.begun += letter == 'b' ? 1 : 0;
        total.measured += letter == 'm' ? 1 : 0;
        total.ended += letter == 'e' ? 1 : 0;
    }
}

// Everything acknowledged is there, nothing is half there, and at most one step more.
void check(Storage& storage, StudyKey study, Acknowledged& total) {
    Acknowledged found;
    for (const Trial& trial : storage.trials(study)) {
        ++found.trials;
        found.begun += trial.attempts;
        found.measured += static_cast<std::int64_t>(trial.measurements.size());
        for (const Measurement& measurement : trial.measurements) {
            CHECK(measurement.metrics.size() == 2);
        }
        const auto attempts = storage.attempts(study, trial.id);
        const bool ended = trial.state == TrialState::completed;
        found.ended += ended ? 1 : 0;
        CHECK(attempts.size() == static_cast<std::size_t>(trial.attempts));
        if (!attempts.empty()) {
            CHECK(ended == (attempts.back().state == AttemptState::ended));
            CHECK(
                attempts.back().metrics_offset ==
                static_cast<std::int64_t>(trial.measurements.size())
            );
        }
    }
    CHECK(found.trials - total.trials <= 1);
    CHECK(found.trials >= total.trials);
    CHECK(found.begun >= total.begun);
    CHECK(found.measured >= total.measured);
    CHECK(found.ended >= total.ended);
    // One event for each change of a study or trial: created, started, ended.
    CHECK(storage.last_event() == 1 + found.trials + found.begun + found.ended);
    CHECK(
        storage.events_after(0, "", 1'000'000).size() ==
        static_cast<std::size_t>(storage.last_event())
    );
    total = found;
}

}  // namespace

TEST_CASE("nothing acknowledged is lost when the daemon is killed", "[storage]") {
    const TempDir dir;
    StudyKey study;
    {
        Storage storage = Storage::open(dir.database(), an_identity(), at(1));
        study = storage.create_study(a_study(), at(1)).key;
    }
    Rng rng(42, "kill");
    Acknowledged total;
    for (int round = 0; round < 40; ++round) {
        CAPTURE(round);
        Child child([&](int out) { work(dir.database(), study, out); });
        // Somewhere within the next steps, or already while it opens the database.
        const std::uint64_t steps = rng.below(30);
        std::string said;
        while (said.size() < steps) {
            said += child.read(1);
        }
        std::this_thread::sleep_for(std::chrono::microseconds(rng.below(3'000)));
        child.kill();
        said += child.read(4096);
        CHECK(said.find_first_not_of("tbme") == std::string::npos);
        count(said, total);
        Storage storage = Storage::open(dir.database(), an_identity(), at(2));
        check(storage, study, total);
    }
    CHECK(total.ended > 20);
}
