#include "tuner/base/result.h"

#include "tuner/base/log.h"

#include <catch2/catch.hpp>

TEST_CASE("a result holds a value or says why not", "[result]") {
    const tuner::Result<int> good = 3;
    const tuner::Result<int> bad = tuner::fail(tuner::ErrorCode::not_found, "no study named x");
    CHECK(good.value() == 3);
    REQUIRE_FALSE(bad);
    CHECK(bad.error().code == tuner::ErrorCode::not_found);
    CHECK(bad.error().message == "no study named x");
}

TEST_CASE("a value in a log line cannot break the line", "[log]") {
    CHECK(tuner::log::quoted("rmse") == "rmse");
    CHECK(tuner::log::quoted("") == "\"\"");
    CHECK(tuner::log::quoted("two words") == "\"two words\"");
    CHECK(tuner::log::quoted("a\nb\"c\x01") == "\"a\\nb\\\"c\\x01\"");
}
