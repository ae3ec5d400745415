#include "tuner/scheduler/slots.h"

#include "tuner/base/random.h"

#include <algorithm>
#include <set>

#include <catch2/catch.hpp>

using namespace tuner;

namespace {

Machine a_machine(std::int64_t cpus, std::int64_t gpus, std::int64_t memory) {
    Machine machine{cpus, memory, {}};
    for (std::int64_t number = 0; number < gpus; ++number) {
        machine.gpus.push_back({number, std::to_string(number)});
    }
    return machine;
}

}  // namespace

TEST_CASE("a trial takes the free GPUs of the lowest numbers", "[slots]") {
    Slots slots(a_machine(0, 3, 0));
    const auto first = slots.take({0, 1, 0});
    const auto second = slots.take({0, 2, 0});
    CHECK(first->gpus == std::vector<std::int64_t>{0});
    CHECK(second->gpus == std::vector<std::int64_t>{1, 2});
    CHECK_FALSE(slots.take({0, 1, 0}));
    slots.give_back(*first);
    CHECK(slots.take({0, 1, 0})->gpus == std::vector<std::int64_t>{0});
}

TEST_CASE("what asks for nothing always fits", "[slots]") {
    Slots slots(a_machine(0, 0, 0));
    CHECK(slots.count_fitting({}) == kAnyNumber);
    CHECK(slots.take({})->gpus.empty());
    CHECK(slots.count_fitting({1, 0, 0}) == 0);
}

TEST_CASE("what is on record is held although it is more than there is", "[slots]") {
    Slots slots(a_machine(2, 1, 0));
    const Holding of_record{{4, 2, 0}, {0, 7}};
    slots.hold(of_record);
    CHECK(slots.free() == Resources{});
    CHECK_FALSE(slots.take({0, 1, 0}));
    slots.give_back(of_record);
    CHECK(slots.free() == Resources{2, 1, 0});
}

TEST_CASE("whatever is taken and given back, nothing is given twice or lost", "[slots]") {
    for (std::uint64_t seed = 1; seed <= 300; ++seed) {
        CAPTURE(seed);
        Rng rng(seed, "slots");
        const Machine machine = a_machine(
            static_cast<std::int64_t>(rng.below(9)),
            static_cast<std::int64_t>(rng.below(5)),
            static_cast<std::int64_t>(rng.below(100))
        );
        Slots slots(machine);
        std::vector<Holding> held;
        for (int step = 0; step < 100; ++step) {
            if (!held.empty() && rng.below(2) == 0) {
                const std::size_t which = rng.below(held.size());
                slots.give_back(held[which]);
                held.erase(held.begin() + static_cast<std::ptrdiff_t>(which));
                continue;
            }
            const Resources request{
                static_cast<std::int64_t>(rng.below(4)),
                static_cast<std::int64_t>(rng.below(3)),
                static_cast<std::int64_t>(rng.below(40))};
            const std::int64_t fitting = slots.count_fitting(request);
            const auto taken = slots.take(request);
            REQUIRE(taken.has_value() == (fitting > 0));
            if (taken) {
                held.push_back(*taken);
            }
            Resources sum;
            std::set<std::int64_t> gpus;
            for (const Holding& holding : held) {
                sum.cpus += holding.amount.cpus;
                sum.memory_bytes += holding.amount.memory_bytes;
                REQUIRE(std::ssize(holding.gpus) == holding.amount.gpus);
                for (const std::int64_t gpu : holding.gpus) {
                    REQUIRE(gpus.insert(gpu).second);
                }
            }
            sum.gpus = std::ssize(gpus);
            REQUIRE(list_unmet(sum, machine.capacity()).empty());
            const Resources free = slots.free();
            REQUIRE(free.cpus + sum.cpus == machine.cpus);
            REQUIRE(free.gpus + sum.gpus == std::ssize(machine.gpus));
            REQUIRE(free.memory_bytes + sum.memory_bytes == machine.memory_bytes);
        }
    }
}
