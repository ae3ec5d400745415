#include "tuner/formats/rung_json.h"

#include "tuner/formats/json_text.h"

#include <nlohmann/json.hpp>

namespace tuner {

using Json = nlohmann::ordered_json;

Json to_json(const std::vector<Rung>& rungs, const Stopping& rule) {
    Json list = Json::array();
    for (const Rung& rung : rungs) {
        list.push_back({
            {"rung", rung.number},
            {"progress", rung.progress},
            {"reached", rung.reached},
            {"cutOff", to_number_or_null(rung.cut_off)},
            {"stopped", rung.stopped},
            {"best", rung.best ? Json(rung.best->value()) : Json(nullptr)},
        });
    }
    return {
        {"rule", name_of(rule.kind)},
        {"unit", rule.unit == StoppingUnit::measurements ? "measurements" : "steps"},
        {"eta", rule.eta},
        {"minSteps", rule.min_steps},
        {"rungs", std::move(list)},
    };
}

}  // namespace tuner
