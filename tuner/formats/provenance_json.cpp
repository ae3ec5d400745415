#include "tuner/formats/provenance_json.h"

#include "tuner/formats/json_text.h"
#include "tuner/formats/utf8.h"

#include <nlohmann/json.hpp>

namespace tuner {

using Json = nlohmann::ordered_json;

Json to_json(const Provenance& provenance) {
    const std::string& note = provenance.note;
    return {
        {"finished", provenance.finished},
        {"pending", provenance.pending},
        {"predictedMean", to_number_or_null(provenance.predicted_mean)},
        {"predictedSd", to_number_or_null(provenance.predicted_sd)},
        {"acquisition", to_number_or_null(provenance.acquisition)},
        {"note", note.empty() ? Json(nullptr) : Json(to_valid_utf8(note))},
    };
}

}  // namespace tuner
