// The part of TuningService for those who evaluate trials themselves.

#include "tuner/scheduler/scheduler.h"
#include "tuner/service/tuning_service.h"

#include <utility>

namespace tuner {

namespace asio = boost::asio;

asio::awaitable<Result<std::vector<TrialId>>> TuningService::ask(
    std::string id, AskRequest request
) {
    Result<std::reference_wrapper<StudyRunner>> found = runner(id);
    if (!found) {
        co_return tl::unexpected(found.error());
    }
    co_return co_await found->get().ask(std::move(request));
}

asio::awaitable<Result<void>> TuningService::tell(
    std::string id, TrialId trial, PostedReport report
) {
    Result<StudyView> view = find_trial(id, trial);
    if (!view) {
        co_return tl::unexpected(view.error());
    }
    StudyRunner* found = scheduler_.find(view->study.get().id);
    co_return co_await found->tell(trial, std::move(report));
}

asio::awaitable<Result<void>> TuningService::stop_trial(std::string id, TrialId trial) {
    Result<StudyView> view = find_trial(id, trial);
    if (!view) {
        co_return tl::unexpected(view.error());
    }
    StudyRunner* found = scheduler_.find(view->study.get().id);
    co_return co_await found->stop_trial(trial);
}

asio::awaitable<Result<TrialId>> TuningService::add_trial(std::string id, BroughtTrial brought) {
    Result<std::reference_wrapper<StudyRunner>> found = runner(id);
    if (!found) {
        co_return tl::unexpected(found.error());
    }
    co_return co_await found->get().add_trial(std::move(brought));
}

}  // namespace tuner
