#include "tuner/study/limits.h"

#include "tests/support/builders.h"

#include <catch2/catch.hpp>

using namespace tuner;
using test::a_config;
using test::parameter;

namespace {

bool is_parameter(std::string name, Domain domain) {
    return Parameter::create(std::move(name), std::move(domain)).has_value();
}

std::vector<Parameter> parameters(std::size_t count) {
    std::vector<Parameter> result;
    for (std::size_t i = 0; i < count; ++i) {
        result.push_back(parameter("p" + std::to_string(i), RealRange{0, 1}));
    }
    return result;
}

Categories numbered_categories(std::size_t count) {
    Categories result;
    for (std::size_t i = 0; i < count; ++i) {
        result.values.push_back(std::to_string(i));
    }
    return result;
}

DiscreteValues numbered_values(std::size_t count) {
    DiscreteValues result;
    for (std::size_t i = 0; i < count; ++i) {
        result.values.push_back(static_cast<double>(i));
    }
    return result;
}

bool is_config(std::int64_t Limits::*field, std::int64_t value) {
    return a_config()
        .with([&](StudyConfig& config) { config.limits.*field = value; })
        .try_build()
        .has_value();
}

}  // namespace

TEST_CASE("a space has at most 1000 parameters", "[limits]") {
    CHECK(SearchSpace::create(parameters(kMaxParameters)));
    CHECK_FALSE(SearchSpace::create(parameters(kMaxParameters + 1)));
}

TEST_CASE("a parameter has at most 10000 categories", "[limits]") {
    CHECK(is_parameter("x", numbered_categories(kMaxCategories)));
    CHECK_FALSE(is_parameter("x", numbered_categories(kMaxCategories + 1)));
}

TEST_CASE("a parameter has at most 1000 discrete values", "[limits]") {
    CHECK(is_parameter("x", numbered_values(kMaxDiscreteValues)));
    CHECK_FALSE(is_parameter("x", numbered_values(kMaxDiscreteValues + 1)));
}

TEST_CASE("a condition names at most 1000 values", "[limits]") {
    const auto is_conditional = [](std::int64_t count) {
        Condition condition{"parent", {}};
        for (std::int64_t value = 0; value < count; ++value) {
            condition.values.emplace_back(value);
        }
        return Parameter::create("x", RealRange{0, 1}, std::nullopt, condition).has_value();
    };
    CHECK(is_conditional(kMaxParentValues));
    CHECK_FALSE(is_conditional(kMaxParentValues + 1));
}

TEST_CASE("a parameter name has at most 64 bytes", "[limits]") {
    CHECK(is_parameter(std::string(kMaxParameterNameBytes, 'x'), RealRange{0, 1}));
    CHECK_FALSE(is_parameter(std::string(kMaxParameterNameBytes + 1, 'x'), RealRange{0, 1}));
}

TEST_CASE("a category has at most 4096 bytes", "[limits]") {
    CHECK(is_parameter("x", Categories{{std::string(kMaxTextBytes, 'x')}}));
    CHECK_FALSE(is_parameter("x", Categories{{std::string(kMaxTextBytes + 1, 'x')}}));
}

TEST_CASE("integers are exact in a double", "[limits]") {
    CHECK(is_parameter("x", IntegerRange{-kMaxInteger, kMaxInteger}));
    CHECK_FALSE(is_parameter("x", IntegerRange{-kMaxInteger - 1, 0}));
    CHECK_FALSE(is_parameter("x", IntegerRange{0, kMaxInteger + 1}));
    CHECK_FALSE(is_parameter("x", IntegerRange{INT64_MIN, INT64_MAX}));
    CHECK(count_values(IntegerRange{-kMaxInteger, kMaxInteger}) == (std::uint64_t{1} << 54) + 1);
}

TEST_CASE("a study name has at most 128 bytes", "[limits]") {
    const auto named = [](std::size_t bytes) {
        return a_config()
            .with([&](StudyConfig& config) { config.name = std::string(bytes, 'x'); })
            .try_build()
            .has_value();
    };
    CHECK(named(kMaxStudyNameBytes));
    CHECK_FALSE(named(kMaxStudyNameBytes + 1));
}

TEST_CASE("the numbers of a study have limits", "[limits]") {
    CHECK(is_config(&Limits::max_trials, 1));
    CHECK(is_config(&Limits::max_trials, kMaxTrials));
    CHECK_FALSE(is_config(&Limits::max_trials, 0));
    CHECK_FALSE(is_config(&Limits::max_trials, kMaxTrials + 1));
    CHECK(is_config(&Limits::max_parallel_trials, 1));
    CHECK(is_config(&Limits::max_parallel_trials, kMaxParallelTrials));
    CHECK_FALSE(is_config(&Limits::max_parallel_trials, 0));
    CHECK_FALSE(is_config(&Limits::max_parallel_trials, kMaxParallelTrials + 1));
    for (const auto field : {&Limits::max_failed_trials, &Limits::max_retries}) {
        CHECK(is_config(field, 0));
        CHECK(is_config(field, kMaxTrials));
        CHECK_FALSE(is_config(field, -1));
        CHECK_FALSE(is_config(field, kMaxTrials + 1));
    }
}

TEST_CASE("one of at most 1000 trials goes on to the next rung", "[limits]") {
    const auto is_rule = [](std::int64_t eta) {
        return a_config()
            .with([=](StudyConfig& config) { config.stopping.eta = eta; })
            .try_build()
            .has_value();
    };
    CHECK(is_rule(2));
    CHECK_FALSE(is_rule(1));
    CHECK(is_rule(kMaxEta));
    CHECK_FALSE(is_rule(kMaxEta + 1));
}
