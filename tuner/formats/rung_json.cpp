#include "tuner/formats/rung_json.h"

#include <cmath>

#include <nlohmann/json.hpp>

namespace tuner {

using Json = nlohmann::ordered_json;

Json to_json(const std::vector<Rung>& rungs, const Stopping& rule) {
    Json list = Json::array();
    for (const Rung& rung : rungs) {
        const bool has_cut_off = rung.cut_off && std::isfinite(*rung.cut_off);
        list.push_back({
            {"rung", rung.number},
            {"progress", rung.progress},
            {"reached", rung.reached},
            {"cutOff", has_cut_off ? Json(*rung.cut_off) : Json(nullptr)},
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
