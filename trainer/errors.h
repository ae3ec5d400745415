// How the trainer fails: every error ends the program, so errors are exceptions that main() turns
// into an exit code.
//
// UsageError is the caller's command line (exit 2), Failure is data, files or the machine (exit 1).
// A message says what went wrong, where, and what would be right.

#pragma once

#include <stdexcept>

namespace trainer {

class Failure : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

class UsageError : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

}  // namespace trainer
