#include "trainer/natality.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <span>

namespace trainer {

namespace {

constexpr int kAgeMin = 12;
constexpr int kAgeMax = 50;
constexpr int kGestationMin = 17;
constexpr int kGestationMax = 47;
constexpr std::size_t kGestations = kGestationMax - kGestationMin + 1;
constexpr int kDrawnPluralities = 4;
constexpr double kShareOfBoys = 0.5126;
constexpr double kWeightMin = 0.5;
constexpr double kWeightMax = 18;
constexpr double kGramsPerPound = 453.59237;
constexpr double kGramsPerOunce = kGramsPerPound / 16;

struct Knot {
    double x;
    double y;
};

// Piecewise linear between the knots, constant outside them.
double interpolate(std::span<const Knot> knots, double x) {
    if (x <= knots.front().x) {
        return knots.front().y;
    }
    for (std::size_t i = 1; i < knots.size(); ++i) {
        if (x <= knots[i].x) {
            const double share = (x - knots[i - 1].x) / (knots[i].x - knots[i - 1].x);
            return knots[i - 1].y + share * (knots[i].y - knots[i - 1].y);
        }
    }
    return knots.back().y;
}

// Quantiles of the mother's age.
constexpr std::array<Knot, 11> kAgeQuantiles = {
    {{0, 12},
     {0.01, 16},
     {0.05, 18},
     {0.10, 19.5},
     {0.25, 22.5},
     {0.50, 27},
     {0.75, 31.8},
     {0.90, 36},
     {0.95, 38},
     {0.99, 41.5},
     {1, 50}}};

// The share of births that are multiple, by the mother's age.
constexpr std::array<Knot, 7> kMultiples = {
    {{18, 0.014}, {22, 0.024}, {27, 0.033}, {32, 0.043}, {37, 0.051}, {42, 0.047}, {50, 0.047}}};

// Among multiple births: twins, triplets, quadruplets.
constexpr std::array<double, 3> kMultipleKinds = {0.951, 0.047, 0.002};

// Percent of singles with a gestation of 17, 18, … 47 weeks.
constexpr std::array<double, kGestations> kSingleWeeks = {
    0.00, 0.00, 0.00, 0.01, 0.03, 0.05, 0.07, 0.09, 0.10, 0.12, 0.13, 0.19, 0.29, 0.26, 0.31, 0.44,
    0.85, 1.42, 2.24, 3.85, 8.42, 19.7, 25.3, 20.4, 9.39, 3.04, 1.56, 0.93, 0.41, 0.21, 0.18};
constexpr std::array<double, kGestations> kTwinWeeks = {
    0.00, 0.00, 0.00, 0.05, 0.10, 0.20, 0.35, 0.50, 0.60, 0.70, 0.80, 1.00, 1.20, 1.70, 1.90, 4.20,
    5.90, 9.10, 13.8, 17.1, 18.6, 11.0, 5.50, 3.00, 1.50, 0.70, 0.30, 0.10, 0.05, 0.03, 0.02};

// Mean weight of singles by gestation; the plateau after 41 weeks is the statistics' own.
constexpr std::array<Knot, 17> kSingleWeights = {
    {{17, 0.9},
     {22, 1.10},
     {24, 1.54},
     {26, 2.47},
     {28, 4.03},
     {30, 4.71},
     {32, 5.07},
     {33, 5.21},
     {34, 6.03},
     {35, 6.22},
     {36, 6.49},
     {37, 6.88},
     {38, 7.24},
     {39, 7.55},
     {40, 7.71},
     {41, 7.76},
     {42, 7.66}}};
constexpr std::array<Knot, 10> kTwinWeights = {
    {{17, 0.8},
     {24, 1.40},
     {28, 2.90},
     {30, 3.72},
     {32, 4.01},
     {34, 4.76},
     {35, 5.10},
     {36, 5.45},
     {37, 5.93},
     {40, 5.96}}};
// How much lighter triplets and quadruplets are than twins of the same gestation.
constexpr std::array<double, kDrawnPluralities> kLighterThanTwins = {0, 0, 0.5, 0.9};

// The age's effect on the weight, given the rest, and its mean over all mothers, which is part of
// the weights above.
constexpr double kMeanAgeEffect = -0.09;
constexpr std::array<Knot, 7> kAgeEffects = {
    {{16, -0.40}, {18, -0.31}, {21, -0.25}, {24, -0.16}, {27, -0.07}, {30, -0.02}, {32, 0}}};

// Standard deviation of a single's weight around its true mean, where the gestation is right.
constexpr std::array<Knot, 6> kDeviations = {
    {{20, 0.35}, {26, 0.60}, {30, 0.85}, {34, 1.15}, {36, 1.05}, {38, 0.95}}};
// The share of early gestations that are misdated term births.
constexpr std::array<Knot, 7> kMisdated = {
    {{25, 0}, {26, 0.10}, {28, 0.30}, {30, 0.30}, {32, 0.25}, {33, 0.2}, {34, 0}}};
constexpr double kTermWeight = 7.5;
constexpr double kTwinDeviation = 0.80;
constexpr int kDegreesOfFreedom = 7;

std::size_t index_of(Plurality plurality) {
    return std::min(static_cast<std::size_t>(plurality), std::size_t{kDrawnPluralities - 1});
}

using Distribution = std::array<double, kGestations>;

Distribution normalized(Distribution shares) {
    double sum = 0;
    for (const double share : shares) {
        sum += share;
    }
    for (double& share : shares) {
        share /= sum;
    }
    return shares;
}

Distribution bell(double mean, double deviation) {
    Distribution shares{};
    for (std::size_t i = 0; i < kGestations; ++i) {
        const double z = (kGestationMin + static_cast<double>(i) - mean) / deviation;
        shares[i] = std::exp(-z * z / 2);
    }
    return normalized(shares);
}

// The distribution of the gestation for each plurality.
const Distribution& gestations(Plurality plurality) {
    static const std::array<Distribution, kDrawnPluralities> kAll = {
        normalized(kSingleWeeks), normalized(kTwinWeeks), bell(31.9, 2.8), bell(29.5, 2.6)};
    return kAll[index_of(plurality)];
}

template <std::size_t Count>
std::size_t draw_index(const std::array<double, Count>& shares, Random& random) {
    double left = random.uniform();
    for (std::size_t i = 0; i + 1 < Count; ++i) {
        left -= shares[i];
        if (left < 0) {
            return i;
        }
    }
    return Count - 1;
}

Plurality draw_plurality(int age, Random& random) {
    if (random.uniform() >= interpolate(kMultiples, age)) {
        return Plurality::single;
    }
    return static_cast<Plurality>(1 + draw_index(kMultipleKinds, random));
}

double boys_advantage(Plurality plurality, double gestation) {
    if (plurality != Plurality::single) {
        return 0.32;
    }
    return std::clamp(0.256 + 0.02 * (gestation - 39), 0.05, 0.33);
}

// The invented part: two waves over (age, gestation), a slow one that a small network finds in the
// raw numbers and a fast one that takes the crossed feature. Neither shows in the means by age or
// by gestation.
double interaction(double age, double gestation) {
    using std::numbers::pi;
    const double slow = std::sin(2 * pi * (age / 13 + gestation / 7));
    const double fast = std::sin(2 * pi * (age / 5.3 - gestation / 3.1));
    return 0.33 * slow + 0.37 * fast;
}

double mean_weight(Sex sex, Plurality plurality, double age, double gestation) {
    const bool single = plurality == Plurality::single;
    const double base =
        single ? interpolate(kSingleWeights, gestation) : interpolate(kTwinWeights, gestation);
    const double advantage = boys_advantage(plurality, gestation);
    const double sex_effect = (sex == Sex::boy ? 1 - kShareOfBoys : -kShareOfBoys) * advantage;
    // Weights near the lower limit cannot vary as those at term do.
    const double scale = std::min(1.0, base / 5);
    const double wave = interaction(age, gestation) * scale;
    const double age_effect = (interpolate(kAgeEffects, age) - kMeanAgeEffect) * scale;
    return base - kLighterThanTwins[index_of(plurality)] + sex_effect * scale + age_effect + wave;
}

// A weight as a scale in a clinic shows it: mostly whole ounces, some in steps of 5 g, kept as
// whole grams.
double weighed_pounds(double pounds, Random& random) {
    double grams = std::clamp(pounds, kWeightMin, kWeightMax) * kGramsPerPound;
    const double how = random.uniform();
    if (how < 0.6) {
        grams = std::round(grams / kGramsPerOunce) * kGramsPerOunce;
    } else if (how < 0.8) {
        grams = std::round(grams / 5) * 5;
    }
    return std::round(grams) / kGramsPerPound;
}

double draw_weight(const TrueBirth& birth, Random& random) {
    const double gestation = birth.gestation_weeks;
    double mean = mean_weight(birth.sex, birth.plurality, birth.mother_age, gestation);
    double deviation = kTwinDeviation;
    if (birth.plurality == Plurality::single) {
        deviation = interpolate(kDeviations, gestation);
        const double misdated = interpolate(kMisdated, gestation);
        if (random.uniform() < misdated) {
            mean = kTermWeight;
            deviation = interpolate(kDeviations, 40);
        } else {
            // So that both kinds together have the mean above.
            mean = (mean - misdated * kTermWeight) / (1 - misdated);
        }
    }
    return mean + deviation * random.unit_variance_t(kDegreesOfFreedom);
}

// P(plurality | age, gestation) up to a factor, for a multiple birth.
double multiple_weight(std::size_t kind, int gestation) {
    const auto plurality = static_cast<Plurality>(1 + kind);
    const auto week = static_cast<std::size_t>(gestation - kGestationMin);
    return kMultipleKinds.at(kind) * gestations(plurality).at(week);
}

}  // namespace

TrueBirth draw_birth(Random& random) {
    TrueBirth birth;
    birth.sex = random.uniform() < kShareOfBoys ? Sex::boy : Sex::girl;
    const double age = std::round(interpolate(kAgeQuantiles, random.uniform()));
    birth.mother_age = std::clamp(static_cast<int>(age), kAgeMin, kAgeMax);
    birth.plurality = draw_plurality(birth.mother_age, random);
    const std::size_t week = draw_index(gestations(birth.plurality), random);
    birth.gestation_weeks = kGestationMin + static_cast<int>(week);
    birth.weight_pounds = weighed_pounds(draw_weight(birth, random), random);
    return birth;
}

Birth with_ultrasound(const TrueBirth& birth) {
    return Birth{
        .sex = birth.sex,
        .mother_age = static_cast<float>(birth.mother_age),
        .plurality = birth.plurality,
        .gestation_weeks = static_cast<float>(birth.gestation_weeks),
    };
}

Birth without_ultrasound(const TrueBirth& birth) {
    Birth visible = with_ultrasound(birth);
    visible.sex = Sex::unknown;
    if (birth.plurality != Plurality::single) {
        visible.plurality = Plurality::multiple;
    }
    return visible;
}

double mean_weight_pounds(const Birth& birth) {
    if (birth.sex == Sex::unknown) {
        Birth boy = birth;
        Birth girl = birth;
        boy.sex = Sex::boy;
        girl.sex = Sex::girl;
        return kShareOfBoys * mean_weight_pounds(boy) +
               (1 - kShareOfBoys) * mean_weight_pounds(girl);
    }
    const double age = birth.mother_age;
    const double gestation = birth.gestation_weeks;
    if (birth.plurality != Plurality::multiple) {
        return mean_weight(birth.sex, birth.plurality, age, gestation);
    }
    double sum = 0;
    double total = 0;
    for (std::size_t kind = 0; kind < kMultipleKinds.size(); ++kind) {
        const double share = multiple_weight(kind, static_cast<int>(gestation));
        const auto plurality = static_cast<Plurality>(1 + kind);
        sum += share * mean_weight(birth.sex, plurality, age, gestation);
        total += share;
    }
    return sum / total;
}

}  // namespace trainer
