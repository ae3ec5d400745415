// A SearchSpace is all knobs of a study with their conditions: what may be assigned at all.
//
// Parents stand before their children, also those of one name: a child asks for a parent by name.
// Two parameters may share a name only when they are children of the same parent under disjoint
// conditions, so that at most one of them is ever active. A space that exists is valid.

#pragma once

#include "tuner/study/assignment.h"
#include "tuner/study/parameter.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace tuner {

class SearchSpace {
  public:
    SearchSpace() = default;

    // `invalid_argument` for no parameter or too many, a name used twice, a parent that is unknown
    // or stands later, or a condition on a value that the parent cannot have.
    static Result<SearchSpace> create(std::vector<Parameter> parameters);

    const std::vector<Parameter>& parameters() const { return parameters_; }

    // True when some parameter is only sometimes active.
    bool is_conditional() const;

    // Whether parameter `index` is active under the values given so far to its ancestors.
    bool is_active(std::size_t index, const Assignment& assignment) const;

    // Nothing when `assignment` has a value of the right domain for exactly the active parameters,
    // else `invalid_argument` that names the first parameter that is missing, unknown, inactive or
    // out of its domain.
    Result<void> check(const Assignment& assignment) const;

    // The same values in the space's order: two spellings of a point become equal. Unknown names
    // stay at the end.
    Assignment in_order(const Assignment& assignment) const;

    // How many different assignments there are; nothing when infinite or more than 2^62.
    std::optional<std::uint64_t> size() const;

    friend bool operator==(const SearchSpace&, const SearchSpace&) = default;

  private:
    explicit SearchSpace(std::vector<Parameter> parameters) : parameters_(std::move(parameters)) {}

    std::vector<Parameter> parameters_;
};

}  // namespace tuner
