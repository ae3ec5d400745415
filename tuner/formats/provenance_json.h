// Why a trial was proposed, as the JSON of GET /v1/studies/STUDY/trials/N: {"finished", "pending",
// "predictedMean", "predictedSd", "acquisition", "note"}, null where the proposer had none. Its
// `origin` is the trial's own field. Pure.

#pragma once

#include "tuner/study/suggestion.h"

#include <nlohmann/json_fwd.hpp>

namespace tuner {

nlohmann::ordered_json to_json(const Provenance& provenance);

}  // namespace tuner
