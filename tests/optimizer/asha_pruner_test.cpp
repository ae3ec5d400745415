#include "tuner/optimizer/asha_pruner.h"

#include "tests/optimizer/curves.h"
#include "tuner/study/rung_table.h"

#include <catch2/catch.hpp>

using namespace tuner;
using namespace tuner::test;

namespace {

const Stopping kRule = rule_of(StoppingKind::asha);

// A study whose trials report one by one: report() answers whether that stopped the trial.
class Replay {
  public:
    explicit Replay(std::int64_t trials, Stopping rule = kRule, Goal goal = Goal::minimize)
        : pruner_(make_pruner(rule)), book_(book_of(rule, running(trials), goal)) {}

    bool report(std::int64_t trial, std::int64_t step, double value) {
        book_.add(TrialId(trial), {step, {{"rmse", value}}});
        return pruner_->judge(book_, TrialId(trial)).has_value();
    }

    std::optional<std::string> why(std::int64_t trial) const {
        return pruner_->judge(book_, TrialId(trial));
    }

    void stop(std::int64_t trial, double value) {
        book_.follow(a_trial(trial).pruned(value).build());
    }

    void complete(std::int64_t trial, double value) {
        book_.follow(a_trial(trial).completed(value).build());
    }

    std::vector<Rung> table() const { return rung_table(book_); }

  private:
    static std::vector<TrialBuilder> running(std::int64_t trials) {
        std::vector<TrialBuilder> builders;
        for (std::int64_t id = 1; id <= trials; ++id) {
            builders.push_back(a_trial(id).running());
        }
        return builders;
    }

    std::unique_ptr<const Pruner> pruner_;
    CurveBook book_;
};

}  // namespace

// eta 3, rungs 1, 3, 9.
TEST_CASE("ASHA's decisions and its rung table are those made by hand", "[pruner]") {
    Replay study(6);
    CHECK_FALSE(study.report(1, 1, 10));  // 1 of 1: too few to say
    CHECK_FALSE(study.report(2, 1, 8));   // 2 of 2: too few
    CHECK(study.report(3, 1, 9));         // of 8, 9, 10 one goes on: needs 8
    CHECK(
        study.why(3) ==
        "stopped early at step 1: 9 is not among the best 1 of the 3 trials that had reached rung "
        "0 "
        "(minSteps x 3^0 = 1); it needed 8"
    );
    study.stop(3, 9);
    CHECK_FALSE(study.report(4, 1, 7));   // the best of 4
    CHECK_FALSE(study.report(1, 2, 10));  // between rungs nobody is judged, and 1 was kept
    CHECK_FALSE(study.report(1, 3, 9));   // rung 1: the first
    CHECK(study.report(5, 1, 8.5));       // of 7, 8, 8.5, 9, 10 one goes on: needs 7
    study.stop(5, 8.5);
    CHECK_FALSE(study.report(2, 4, 6));  // rung 1: 2 of 2
    CHECK_FALSE(study.report(6, 1, 8));  // of 6 two go on: 7 and 8, and as good is good enough
    CHECK(study.report(4, 3, 6.5));      // rung 1: of 6, 6.5, 9 one goes on: needs 6
    study.stop(4, 6.5);
    CHECK_FALSE(study.report(1, 9, 8));  // rung 2: the first
    study.complete(1, 8);
    CHECK(
        study.table() ==
        std::vector<Rung>{
            {0, 1, 6, 8.0, 2, TrialId(4)},
            {1, 3, 3, 6.0, 1, TrialId(2)},
            {2, 9, 1, std::nullopt, 0, TrialId(1)}}
    );
}

TEST_CASE("T-15 the rungs are the same however many trials run at once", "[pruner]") {
    const auto value = [](std::int64_t trial, std::int64_t step) {
        return static_cast<double>(trial) + 1.0 / static_cast<double>(step);
    };
    std::vector<std::vector<Rung>> tables;
    for (const std::int64_t parallel : {1, 3, 9}) {
        Stopping lenient = kRule;
        lenient.eta = 3;
        Replay study(9, lenient);
        for (std::int64_t first = 1; first <= 9; first += parallel) {
            for (std::int64_t step = 1; step <= 9; ++step) {
                for (std::int64_t trial = first; trial < first + parallel; ++trial) {
                    study.report(trial, step, value(trial, step));
                }
            }
        }
        tables.push_back(study.table());
    }
    CHECK(tables[0] == tables[1]);
    CHECK(tables[0] == tables[2]);
    CHECK(tables[0].size() == 3);
}

TEST_CASE("a decision at a rung is for good, whatever comes later", "[pruner]") {
    Replay study(4);
    CHECK_FALSE(study.report(1, 1, 10));
    for (std::int64_t trial = 2; trial <= 4; ++trial) {
        study.report(trial, 1, 1);
    }
    CHECK_FALSE(study.why(1));
    CHECK_FALSE(study.report(1, 2, 99));
}

TEST_CASE("what is not a number is the worst at its rung", "[pruner]") {
    Replay study(4);
    CHECK_FALSE(study.report(1, 1, kNan));
    CHECK_FALSE(study.report(2, 1, kNan));
    CHECK_FALSE(study.report(3, 1, 5));
    CHECK(study.report(4, 1, kNan));
}

TEST_CASE("ASHA maximizes as well", "[pruner]") {
    Replay study(3, kRule, Goal::maximize);
    study.report(1, 1, 0.1);
    study.report(2, 1, 0.3);
    CHECK(study.report(3, 1, 0.2));
}

TEST_CASE("a trial at the end of its run is left alone", "[pruner]") {
    Replay study(4);
    study.report(1, 9, 1);
    study.complete(1, 1);
    study.report(2, 1, 1);
    study.report(3, 1, 1);
    CHECK(study.report(4, 8, 5));
    CHECK_FALSE(study.report(4, 9, 5));
}

TEST_CASE("rungs can be counted in measurements", "[pruner]") {
    Stopping rule = kRule;
    rule.unit = StoppingUnit::measurements;
    rule.min_steps = 2;
    Replay study(3, rule);
    for (std::int64_t trial = 1; trial <= 2; ++trial) {
        study.report(trial, 1000, 1);
        study.report(trial, 2000, 1);
    }
    CHECK_FALSE(study.report(3, 5000, 9));
    CHECK(study.report(3, 5001, 9));
    CHECK(study.table().front().progress == 2);
}

TEST_CASE("a restart stops nobody who was kept", "[pruner]") {
    const auto pruner = make_pruner(kRule);
    const CurveBook book = book_of(
        kRule,
        {curve_of(1, {{1, 1}}).pruned(1), curve_of(2, {{1, 2}}).completed(2), curve_of(3, {{1, 9}})}
    );
    CHECK_FALSE(pruner->judge(book, TrialId(3)));
}
