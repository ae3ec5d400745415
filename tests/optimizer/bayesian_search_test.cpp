#include "tuner/optimizer/bayesian_search.h"

#include "tests/support/builders.h"
#include "tests/support/study_driver.h"
#include "tuner/optimizer/unit_cube.h"

#include <algorithm>
#include <cmath>
#include <set>

#include <catch2/catch.hpp>

using namespace tuner;
using namespace tuner::test;

namespace {

std::vector<Suggestion> ask(const History& history, int count = 1, std::uint64_t seed = 1) {
    Rng rng(seed, "test");
    return BayesianSearch().suggest(history, count, rng);
}

// A study of a mixed space after some trials: most completed, one stopped early, one pending, one
// failed.
History mixed_history(std::uint64_t seed, int trials = 9) {
    const Problem problem = problems(seed)[2];
    History history = run_study(problem, BayesianSearch(), trials, 1, seed);
    history.config.limits.max_trials = 30;
    Rng rng(seed, "extra");
    for (const Suggestion& suggestion : BayesianSearch().suggest(history, 2, rng)) {
        add_running(history, suggestion);
    }
    must(history.trials.back().fail({FailureKind::exited, ""}, at(1)));
    Trial& stopped = history.trials[3];
    stopped.state = TrialState::pruned;
    stopped.forecast = Forecast{stopped.outcome->objective, 0.25};
    return history;
}

void set_objective(Trial& trial, double value) {
    trial.outcome->objective = value;
}

template <class Change>
History changed(History history, Change change) {
    for (Trial& trial : history.trials) {
        if (trial.outcome) {
            set_objective(trial, change(trial.outcome->objective));
        }
        if (trial.forecast) {
            const double sd = std::abs(change(trial.forecast->sd) - change(0));
            trial.forecast = Forecast{change(trial.forecast->mean), sd};
        }
    }
    return history;
}

std::vector<Assignment> points(const std::vector<Suggestion>& suggestions) {
    std::vector<Assignment> assignments;
    for (const Suggestion& suggestion : suggestions) {
        assignments.push_back(suggestion.assignment);
    }
    return assignments;
}

}  // namespace

TEST_CASE("the design has one trial more than parameters within its bounds", "[bayesian]") {
    const BayesianOptions options;
    CHECK(design_size(options, 3, 20) == 4);
    CHECK(design_size(options, 1, 20) == 3);
    CHECK(design_size(options, 10, 20) == 5);
    CHECK(design_size(options, 10, 200) == 11);
    CHECK(design_size(options, 64, 1'000) == 18);
    CHECK(design_size(options, 5, 1) == 3);
}

TEST_CASE("the design comes first and then the model", "[bayesian]") {
    const History history = run_study(babyweight(), BayesianSearch(), 16, 1, 3);
    REQUIRE(history.trials.size() == 16);
    for (std::size_t i = 0; i < 16; ++i) {
        const Provenance& why = history.trials[i].provenance;
        CHECK(why.origin == (i < 4 ? Origin::design : Origin::model));
        CHECK(why.finished == static_cast<std::int64_t>(i));
        CHECK(why.predicted_mean.has_value() == (i >= 4));
        CHECK(why.acquisition.has_value() == (i >= 4));
    }
}

TEST_CASE("without two results the design goes on", "[bayesian]") {
    History history = a_history(a_config().build());
    for (const Suggestion& suggestion : ask(history, 8)) {
        CHECK(suggestion.provenance.origin == Origin::design);
        add_running(history, suggestion);
    }
    must(history.trials[0].complete({1.1, 1, {}}, at(1)));
    CHECK(ask(history)[0].provenance.origin == Origin::design);
    must(history.trials[1].complete({1.2, 1, {}}, at(1)));
    const Suggestion suggestion = ask(history)[0];
    CHECK(suggestion.provenance.origin == Origin::model);
    CHECK(suggestion.provenance.pending == 6);
}

TEST_CASE("a prediction is in the units of the objective", "[bayesian]") {
    const History history = run_study(babyweight(), BayesianSearch(), 15, 1, 3);
    const Provenance& why = history.trials.back().provenance;
    CHECK(*why.predicted_mean > 0.9);
    CHECK(*why.predicted_mean < 1.3);
    CHECK(*why.predicted_sd > 0);
    CHECK(*why.predicted_sd < 0.2);
}

TEST_CASE("scaling the objective by a power of two changes nothing", "[bayesian]") {
    const std::uint64_t seed = GENERATE(range(1U, 9U));
    const History history = mixed_history(seed);
    const auto reference = ask(history, 2);
    CHECK(points(ask(changed(history, [](double y) { return 1024 * y; }), 2)) == points(reference));
    const auto other = ask(changed(history, [](double y) { return y / 3; }), 1);
    CHECK(
        number(other[0].assignment, "lr") ==
        Approx(number(reference[0].assignment, "lr")).epsilon(1e-3)
    );
}

TEST_CASE("shifting the objective moves suggestions by rounding only", "[bayesian]") {
    const History history = mixed_history(GENERATE(range(1U, 6U)));
    const auto reference = ask(history);
    const auto shifted = ask(changed(history, [](double y) { return y + 100; }));
    const UnitCube cube(history.config.space);
    const EncodedPoint a = *cube.encode(reference[0].assignment);
    const EncodedPoint b = *cube.encode(shifted[0].assignment);
    for (std::size_t k = 0; k < a.size(); ++k) {
        CHECK(a[k] == Approx(b[k]).margin(0.01));
    }
}

TEST_CASE("minimising f is maximising its negative", "[bayesian]") {
    const History history = mixed_history(GENERATE(range(1U, 6U)));
    History mirrored = changed(history, [](double y) { return -y; });
    mirrored.config.objectives.front().goal = Goal::maximize;
    CHECK(points(ask(history, 3)) == points(ask(mirrored, 3)));
}

TEST_CASE("the order of the history does not matter bit by bit", "[bayesian]") {
    const std::uint64_t seed = GENERATE(range(1U, 11U));
    const History history = mixed_history(seed, 14);
    const auto reference = ask(history, 3, seed);
    History shuffled = history;
    Rng rng(seed, "shuffle");
    for (std::size_t i = shuffled.trials.size(); i-- > 1;) {
        std::swap(shuffled.trials[i], shuffled.trials[rng.below(i + 1)]);
    }
    CHECK(ask(shuffled, 3, seed) == reference);
}

TEST_CASE("a linear range in other units gives the same points of it", "[bayesian]") {
    const auto study = [](double unit) {
        History history = a_history(a_config()
                                        .over(
                                            {parameter("x", RealRange{1 * unit, 3 * unit}),
                                             parameter("y", RealRange{0, 1})}
                                        )
                                        .build());
        for (int i = 0; i < 12; ++i) {
            const Suggestion suggestion = ask(history, 1, 7)[0];
            const double x = number(suggestion.assignment, "x") / unit;
            const double y = number(suggestion.assignment, "y");
            Trial& trial = add_running(history, suggestion);
            must(trial.complete({std::pow(x - 2.2, 2) + std::abs(y - 0.4), 1, {}}, at(1)));
        }
        std::vector<double> xs;
        for (const Trial& trial : history.trials) {
            xs.push_back(number(trial.assignment, "x") / unit);
        }
        return xs;
    };
    CHECK(study(1) == study(8));
}

TEST_CASE("a parameter with one value changes nothing", "[bayesian]") {
    const auto study = [](bool with_constant) {
        std::vector<Parameter> parameters{
            parameter("x", RealRange{0, 1}), parameter("n", IntegerRange{1, 9})};
        if (with_constant) {
            parameters.insert(parameters.begin(), parameter("k", IntegerRange{5, 5}));
        }
        History history = a_history(a_config().over(parameters).build());
        std::vector<double> xs;
        for (int i = 0; i < 9; ++i) {
            const Suggestion suggestion = ask(history, 1, 7)[0];
            xs.push_back(number(suggestion.assignment, "x"));
            Trial& trial = add_running(history, suggestion);
            must(trial.complete({std::abs(xs.back() - 0.3), 1, {}}, at(1)));
        }
        return xs;
    };
    CHECK(study(false) == study(true));
}

TEST_CASE("a batch is what single requests would have given", "[bayesian]") {
    // In a finite space no random candidates are drawn, so the two are equal to the bit.
    History history = a_history(
        a_config()
            .over({parameter("a", IntegerRange{1, 12}), parameter("b", IntegerRange{1, 12})})
            .build()
    );
    for (int i = 0; i < 6; ++i) {
        const Suggestion suggestion = ask(history)[0];
        const double value = std::pow(number(suggestion.assignment, "a") - 7, 2) +
                             number(suggestion.assignment, "b");
        must(add_running(history, suggestion).complete({value, 1, {}}, at(1)));
    }
    const auto batch = points(ask(history, 4));
    std::vector<Assignment> single;
    for (int i = 0; i < 4; ++i) {
        const Suggestion suggestion = ask(history)[0];
        single.push_back(suggestion.assignment);
        add_running(history, suggestion);
    }
    CHECK(
        std::set<std::string>{single[0].canonical_key()} ==
        std::set<std::string>{batch[0].canonical_key()}
    );
    std::set<std::string> keys;
    for (const Assignment& point : batch) {
        keys.insert(point.canonical_key());
    }
    CHECK(keys.size() == 4);
    CHECK(batch == single);
}

TEST_CASE("pending trials push suggestions away from themselves", "[bayesian]") {
    History history = a_history(a_config().over({parameter("x", RealRange{0, 1})}).build());
    for (const double x : {0.05, 0.35, 0.65, 0.95}) {
        Trial& trial = add_running(history, {Assignment({{"x", x}}), {}});
        must(trial.complete({std::pow(x - 0.5, 2), 1, {}}, at(1)));
    }
    const double first = number(ask(history)[0].assignment, "x");
    CHECK(first == Approx(0.5).margin(0.05));
    add_running(history, {Assignment({{"x", first}}), {}});
    const double second = number(ask(history)[0].assignment, "x");
    CHECK(std::abs(second - first) > 1e-4);
}

TEST_CASE("failures are kept away from and lost trials are not", "[bayesian]") {
    const auto study = [](std::optional<FailureKind> kind) {
        History history = a_history(a_config().over({parameter("x", RealRange{0, 1})}).build());
        for (const double x : {0.1, 0.2, 0.3, 0.5}) {
            Trial& trial = add_running(history, {Assignment({{"x", x}}), {}});
            must(trial.complete({-x, 1, {}}, at(1)));
        }
        for (const double x : {0.62, 0.68, 0.74, 0.8}) {
            if (kind) {
                Trial& trial = add_running(history, {Assignment({{"x", x}}), {}});
                must(trial.fail({*kind, ""}, at(1)));
            }
        }
        return number(ask(history)[0].assignment, "x");
    };
    const double without = study(std::nullopt);
    CHECK(without > 0.6);
    CHECK(study(FailureKind::lost) == without);
    const double with_failures = study(FailureKind::exited);
    CHECK((with_failures < 0.6 || with_failures > 0.85));
}

TEST_CASE("a study where everything failed looks elsewhere", "[bayesian]") {
    History history = a_history(a_config().over({parameter("x", RealRange{0, 1})}).build());
    for (const double x : {0.6, 0.7, 0.8, 0.9, 1.0}) {
        Trial& trial = add_running(history, {Assignment({{"x", x}}), {}});
        must(trial.fail({FailureKind::exited, ""}, at(1)));
    }
    const Suggestion suggestion = ask(history)[0];
    CHECK(suggestion.provenance.origin == Origin::model);
    CHECK_FALSE(suggestion.provenance.predicted_mean);
    CHECK(number(suggestion.assignment, "x") < 0.4);
}

TEST_CASE("cancelled trials teach nothing but are not proposed again", "[bayesian]") {
    History history = a_history(a_config().over({parameter("n", IntegerRange{1, 6})}).build());
    for (const std::int64_t n : {2, 5}) {
        history.trials.push_back(
            a_trial(std::ssize(history.trials) + 1).with({{"n", n}}).cancelled().build()
        );
    }
    std::set<double> seen{2, 5};
    for (const Suggestion& suggestion : ask(history, 10)) {
        CHECK(seen.insert(number(suggestion.assignment, "n")).second);
    }
    CHECK(seen.size() == 6);
}

TEST_CASE("a model without hope explores every other time", "[bayesian]") {
    History history = a_history(a_config().over({parameter("x", RealRange{0, 1})}).build());
    for (const double x : {0.2, 0.3, 0.4, 0.6}) {
        Suggestion suggestion{Assignment({{"x", x}}), {}};
        suggestion.provenance.acquisition = -40;
        must(add_running(history, suggestion).complete({std::abs(x - 0.3), 1, {}}, at(1)));
    }
    CHECK(ask(history)[0].provenance.note.find("exploring") != std::string::npos);
    history.trials.back().provenance.acquisition = -2;
    CHECK(ask(history)[0].provenance.note.empty());
}

TEST_CASE("one parameter with a bowl is solved in ten trials", "[bayesian]") {
    const std::uint64_t seed = GENERATE(range(1U, 6U));
    Rng rng(seed, "bowl");
    const double best = 0.1 + 0.8 * rng.uniform();
    const Problem problem{
        "bowl",
        a_space({parameter("x", RealRange{0, 1})}),
        [=](const Assignment& a) { return std::optional(std::pow(number(a, "x") - best, 2)); },
        0};
    const History history = run_study(problem, BayesianSearch(), 10, 1, seed);
    // The values range over a quarter at least.
    CHECK(best_value(history) < 1e-3 * 0.25);
}
