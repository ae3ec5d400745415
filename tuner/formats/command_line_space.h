// A search space written on a command line, among the words of the trainer's own (product.md 3):
//
//   ./train.py --data=d --lr '~log(1e-5,1e-1)' --opt='~choice(adam,sgd)'
//
//   ~uniform(a,b)  ~log(a,b)    real numbers, evenly or evenly in the logarithm
//   ~int(a,b)      ~logint(a,b) whole numbers, likewise
//   ~choice(a,b,…)              texts; one with a comma or a bracket stands in double quotes
//   ~values(1,2,4)              numbers, ascending
//
// Pure. A word that begins with ~, letters and a bracket is meant to be one of these: what is wrong
// with it is a problem with a caret below its place.

#pragma once

#include "tuner/base/result.h"
#include "tuner/study/parameter.h"

#include <string>
#include <vector>

namespace tuner {

struct CommandLineSpace {
    std::vector<std::string> command;   // the other words, in order
    std::vector<Parameter> parameters;  // in order
};

// `invalid_argument` with every problem.
Result<CommandLineSpace> parse_command_line_space(const std::vector<std::string>& words);

}  // namespace tuner
