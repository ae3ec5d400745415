// The search space whose assignments come as JSON: a parameter of each kind, and one with a parent.

#pragma once

#include "tuner/study/search_space.h"

#include <utility>
#include <vector>

namespace tuner::fuzz {

inline SearchSpace make_space() {
    std::vector<Parameter> parameters;
    parameters.push_back(*Parameter::create("a", RealRange{1e-5, 1, Scale::log}));
    parameters.push_back(*Parameter::create("b", IntegerRange{-9, 9, Scale::linear}));
    parameters.push_back(*Parameter::create("c", DiscreteValues{{1, 2.5, 1e300}, Scale::linear}));
    parameters.push_back(*Parameter::create("d", Categories{{"x", "1", "true"}}));
    parameters.push_back(
        *Parameter::create("e", RealRange{-1, 1, Scale::linear}, {}, Condition{"d", {"x"}})
    );
    return *SearchSpace::create(std::move(parameters));
}

}  // namespace tuner::fuzz
