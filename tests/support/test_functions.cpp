#include "tests/support/test_functions.h"

#include "tuner/base/contract.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

namespace tuner::test {

namespace {

constexpr double kPi = std::numbers::pi;

Parameter make(std::string name, Domain domain, std::optional<Condition> condition = {}) {
    auto parameter =
        Parameter::create(std::move(name), std::move(domain), std::nullopt, std::move(condition));
    expects(parameter.has_value(), "the problem's parameters are valid");
    return *parameter;
}

SearchSpace make_space(std::vector<Parameter> parameters) {
    auto space = SearchSpace::create(std::move(parameters));
    expects(space.has_value(), "the problem's space is valid");
    return *space;
}

// Where the optimum lies along each dimension: away from the edges by a tenth.
std::vector<double> random_optimum(std::size_t dimensions, Rng& rng) {
    std::vector<double> at(dimensions);
    for (double& u : at) {
        u = 0.1 + 0.8 * rng.uniform();
    }
    return at;
}

std::vector<Parameter> reals(std::size_t count) {
    std::vector<Parameter> parameters;
    for (std::size_t i = 0; i < count; ++i) {
        parameters.push_back(make("x" + std::to_string(i), RealRange{0, 1, Scale::linear}));
    }
    return parameters;
}

double x_of(const Assignment& assignment, std::size_t i) {
    return number(assignment, "x" + std::to_string(i));
}

Problem sphere(Rng& rng) {
    const auto at = random_optimum(4, rng);
    return {
        "sphere4",
        make_space(reals(4)),
        [at](const Assignment& a) {
            double sum = 0;
            for (std::size_t i = 0; i < at.size(); ++i) {
                sum += (1 + static_cast<double>(i)) * std::pow(x_of(a, i) - at[i], 2);
            }
            return std::optional(sum);
        },
        0};
}

// Ackley's function over three dimensions of width 10, moved.
Problem ackley(Rng& rng) {
    const auto at = random_optimum(3, rng);
    return {
        "ackley3",
        make_space(reals(3)),
        [at](const Assignment& a) {
            double squares = 0;
            double cosines = 0;
            for (std::size_t i = 0; i < at.size(); ++i) {
                const double x = 10 * (x_of(a, i) - at[i]);
                squares += x * x / 3;
                cosines += std::cos(2 * kPi * x) / 3;
            }
            return std::optional(
                20 + std::numbers::e - 20 * std::exp(-0.2 * std::sqrt(squares)) - std::exp(cosines)
            );
        },
        0};
}

// A learning rate over five decades, a number of units, a momentum near 1 and an optimizer's name.
Problem network(Rng& rng) {
    const double lr = -4.5 + 3 * rng.uniform();
    const double units = 5 + 3.5 * rng.uniform();
    const double momentum = -2.5 + 2 * rng.uniform();
    std::vector<std::string> names{"adam", "sgd", "ftrl", "adagrad"};
    for (std::size_t i = names.size(); i-- > 1;) {
        std::swap(names[i], names[rng.below(i + 1)]);
    }
    const std::string best = names[rng.below(names.size())];
    return {
        "network",
        make_space(
            {make("lr", RealRange{1e-5, 1, Scale::log}),
             make("units", IntegerRange{16, 1024, Scale::log}),
             make("momentum", RealRange{0.001, 1, Scale::reverse_log}),
             make("optimizer", Categories{names})}
        ),
        [=](const Assignment& a) {
            const double off = std::get<std::string>(*a.find("optimizer")) == best ? 0 : 0.15;
            const double rest = std::log10(1.001 - number(a, "momentum"));
            return std::optional(
                0.2 + off + 0.05 * std::pow(std::log10(number(a, "lr")) - lr - 5 * off, 2) +
                0.02 * std::pow(std::log2(number(a, "units")) - units, 2) +
                0.05 * std::pow(rest - momentum, 2)
            );
        },
        0.2};
}

// A quarter of the box fails, next to the optimum.
Problem crash(Rng& rng) {
    const auto at = random_optimum(3, rng);
    return {
        "crash3",
        make_space(reals(3)),
        [at](const Assignment& a) -> std::optional<double> {
            if (x_of(a, 0) - at[0] + x_of(a, 1) - at[1] > 0.25) {
                return std::nullopt;
            }
            double sum = 0;
            for (std::size_t i = 0; i < at.size(); ++i) {
                sum += std::abs(x_of(a, i) - at[i]) + std::pow(x_of(a, i) - at[i], 2);
            }
            return sum;
        },
        0};
}

// A model and, under each, its own knobs.
Problem tree(Rng& rng) {
    const auto at = random_optimum(4, rng);
    std::vector<std::string> names{"forest", "svm", "mlp"};
    for (std::size_t i = names.size(); i-- > 1;) {
        std::swap(names[i], names[rng.below(i + 1)]);
    }
    const auto when = [](const char* value) {
        return Condition{"model", {ParameterValue(std::string(value))}};
    };
    return {
        "tree",
        make_space(
            {make("model", Categories{names}),
             make("x0", RealRange{0, 1, Scale::linear}),
             make("depth", IntegerRange{1, 30, Scale::linear}, when("forest")),
             make("gamma", RealRange{1e-4, 10, Scale::log}, when("svm")),
             make("layers", IntegerRange{1, 5, Scale::linear}, when("mlp")),
             make("dropout", RealRange{0, 0.6, Scale::linear}, when("mlp"))}
        ),
        [at](const Assignment& a) {
            double sum = std::pow(x_of(a, 0) - at[0], 2);
            const std::string& model = std::get<std::string>(*a.find("model"));
            if (model == "forest") {
                sum += 0.1 + std::pow(number(a, "depth") / 30 - at[1], 2);
            } else if (model == "svm") {
                sum += 0.2 + std::pow(std::log10(number(a, "gamma")) / 5 + 0.8 - at[2], 2);
            } else {
                sum += std::pow(number(a, "dropout") / 0.6 - at[3], 2) +
                       0.05 * std::abs(number(a, "layers") - 3);
            }
            return std::optional(sum);
        },
        0};
}

double softplus(double x) {
    return std::log1p(std::exp(-std::abs(x))) + std::max(x, 0.0);
}

double babyweight_error(const Assignment& a) {
    const double batch = std::log2(number(a, "batch_size"));
    const double embeds = number(a, "nembeds");
    const double width = std::log2(number(a, "nnsize"));
    const double few_steps =
        0.016 * softplus(1.8 * (batch - 6)) + 0.004 * std::pow(std::max(batch - 7.5, 0.0), 2);
    const double noisy_steps = 0.012 * std::pow(std::max(5 - batch, 0.0), 2);
    const double embedding =
        0.045 * std::exp(-embeds / 5) + 0.00025 * std::pow(std::max(embeds - 18, 0.0), 1.5);
    const double capacity = 0.01 * std::pow(8.3 - width, 2) +
                            0.006 * std::max(width - 8, 0.0) * std::max(5.5 - batch, 0.0);
    const double overfit = 0.0006 * std::max(embeds - 10, 0.0) * std::max(width - 8, 0.0);
    return 1.028 + few_steps + noisy_steps + embedding + capacity + overfit;
}

}  // namespace

double number(const Assignment& assignment, std::string_view name) {
    const ParameterValue* value = assignment.find(name);
    expects(value != nullptr, "the parameter is active");
    const auto* integer = std::get_if<std::int64_t>(value);
    return integer != nullptr ? static_cast<double>(*integer) : std::get<double>(*value);
}

Problem babyweight() {
    return {
        "babyweight",
        make_space(
            {make("batch_size", IntegerRange{8, 512, Scale::log}),
             make("nembeds", IntegerRange{3, 30, Scale::linear}),
             make("nnsize", IntegerRange{64, 512, Scale::log})}
        ),
        [](const Assignment& a) { return std::optional(babyweight_error(a)); },
        1.0322989036070793};
}

Problem branin() {
    return {
        "branin",
        make_space(
            {make("x", RealRange{-5, 10, Scale::linear}),
             make("y", RealRange{0, 15, Scale::linear})}
        ),
        [](const Assignment& a) {
            const double x = number(a, "x");
            const double y = number(a, "y");
            const double bend = y - 5.1 / (4 * kPi * kPi) * x * x + 5 / kPi * x - 6;
            return std::optional(bend * bend + 10 * (1 - 1 / (8 * kPi)) * std::cos(x) + 10);
        },
        0.39788735772973816};
}

std::vector<Problem> problems(std::uint64_t seed) {
    Rng rng(seed, "problems");
    return {sphere(rng), ackley(rng), network(rng), crash(rng), tree(rng), branin(), babyweight()};
}

History empty_history(const Problem& problem, Algorithm algorithm, std::uint64_t seed) {
    History history;
    history.config.name = problem.name;
    history.config.space = problem.space;
    history.config.objectives = {{"loss", Goal::minimize}};
    history.config.algorithm = algorithm;
    history.config.seed = seed;
    history.config.limits.max_trials = 20;
    return history;
}

}  // namespace tuner::test
