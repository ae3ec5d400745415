// What TuningService answers about one trial.

#include "tuner/scheduler/scheduler.h"
#include "tuner/service/tuning_service.h"
#include "tuner/storage/storage_thread.h"

#include <utility>

#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

namespace tuner {

namespace asio = boost::asio;

// The study of a trial that it has.
Result<StudyView> TuningService::find_trial(const std::string& id, TrialId trial) const {
    Result<StudyView> view = find(id);
    if (!view) {
        return view;
    }
    const auto count = static_cast<std::int64_t>(view->history.get().trials.size());
    if (trial.value() < 1 || trial.value() > count) {
        return fail(
            ErrorCode::not_found,
            fmt::format(
                "study {} has no trial {}; it has {}", view->study.get().id, trial.value(), count
            )
        );
    }
    return view;
}

asio::awaitable<Result<std::vector<AttemptRecord>>> TuningService::attempts(
    std::string id, TrialId trial
) {
    Result<StudyView> view = find_trial(id, trial);
    if (!view) {
        co_return tl::unexpected(view.error());
    }
    auto read = [key = view->study.get().key, trial](Storage& s) { return s.attempts(key, trial); };
    co_return co_await storage_(std::move(read));
}

asio::awaitable<Result<MeasurementExtract>> TuningService::measurements(
    std::string id, TrialId trial
) {
    Result<StudyView> view = find_trial(id, trial);
    if (!view) {
        co_return tl::unexpected(view.error());
    }
    auto read = [key = view->study.get().key, trial](Storage& s) {
        return s.measurements(key, trial, kMaxShownMeasurements);
    };
    MeasurementExtract extract = co_await storage_(std::move(read));
    if (extract.count > kMaxShownMeasurements) {
        view = find_trial(id, trial);  // the study may have gone meanwhile
        if (!view) {
            co_return tl::unexpected(view.error());
        }
        const auto index = static_cast<std::size_t>(trial.value()) - 1;
        extract.measurements = view->history.get().trials.at(index).measurements;
    }
    co_return extract;
}

}  // namespace tuner
