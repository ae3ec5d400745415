// SpaceEnumeration numbers the assignments of a finite search space, conditional ones included, and
// gives any of them by its number without making the others: a grid of 10^15 costs as little as one
// of ten.
//
// Numbers ascend in lexicographic order, the first parameter slowest. Immutable; the space must
// outlive it.

#pragma once

#include "tuner/study/search_space.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace tuner {

class SpaceEnumeration {
  public:
    // Nothing when the space is infinite, has more than 2^62 assignments, or a parent of more than
    // kMaxCategories values (SearchSpace::size).
    static std::optional<SpaceEnumeration> create(const SearchSpace& space);

    // How many assignments there are, at least 1.
    std::uint64_t size() const { return size_; }

    // Assignment number `index`, below size(), in the space's order.
    Assignment at(std::uint64_t index) const;

  private:
    // A parameter that some other one depends on: how many assignments of itself and everything
    // below it come before each of its values, and the total at the end.
    struct Node {
        std::vector<std::vector<std::size_t>> children;  // by value; empty for a leaf
        std::vector<std::uint64_t> before;               // by value, and the total; for a parent
        std::uint64_t size = 1;
    };

    explicit SpaceEnumeration(const SearchSpace& space);

    void add_node(std::size_t parameter);
    void collect(std::size_t parameter, std::uint64_t rest, std::vector<Assignment::Entry>& into)
        const;
    void collect_all(
        const std::vector<std::size_t>& parameters,
        std::uint64_t rest,
        std::vector<Assignment::Entry>& into
    ) const;

    const SearchSpace* space_;
    std::vector<Node> nodes_;         // by parameter
    std::vector<std::size_t> roots_;  // parameters without condition
    std::uint64_t size_ = 1;
};

}  // namespace tuner
