#include "tuner/formats/study_document.h"

#include <nlohmann/json.hpp>

namespace tuner {

namespace {

using Json = nlohmann::ordered_json;

const char* name_of_scale(Scale scale) {
    return scale == Scale::log ? "UNIT_LOG_SCALE" : "UNIT_LINEAR_SCALE";
}

struct DomainWriter {
    Json& json;

    void operator()(const RealRange& range) const {
        json["type"] = "DOUBLE";
        json["minValue"] = range.min;
        json["maxValue"] = range.max;
        json["scaleType"] = name_of_scale(range.scale);
    }

    void operator()(const IntegerRange& range) const {
        json["type"] = "INTEGER";
        json["minValue"] = range.min;
        json["maxValue"] = range.max;
        json["scaleType"] = name_of_scale(range.scale);
    }

    void operator()(const DiscreteValues& list) const {
        json["type"] = "DISCRETE";
        json["discreteValues"] = list.values;
    }

    void operator()(const Categories& choices) const {
        json["type"] = "CATEGORICAL";
        json["categoricalValues"] = choices.values;
    }
};

Json to_params(const std::vector<Parameter>& parameters) {
    Json list = Json::array();
    for (const Parameter& parameter : parameters) {
        Json item = Json::object();
        item["parameterName"] = parameter.name();
        std::visit(DomainWriter{item}, parameter.domain());
        list.push_back(std::move(item));
    }
    return list;
}

}  // namespace

Json to_study_document(const StudyOnCommandLine& study) {
    Json input = Json::object();
    if (study.python_module.empty()) {
        input["command"] = study.space.command;
    } else {
        input["pythonModule"] = study.python_module;
        input["args"] = study.space.command;
    }
    if (!study.package_uris.empty()) {
        input["packageUris"] = study.package_uris;
    }
    if (study.job_dir) {
        input["jobDir"] = *study.job_dir;
    }
    if (study.scale_tier) {
        input["scaleTier"] = *study.scale_tier;
    }
    if (study.objective) {
        Json& tuned = input["hyperparameters"];
        tuned = {
            {"goal", study.objective->goal == Goal::minimize ? "MINIMIZE" : "MAXIMIZE"},
            {"hyperparameterMetricTag", study.objective->metric},
            {"maxTrials", study.max_trials},
            {"maxParallelTrials", study.max_parallel_trials},
            {"params", to_params(study.space.parameters)},
        };
        if (study.seed) {
            tuned["seed"] = *study.seed;
        }
    }
    return {{"trainingInput", std::move(input)}};
}

}  // namespace tuner
