// ObjectiveTransform turns results into what the model sees: smaller is better, about normal, mean
// 0 and standard deviation 1; and turns the model's expectations back into the objective's units.
//
// The default is Yeo-Johnson of (result - median) / scale, its exponent by maximum likelihood in
// [-5, 5]: neither the unit nor the zero of the objective shows in suggestions. The alternative,
// Box-Cox of the results themselves when all are positive, does not mind the unit but does mind the
// zero (optimizer.md 3.4). Results on the bad side are clipped at median + 20 interquartile ranges
// first, so that one explosion does not flatten the rest. The order of results does not matter. A
// plain value.
//
// Box and Cox, "An analysis of transformations" (1964); Yeo and Johnson, "A new family of power
// transformations" (2000).

#pragma once

#include "tuner/optimizer/bayesian_options.h"
#include "tuner/optimizer/gaussian_process.h"
#include "tuner/study/objective.h"

#include <vector>

namespace tuner {

// An expectation in the objective's units.
struct ObjectivePrediction {
    double mean = 0;
    double sd = 0;
};

class ObjectiveTransform {
  public:
    // From all results so far; they are finite.
    static ObjectiveTransform fit(
        const std::vector<double>& results, Goal goal, BayesianOptions::Transform kind
    );

    // What the model sees of a result. Finite.
    double apply(double result) const;

    // The median of the objective under a normal prediction (the transform keeps quantiles), and
    // half the distance of its quantiles at plus and minus one standard deviation: equal to mean
    // and sd where the transform is linear. Beyond ten ranges of the results it is cut off. Finite.
    ObjectivePrediction predict(const Prediction& prediction) const;

    // Whether every result was the same.
    bool is_constant() const { return constant_; }

  private:
    enum class Shape { linear, box_cox, yeo_johnson };

    double to_working(double result) const;
    double warp(double x) const;
    double unwarp(double z) const;
    double invert(double standardized) const;
    void choose_scale(std::vector<double>& working, BayesianOptions::Transform kind);
    void choose_power(const std::vector<double>& working);

    Shape shape_ = Shape::linear;
    double sign_ = 1;    // -1 when larger is better
    int exponent_ = 0;   // results are taken times 2^-exponent, to stay clear of overflow
    double center_ = 0;  // working = (result - center) / scale
    double scale_ = 1;
    double clip_ = 0;  // largest working value
    double power_ = 1;
    double mean_ = 0;  // of the warped working values
    double deviation_ = 1;
    double lowest_ = 0;  // what invert() may answer, working
    double highest_ = 0;
    double constant_value_ = 0;
    bool constant_ = true;
};

}  // namespace tuner
