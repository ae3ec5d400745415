#include "tuner/optimizer/curve_pruner.h"

#include "tuner/optimizer/curve_model.h"

#include <cmath>
#include <numbers>

#include <fmt/format.h>

namespace tuner {

std::optional<std::string> CurvePruner::judge(const CurveBook& book, TrialId id) const {
    const TrialCurve& trial = book.trial(id);
    if (!may_be_stopped(book, trial) || std::ssize(book.completed()) < book.rule().min_trials) {
        return std::nullopt;
    }
    const auto model = CurveModel::learn(book);
    if (!model) {
        return std::nullopt;
    }
    const Forecast end = model->predict(trial);
    const double best = *book.trial(*book.best()).objective;
    const double ahead = book.goal() == Goal::minimize ? best - end.mean : end.mean - best;
    const double chance = 0.5 * std::erfc(-ahead / (end.sd * std::numbers::sqrt2));
    if (!(chance < kHopeless)) {
        return std::nullopt;
    }
    return fmt::format(
        "stopped early at {}: its curve leads to {:.6g} with a standard deviation of {:.3g}, which "
        "beats {:.6g}, the best so far, with a probability of {:.2g}; below {} it is given up",
        place_of(book, trial),
        end.mean,
        end.sd,
        best,
        chance,
        kHopeless
    );
}

}  // namespace tuner
