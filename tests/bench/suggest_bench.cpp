// How long one suggestion takes, and what suggestions are worth: prints tables, judges nothing.
//
//   suggest_bench latency [REPEATS]     milliseconds per suggestion by number of trials
//   suggest_bench quality [SEEDS [TRIALS [PARALLEL]]]
//                                       regret against random search; 20 trials, 5 at once

#include "tests/support/study_driver.h"
#include "tuner/optimizer/bayesian_search.h"
#include "tuner/optimizer/catalog.h"
#include "tuner/optimizer/random_search.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace tuner::test {
namespace {

// A bowl over so many reals, with a little roughness: hyperparameters have something to fit.
Problem bowl(std::size_t dimensions) {
    std::vector<Parameter> parameters;
    for (std::size_t i = 0; i < dimensions; ++i) {
        parameters.push_back(
            *Parameter::create(fmt::format("x{}", i), RealRange{0, 1, Scale::linear})
        );
    }
    const auto value = [dimensions](const Assignment& a) {
        double sum = 0;
        for (std::size_t i = 0; i < dimensions; ++i) {
            const double x = number(a, fmt::format("x{}", i));
            sum += std::pow(x - 0.3, 2) + 0.02 * std::sin(20 * x);
        }
        return std::optional(sum);
    };
    return {"bowl" + std::to_string(dimensions), *SearchSpace::create(parameters), value, 0};
}

History history_of(const Problem& problem, int trials) {
    History history = run_study(problem, RandomSearch(), trials, trials, 1);
    history.config.limits.max_trials = 2 * trials;
    return history;
}

double milliseconds(const Optimizer& optimizer, const History& history, int count, int repeat) {
    Rng rng(1, "bench", static_cast<std::uint64_t>(repeat));
    const auto start = std::chrono::steady_clock::now();
    (void)optimizer.suggest(history, count, rng);
    const std::chrono::duration<double, std::milli> taken =
        std::chrono::steady_clock::now() - start;
    return taken.count();
}

void print_latency(int repeats) {
    fmt::print(
        "{:<13} {:>6} {:>6} {:>5} {:>9} {:>9} {:>9}  (ms)\n",
        "algorithm",
        "params",
        "trials",
        "ask",
        "min",
        "median",
        "max"
    );
    for (const Algorithm algorithm : {Algorithm::bayesian, Algorithm::tpe, Algorithm::random}) {
        const auto optimizer = make_optimizer(algorithm);
        for (const std::size_t dimensions : {3, 10}) {
            for (const int trials : {20, 100, 300, 500, 1'000, 10'000}) {
                const History history = history_of(bowl(dimensions), trials);
                for (const int count : {1, 5}) {
                    std::vector<double> taken;
                    for (int i = 0; i < repeats; ++i) {
                        taken.push_back(milliseconds(*optimizer, history, count, i));
                    }
                    std::sort(taken.begin(), taken.end());
                    fmt::print(
                        "{:<13} {:>6} {:>6} {:>5} {:>9.2f} {:>9.2f} {:>9.2f}\n",
                        name_of(algorithm),
                        dimensions,
                        trials,
                        count,
                        taken.front(),
                        taken[taken.size() / 2],
                        taken.back()
                    );
                }
            }
        }
    }
}

struct Score {
    double sum = 0;
    double squares = 0;
    int wins = 0;
    std::vector<double> regrets;

    void add(double regret, double reference) {
        const double difference = regret - reference;
        regrets.push_back(regret);
        sum += difference;
        squares += difference * difference;
        wins += difference < 0 ? 1 : 0;
    }
};

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

void print_quality(int seeds, int trials, int parallel) {
    std::map<std::string, std::unique_ptr<const Optimizer>> methods;
    methods["bayesian"] = make_optimizer(Algorithm::bayesian);
    methods["tpe"] = make_optimizer(Algorithm::tpe);
    methods["sobol"] = make_optimizer(Algorithm::quasi_random);
    BayesianOptions other;
    other.transform = BayesianOptions::Transform::power;
    methods["bayesian, raw power"] = std::make_unique<BayesianSearch>(other);
    other.transform = BayesianOptions::Transform::standardize;
    methods["bayesian, standardize"] = std::make_unique<BayesianSearch>(other);

    std::map<std::string, std::map<std::string, Score>> scores;
    std::map<std::string, std::vector<double>> random;
    for (int seed = 1; seed <= seeds; ++seed) {
        const auto number = static_cast<std::uint64_t>(seed);
        for (const Problem& problem : problems(number)) {
            const auto regret = [&](const Optimizer& optimizer) {
                return best_value(run_study(problem, optimizer, trials, parallel, number)) -
                       problem.optimum;
            };
            const double reference = regret(RandomSearch());
            random[problem.name].push_back(reference);
            for (const auto& [name, method] : methods) {
                scores[problem.name][name].add(regret(*method), reference);
            }
        }
    }
    fmt::print(
        "{} seeds, {} trials, {} at once; median regret, and paired difference to random\n",
        seeds,
        trials,
        parallel
    );
    for (const auto& [problem, by_method] : scores) {
        fmt::print("{:<12} {:<24} {:>10.5f}\n", problem, "random", median(random[problem]));
        for (const auto& [name, score] : by_method) {
            const double n = seeds;
            const double mean = score.sum / n;
            const double error = std::sqrt(std::max(score.squares / n - mean * mean, 0.0) / n);
            fmt::print(
                "{:<12} {:<24} {:>10.5f}   {:>+10.5f} ± {:.5f}  better in {}/{}\n",
                problem,
                name,
                median(score.regrets),
                mean,
                error,
                score.wins,
                seeds
            );
        }
    }
}

}  // namespace
}  // namespace tuner::test

int main(int argc, char** argv) {
    const std::string what = argc > 1 ? argv[1] : "latency";
    const auto argument = [&](int index, int otherwise) {
        return argc > index ? std::max(std::atoi(argv[index]), 1) : otherwise;
    };
    if (what == "quality") {
        tuner::test::print_quality(argument(2, 10), argument(3, 20), argument(4, 5));
    } else {
        tuner::test::print_latency(argument(2, 5));
    }
}
