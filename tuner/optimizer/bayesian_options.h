// Every number that BayesianSearch can be tuned by, with its default and where that comes from.
//
// "Measured" refers to the prototype study of the design (docs: synthetic and scikit-learn tasks,
// up to 40 trials); "literature" to the source that is named; "judgement" to nothing better than
// that. Plain values; the defaults are one configuration and are what studies use.

#pragma once

namespace tuner {

// Priors of the Gaussian process over standardised results, on a cube of side 1. All are normal in
// the logarithm: exp(N(ln median, spread^2)).
struct ModelOptions {
    // Lengthscales: the median grows with the square root of the number of parameters d,
    // length_median * sqrt(d / 3). The form is measured and literature (Hvarfner et al., "Vanilla
    // Bayesian optimization performs great in high dimensions", 2024); the spread is measured on
    // synthetic problems only.
    double length_median = 0.5;
    double length_spread = 0.5;
    double length_min = 0.01;
    double length_max = 100;
    // Signal variance; the results are standardised. Judgement.
    double signal_median = 1;
    double signal_spread = 0.7;
    double signal_min = 1e-3;
    double signal_max = 1e3;
    // Noise variance; the floor keeps matrices well conditioned. Judgement.
    double noise_median = 1e-3;
    double noise_spread = 1.5;
    double noise_floor = 1e-6;
    double noise_max = 10;
    // Variance of the normal prior on the constant mean, integrated analytically. Judgement.
    double mean_variance = 0.5;
    // One optimisation of the hyperparameters from each: the prior's medians, and lengths shorter
    // by this factor. Two starts are what was measured.
    double short_start = 0.4;
    int fit_evaluations = 60;
    double fit_tolerance = 1e-6;
    // Hyperparameters are fitted on at most so many results, the model is conditioned on at most so
    // many: what keeps a suggestion fast with thousands of trials. Measured: suggest_bench.
    int fit_rows = 100;
    int model_rows = 300;
};

// How the acquisition's maximum is searched.
struct SearchOptions {
    // A space with at most so many assignments is evaluated in full. Judgement.
    int enumerate_below = 20'000;
    // Points of a scrambled Sobol sequence, and perturbations around each of the best results.
    // Measured: four times more changes nothing up to 40 trials and 10 parameters.
    int candidates = 1'024;
    int best_results = 5;
    int perturbations = 40;
    double wide_step = 0.1;
    double narrow_step = 0.02;
    // The best candidates, at least so far apart, and the best result are refined.
    int refined = 4;
    double refined_apart = 0.05;
    int refine_rounds = 10;
    int refine_evaluations = 40;
    // Numbers of at most so many levels are scanned in full, longer ones by doubling steps.
    int scan_levels = 32;
    int scan_choices = 256;
    // Pairs of choices with at most so many combinations are scanned together.
    int scan_pairs = 64;
};

struct BayesianOptions {
    // How results become what the model sees (objective_transform.h).
    enum class Transform {
        affine_power,  // Yeo-Johnson around the median: indifferent to unit and zero of results
        power,         // Box-Cox when all results are positive, else Yeo-Johnson
        standardize,   // no change of shape
    };
    // The prototype measured `power` (no worse than `standardize` anywhere, better on heavy tails),
    // which depends on the objective's zero. `affine_power` does not, and suggest_bench finds no
    // difference between the two (7 problems, 30 seeds, 20 trials), so the property decides.
    Transform transform = Transform::affine_power;
    ModelOptions model;
    SearchOptions search;
    // The first suggestions come from the design: d + 1 of them, at least 3, at most a quarter of
    // the trials. Measured: flat between 2 and d + 1, worse at 2d. Above design_wide parameters it
    // is 2 + 2 sqrt(d).
    int design_min = 3;
    double design_share = 0.25;
    int design_wide = 20;
    // Above this share of noise in the variance, the result to beat is the best expectation and not
    // the luckiest result. Judgement.
    double noisy_share = 1e-3;
    // The model of failures: noise of its labels. Judgement.
    double feasibility_noise = 0.05;
    // So many suggestions in a row with less than this expected improvement (in standard
    // deviations) and every other suggestion goes where the model knows least. Judgement.
    int stagnation = 3;
    double stagnant_log_improvement = -16.11809565095832;  // ln 1e-7
};

}  // namespace tuner
