// Features are what the model sees of a row: four one-hot columns for the wide part, their cross
// for the embedding, and two scaled numbers for the deep part.
//
// As in the lab: vocabularies of 3 and 6 words, age buckets with boundaries 15…44 and gestation
// buckets with boundaries 17…46. Two deliberate differences: the cross has its exact 3·6·31·31
// cells instead of 20,000 hash buckets (no collisions, less memory), and the raw numbers are
// centred and scaled, since unscaled ones (27, 39) drown the embedding and make Adagrad slow.

#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace trainer {

enum class Sex : std::uint8_t { boy, girl, unknown };
enum class Plurality : std::uint8_t { single, twins, triplets, quadruplets, quintuplets, multiple };

inline constexpr int kSexes = 3;
inline constexpr int kPluralities = 6;
inline constexpr int kAgeBuckets = 31;
inline constexpr int kGestationBuckets = 31;
inline constexpr int kWideFeatures = kSexes + kPluralities + kAgeBuckets + kGestationBuckets;
inline constexpr int kCrossCells = kSexes * kPluralities * kAgeBuckets * kGestationBuckets;

// "True", "False" or "Unknown"; also "true" and "false", which BigQuery exports.
std::optional<Sex> parse_sex(std::string_view word);
std::string_view to_word(Sex sex);

// "Single(1)", "Twins(2)", "Triplets(3)", "Quadruplets(4)", "Quintuplets(5)" or "Multiple(2+)".
std::optional<Plurality> parse_plurality(std::string_view word);
std::string_view to_word(Plurality plurality);

// A row as a file or a client gives it: years and weeks, fractions allowed.
struct Birth {
    Sex sex = Sex::unknown;
    float mother_age = 0;
    Plurality plurality = Plurality::single;
    float gestation_weeks = 0;
};

struct Features {
    // Indices into the kWideFeatures one-hot inputs: sex, plurality, age bucket, gestation bucket.
    std::array<std::uint16_t, 4> wide{};
    // The cell of the cross, 0 … kCrossCells-1.
    std::uint32_t cell = 0;
    // Standardized with the population's mean and standard deviation.
    float mother_age = 0;
    float gestation_weeks = 0;
};

// A row to learn from.
struct Example {
    Features features;
    float weight_pounds = 0;
};

Features to_features(const Birth& birth);

}  // namespace trainer
