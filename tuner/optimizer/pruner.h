// A Pruner judges a running trial by the reports so far: whether it goes on, or why not. A const
// function of the curves, so it is the same after a crash, and safe on any thread that owns them.
//
// It never stops a trial that has not reported, nor one that has come as far as a whole run (it is
// about to end by itself). What each rule needs besides is in study/stopping.h; the reports of
// values that are not finite count for none.

#pragma once

#include "tuner/study/curve_book.h"

#include <memory>
#include <optional>
#include <string>

namespace tuner {

class Pruner {
  public:
    virtual ~Pruner() = default;

    // Nothing when trial `id` goes on; else why it is stopped, for people, with the numbers.
    virtual std::optional<std::string> judge(const CurveBook& book, TrialId id) const = 0;
};

// Null when no trial is ever stopped.
std::unique_ptr<const Pruner> make_pruner(const Stopping& rule);

// The forecast of a trial that is stopped: the model's, or, where too few have completed for one,
// its last value with the standard deviation of the last values of all trials. Nothing when there
// is neither.
std::optional<Forecast> forecast_end(const CurveBook& book, TrialId id);

// Whether the rule may stop a trial that has come so far: it has reported often enough and gone far
// enough, and is not at its end.
bool may_be_stopped(const CurveBook& book, const TrialCurve& trial);

// "step 300" or "measurement 7".
std::string place_of(const CurveBook& book, const TrialCurve& trial);

}  // namespace tuner
