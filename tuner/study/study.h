// A Study is one tuning problem being worked on: its question, its state, and how it ended.
//
//   running <──pause / resume──> paused        running ──finish──> finished
//   running or paused ──cancel──> cancelled
//   finished ──resume──> running               when its limits were raised
//
// A plain value; transitions are checked here and stored by storage/.

#pragma once

#include "tuner/base/id.h"
#include "tuner/base/result.h"
#include "tuner/base/time.h"
#include "tuner/study/study_config.h"

#include <optional>
#include <string>

namespace tuner {

enum class StudyState { running, paused, finished, cancelled };

// Why a study is no longer running.
enum class StudyReason {
    none,
    max_trials,     // finished: the budget is used up
    exhausted,      // finished: every point of a finite space was tried
    failed_trials,  // finished as failed: maxFailedTrials, or its first trials all failed
    user,           // paused or cancelled by the user
    interrupted,    // paused by Ctrl-C or the daemon's end: goes on by itself at the next run
    error,          // paused: the world broke (disk, database); the message says how
};

struct Study {
    StudyKey key;
    std::string id;      // what users call it: name and number, babyweight-1
    StudyConfig config;  // with a seed
    std::string file;    // absolute path of its YAML file, empty without one
    std::string source;  // the document as given, for echoing
    StudyState state = StudyState::running;
    StudyReason reason = StudyReason::none;
    std::string message;  // for people, when the reason alone does not say it
    TimePoint created;
    std::optional<TimePoint> ended;

    // running -> paused.
    Result<void> pause(StudyReason why, std::string text);

    // paused or finished -> running. Cancelled studies stay so.
    Result<void> resume();

    // running -> finished.
    Result<void> finish(StudyReason why, std::string text, TimePoint now);

    // running, paused -> cancelled.
    Result<void> cancel(TimePoint now);

    // Whether it ended without what the user wanted: exit code 1.
    bool ended_as_failed() const {
        return state == StudyState::finished && reason == StudyReason::failed_trials;
    }

    friend bool operator==(const Study&, const Study&) = default;
};

template <>
struct Names<StudyState> {
    static constexpr std::array entries{
        named(StudyState::running, "running"),
        named(StudyState::paused, "paused"),
        named(StudyState::finished, "finished"),
        named(StudyState::cancelled, "cancelled"),
    };
};

template <>
struct Names<StudyReason> {
    static constexpr std::array entries{
        named(StudyReason::none, "none"),
        named(StudyReason::max_trials, "max_trials"),
        named(StudyReason::exhausted, "exhausted"),
        named(StudyReason::failed_trials, "failed_trials"),
        named(StudyReason::user, "user"),
        named(StudyReason::interrupted, "interrupted"),
        named(StudyReason::error, "error"),
    };
};

}  // namespace tuner
