// Studies, trials and assignments as the JSON of the native API (product.md section 5), and foreign
// JSON to an assignment: with stored_json.h the only place that knows the field names.
//
// lowerCamelCase names, RFC 3339 UTC times, integers as numbers, categories as texts; what does not
// exist is null and never NaN. Every text in it is valid UTF-8 whatever a trainer wrote, so that
// dumping cannot throw. Pure functions.

#pragma once

#include "tuner/base/result.h"
#include "tuner/formats/json_text.h"
#include "tuner/formats/stored_json.h"
#include "tuner/study/history.h"
#include "tuner/study/study.h"
#include "tuner/study/thinning.h"

#include <cstdint>
#include <optional>
#include <string>

#include <nlohmann/json_fwd.hpp>

namespace tuner {

// A study with the counts of its trials by state and its best trial: one object of GET /v1/studies.
// `config` is the document as it was given, as JSON; a text when it can no longer be parsed, null
// when there was none.
nlohmann::ordered_json to_json(const Study& study, const History& history);

// A study's document as JSON: see `config` above.
nlohmann::ordered_json to_document(const std::string& source);

// One object of GET …/trials; `rank` is added when given, `client` when somebody asked for the
// trial, and `forecast` {"mean", "sd"} to one that was stopped early and has it. `metrics` and
// `step` are those of the outcome, or of the latest measurement while there is none.
nlohmann::ordered_json to_json(
    const Trial& trial, const std::string& study_id, std::optional<std::int64_t> rank = std::nullopt
);

// One measurement: {"step": 300, "metrics": {"rmse": 1.2}}.
nlohmann::ordered_json to_json(const Measurement& measurement);

// GET …/trials/N: the object above with `provenance`, `measurements` in order of arrival, all or
// some, and `measurementCount`.
nlohmann::ordered_json to_json_with_measurements(
    const Trial& trial,
    const MeasurementExtract& measured,
    const std::string& study_id,
    std::optional<std::int64_t> rank = std::nullopt
);

// {"batch_size": 35, "nembeds": 16}: a trial's parameters alone.
nlohmann::ordered_json to_json(const Assignment& assignment);

// The legacy `trainingOutput` of a study (contract.md 4.4): trials best first, whether they ran to
// their end or were stopped early, those without a result last, every parameter a text. A trainer
// that ended well without a usable metric counts as the legacy service counted it: SUCCEEDED,
// without `finalMetric`. `consumedMLUnits` is hours that trials ran, summed.
nlohmann::ordered_json to_training_output(const Study& study, const History& history);

// An assignment from {"name": value}: numbers become what each parameter's domain wants (512.0 is
// an integer, 1 is a real, a number or boolean stands for the category spelled so).
// `invalid_argument` as in SearchSpace::check.
Result<Assignment> parse_assignment(const nlohmann::json& object, const SearchSpace& space);

}  // namespace tuner
