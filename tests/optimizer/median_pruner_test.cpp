#include "tuner/optimizer/median_pruner.h"

#include "tests/optimizer/curves.h"

#include <catch2/catch.hpp>

using namespace tuner;
using namespace tuner::test;

namespace {

const Stopping kRule = rule_of(StoppingKind::median, 3);

// Their means by step 2 are 5, 4 and 8, by step 3 they are 4, 3 and 7.
const std::vector<TrialBuilder> kDone{
    curve_of(1, {{1, 6}, {2, 4}, {3, 2}}).completed(2),
    curve_of(2, {{1, 5}, {2, 3}, {3, 1}}).completed(1),
    curve_of(3, {{1, 9}, {2, 7}, {3, 5}}).completed(5),
};

}  // namespace

TEST_CASE("the median rule's decisions are those made by hand", "[pruner]") {
    // By step 2 the median of 4, 5 and 8 is 5.
    CHECK_FALSE(judged(kRule, kDone, {{1, 7}, {2, 5}}));
    CHECK_FALSE(judged(kRule, kDone, {{1, 4.9}, {2, 99}}));
    CHECK(
        judged(kRule, kDone, {{1, 7}, {2, 5.5}}) ==
        "stopped early at step 2: its best so far, 5.5, is worse than 5, the median of what "
        "completed trials had averaged by then"
    );
}

TEST_CASE("what a rule needs before it stops anything is needed", "[pruner]") {
    const std::vector<TrialBuilder> two(kDone.begin(), kDone.begin() + 2);
    CHECK_FALSE(judged(kRule, two, {{1, 99}, {2, 99}}));
    CHECK_FALSE(judged(kRule, kDone, {}));
    CHECK_FALSE(judged(kRule, kDone, {{1, 99}}));
    CHECK_FALSE(judged(kRule, kDone, {{1, 99}, {1, 99}}));
    Stopping later = kRule;
    later.min_steps = 3;
    CHECK_FALSE(judged(later, kDone, {{1, 99}, {2, 99}}));
    later.min_steps = 2;
    CHECK(judged(later, kDone, {{1, 99}, {2, 99}}));
    Stopping once = kRule;
    once.min_measurements = 1;
    CHECK(judged(once, kDone, {{1, 99}}));
}

TEST_CASE("a trial that has come as far as a whole run is left alone", "[pruner]") {
    CHECK_FALSE(judged(kRule, kDone, {{1, 99}, {3, 99}}));
    Stopping longer = kRule;
    longer.max_steps = 10;
    CHECK(judged(longer, kDone, {{1, 99}, {3, 99}}));
}

TEST_CASE("trials that had not reported by then are left out", "[pruner]") {
    std::vector<TrialBuilder> late = kDone;
    late[2] = curve_of(3, {{5, 9}, {6, 7}}).completed(7);
    Stopping by_steps = kRule;
    by_steps.unit = StoppingUnit::steps;
    CHECK_FALSE(judged(by_steps, late, {{1, 99}, {2, 99}}));
    by_steps.unit = StoppingUnit::measurements;
    by_steps.max_steps = 9;
    CHECK(judged(by_steps, late, {{1, 99}, {2, 99}}));
}

TEST_CASE("only trials that completed count", "[pruner]") {
    std::vector<TrialBuilder> failed = kDone;
    failed[2] = curve_of(3, {{1, 9}, {2, 7}, {3, 5}}).failed();
    CHECK_FALSE(judged(kRule, failed, {{1, 99}, {2, 99}}));
    failed[2] = curve_of(3, {{1, 9}, {2, 7}, {3, 5}}).pruned(5);
    CHECK_FALSE(judged(kRule, failed, {{1, 99}, {2, 99}}));
}

TEST_CASE("minimizing is maximizing the negative", "[pruner]") {
    const auto negative = [](std::int64_t id, double a, double b, double c) {
        return curve_of(id, {{1, -a}, {2, -b}, {3, -c}}).completed(-c);
    };
    const std::vector<TrialBuilder> done{
        negative(1, 6, 4, 2), negative(2, 5, 3, 1), negative(3, 9, 7, 5)};
    CHECK_FALSE(judged(kRule, done, {{1, -7}, {2, -5}}, Goal::maximize));
    CHECK(judged(kRule, done, {{1, -7}, {2, -5.5}}, Goal::maximize));
}

TEST_CASE("steps may start anywhere, repeat and go back", "[pruner]") {
    CHECK_FALSE(judged(kRule, kDone, {{-7, 99}, {0, 99}}));
    CHECK(judged(kRule, kDone, {{0, 99}, {2, 99}, {2, 98}}));
    CHECK(judged(kRule, kDone, {{0, 99}, {2, 99}, {1, 98}}));
    CHECK_FALSE(judged(kRule, kDone, {{0, 99}, {2, 99}, {0, 98}}));
}

TEST_CASE("reports that are no numbers neither help nor harm", "[pruner]") {
    CHECK_FALSE(judged(kRule, kDone, {{1, kNan}, {2, kNan}}));
    CHECK(judged(kRule, kDone, {{0, 99}, {1, kNan}, {2, 99}}));
}
