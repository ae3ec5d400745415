#include "tuner/storage/storage.h"

#include "tuner/base/contract.h"
#include "tuner/storage/event_rows.h"
#include "tuner/storage/storage_impl.h"
#include "tuner/storage/study_rows.h"
#include "tuner/storage/trial_rows.h"

#include <fmt/format.h>

namespace tuner {

namespace {

// What a change of state is called; nothing for a change within a state.
std::optional<EventKind> event_of_change(TrialState before, TrialState after) {
    if (before == after) {
        return std::nullopt;
    }
    switch (after) {
        case TrialState::pending:
            return EventKind::trial_requeued;
        case TrialState::running:
            return EventKind::trial_started;
        default:
            return EventKind::trial_ended;
    }
}

}  // namespace

Result<void> Storage::Impl::store_trial(
    StudyKey study, const Trial& after, TrialState before, TimePoint now
) {
    const std::optional<std::string> study_id = find_study_id(rows(), study);
    const std::optional<TrialRow> row = find_trial(rows(), study, after.id);
    if (!study_id || !row) {
        return no_trial(study, after.id);
    }
    if (is_final(row->state) || row->state != before) {
        return state_conflict("trial", after.id.value(), row->state, before);
    }
    if (!change_trial(rows(), row->key, after, before)) {
        return live_attempt_conflict(after.id);
    }
    if (const std::optional<EventKind> kind = event_of_change(before, after.state)) {
        record_trial_event(database, *kind, *study_id, after, now);
    }
    return {};
}

Study Storage::Impl::insert_study(const std::string& id, NewStudy draft, TimePoint now) {
    const std::vector<Trial> inherited = std::move(draft.inherited);
    Study created = tuner::insert_study(rows(), id, std::move(draft), now);
    record_study_event(database, EventKind::study_created, created, now);
    for (const Trial& trial : inherited) {
        expects(is_final(trial.state), "only trials that have ended are inherited");
        insert_trial(rows(), created.key, trial);
        record_trial_event(database, EventKind::trial_created, id, trial, now);
    }
    return created;
}

Storage Storage::open(
    const std::filesystem::path& file,
    const AttemptIdentity& daemon,
    TimePoint now,
    const StorageOptions& options
) {
    return Storage(std::make_unique<Impl>(Database::open(file, daemon, now, options)));
}

Storage Storage::in_memory(TimePoint now) {
    return Storage(std::make_unique<Impl>(Database::in_memory(now)));
}

Storage Storage::in_memory_again(const Storage& earlier, TimePoint now, bool emptied) {
    return Storage(
        std::make_unique<Impl>(Database::in_memory_again(earlier.impl_->database, now, emptied))
    );
}

Storage::Storage(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Storage::Storage(Storage&&) noexcept = default;
Storage& Storage::operator=(Storage&&) noexcept = default;
Storage::~Storage() = default;

void Storage::on_broken(std::function<void(const StorageError&)> tell) {
    impl_->rows().on_broken(std::move(tell));
}

void Storage::probe() {
    impl_->database.reuse_log();
    static_cast<void>(impl_->database.write([&]() -> Result<void> {
        // SQLite skips a write that leaves a row as it is, but not this one.
        const std::int64_t version = impl_->rows().integer("PRAGMA user_version");
        impl_->rows().run_script(fmt::format("PRAGMA user_version = {}", version));
        return {};
    }));
}

Study Storage::create_study(NewStudy study, TimePoint now) {
    expects(study.config.seed.has_value(), "a study that is stored has a seed");
    return *impl_->database.write([&]() -> Result<Study> {
        const std::string id = next_study_id(impl_->rows(), study.config.name);
        return impl_->insert_study(id, std::move(study), now);
    });
}

Result<Study> Storage::create_job(NewStudy study, TimePoint now) {
    expects(study.config.seed.has_value(), "a study that is stored has a seed");
    return impl_->database.write([&]() -> Result<Study> {
        const std::string id = study.config.name;
        if (!claim_job_id(impl_->rows(), id)) {
            return fail(
                ErrorCode::conflict,
                fmt::format("there is or was a job {}: a job's id is used once for ever", id)
            );
        }
        return impl_->insert_study(id, std::move(study), now);
    });
}

std::vector<Study> Storage::studies() {
    return load_studies(impl_->rows());
}

Result<Study> Storage::study(StudyKey key) {
    std::optional<Study> found = find_study(impl_->rows(), key);
    if (!found) {
        return no_study(key);
    }
    return *std::move(found);
}

Result<void> Storage::update_study(const Study& after, StudyState before, TimePoint now) {
    return impl_->database.write([&]() -> Result<void> {
        if (!change_study(impl_->rows(), after, before)) {
            const std::optional<Study> present = find_study(impl_->rows(), after.key);
            if (!present) {
                return no_study(after.key);
            }
            return state_conflict("study", after.key.value(), present->state, before);
        }
        record_study_event(impl_->database, EventKind::study_changed, after, now);
        return {};
    });
}

Result<void> Storage::delete_study(StudyKey key, TimePoint now) {
    return impl_->database.write([&]() -> Result<void> {
        const std::optional<Study> study = find_study(impl_->rows(), key);
        if (!study) {
            return no_study(key);
        }
        if (has_live_attempt(impl_->rows(), key)) {
            return fail(
                ErrorCode::conflict,
                fmt::format("study {} has trials that run: cancel it first", study->id)
            );
        }
        delete_study_rows(impl_->rows(), key);
        delete_events(impl_->rows(), study->id);
        record_study_event(impl_->database, EventKind::study_deleted, *study, now);
        return {};
    });
}

std::vector<Trial> Storage::trials(StudyKey study) {
    return impl_->database.read([&] {
        const std::optional<Study> found = find_study(impl_->rows(), study);
        return found ? load_trials(impl_->rows(), *found) : std::vector<Trial>();
    });
}

Result<void> Storage::add_trials(StudyKey study, std::span<const Trial> trials, TimePoint now) {
    return impl_->database.write([&]() -> Result<void> {
        const std::optional<std::string> study_id = find_study_id(impl_->rows(), study);
        if (!study_id) {
            return no_study(study);
        }
        std::int64_t next = last_trial(impl_->rows(), study) + 1;
        for (const Trial& trial : trials) {
            if (trial.id.value() != next) {
                return fail(
                    ErrorCode::conflict,
                    fmt::format(
                        "the next trial of {} is {}, not {}", *study_id, next, trial.id.value()
                    )
                );
            }
            insert_trial(impl_->rows(), study, trial);
            record_trial_event(impl_->database, EventKind::trial_created, *study_id, trial, now);
            ++next;
        }
        return {};
    });
}

Result<void> Storage::update_trial(
    StudyKey study, const Trial& after, TrialState before, TimePoint now
) {
    return impl_->database.write([&] { return impl_->store_trial(study, after, before, now); });
}

std::vector<Event> Storage::events_after(
    std::int64_t id, std::string_view study, std::size_t limit
) {
    return load_events(impl_->rows(), id, study, limit);
}

std::int64_t Storage::last_event() {
    return impl_->rows().integer(
        "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'event'), 0)"
    );
}

std::vector<Event> Storage::take_events() {
    return impl_->database.take_events();
}

}  // namespace tuner
