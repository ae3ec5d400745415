// The rung table as the JSON of GET /v1/studies/STUDY/rungs: {"rule", "unit", "eta", "minSteps",
// "rungs": [{"rung", "progress", "reached", "cutOff", "stopped", "best"}]}, rungs lowest first and
// none unless the rule is asha. Pure.

#pragma once

#include "tuner/study/rung_table.h"
#include "tuner/study/stopping.h"

#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace tuner {

nlohmann::ordered_json to_json(const std::vector<Rung>& rungs, const Stopping& rule);

}  // namespace tuner
