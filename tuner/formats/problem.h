// A Problem is one thing that is wrong at a place of a file, in words for the person who wrote it:
// what is wrong, and what would be right.
//
// Findings collects the problems and the notices of one file, up to a bound, so that all of them
// can be shown at once. to_text prints them as compilers do. Plain values.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tuner {

inline constexpr std::size_t kMaxProblems = 100;

// A place in a text: lines and characters of a line count from 1.
struct Place {
    int line = 1;
    int column = 1;

    friend auto operator<=>(const Place&, const Place&) = default;
};

struct Problem {
    int line = 1;
    int column = 1;
    std::string message;

    friend bool operator==(const Problem&, const Problem&) = default;
};

class Findings {
  public:
    // Adds a problem or a notice; the same one again, and what comes after kMaxProblems of them, is
    // dropped.
    void problem(Place at, std::string message);
    void notice(Place at, std::string message);

    // In order of place, those of one place in order of arrival.
    const std::vector<Problem>& problems() const { return problems_; }

    // How many problems there were, those that were dropped included.
    std::size_t problem_count() const { return problem_count_; }

    const std::vector<Problem>& notices() const { return notices_; }

  private:
    std::vector<Problem> problems_;
    std::vector<Problem> notices_;
    std::size_t problem_count_ = 0;
};

// "hyperparam.yaml:9:17: maxValue 8 is less than minValue 512 (parameter batch_size)", then the
// line itself with a caret below the column; for all problems. Long lines are shown around the
// caret.
std::string to_text(
    const std::vector<Problem>& problems, std::string_view text, std::string_view file
);

// A value as messages show it: in quotes, control characters replaced, cut after 40 characters.
// Not called quoted: for a std::string that would be std::quoted wherever <iomanip> is seen.
std::string in_quotes(std::string_view value);

}  // namespace tuner
