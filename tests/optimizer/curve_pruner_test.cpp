#include "tuner/optimizer/curve_pruner.h"

#include "tests/optimizer/curves.h"
#include "tuner/base/random.h"
#include "tuner/optimizer/curve_model.h"

#include <cmath>

#include <catch2/catch.hpp>

using namespace tuner;
using namespace tuner::test;

namespace {

const Stopping kRule = rule_of(StoppingKind::curve);

const std::vector<Reports> kCurves{
    {{1, 1.91}, {2, 1.39}, {4, 1.16}, {5, 1.09}, {10, 1.01}},
    {{1, 2.28}, {2, 1.68}, {4, 1.38}, {5, 1.32}, {10, 1.2}},
    {{1, 3.32}, {2, 2.28}, {4, 1.82}, {5, 1.68}, {10, 1.52}},
    {{1, 2.9}, {2, 2.4}, {4, 2.15}, {5, 2.1}, {10, 2.0}},
    {{1, 2.44}, {2, 1.71}, {4, 1.315}, {5, 1.26}, {10, 1.09}},
};

// Completed trials with these curves, of values times `factor` plus `shift`, at steps times
// `stretch` plus `start`.
std::vector<TrialBuilder> completed(
    double factor = 1, double shift = 0, std::int64_t stretch = 1, std::int64_t start = 0
) {
    std::vector<TrialBuilder> trials;
    for (const Reports& curve : kCurves) {
        Reports moved;
        for (const auto& [step, value] : curve) {
            moved.emplace_back(step * stretch + start, value * factor + shift);
        }
        trials.push_back(curve_of(static_cast<std::int64_t>(trials.size()) + 1, moved)
                             .completed(moved.back().second));
    }
    return trials;
}

std::optional<Forecast> forecast_of(
    std::vector<TrialBuilder> done, const Reports& reports, Goal goal = Goal::minimize
) {
    const auto id = static_cast<std::int64_t>(done.size()) + 1;
    done.push_back(curve_of(id, reports));
    return forecast_end(book_of(kRule, std::move(done), goal), TrialId(id));
}

}  // namespace

// The numbers are those of a separate program (numpy, the normal equations solved by its own
// routines) for the formulas of curve_model.h.
TEST_CASE("a curve leads where the formulas say", "[pruner]") {
    const auto hopeless = forecast_of(completed(), {{1, 3.0}, {2, 2.5}, {4, 2.3}});
    REQUIRE(hopeless);
    CHECK(hopeless->mean == Approx(2.0022575119980717).epsilon(1e-9));
    CHECK(hopeless->sd == Approx(0.24608572647737448).epsilon(1e-9));
    const auto hopeful = forecast_of(completed(), {{1, 2.0}, {2, 1.5}, {4, 1.2}});
    REQUIRE(hopeful);
    CHECK(hopeful->mean == Approx(0.8840349787985584).epsilon(1e-9));
    CHECK(hopeful->sd == Approx(0.2361525813564753).epsilon(1e-9));
    const auto first = forecast_of(completed(), {{1, 3.0}});
    REQUIRE(first);
    CHECK(first->mean == Approx(-1.1733522446555606).epsilon(1e-9));
    CHECK(first->sd == Approx(7.18299659852719).epsilon(1e-9));
}

// Of values 1, 2, 3, 4, 5 (mean 3, sum of squares 10) at half of the run and 0.22, 0.38, 0.6, 0.82,
// 0.98 (mean 0.6) at its end the slope is 1.96 / 10 and the squares of the rest sum up to 0.00144.
// For a value of 4 that is 0.6 + 0.196 and a variance of 0.00144 / 3 (1 + 1/5 + 1/10) 3/1; besides,
// a thousandth of the largest extent, 4.02.
TEST_CASE("completed trials of other values show where one more ends", "[pruner]") {
    std::vector<TrialBuilder> done;
    const double ends[] = {0.22, 0.38, 0.6, 0.82, 0.98};
    for (std::int64_t id = 1; id <= 5; ++id) {
        const double end = ends[id - 1];
        done.push_back(curve_of(id, {{1, static_cast<double>(id)}, {2, end}}).completed(end));
    }
    const auto forecast = forecast_of(done, {{1, 4}});
    REQUIRE(forecast);
    CHECK(forecast->mean == Approx(0.796).epsilon(1e-12));
    CHECK(forecast->sd == Approx(std::sqrt(0.001872 + 0.00402 * 0.00402)).epsilon(1e-12));
}

// The best is 1.01. The chance of the first is Phi((1.01 - 2.00) / 0.246) = 3e-5, that of the
// second Phi((1.01 - 0.88) / 0.236) = 0.7.
TEST_CASE("the curve rule's decisions are those that follow from that", "[pruner]") {
    const auto why = judged(kRule, completed(), {{1, 3.0}, {2, 2.5}, {4, 2.3}});
    REQUIRE(why);
    CHECK(why->starts_with("stopped early at step 4: its curve leads to 2.0"));
    CHECK(why->find("beats 1.01, the best so far, with a probability of ") != std::string::npos);
    CHECK(why->ends_with("below 0.05 it is given up"));
    CHECK_FALSE(judged(kRule, completed(), {{1, 2.0}, {2, 1.5}, {4, 1.2}}));
}

TEST_CASE("the curve rule needs five completed trials and two reports", "[pruner]") {
    std::vector<TrialBuilder> four = completed();
    four.pop_back();
    CHECK_FALSE(judged(kRule, four, {{1, 30}, {2, 25}, {4, 23}}));
    CHECK_FALSE(judged(kRule, completed(), {}));
    CHECK_FALSE(judged(kRule, completed(), {{4, 99}}));
    CHECK_FALSE(judged(kRule, completed(), {{4, 99}, {10, 99}}));
    CHECK_FALSE(judged(kRule, completed(), {{1, kNan}, {2, kNan}}));
}

TEST_CASE("trials that reported once teach no curve", "[pruner]") {
    std::vector<TrialBuilder> once;
    for (std::int64_t id = 1; id <= 6; ++id) {
        once.push_back(curve_of(id, {{10, 1}}).completed(1));
    }
    CHECK_FALSE(judged(kRule, once, {{1, 99}, {2, 99}}));
}

TEST_CASE("the unit, the zero and the direction of the objective do not matter", "[pruner]") {
    const Reports reports{{1, 3.0}, {2, 2.5}, {4, 2.3}};
    const Forecast plain = *forecast_of(completed(), reports);
    const auto moved = [&](double factor, double shift, Goal goal) {
        Reports other;
        for (const auto& [step, value] : reports) {
            other.emplace_back(step, value * factor + shift);
        }
        const Forecast end = *forecast_of(completed(factor, shift), other, goal);
        CHECK(end.mean == Approx(plain.mean * factor + shift).epsilon(1e-9));
        CHECK(end.sd == Approx(plain.sd * std::abs(factor)).epsilon(1e-9));
        return judged(kRule, completed(factor, shift), other, goal).has_value();
    };
    CHECK(moved(1e6, -3, Goal::minimize));
    CHECK(moved(-1, 0, Goal::maximize));
    CHECK(moved(1e-9, 0, Goal::minimize));
}

TEST_CASE("where steps start and how long they are does not matter", "[pruner]") {
    const Forecast plain = *forecast_of(completed(), {{1, 3.0}, {2, 2.5}, {3, 2.4}});
    const Forecast later = *forecast_of(
        completed(1, 0, 100, 1'000'000), {{1'000'100, 3.0}, {1'000'200, 2.5}, {1'000'300, 2.4}}
    );
    CHECK(later.mean == Approx(plain.mean).epsilon(1e-9));
    CHECK(later.sd == Approx(plain.sd).epsilon(1e-9));
}

TEST_CASE("a forecast without a model is the last value, as sure as values differ", "[pruner]") {
    const auto forecast = forecast_of(
        {curve_of(1, {{1, 1}}).pruned(1), curve_of(2, {{1, 2}, {2, 3}}).pruned(3)}, {{1, 5}}
    );
    REQUIRE(forecast);
    CHECK(forecast->mean == 5);
    CHECK(forecast->sd == Approx(2));  // of 1, 3, 5
    CHECK_FALSE(forecast_of({}, {{1, 5}}));
    CHECK_FALSE(forecast_of({}, {}));
}

TEST_CASE("no curve makes a forecast that is not finite", "[pruner]") {
    Rng rng(7, "curves");
    const auto value = [&] {
        constexpr double kExtremes[] = {0, 1e300, -1e300, 1e-300, kNan, 3};
        return rng.below(3) == 0 ? kExtremes[rng.below(6)] : rng.normal();
    };
    for (int round = 0; round < 300; ++round) {
        std::vector<TrialBuilder> trials;
        for (std::int64_t id = 1; id <= 8; ++id) {
            Reports reports;
            for (std::uint64_t n = rng.below(40); n > 0; --n) {
                const auto step = static_cast<std::int64_t>(rng.below(100));
                reports.emplace_back(rng.below(50) == 0 ? step << 40 : step - 20, value());
            }
            TrialBuilder trial = curve_of(id, reports);
            trials.push_back(id <= 6 ? trial.completed(rng.normal()) : trial);
        }
        for (const StoppingKind kind :
             {StoppingKind::median, StoppingKind::curve, StoppingKind::asha}) {
            const Stopping rule = rule_of(kind);
            const CurveBook book = book_of(rule, trials);
            const auto why = make_pruner(rule)->judge(book, TrialId(8));
            CHECK((
                !why || !book.trial(TrialId(8)).curve.points().empty() || kind == StoppingKind::asha
            ));
            const auto forecast = forecast_end(book, TrialId(8));
            CHECK((!forecast || (std::isfinite(forecast->mean) && std::isfinite(forecast->sd))));
        }
    }
}
