// CurveModel carries a trial's learning curve on to the end of a run, from how the curves of
// completed trials went on.
//
// A curve is y(u) = F + a·h(u), where u in (0, 1] is the share of the run and h(1) = 0, so that F
// is the value at the end and a·h(u) what is still to be gained. h is one of twelve shapes, four of
// each of the families of Domhan, Springenberg and Hutter, "Speeding up automatic hyperparameter
// optimization of deep neural networks by extrapolation of learning curves" (2015) that have three
// parameters: pow3 u^-k, log power 1 / (1 + (u/m)^2) and exp3 e^(-k u), each less its value at 1.
// (Their log power has no free asymptote and a free exponent; here it is the other way round, so
// that a shift of the objective changes nothing.)
//
// Given a shape, F and a follow by weighted least squares: a point weighs as much as its u, the
// noise is the median over completed trials of what the shape leaves unexplained of them, and a has
// the normal prior of their own a's (Bayesian linear regression; F's prior is flat). Shapes are
// averaged by their evidence. The variance of F gets the square of the error that the model makes
// on completed trials when it sees them up to the same u: the 80 % quantile of its size, which a
// single wild trial does not move, divided by that of a standard normal.
//
// Where five or more completed trials had reported by the same u, a second forecast is the linear
// regression of their last values on their values then: trials of one study are often more alike
// than any family of curves. Its variance is that of a new observation, as Student's t with n - 2
// degrees of freedom has it. The surer of the two forecasts counts.
//
// Every trial's steps are mapped to u by its own first step and average spacing, so where steps
// start does not matter. Values are turned so that smaller is better. Pure.

#pragma once

#include "tuner/study/curve_book.h"

#include <array>
#include <optional>
#include <vector>

namespace tuner {

// The latest so many completed trials are learnt from.
inline constexpr std::size_t kCurvesLearnt = 20;
inline constexpr std::size_t kCurveShapes = 12;
// Of fewer the variance of the regression is not finite.
inline constexpr std::size_t kFewestRegressed = 5;

class CurveModel {
  public:
    // From at least two completed trials with two points each.
    static std::optional<CurveModel> learn(const CurveBook& book);

    // What a trial with at least one point will have come to at the end of its run; sd > 0.
    Forecast predict(const TrialCurve& trial) const;

  private:
    // Points of one trial: shares of the run, and values of which the smaller is better.
    struct Path {
        std::vector<double> shares;
        std::vector<double> values;
    };

    struct ShapePrior {
        double gain = 0;      // of a
        double variance = 0;  // likewise
        double noise = 0;     // variance of a point of weight 1
    };

    Path path_of(const TrialCurve& trial, double end) const;
    void learn_shape(std::size_t shape);
    Forecast extrapolate(const Path& path) const;
    double error_at(double share) const;
    std::optional<Forecast> regress(double share, double value) const;

    Goal goal_ = Goal::minimize;
    bool counts_ = false;
    double horizon_ = 1;
    double scale_ = 1;  // the largest extent of a completed curve
    std::vector<Path> learnt_;
    std::array<ShapePrior, kCurveShapes> priors_{};
};

}  // namespace tuner
