#include "tuner/scheduler/slot_ledger.h"

#include "tests/support/builders.h"
#include "tuner/base/random.h"

#include <catch2/catch.hpp>

using namespace tuner;
using namespace tuner::test;

namespace {

const StudyKey kA(1);
const StudyKey kB(2);
const StudyKey kC(3);

Resources gpus(std::int64_t count) {
    return {0, count, 0};
}

// Stands a study in line; counts how often it is woken.
int& stand_in_line(SlotLedger& ledger, StudyKey study, const Resources& request) {
    auto woken = std::make_shared<int>(0);
    ledger.wait(study, "s" + std::to_string(study.value()), request, [woken] { ++*woken; });
    return *woken;
}

}  // namespace

TEST_CASE("who waits says what for and who has it", "[slot_ledger]") {
    SlotLedger ledger(with_gpus(2));
    CHECK(ledger.describe_shortage(kA, gpus(1)).empty());
    REQUIRE(ledger.take({kA, TrialId(3)}, "mnist-1", gpus(1)));
    REQUIRE(ledger.take({kA, TrialId(4)}, "mnist-1", gpus(1)));
    CHECK(
        ledger.describe_shortage(kA, gpus(1)) ==
        "waits for 1 gpu: 2 of 2 are held by trials 3, 4 of mnist-1"
    );
    CHECK(ledger.describe_shortage(kB, {4, 0, 0}).empty());
    REQUIRE(ledger.take({kB, TrialId(1)}, "digits-2", {6, 0, std::int64_t{1} << 30}));
    CHECK(
        ledger.describe_shortage(kB, {4, 0, 0}) ==
        "waits for 4 cpus: 6 of 8 are held by trial 1 of digits-2"
    );
    CHECK(
        ledger.describe_shortage(kB, {0, 0, std::int64_t{1} << 34}) ==
        "waits for 16 GiB of memory: 1 GiB of 16 GiB are held by trial 1 of digits-2"
    );
    CHECK(
        ledger.describe_shortage(kA, gpus(3)) ==
        "cannot start here: a trial asks for 3 gpus, this machine has 2"
    );
}

TEST_CASE("small trials do not keep a large one out for ever", "[slot_ledger]") {
    SlotLedger ledger(with_gpus(2));
    REQUIRE(ledger.take({kA, TrialId(1)}, "small-1", gpus(1)));
    CHECK(ledger.count_fitting(kB, gpus(2)) == 0);
    stand_in_line(ledger, kB, gpus(2));
    CHECK(ledger.count_fitting(kA, gpus(1)) == 0);  // one is free, and kept for the other study
    CHECK_FALSE(ledger.take({kA, TrialId(2)}, "small-1", gpus(1)));
    CHECK(
        ledger.describe_shortage(kA, gpus(1)) ==
        "waits for its turn: study s2 came first and waits for 2 gpus"
    );
    CHECK(ledger.count_fitting(kC, {1, 0, 0}) == 8);  // nobody waits for those
    ledger.release({kA, TrialId(1)});
    CHECK(ledger.take({kB, TrialId(1)}, "large-1", gpus(2)));
}

TEST_CASE("studies that wait for the same take turns", "[slot_ledger]") {
    SlotLedger ledger(with_gpus(4));
    for (std::int64_t trial = 1; trial <= 4; ++trial) {
        REQUIRE(ledger.take({kA, TrialId(trial)}, "a-1", gpus(1)));
    }
    const int& woken_b = stand_in_line(ledger, kB, gpus(1));
    const int& woken_a = stand_in_line(ledger, kA, gpus(1));
    ledger.release({kA, TrialId(1)});
    ledger.release({kA, TrialId(2)});
    CHECK(woken_a == 2);
    CHECK(woken_b == 2);
    CHECK(ledger.count_fitting(kA, gpus(1)) == 0);
    CHECK(ledger.count_fitting(kB, gpus(1)) == 1);  // of two: the other one is the next study's
    REQUIRE(ledger.take({kB, TrialId(1)}, "b-1", gpus(1)));
    CHECK(woken_a == 3);
    stand_in_line(ledger, kB, gpus(1));
    CHECK(ledger.count_fitting(kB, gpus(1)) == 0);
    REQUIRE(ledger.take({kA, TrialId(5)}, "a-1", gpus(1)));
}

TEST_CASE("a request that the machine can never meet holds nobody up", "[slot_ledger]") {
    SlotLedger ledger(with_gpus(1));
    stand_in_line(ledger, kA, gpus(2));
    CHECK(ledger.take({kB, TrialId(1)}, "b-1", gpus(1)));
}

TEST_CASE("a study that wants no more is not waited for", "[slot_ledger]") {
    SlotLedger ledger(with_gpus(1));
    stand_in_line(ledger, kA, gpus(1));
    const int& woken = stand_in_line(ledger, kB, gpus(1));
    CHECK(ledger.count_fitting(kB, gpus(1)) == 0);
    ledger.leave(kA);
    CHECK(woken == 1);
    CHECK(ledger.count_fitting(kB, gpus(1)) == 1);
}

TEST_CASE("what is on record is held once and freed once", "[slot_ledger]") {
    SlotLedger ledger(with_gpus(2));
    ledger.hold({kA, TrialId(1)}, "a-1", {gpus(1), {1}});
    ledger.hold({kA, TrialId(1)}, "a-1", {gpus(1), {1}});
    CHECK(ledger.count_fitting(kB, gpus(1)) == 1);
    CHECK(ledger.holders_of(kA) == std::vector<TrialId>{TrialId(1)});
    ledger.release({kA, TrialId(1)});
    ledger.release({kA, TrialId(1)});
    CHECK(ledger.count_fitting(kB, gpus(1)) == 2);
}

TEST_CASE("every study that waits is served, whatever the others ask for", "[slot_ledger]") {
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
        CAPTURE(seed);
        Rng rng(seed, "ledger");
        SlotLedger ledger(with_gpus(4));
        std::map<std::int64_t, Resources> wants;
        std::map<std::int64_t, std::int64_t> served;
        std::vector<Holder> held;
        for (std::int64_t study = 1; study <= 4; ++study) {
            wants[study] = {
                static_cast<std::int64_t>(rng.below(9)), 1 + std::int64_t(rng.below(4)), 0};
        }
        std::int64_t trial = 0;
        for (int round = 0; round < 200; ++round) {
            for (const auto& [study, request] : wants) {  // the first ones ask first, each time
                const StudyKey key(study);
                while (ledger.count_fitting(key, request) > 0) {
                    held.push_back({key, TrialId(++trial)});
                    REQUIRE(ledger.take(held.back(), "s", request));
                    ++served[study];
                }
                ledger.wait(key, "s", request, [] {});
            }
            REQUIRE_FALSE(held.empty());
            const std::size_t which = rng.below(held.size());
            ledger.release(held[which]);
            held.erase(held.begin() + static_cast<std::ptrdiff_t>(which));
        }
        for (std::int64_t study = 1; study <= 4; ++study) {
            CHECK(served[study] >= 20);
        }
    }
}
