#include "tuner/study/ranking.h"

#include "tests/support/builders.h"
#include "tuner/base/random.h"

#include <algorithm>

#include <catch2/catch.hpp>

using namespace tuner;
using test::a_trial;
using test::TrialBuilder;

namespace {

const Objective kRmse{"rmse", Goal::minimize};
const Objective kAccuracy{"rmse", Goal::maximize};

struct Place {
    std::int64_t trial;
    std::optional<std::int64_t> rank;

    friend bool operator==(const Place&, const Place&) = default;

    friend std::ostream& operator<<(std::ostream& out, const Place& place) {
        return out << place.trial << " at " << place.rank.value_or(0);
    }
};

std::vector<Place> places(std::vector<TrialBuilder> builders, const Objective& objective = kRmse) {
    const std::vector<Trial> trials = test::a_history({}, builders).trials;
    std::vector<Place> result;
    for (const RankedTrial& ranked : rank(trials, objective)) {
        result.push_back({trials[ranked.index].id.value(), ranked.rank});
    }
    return result;
}

// A trial of any state, its objective often equal to another one's.
TrialBuilder random_trial(std::int64_t id, Rng& rng) {
    const auto value = static_cast<double>(rng.below(4));
    switch (rng.below(6)) {
        case 0:
            return a_trial(id).failed();
        case 1:
            return a_trial(id).pruned(value);
        case 2:
            return a_trial(id).pruned();
        case 3:
            return a_trial(id).running();
        default:
            return a_trial(id).completed(value);
    }
}

void shuffle(std::vector<TrialBuilder>& trials, Rng& rng) {
    for (std::size_t i = trials.size(); i > 1; --i) {
        std::swap(trials[i - 1], trials[rng.below(i)]);
    }
}

}  // namespace

TEST_CASE("nothing ranks to nothing", "[ranking]") {
    CHECK(rank({}, kRmse).empty());
}

TEST_CASE("completed trials stand in order of merit", "[ranking]") {
    const std::vector trials{
        a_trial(1).completed(2), a_trial(2).completed(3), a_trial(3).completed(1)};
    CHECK(places(trials, kRmse) == std::vector<Place>{{3, 1}, {1, 2}, {2, 3}});
    CHECK(places(trials, kAccuracy) == std::vector<Place>{{2, 1}, {1, 2}, {3, 3}});
}

TEST_CASE("equal objectives share a rank and the next one is skipped", "[ranking]") {
    CHECK(
        places(
            {a_trial(1).completed(3),
             a_trial(2).completed(2),
             a_trial(3).completed(2),
             a_trial(4).completed(1)}
        ) == std::vector<Place>{{4, 1}, {2, 2}, {3, 2}, {1, 4}}
    );
}

TEST_CASE("pruned trials stand behind all completed ones and have no rank", "[ranking]") {
    CHECK(
        places({a_trial(1).pruned(0.5), a_trial(2).completed(9), a_trial(3).pruned(0.1)}) ==
        std::vector<Place>{{2, 1}, {3, {}}, {1, {}}}
    );
}

TEST_CASE("trials without a result stand last by number", "[ranking]") {
    CHECK(
        places(
            {a_trial(6).failed(),
             a_trial(5).running(),
             a_trial(4).pruned(),
             a_trial(3).cancelled(),
             a_trial(2),
             a_trial(1).pruned(7)}
        ) == std::vector<Place>{{1, {}}, {2, {}}, {3, {}}, {4, {}}, {5, {}}, {6, {}}}
    );
}

TEST_CASE(
    "a ranking holds every trial once and does not depend on the order", "[ranking][property]"
) {
    Rng rng(1, "ranking");
    for (int round = 0; round < 200; ++round) {
        std::vector<TrialBuilder> trials;
        for (std::int64_t id = 1; id <= static_cast<std::int64_t>(rng.below(12)); ++id) {
            trials.push_back(random_trial(id, rng));
        }
        const std::vector<Place> ranking = places(trials);
        REQUIRE(ranking.size() == trials.size());
        shuffle(trials, rng);
        REQUIRE(places(trials) == ranking);
    }
}

TEST_CASE("a rank is one more than the number of better trials", "[ranking][property]") {
    Rng rng(2, "ranking");
    for (int round = 0; round < 200; ++round) {
        std::vector<TrialBuilder> builders;
        for (std::int64_t id = 1; id <= 10; ++id) {
            builders.push_back(random_trial(id, rng));
        }
        const std::vector<Trial> trials = test::a_history({}, builders).trials;
        for (const RankedTrial& ranked : rank(trials, kRmse)) {
            const Trial& trial = trials[ranked.index];
            const auto better = std::count_if(trials.begin(), trials.end(), [&](const Trial& t) {
                return t.state == TrialState::completed && *t.objective() < trial.objective();
            });
            const bool completed = trial.state == TrialState::completed;
            REQUIRE(ranked.rank == (completed ? std::optional(better + 1) : std::nullopt));
        }
    }
}

TEST_CASE("the trial of a plain run has no rank and is no best one", "[ranking]") {
    History history = test::a_history(test::a_config().plain().build(), {a_trial(1).running()});
    REQUIRE(history.trials[0].end_well(test::at(9)));
    CHECK(rank(history) == std::vector{RankedTrial{0, std::nullopt}});
    CHECK(history.best() == nullptr);
}
