// Objective functions whose optimum is known, dressed as tuning problems: what optimizers are
// tested and measured on. The optimum of every problem moves with a seed and its categories are
// shuffled, so that no optimizer gains by liking the centre or the first category (Branin apart,
// which is itself).

#pragma once

#include "tuner/base/random.h"
#include "tuner/study/history.h"

#include <functional>
#include <string>
#include <vector>

namespace tuner::test {

// A problem to minimize. The value is nothing where a trial fails.
struct Problem {
    std::string name;
    SearchSpace space;
    std::function<std::optional<double>(const Assignment&)> value;
    double optimum = 0;
};

// All of them, for a seed.
std::vector<Problem> problems(std::uint64_t seed);

// The reference case: batch size, embeddings and layer size of a wide-and-deep model; a smooth
// stand-in for its error. Its optimum does not move.
Problem babyweight();
Problem branin();

// An empty history of a problem.
History empty_history(const Problem& problem, Algorithm algorithm, std::uint64_t seed);

// A number of an assignment, whatever its type.
double number(const Assignment& assignment, std::string_view name);

}  // namespace tuner::test
