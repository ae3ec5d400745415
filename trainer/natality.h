// Natality is the synthetic population: births whose ages, pluralities, gestations and weights
// follow the published statistics of the natality sample, and whose true mean weight is known
// exactly.
//
// The additive structure (weight by gestation, sex, plurality, age), the spread and the tails are
// those of the statistics. One thing is invented: the interaction of age and gestation, about a
// third of a pound. Real births show hardly any, and with none a linear model is as good as any
// network and there is nothing to tune.

#pragma once

#include "trainer/features.h"
#include "trainer/random.h"

namespace trainer {

// A birth with everything known.
struct TrueBirth {
    Sex sex = Sex::boy;                       // boy or girl
    Plurality plurality = Plurality::single;  // single … quadruplets
    int mother_age = 0;                       // years, 12 … 50
    int gestation_weeks = 0;                  // 17 … 47
    double weight_pounds = 0;                 // whole grams, 0.5 … 18 pounds
};

TrueBirth draw_birth(Random& random);

// What is known of the birth before it, with or without an ultrasound: without one, neither the sex
// nor how many.
Birth with_ultrasound(const TrueBirth& birth);
Birth without_ultrasound(const TrueBirth& birth);

// The mean weight, in pounds, of all births that look like this one: what the best possible
// predictor would say. Ages and weeks are whole and within the limits above; quintuplets, which are
// never drawn, count as quadruplets.
double mean_weight_pounds(const Birth& birth);

}  // namespace trainer
