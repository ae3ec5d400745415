// Dataset reads the lab's headerless CSV shards into memory: weight_pounds, is_male, mother_age,
// plurality, gestation_weeks, key.
//
// Read once at the start of a run, by one thread. A line that cannot be right is a Failure that
// names the file and the line; so is a folder without shards, naming the glob.

#pragma once

#include "trainer/features.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace trainer {

// The files of `dir` whose names match `kind`*`pattern`*, in order; kind is "train" or "eval".
std::vector<std::filesystem::path> find_shards(
    const std::filesystem::path& dir, std::string_view kind, std::string_view pattern
);

// All rows of the shards that find_shards finds, in order; at least one.
std::vector<Example> read_shards(
    const std::filesystem::path& dir, std::string_view kind, std::string_view pattern
);

// One row; throws Failure with what is wrong with it, but not where it stands.
Example parse_row(std::string_view line);

// The mean weight, in pounds, of at least one example.
float mean_weight_pounds(const std::vector<Example>& examples);

}  // namespace trainer
