// Flags reads a command line by the rules of Python's argparse, which the lab's trainer uses:
// `--name=value` or
// `--name value`, a later flag wins over an earlier one of the same name, nothing unknown is
// accepted.
//
// Built once by each subcommand in task.cpp. Every complaint is a UsageError that names the flag.

#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace trainer {

enum class Takes {
    nothing,  // a switch
    one,      // exactly one value
    some,     // one or more values; after `=` exactly one
};

struct FlagSpec {
    std::string_view name;  // with its dashes, "--batch_size"
    Takes takes = Takes::one;
    std::string_view help;
};

// Both ends included.
struct IntegerRange {
    std::int64_t min;
    std::int64_t max;
};

class Flags {
  public:
    Flags(std::span<const FlagSpec> specs, std::span<const std::string> args);

    bool has(std::string_view name) const;
    std::string text(std::string_view name, std::string_view otherwise) const;
    std::int64_t integer(std::string_view name, std::int64_t otherwise, IntegerRange range) const;
    std::vector<int> integers(std::string_view name, std::vector<int> otherwise, IntegerRange range)
        const;
    // Finite and above 0.
    double positive(std::string_view name, double otherwise) const;

  private:
    std::map<std::string, std::vector<std::string>, std::less<>> values_;
};

// "usage: PROGRAM [--batch_size N] …", then one line for each flag.
std::string usage_text(std::string_view program, std::span<const FlagSpec> specs);

}  // namespace trainer
