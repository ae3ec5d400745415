#include "tests/storage/model.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

namespace tuner {

namespace {

Metric random_metric(Rng& rng, std::string name) {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    const double value = rng.below(20) == 0 ? kInfinity : rng.normal();
    return {std::move(name), value};
}

}  // namespace

void StorageModel::step(Storage& storage) {
    now_ += Duration(1);
    if (studies_.empty() || rng_.below(40) == 0) {
        create(storage);
        return;
    }
    auto place = studies_.begin();
    std::advance(place, rng_.below(studies_.size()));
    Held& held = place->second;
    if (rng_.below(60) == 0) {
        forget(storage, held);
    } else if (rng_.below(10) == 0) {
        change(storage, held);
    } else if (held.trials.empty() || rng_.below(8) == 0) {
        add(storage, held);
    } else if (rng_.below(12) == 0) {
        cancel(storage, held);
    } else {
        Trial& trial = held.trials[rng_.below(held.trials.size())];
        if (AttemptRecord* attempt = live_attempt(held, trial)) {
            go_on(storage, held, trial, *attempt);
        } else {
            begin(storage, held, trial);
        }
    }
}

void StorageModel::compare(Storage& storage) const {
    std::vector<Study> studies;
    std::vector<AttemptRecord> live;
    for (const auto& [key, held] : studies_) {
        studies.push_back(held.study);
        CHECK(storage.study(StudyKey(key)) == held.study);
        CHECK(storage.trials(StudyKey(key)) == held.trials);
        for (const auto& [number, attempts] : held.attempts) {
            CHECK(storage.attempts(StudyKey(key), TrialId(number)) == attempts);
            if (attempts.back().state != AttemptState::ended) {
                live.push_back(attempts.back());
            }
        }
    }
    std::sort(live.begin(), live.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
    CHECK(storage.studies() == studies);
    CHECK(storage.live_attempts() == live);
    CHECK(storage.last_event() == last_event_);
}

void StorageModel::create(Storage& storage) {
    const std::string name = rng_.below(2) == 0 ? "ant" : "bee";
    const Study created = storage.create_study(a_study(name), now_);
    CHECK(created.id == fmt::format("{}-{}", name, ++numbers_[name]));
    studies_[created.key.value()].study = created;
    took(storage, EventKind::study_created);
}

void StorageModel::change(Storage& storage, Held& held) {
    Study after = held.study;
    const StudyState before = after.state;
    after.config.limits.max_trials = static_cast<std::int64_t>(rng_.below(1'000)) + 1;
    if (!after.pause(StudyReason::user, "by a test") && !after.resume()) {
        return;
    }
    const StudyState wrong =
        before == StudyState::paused ? StudyState::finished : StudyState::paused;
    CHECK(storage.update_study(after, wrong, now_).error().code == ErrorCode::conflict);
    CHECK(storage.update_study(after, before, now_));
    held.study = after;
    took(storage, EventKind::study_changed);
}

void StorageModel::forget(Storage& storage, Held& held) {
    const bool busy = std::any_of(held.trials.begin(), held.trials.end(), [&](const Trial& trial) {
        return live_attempt(held, trial) != nullptr;
    });
    const Result<void> answer = storage.delete_study(held.study.key, now_);
    CHECK(answer.has_value() != busy);
    if (answer) {
        studies_.erase(held.study.key.value());
        took(storage, EventKind::study_deleted);
    }
}

void StorageModel::add(Storage& storage, Held& held) {
    const auto number = static_cast<std::int64_t>(held.trials.size()) + 1;
    const Trial trial = Trial::create(TrialId(number), a_suggestion(number), now_);
    CHECK(storage.add_trials(held.study.key, {&trial, 1}, now_));
    held.trials.push_back(trial);
    took(storage, EventKind::trial_created);
}

void StorageModel::cancel(Storage& storage, Held& held) {
    Trial& trial = held.trials[rng_.below(held.trials.size())];
    Trial after = trial;
    if (!after.cancel(now_)) {
        return;
    }
    const bool live = live_attempt(held, trial) != nullptr;
    const auto answer = storage.update_trial(held.study.key, after, trial.state, now_);
    CHECK(answer.has_value() != live);
    if (answer) {
        trial = after;
        took(storage, EventKind::trial_ended);
    }
}

void StorageModel::begin(Storage& storage, Held& held, Trial& trial) {
    Trial after = trial;
    const bool possible = after.start(now_).has_value();
    if (!possible) {
        after.state = TrialState::running;
        ++after.attempts;
    }
    const auto record = storage.begin_attempt(held.study.key, after, "/work", now_);
    CHECK(record.has_value() == possible);
    if (record) {
        trial = after;
        held.attempts[trial.id.value()].push_back(*record);
        took(storage, EventKind::trial_started);
    }
}

void StorageModel::go_on(Storage& storage, Held& held, Trial& trial, AttemptRecord& attempt) {
    switch (rng_.below(5)) {
        case 0: {
            const AttemptIdentity identity = an_identity(static_cast<std::int64_t>(rng_.below(99)));
            const bool possible = attempt.state == AttemptState::intent;
            CHECK(storage.set_running(attempt.id, identity, now_).has_value() == possible);
            if (possible) {
                attempt.state = AttemptState::running;
                attempt.identity = identity;
            }
            return;
        }
        case 1: {
            const bool possible = attempt.state != AttemptState::intent;
            CHECK(storage.set_stopping(attempt.id, now_).has_value() == possible);
            attempt.state = possible ? AttemptState::stopping : attempt.state;
            return;
        }
        case 2:
            end(storage, held, trial, attempt);
            return;
        default:
            measure(storage, trial, attempt);
    }
}

void StorageModel::measure(Storage& storage, Trial& trial, AttemptRecord& attempt) {
    std::vector<Measurement> report;
    for (std::uint64_t i = rng_.below(4) + 1; i > 0; --i) {
        Measurement& measurement = report.emplace_back();
        measurement.step = static_cast<std::int64_t>(rng_.below(50));
        measurement.metrics.push_back({fmt::format("m{}", rng_.below(100)), rng_.normal()});
        if (rng_.below(2) == 0) {
            measurement.metrics.push_back({"accuracy", rng_.normal()});
        }
    }
    const std::int64_t offset = attempt.metrics_offset + static_cast<std::int64_t>(rng_.below(3));
    CHECK(storage.add_measurements(attempt.id, report, offset, now_));
    if (offset > attempt.metrics_offset) {
        attempt.metrics_offset = offset;
        trial.measurements.insert(trial.measurements.end(), report.begin(), report.end());
        CHECK(storage.take_events().size() == 1);
    }
}

void StorageModel::end(Storage& storage, Held& held, Trial& trial, AttemptRecord& attempt) {
    const std::uint64_t how = rng_.below(4);
    Trial after = trial;
    Result<void> changed;
    if (how == 0) {
        changed = after.requeue();
        ++after.infrastructure_retries;
    } else if (how == 1) {
        changed = after.fail({FailureKind::exited, "exit code 3"}, now_);
    } else {
        const double value = rng_.normal();
        const auto step = static_cast<std::int64_t>(rng_.below(100));
        changed =
            after.complete({value, step, {{"accuracy", value}, random_metric(rng_, "loss")}}, now_);
    }
    REQUIRE(changed);
    const AttemptEnd ended{attempt.id, exit_code(static_cast<int>(how)), after};
    CHECK(storage.end_attempt(ended, now_));
    CHECK(storage.end_attempt(ended, now_).error().code == ErrorCode::conflict);
    trial = after;
    AttemptRecord& record = held.attempts[trial.id.value()].back();
    record.state = AttemptState::ended;
    record.exit = ended.exit;
    record.ended = now_;
    took(storage, how == 0 ? EventKind::trial_requeued : EventKind::trial_ended);
}

AttemptRecord* StorageModel::live_attempt(Held& held, const Trial& trial) {
    const auto found = held.attempts.find(trial.id.value());
    if (found == held.attempts.end() || found->second.back().state == AttemptState::ended) {
        return nullptr;
    }
    return &found->second.back();
}

void StorageModel::took(Storage& storage, EventKind kind) {
    const std::vector<Event> events = storage.take_events();
    REQUIRE(events.size() == 1);
    CHECK(events[0].kind == kind);
    CHECK(events[0].id == ++last_event_);
    CHECK(events[0].time == now_);
}

}  // namespace tuner
