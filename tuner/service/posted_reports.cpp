// The part of TuningService about single trials: what they wait for and what they report.

#include "tuner/formats/attempt_files.h"
#include "tuner/scheduler/scheduler.h"
#include "tuner/service/tuning_service.h"

#include <algorithm>
#include <utility>

namespace tuner {

namespace asio = boost::asio;

std::string TuningService::waiting(const std::string& id, std::optional<TrialId> trial) const {
    const StudyRunner* found = scheduler_.find(id);
    return found == nullptr ? std::string() : found->waiting(trial);
}

std::optional<bool> TuningService::is_trial_token(
    const std::string& id, TrialId trial, const std::string& token
) const {
    const StudyRunner* found = scheduler_.find(id);
    if (found == nullptr) {
        return false;
    }
    const std::vector<Trial>& trials = found->history().trials;
    const bool exists = trial.value() >= 1 && trial.value() <= std::ssize(trials);
    const std::string expected = found->token_of(trial);
    if (exists && expected.empty() &&
        trials[static_cast<std::size_t>(trial.value()) - 1].state == TrialState::running) {
        return std::nullopt;
    }
    unsigned difference = expected.size() == token.size() && !expected.empty() ? 0 : 1;
    for (std::size_t i = 0; i < std::min(expected.size(), token.size()); ++i) {
        difference |=
            static_cast<unsigned char>(expected[i]) ^ static_cast<unsigned char>(token[i]);
    }
    return difference == 0;
}

asio::awaitable<Result<bool>> TuningService::report(
    std::string id, TrialId trial, PostedReport report
) {
    Result<std::reference_wrapper<StudyRunner>> found = runner(id);
    if (!found) {
        co_return tl::unexpected(found.error());
    }
    Result<void> stored = co_await found->get().report(trial, std::move(report));
    if (!stored) {
        co_return tl::unexpected(stored.error());
    }
    const std::vector<Trial>& trials = found->get().history().trials;
    co_return !trials.at(static_cast<std::size_t>(trial.value()) - 1).prune_reason.empty();
}

std::filesystem::path log_path(const AttemptRecord& attempt, LogStream stream) {
    return std::filesystem::path(attempt.dir) /
           (stream == LogStream::out ? kStdoutLog : kStderrLog);
}

}  // namespace tuner
