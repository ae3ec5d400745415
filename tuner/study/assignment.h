// An Assignment gives a value to every active parameter of a search space, in the space's order.
//
// It knows nothing of the space: SearchSpace::check says whether it fits. Two assignments are the
// same trial when their canonical keys are equal. A plain value.

#pragma once

#include "tuner/study/parameter.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tuner {

class Assignment {
  public:
    using Entry = std::pair<std::string, ParameterValue>;

    Assignment() = default;

    explicit Assignment(std::vector<Entry> entries);

    // The values in order of declaration.
    const std::vector<Entry>& entries() const { return entries_; }

    // The value of a parameter, or null when it is not active here.
    const ParameterValue* find(std::string_view name) const;

    // A text that is equal for two assignments exactly when they are the same point.
    std::string canonical_key() const;

    // A number that differs for almost all assignments of different keys and never for equal ones.
    // Known from the start, so that many assignments are compared quickly.
    std::uint64_t fingerprint() const { return fingerprint_; }

    friend bool operator==(const Assignment&, const Assignment&) = default;

  private:
    std::vector<Entry> entries_;
    std::uint64_t fingerprint_ = 0;
};

// Are their keys equal? Quick where they are not.
bool is_same_point(const Assignment& a, const Assignment& b);

// "--nnsize=511" for each value: what a trainer gets after the user's own arguments.
std::vector<std::string> to_flags(const Assignment& assignment);

}  // namespace tuner
