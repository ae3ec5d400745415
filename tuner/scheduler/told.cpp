#include "tuner/scheduler/told.h"

#include "tuner/study/measurement.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace tuner {

namespace {

Failure infeasible(const std::string& reason) {
    return {FailureKind::infeasible, reason.empty() ? "it was told to be infeasible" : reason};
}

Error missing(const std::optional<Measurement>& last, const std::string& metric) {
    return last ? Error{
                      ErrorCode::invalid_argument,
                      fmt::format("the study's metric {} is missing among the metrics", metric),
                  }
                : Error{
                      ErrorCode::conflict,
                      fmt::format("{} was never measured: tell it, or that the trial is infeasible", metric),
                  };
}

}  // namespace

std::vector<Metric> metrics_of(PostedReport report, const Objective& objective) {
    if (report.objective) {
        report.metrics.push_back({objective.metric, *report.objective});
    }
    return std::move(report.metrics);
}

bool was_told(const Trial& trial, const PostedReport& report, const Objective& objective) {
    const Measurement said{0, metrics_of(report, objective)};
    if (trial.failure) {
        const auto value = said.find(objective.metric);
        const bool is_infeasible =
            said.find(kInfeasibleMetric) || (value && !std::isfinite(*value));
        return is_infeasible && trial.failure->kind == FailureKind::infeasible;
    }
    if (!trial.outcome || (report.step && *report.step != trial.outcome->step)) {
        return false;
    }
    const std::vector<Metric>& kept = trial.outcome->metrics;
    return std::all_of(said.metrics.begin(), said.metrics.end(), [&](const Metric& metric) {
        return std::find(kept.begin(), kept.end(), metric) != kept.end();
    });
}

Result<Trial> conclude_told(
    Trial trial,
    const std::optional<Measurement>& last,
    const std::string& reason,
    const StudyConfig& config,
    TimePoint now
) {
    if (last && last->find(kInfeasibleMetric)) {
        return trial.fail(infeasible(reason), now).map([&] { return trial; });
    }
    const std::vector<Measurement> all =
        last ? std::vector<Measurement>{*last} : trial.measurements;
    auto verdict = judge_measurements(all, config.objective(), config.selection);
    if (!verdict && verdict.error().kind == FailureKind::metric_missing) {
        return tl::unexpected(missing(last, config.objective().metric));
    }
    const bool is_stopped = !trial.prune_reason.empty();
    Result<void> ended = !verdict     ? trial.fail(std::move(verdict.error()), now)
                         : is_stopped ? trial.prune(std::move(*verdict), now)
                                      : trial.complete(std::move(*verdict), now);
    if (trial.state != TrialState::pruned) {
        trial.prune_reason.clear();
    }
    return ended.map([&] { return trial; });
}

}  // namespace tuner
