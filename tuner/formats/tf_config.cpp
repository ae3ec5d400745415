#include "tuner/formats/tf_config.h"

#include <nlohmann/json.hpp>

namespace tuner {

std::string tf_config(
    const TrainerSpec& trainer, const std::string& job_name, std::optional<TrialId> trial
) {
    nlohmann::ordered_json job = {{"job_name", job_name}, {"args", trainer.args}};
    if (trainer.job_dir) {
        job["job_dir"] = *trainer.job_dir;
    }
    nlohmann::ordered_json task = {{"type", "master"}, {"index", 0}};
    if (trial) {
        // It must be a text: the lab's trainer joins it to a path.
        task["trial"] = std::to_string(trial->value());
    }
    const nlohmann::ordered_json config = {
        {"cluster", nlohmann::ordered_json::object()},
        {"task", task},
        {"job", job},
        {"environment", "cloud"},
    };
    return config.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace tuner
