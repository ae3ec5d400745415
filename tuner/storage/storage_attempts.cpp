#include "tuner/base/contract.h"
#include "tuner/base/random.h"
#include "tuner/storage/attempt_rows.h"
#include "tuner/storage/event_rows.h"
#include "tuner/storage/measurement_rows.h"
#include "tuner/storage/storage_impl.h"
#include "tuner/storage/trial_rows.h"

#include <fmt/format.h>

namespace tuner {

namespace {

constexpr std::size_t kUuidBytes = 16;

}  // namespace

Result<AttemptRecord> Storage::begin_attempt(
    StudyKey study, const Trial& started, const Path& parent, TimePoint now, Gpus gpus
) {
    expects(started.state == TrialState::running, "an attempt begins with Trial::start");
    return impl_->database.write([&]() -> Result<AttemptRecord> {
        const std::optional<TrialRow> row = find_trial(impl_->rows(), study, started.id);
        if (row && started.attempts != row->attempts + 1) {
            return fail(
                ErrorCode::conflict,
                fmt::format(
                    "trial {} has had {} attempts, so {} is not its next",
                    started.id.value(),
                    row->attempts,
                    started.attempts
                )
            );
        }
        const Result<void> stored = impl_->store_trial(study, started, TrialState::pending, now);
        if (!stored) {
            return tl::unexpected(stored.error());
        }
        AttemptRecord record;
        record.study = study;
        record.trial = started.id;
        record.number = started.attempts;
        record.uuid = random_hex(kUuidBytes);
        record.dir = parent / std::to_string(record.trial.value()) / std::to_string(record.number);
        record.created = now;
        record.gpus = std::move(gpus);
        record.id = insert_attempt(impl_->rows(), row->key, impl_->database.epoch(), record);
        set_present_attempt(impl_->rows(), row->key, record.id.value());
        return record;
    });
}

Result<void> Storage::set_running(
    AttemptId attempt, const AttemptIdentity& identity, TimePoint /*now*/
) {
    return impl_->database.write([&]() -> Result<void> {
        if (set_identity(impl_->rows(), attempt, identity)) {
            return {};
        }
        const std::optional<AttemptRow> row = find_attempt(impl_->rows(), attempt);
        if (!row) {
            return no_attempt(attempt);
        }
        return state_conflict("attempt", attempt.value(), row->state, AttemptState::intent);
    });
}

Result<std::vector<Measurement>> Storage::add_measurements(
    AttemptId attempt,
    std::span<const Measurement> measurements,
    std::optional<std::int64_t> offset,
    TimePoint now
) {
    using Added = Result<std::vector<Measurement>>;
    return impl_->database.write([&]() -> Added {
        const std::optional<AttemptRow> row = find_attempt(impl_->rows(), attempt);
        if (!row) {
            return no_attempt(attempt);
        }
        if (row->state == AttemptState::ended) {
            return state_conflict("attempt", attempt.value(), row->state, AttemptState::running);
        }
        if (offset && *offset <= row->metrics_offset) {
            return Added();
        }
        const auto count = static_cast<std::int64_t>(measurements.size());
        std::vector<Measurement> added =
            insert_measurements(impl_->rows(), attempt.value(), row->measurements, measurements);
        set_progress(
            impl_->rows(), attempt, offset.value_or(row->metrics_offset), row->measurements + count
        );
        if (!added.empty()) {
            announce_measurements(impl_->database, row->study_id, row->trial, added, now);
        }
        return added;
    });
}

Result<void> Storage::end_attempt(const AttemptEnd& end, TimePoint now) {
    expects(end.trial.state != TrialState::running, "an ended attempt leaves no running trial");
    return impl_->database.write([&]() -> Result<void> {
        const std::optional<AttemptRow> row = find_attempt(impl_->rows(), end.attempt);
        if (!row) {
            return no_attempt(end.attempt);
        }
        expects(row->trial == end.trial.id, "an attempt ends with its own trial");
        if (!set_exit(impl_->rows(), end.attempt, end.exit, now)) {
            return state_conflict(
                "attempt", end.attempt.value(), row->state, AttemptState::running
            );
        }
        return impl_->store_trial(row->study, end.trial, TrialState::running, now);
    });
}

Result<void> Storage::set_stopping(AttemptId attempt, TimePoint /*now*/) {
    return impl_->database.write([&]() -> Result<void> {
        if (set_stopping_state(impl_->rows(), attempt)) {
            return {};
        }
        const std::optional<AttemptRow> row = find_attempt(impl_->rows(), attempt);
        if (!row) {
            return no_attempt(attempt);
        }
        if (row->state == AttemptState::stopping) {
            return {};
        }
        return state_conflict("attempt", attempt.value(), row->state, AttemptState::running);
    });
}

Result<bool> Storage::set_pruning(AttemptId attempt, std::string_view reason, TimePoint /*now*/) {
    return impl_->database.write([&]() -> Result<bool> {
        const std::optional<AttemptRow> row = find_attempt(impl_->rows(), attempt);
        if (!row) {
            return no_attempt(attempt);
        }
        if (set_stopping_state(impl_->rows(), attempt)) {
            set_prune_reason(impl_->rows(), row->trial_key, reason);
            return true;
        }
        if (row->state == AttemptState::stopping) {
            return false;
        }
        return state_conflict("attempt", attempt.value(), row->state, AttemptState::running);
    });
}

std::vector<AttemptRecord> Storage::live_attempts() {
    return load_live_attempts(impl_->rows());
}

MeasurementExtract Storage::measurements(StudyKey study, TrialId trial, std::int64_t most) {
    return impl_->database.read([&] { return load_extract(impl_->rows(), study, trial, most); });
}

std::vector<AttemptRecord> Storage::attempts(StudyKey study, TrialId trial) {
    return load_attempts(impl_->rows(), study, trial);
}

}  // namespace tuner
