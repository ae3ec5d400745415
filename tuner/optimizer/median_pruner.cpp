#include "tuner/optimizer/median_pruner.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

namespace tuner {

namespace {

// The mean of what a trial had reported up to some progress.
std::optional<double> mean_by(const CurveBook& book, const TrialCurve& trial, std::int64_t end) {
    const auto& points = trial.curve.points();
    const auto after = std::upper_bound(
        points.begin(),
        points.end(),
        end,
        [&](std::int64_t limit, const CurvePoint& point) { return limit < book.progress(point); }
    );
    return after == points.begin() ? std::nullopt : std::optional(std::prev(after)->mean);
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    const std::size_t half = values.size() / 2;
    return values.size() % 2 == 1 ? values[half] : values[half - 1] / 2 + values[half] / 2;
}

}  // namespace

std::optional<std::string> MedianPruner::judge(const CurveBook& book, TrialId id) const {
    const TrialCurve& trial = book.trial(id);
    if (!may_be_stopped(book, trial)) {
        return std::nullopt;
    }
    const std::int64_t come = book.progress(trial.curve.points().back());
    std::vector<double> means;
    for (const TrialId other : book.completed()) {
        if (const auto mean = mean_by(book, book.trial(other), come)) {
            means.push_back(*mean);
        }
    }
    if (std::ssize(means) < book.rule().min_trials) {
        return std::nullopt;
    }
    const double typical = median(std::move(means));
    const double best = *trial.curve.best();
    if (!is_better(book.goal(), typical, best)) {
        return std::nullopt;
    }
    return fmt::format(
        "stopped early at {}: its best so far, {:.6g}, is worse than {:.6g}, the median of what "
        "completed trials had averaged by then",
        place_of(book, trial),
        best,
        typical
    );
}

}  // namespace tuner
