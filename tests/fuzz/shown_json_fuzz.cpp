// Whatever bytes a trainer or a user put into a study and its trials, what is shown of them is
// JSON.

#include "tests/fuzz/property.h"
#include "tuner/formats/event_json.h"
#include "tuner/formats/job_json.h"
#include "tuner/formats/study_json.h"

#include <string>

#include <nlohmann/json.hpp>

using namespace tuner;
using namespace tuner::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(text_of(data, size));
    Study study;
    study.id = text;
    study.config.name = text;
    study.config.objectives = {{text, Goal::minimize}};
    study.source = text;
    study.message = text;
    Trial trial = Trial::create(TrialId(1), {Assignment({{"d", text}}), {}}, TimePoint());
    trial.measurements = {{3, {{text, 1.5}, {"loss", 0}}}};
    trial.failure = Failure{FailureKind::exited, text};
    const History history{study.config, {trial}};
    for (const std::string& json :
         {to_json(study, history).dump(),
          to_json_with_measurements(trial, {1, trial.measurements}, text).dump(),
          to_training_output(study, history).dump(),
          to_job_json(study, history).dump(),
          to_event_json(study),
          to_event_json(trial, text),
          to_event_json(TrialId(1), text, trial.measurements)}) {
        holds(nlohmann::json::accept(json), "what is shown is JSON");
    }
    return 0;
}
