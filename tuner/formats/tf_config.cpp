#include "tuner/formats/tf_config.h"

#include "tuner/formats/json_text.h"

#include <nlohmann/json.hpp>

namespace tuner {

std::string tf_config(
    const TrainerSpec& trainer, const std::string& job_name, std::optional<TrialId> trial
) {
    nlohmann::ordered_json job = {{"job_name", job_name}, {"args", trainer.args}};
    if (trainer.job_dir) {
        job["job_dir"] = *trainer.job_dir;
    }
    if (!trainer.python_module.empty()) {
        job["python_module"] = trainer.python_module;
        job["package_uris"] = trainer.package_uris;
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
    return to_line(config);
}

std::string cluster_spec(std::optional<TrialId> trial) {
    nlohmann::ordered_json task = {{"type", "workerpool0"}, {"index", 0}};
    if (trial) {
        task["trial"] = std::to_string(trial->value());
    }
    const std::int64_t port =
        kFirstClusterPort + (trial ? (trial->value() - 1) % kClusterPorts : 0);
    const std::string machine = "127.0.0.1:" + std::to_string(port);
    nlohmann::ordered_json spec = nlohmann::ordered_json::object();
    spec["cluster"] = {{"workerpool0", nlohmann::ordered_json::array({machine})}};
    spec["environment"] = "cloud";
    spec["task"] = std::move(task);
    return spec.dump();
}

}  // namespace tuner
