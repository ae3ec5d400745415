// A Suggestion is an assignment an optimizer proposes, with who proposed it and on what grounds. It
// is nobody's yet: storing it makes a Trial of it.

#pragma once

#include "tuner/study/assignment.h"
#include "tuner/study/names.h"

#include <cstdint>
#include <optional>
#include <string>

namespace tuner {

enum class Origin {
    user,    // a starting point or a trial that the user added
    design,  // the initial design of a model-based optimizer
    model,   // the model's own proposal
    random,
    grid,
    quasi_random,
    fallback,  // the model could not be fitted; `note` says why
};

// Why this assignment: what `tuner explain` prints and `tuner replay` compares.
struct Provenance {
    Origin origin = Origin::user;
    std::int64_t finished = 0;             // results the optimizer saw
    std::int64_t pending = 0;              // trials it treated as running
    std::optional<double> predicted_mean;  // in units of the objective
    std::optional<double> predicted_sd;    // likewise; of the objective without its noise
    std::optional<double>
        acquisition;  // log expected improvement, in the model's standardised units
    std::string note;

    friend bool operator==(const Provenance&, const Provenance&) = default;
};

struct Suggestion {
    Assignment assignment;
    Provenance provenance;

    friend bool operator==(const Suggestion&, const Suggestion&) = default;
};

template <>
struct Names<Origin> {
    static constexpr std::array entries{
        named(Origin::user, "user"),
        named(Origin::design, "design"),
        named(Origin::model, "model"),
        named(Origin::random, "random"),
        named(Origin::grid, "grid"),
        named(Origin::quasi_random, "quasi_random"),
        named(Origin::fallback, "fallback"),
    };
};

}  // namespace tuner
