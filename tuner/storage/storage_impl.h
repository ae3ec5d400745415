// The inside of Storage: what its methods share. Included by the sources of storage.h only.

#pragma once

#include "tuner/storage/database.h"
#include "tuner/storage/storage.h"

#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace tuner {

class Storage::Impl {
  public:
    explicit Impl(Database opened) : database(std::move(opened)) {}

    Connection& rows() { return database.connection(); }

    // Adds a study with the trials that it inherits.
    Study insert_study(const std::string& id, NewStudy draft, TimePoint now);

    // Stores `after` over a trial in state `before` and records what that means.
    Result<void> store_trial(StudyKey study, const Trial& after, TrialState before, TimePoint now);

    Database database;
};

// The failures that the methods share.
inline tl::unexpected<Error> no_study(StudyKey key) {
    return fail(ErrorCode::not_found, fmt::format("no study with key {}", key.value()));
}

inline tl::unexpected<Error> no_trial(StudyKey study, TrialId trial) {
    return fail(
        ErrorCode::not_found,
        fmt::format("no trial {} in the study with key {}", trial.value(), study.value())
    );
}

inline tl::unexpected<Error> no_attempt(AttemptId attempt) {
    return fail(ErrorCode::not_found, fmt::format("no attempt with key {}", attempt.value()));
}

// The row has moved on since the caller looked.
template <class State>
tl::unexpected<Error> state_conflict(
    std::string_view noun, std::int64_t number, State present, State expected
) {
    return fail(
        ErrorCode::conflict,
        fmt::format("{} {} is {}, not {}", noun, number, name_of(present), name_of(expected))
    );
}

inline tl::unexpected<Error> live_attempt_conflict(TrialId trial) {
    return fail(
        ErrorCode::conflict, fmt::format("trial {} has an attempt that runs", trial.value())
    );
}

}  // namespace tuner
