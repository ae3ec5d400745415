#include "tuner/formats/job_json.h"

#include "tuner/formats/job_document.h"
#include "tuner/formats/study_json.h"
#include "tuner/formats/utf8.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace tuner {

namespace {

using Json = nlohmann::ordered_json;

bool is_plain(const Study& study) {
    return study.config.objectives.empty();
}

// The trials that this study ran itself.
std::span<const Trial> own_trials(const Study& study, const History& history) {
    const auto inherited = static_cast<std::size_t>(study.config.inherited_trials);
    return std::span(history.trials).subspan(std::min(inherited, history.trials.size()));
}

bool is_running(const Trial& trial) {
    return trial.state == TrialState::running;
}

bool any_running(const History& history) {
    return std::any_of(history.trials.begin(), history.trials.end(), is_running);
}

bool has_result(const Trial& trial) {
    return trial.state == TrialState::completed || trial.state == TrialState::pruned;
}

// Whether the failure counts as one for the legacy service too, which took a trial without a metric
// for done.
bool is_failure(const Trial& trial) {
    return trial.failure && trial.failure->kind != FailureKind::infeasible;
}

std::string_view state_of_finished(const Study& study, const History& history) {
    const auto trials = own_trials(study, history);
    const bool useless = !trials.empty() && std::none_of(trials.begin(), trials.end(), has_result);
    return study.reason == StudyReason::failed_trials || useless ? "FAILED" : "SUCCEEDED";
}

std::string_view state_of_running(const Study& study, const History& history) {
    const auto trials = own_trials(study, history);
    const bool begun = std::any_of(trials.begin(), trials.end(), [](const Trial& trial) {
        return trial.started.has_value();
    });
    return begun ? "RUNNING" : "QUEUED";
}

// "The replica master 0 exited …", made of the trial's own message: "the trainer exited with code
// 1; its last words:\n…".
std::string replica_message(const Failure& failure) {
    constexpr std::string_view kCode = "exited with code ";
    constexpr std::string_view kLastWords = "its last words:\n";
    const std::string& text = failure.message;
    const std::size_t words = text.find(kLastWords);
    const std::string tail =
        words == std::string::npos ? "" : text.substr(words + kLastWords.size());
    const std::size_t code = text.find(kCode);
    if (failure.kind != FailureKind::exited || code == std::string::npos) {
        return fmt::format("The replica master 0 failed: {}", text);
    }
    const std::size_t begin = code + kCode.size();
    return fmt::format(
        "The replica master 0 exited with a non-zero status of {}. Termination reason: Error. \n{}",
        text.substr(begin, text.find_first_not_of("0123456789", begin) - begin),
        tail
    );
}

// The failed trial that ended last, of equals the one of the largest number.
const Trial* last_failed(std::span<const Trial> trials) {
    const Trial* last = nullptr;
    for (const Trial& trial : trials) {
        if (is_failure(trial) && trial.ended && (last == nullptr || *trial.ended >= *last->ended)) {
            last = &trial;
        }
    }
    return last;
}

// In the very format of the legacy service, blanks and commas included (contract.md 3.8): scripts
// were written that take it apart.
std::string message_of_failures(
    std::span<const Trial> trials, const Trial& last, std::int64_t limit
) {
    const auto failures = std::count_if(trials.begin(), trials.end(), is_failure);
    const auto attempted = std::count_if(trials.begin(), trials.end(), [](const Trial& trial) {
        return trial.started.has_value();
    });
    std::string parameters;
    for (const auto& [name, value] : last.assignment.entries()) {
        parameters += fmt::format("{}={}, ", name, to_flag_text(value));
    }
    const std::string reached =
        limit > 0 && failures >= limit
            ? fmt::format(" which reaches the user-specified limit of {}", limit)
            : "";
    return fmt::format(
        "Hyperparameter Tuning Trial #{0} failed. {1} total hyperparameter trial failures were "
        "seen, out of {2} trials attempted{3}.The last trial to fail was #{0}, with parameters: "
        "{4}.  The trial's error message was: {5}",
        last.id.value(),
        failures,
        attempted,
        reached,
        parameters,
        replica_message(*last.failure)
    );
}

// maxFailedTrials of the document: inherited failures were added to it.
std::int64_t failure_limit(const Study& study, const History& history) {
    const auto inherited = history.trials.size() - own_trials(study, history).size();
    return study.config.limits.max_failed_trials -
           std::count_if(
               history.trials.begin(),
               history.trials.begin() + static_cast<std::ptrdiff_t>(inherited),
               is_failure
           );
}

std::string error_message(const Study& study, const History& history) {
    const auto trials = own_trials(study, history);
    const Trial* last = last_failed(trials);
    if (last == nullptr) {
        return study.message;
    }
    if (is_plain(study)) {
        return replica_message(*last->failure);
    }
    const bool missing = last->failure->kind == FailureKind::metric_missing;
    return missing ? last->failure->message
                   : message_of_failures(trials, *last, failure_limit(study, history));
}

std::optional<TimePoint> first_start(std::span<const Trial> trials) {
    std::optional<TimePoint> first;
    for (const Trial& trial : trials) {
        if (trial.started && (!first || *trial.started < *first)) {
            first = trial.started;
        }
    }
    return first;
}

// A study that was paused because its trials failed has no end of its own.
std::optional<TimePoint> end_of(const Study& study, const History& history) {
    std::optional<TimePoint> end = study.ended;
    for (const Trial& trial : history.trials) {
        if (!study.ended && trial.ended && (!end || *trial.ended > *end)) {
            end = trial.ended;
        }
    }
    return end;
}

Json output_of(const Study& study, const History& history) {
    const auto trials = own_trials(study, history);
    const History own{history.config, {trials.begin(), trials.end()}};
    return to_training_output(study, own);
}

}  // namespace

std::string_view job_state(const Study& study, const History& history) {
    switch (study.state) {
        case StudyState::running:
            return state_of_running(study, history);
        case StudyState::paused:
            return study.reason == StudyReason::failed_trials ? "FAILED" : "QUEUED";
        case StudyState::finished:
            return state_of_finished(study, history);
        case StudyState::cancelled:
            return any_running(history) ? "CANCELLING" : "CANCELLED";
    }
    return "STATE_UNSPECIFIED";
}

Json to_job_json(const Study& study, const History& history) {
    const std::string_view state = job_state(study, history);
    const bool has_ended = state == "SUCCEEDED" || state == "FAILED" || state == "CANCELLED";
    Json job{{"jobId", to_valid_utf8(study.id)}, {"createTime", to_rfc3339(study.created)}};
    if (const auto started = first_start(own_trials(study, history))) {
        job["startTime"] = to_rfc3339(*started);
    }
    if (const auto ended = has_ended ? end_of(study, history) : std::nullopt) {
        job["endTime"] = to_rfc3339(*ended);
    }
    job["state"] = state;
    if (const std::string why = error_message(study, history); state == "FAILED" && !why.empty()) {
        job["errorMessage"] = to_valid_utf8(why);
    }
    job.update(to_job_document(to_document(study.source)));
    job["trainingOutput"] = output_of(study, history);
    return job;
}

}  // namespace tuner
