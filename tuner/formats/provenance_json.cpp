#include "tuner/formats/provenance_json.h"

#include "tuner/formats/utf8.h"

#include <cmath>

#include <nlohmann/json.hpp>

namespace tuner {

using Json = nlohmann::ordered_json;

Json to_json(const Provenance& provenance) {
    auto number = [](std::optional<double> value) {
        return value && std::isfinite(*value) ? Json(*value) : Json(nullptr);
    };
    const std::string& note = provenance.note;
    return {
        {"finished", provenance.finished},
        {"pending", provenance.pending},
        {"predictedMean", number(provenance.predicted_mean)},
        {"predictedSd", number(provenance.predicted_sd)},
        {"acquisition", number(provenance.acquisition)},
        {"note", note.empty() ? Json(nullptr) : Json(to_valid_utf8(note))},
    };
}

}  // namespace tuner
