// Id<Tag> is a number that cannot be taken for another kind of number: a TrialId is not an
// AttemptId.

#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace tuner {

template <class Tag>
class Id {
  public:
    constexpr Id() = default;

    constexpr explicit Id(std::int64_t value) : value_(value) {}

    constexpr std::int64_t value() const { return value_; }

    friend constexpr auto operator<=>(Id, Id) = default;  // NOLINT(modernize-use-nullptr)

  private:
    std::int64_t value_ = 0;
};

// The row of a study in the database; users see Study::id, a text.
using StudyKey = Id<struct StudyKeyTag>;
// A trial's number within its study, dense from 1: what users, trainers and folders call it.
using TrialId = Id<struct TrialIdTag>;
// The row of an attempt in the database, unique over all studies.
using AttemptId = Id<struct AttemptIdTag>;

}  // namespace tuner

template <class Tag>
struct std::hash<tuner::Id<Tag>> {
    std::size_t operator()(tuner::Id<Tag> id) const noexcept {
        return std::hash<std::int64_t>{}(id.value());
    }
};
