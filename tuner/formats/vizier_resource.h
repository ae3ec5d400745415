// Studies, trials and operations as resources of the Vizier service's REST API (Vertex AI v1;
// contract.md 5).
//
// Its JSON is that of protocol buffers: 64-bit integers are texts, what has its default value is
// left out, NaN is a text. Values of parameters are JSON numbers and texts. Project and location
// are echoed as they were asked for; the id of a study is its own. Pure.

#pragma once

#include "tuner/base/time.h"
#include "tuner/study/study.h"
#include "tuner/study/trial.h"

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace tuner::vizier {

// Where a client looks for studies: "projects/P/locations/L".
struct Parent {
    std::string project;
    std::string location;
};

std::string name_of_study(const Parent& parent, const Study& study);
std::string name_of_trial(const Parent& parent, const Study& study, TrialId trial);

// Whether this face shows a study: one of a document with a studySpec.
bool is_shown(const Study& study);

// What its users call a study: the document's displayName, else the study's own name.
std::string display_name(const Study& study);

nlohmann::ordered_json to_study(const Parent& parent, const Study& study);

// REQUESTED, ACTIVE, STOPPING, SUCCEEDED or INFEASIBLE.
std::string_view state_of(const Trial& trial);

nlohmann::ordered_json to_trial(const Parent& parent, const Study& study, const Trial& trial);

// What :suggest answers: an operation that is done. `name` is its own, below the study.
nlohmann::ordered_json to_suggest_operation(
    const Parent& parent,
    const Study& study,
    const std::string& name,
    const std::vector<Trial>& trials,
    TimePoint now
);

// What :checkTrialEarlyStoppingState answers, likewise; `name` is below the trial.
nlohmann::ordered_json to_check_operation(
    const Parent& parent,
    const Study& study,
    TrialId trial,
    const std::string& name,
    bool should_stop,
    TimePoint now
);

}  // namespace tuner::vizier
