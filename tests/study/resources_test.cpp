#include "tuner/study/resources.h"

#include <catch2/catch.hpp>

using namespace tuner;

namespace {

constexpr std::int64_t kGiB = std::int64_t{1} << 30;

}  // namespace

TEST_CASE("resources are described in words", "[resources]") {
    CHECK(describe({}) == "nothing");
    CHECK(describe({0, 1, 0}) == "1 gpu");
    CHECK(describe({2, 0, kGiB / 2}) == "2 cpus and 512 MiB of memory");
    CHECK(describe({1, 4, 3 * kGiB / 2}) == "1 cpu, 4 gpus and 1.5 GiB of memory");
    CHECK(to_memory_text(0) == "0 bytes");
    CHECK(to_memory_text(1) == "1 byte");
    CHECK(to_memory_text(1'000) == "1000 bytes");
    CHECK(to_memory_text(10 * 1'024) == "10 KiB");
    CHECK(to_memory_text(4 * 1'024 * kGiB) == "4 TiB");
}

TEST_CASE("what can never be met is told with the numbers", "[resources]") {
    const Resources machine{4, 2, 8 * kGiB};
    CHECK(list_unmet({4, 2, 8 * kGiB}, machine).empty());
    CHECK(list_unmet({}, {}).empty());
    CHECK(
        list_unmet({5, 4, 9 * kGiB}, machine) ==
        std::vector<std::string>{
            "a trial asks for 5 cpus, this machine has 4",
            "a trial asks for 4 gpus, this machine has 2",
            "a trial asks for 9 GiB of memory, this machine has 8 GiB"}
    );
    CHECK(
        list_unmet({0, 1, 0}, {8, 0, 0}) ==
        std::vector<std::string>{"a trial asks for 1 gpu, this machine has none"}
    );
}

TEST_CASE("requests share a kind when both ask for some of it", "[resources]") {
    CHECK(share_a_kind({1, 0, 0}, {2, 1, 0}));
    CHECK_FALSE(share_a_kind({1, 0, 0}, {0, 1, 1}));
    CHECK_FALSE(share_a_kind({}, {1, 1, 1}));
}
