#include "tuner/optimizer/pruner.h"

#include "tuner/optimizer/asha_pruner.h"
#include "tuner/optimizer/curve_model.h"
#include "tuner/optimizer/curve_pruner.h"
#include "tuner/optimizer/median_pruner.h"

#include <cmath>

#include <fmt/format.h>

namespace tuner {

std::unique_ptr<const Pruner> make_pruner(const Stopping& rule) {
    switch (rule.kind) {
        case StoppingKind::median:
            return std::make_unique<MedianPruner>();
        case StoppingKind::curve:
            return std::make_unique<CurvePruner>();
        case StoppingKind::asha:
            return std::make_unique<AshaPruner>();
        case StoppingKind::none:
            break;
    }
    return nullptr;
}

bool may_be_stopped(const CurveBook& book, const TrialCurve& trial) {
    if (trial.state != TrialState::running || trial.curve.points().empty()) {
        return false;
    }
    const Stopping& rule = book.rule();
    const CurvePoint& last = trial.curve.points().back();
    const std::int64_t come = rule.unit == StoppingUnit::measurements ? last.count : last.step;
    const auto horizon = book.horizon();
    return last.count >= rule.min_measurements && come >= rule.min_steps &&
           (!horizon || book.progress(last) < *horizon);
}

std::string place_of(const CurveBook& book, const TrialCurve& trial) {
    const CurvePoint& last = trial.curve.points().back();
    return book.counts_measurements() ? fmt::format("measurement {}", last.count)
                                      : fmt::format("step {}", last.step);
}

std::optional<Forecast> forecast_end(const CurveBook& book, TrialId id) {
    if (!book.is_kept()) {  // nobody judges: it was stopped by its user
        return std::nullopt;
    }
    const TrialCurve& trial = book.trial(id);
    if (trial.curve.points().empty()) {
        return std::nullopt;
    }
    if (const auto model = CurveModel::learn(book)) {
        const Forecast end = model->predict(trial);
        if (std::isfinite(end.mean) && std::isfinite(end.sd)) {
            return end;
        }
    }
    double sum = 0;
    double squares = 0;
    double n = 0;
    for (const TrialCurve& other : book.trials()) {
        if (!other.curve.points().empty()) {
            const double off =
                other.curve.points().back().value - trial.curve.points().back().value;
            sum += off;
            squares += off * off;
            ++n;
        }
    }
    const double variance = n > 1 ? (squares - sum * sum / n) / (n - 1) : 0;
    return variance > 0 && std::isfinite(variance)
               ? std::optional(Forecast{trial.curve.points().back().value, std::sqrt(variance)})
               : std::nullopt;
}

}  // namespace tuner
