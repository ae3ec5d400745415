#include "trainer/features.h"

#include <algorithm>
#include <cmath>

namespace trainer {

namespace {

constexpr std::array<std::string_view, kSexes> kSexWords = {"True", "False", "Unknown"};
constexpr std::array<std::string_view, kPluralities> kPluralityWords = {
    "Single(1)", "Twins(2)", "Triplets(3)", "Quadruplets(4)", "Quintuplets(5)", "Multiple(2+)"};

// Means and standard deviations of the natality sample.
constexpr float kAgeMean = 27.4F;
constexpr float kAgeDeviation = 6.2F;
constexpr float kGestationMean = 38.6F;
constexpr float kGestationDeviation = 2.6F;

// The number of the boundaries first, first+1, …, first+buckets-2 that are not above `value`.
int bucket(float value, int first, int buckets) {
    const float above = std::floor(value) - static_cast<float>(first - 1);
    return static_cast<int>(std::clamp(above, 0.0F, static_cast<float>(buckets - 1)));
}

}  // namespace

std::optional<Sex> parse_sex(std::string_view word) {
    if (word == "true" || word == "false") {
        return word == "true" ? Sex::boy : Sex::girl;
    }
    const auto* const found = std::find(kSexWords.begin(), kSexWords.end(), word);
    if (found == kSexWords.end()) {
        return std::nullopt;
    }
    return static_cast<Sex>(found - kSexWords.begin());
}

std::string_view to_word(Sex sex) {
    return kSexWords.at(static_cast<std::size_t>(sex));
}

std::optional<Plurality> parse_plurality(std::string_view word) {
    const auto* const found = std::find(kPluralityWords.begin(), kPluralityWords.end(), word);
    if (found == kPluralityWords.end()) {
        return std::nullopt;
    }
    return static_cast<Plurality>(found - kPluralityWords.begin());
}

std::string_view to_word(Plurality plurality) {
    return kPluralityWords.at(static_cast<std::size_t>(plurality));
}

Features to_features(const Birth& birth) {
    const int sex = static_cast<int>(birth.sex);
    const int plurality = static_cast<int>(birth.plurality);
    const int age = bucket(birth.mother_age, 15, kAgeBuckets);
    const int gestation = bucket(birth.gestation_weeks, 17, kGestationBuckets);
    const auto wide = [](int offset, int index) {
        return static_cast<std::uint16_t>(offset + index);
    };
    const int cell =
        ((sex * kPluralities + plurality) * kAgeBuckets + age) * kGestationBuckets + gestation;
    return Features{
        .wide =
            {wide(0, sex),
             wide(kSexes, plurality),
             wide(kSexes + kPluralities, age),
             wide(kSexes + kPluralities + kAgeBuckets, gestation)},
        .cell = static_cast<std::uint32_t>(cell),
        .mother_age = (birth.mother_age - kAgeMean) / kAgeDeviation,
        .gestation_weeks = (birth.gestation_weeks - kGestationMean) / kGestationDeviation,
    };
}

}  // namespace trainer
