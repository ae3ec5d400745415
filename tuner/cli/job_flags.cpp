#include "tuner/cli/job_flags.h"

#include "tuner/formats/yaml_reader.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <set>
#include <string_view>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace tuner {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

namespace {

struct FieldFlag {
    const char* flag;
    const char* field;  // its place in trainingInput
    const char* help;
};

constexpr std::array kFieldFlags{
    FieldFlag{"--module-name", "pythonModule", "the trainer's module, like trainer.task"},
    FieldFlag{"--job-dir", "jobDir", "where trials write: each gets JOB_DIR/TRIAL"},
    FieldFlag{"--region", "region", "kept"},
    FieldFlag{"--runtime-version", "runtimeVersion", "kept"},
    FieldFlag{"--python-version", "pythonVersion", "kept"},
    FieldFlag{"--master-machine-type", "masterType", "kept"},
    FieldFlag{"--worker-machine-type", "workerType", "kept"},
    FieldFlag{"--worker-count", "workerCount", "kept"},
    FieldFlag{"--parameter-server-machine-type", "parameterServerType", "kept"},
    FieldFlag{"--parameter-server-count", "parameterServerCount", "kept"},
    FieldFlag{"--evaluator-machine-type", "evaluatorType", "kept"},
    FieldFlag{"--evaluator-count", "evaluatorCount", "kept"},
    FieldFlag{"--master-image-uri", "masterConfig.imageUri", "kept"},
    FieldFlag{"--worker-image-uri", "workerConfig.imageUri", "kept"},
    FieldFlag{"--parameter-server-image-uri", "parameterServerConfig.imageUri", "kept"},
    FieldFlag{"--evaluator-image-uri", "evaluatorConfig.imageUri", "kept"},
    FieldFlag{"--tpu-tf-version", "workerConfig.tpuTfVersion", "kept"},
    FieldFlag{"--service-account", "serviceAccount", "kept"},
    FieldFlag{"--network", "network", "kept"},
    FieldFlag{"--kms-key", "encryptionConfig.kmsKeyName", "kept"},
};

constexpr std::array kAcceleratorFlags{
    FieldFlag{"--master-accelerator", "masterConfig", "kept"},
    FieldFlag{"--worker-accelerator", "workerConfig", "kept"},
    FieldFlag{"--parameter-server-accelerator", "parameterServerConfig", "kept"},
    FieldFlag{"--evaluator-accelerator", "evaluatorConfig", "kept"},
};

constexpr std::array kSwitches{
    FieldFlag{"--enable-web-access", "enableWebAccess", "kept"},
    FieldFlag{"--use-chief-in-tf-config", "useChiefInTfConfig", "kept"},
};

std::string text_of(const Json& object, const char* key) {
    return object.contains(key) && object.at(key).is_string() ? object.at(key).get<std::string>()
                                                              : "";
}

// The keys of one mapping in the API's spelling.
Json camel_keys(const Json& object) {
    Json spelled = Json::object();
    for (const auto& [key, value] : object.items()) {
        spelled[to_camel_case(key)] = value;
    }
    return spelled;
}

// "standard-1", "Standard_1" and "STANDARD_1" are one.
std::string tier_name(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) {
        return c == '-' ? '_' : static_cast<char>(std::toupper(c));
    });
    return text;
}

// "a=b,c=d"; `invalid_argument` for anything else.
Result<Json> parse_pairs(const char* flag, std::string_view text) {
    Json pairs = Json::object();
    while (!text.empty()) {
        const std::string_view pair = text.substr(0, text.find(','));
        text.remove_prefix(std::min(pair.size() + 1, text.size()));
        const std::size_t equals = pair.find('=');
        if (equals == std::string_view::npos || equals == 0) {
            return invalid(fmt::format("{}: [{}] is not like KEY=VALUE", flag, pair));
        }
        pairs[std::string(pair.substr(0, equals))] = std::string(pair.substr(equals + 1));
    }
    return pairs;
}

void set_field(Json& input, const std::string& place, Json value) {
    const std::size_t dot = place.find('.');
    if (dot == std::string::npos) {
        input[place] = std::move(value);
        return;
    }
    Json& object = input[place.substr(0, dot)];
    object = object.is_object() ? camel_keys(object) : Json::object();
    object[place.substr(dot + 1)] = std::move(value);
}

Result<std::string> package_folder(const std::string& path) {
    if (!fs::is_directory(path)) {
        return invalid(fmt::format("Source directory [{}] is not a valid directory.", path));
    }
    if (!fs::exists(fs::path(path) / "__init__.py")) {
        return invalid(fmt::format(
            "[{}] is not a valid Python package because it does not contain an `__init__.py` file. "
            "Please create one and try again.",
            path
        ));
    }
    std::string folder = fs::absolute(path).lexically_normal().string();
    while (folder.size() > 1 && folder.back() == '/') {
        folder.pop_back();
    }
    return folder;
}

Result<std::vector<std::string>> packages_of(const JobFlags& flags) {
    std::vector<std::string> uris;
    std::set<std::string> names;
    for (const std::string& package : flags.packages) {
        const std::string name = fs::path(package).filename();
        if (!names.insert(name).second) {
            return invalid(
                fmt::format("Cannot upload multiple packages with the same filename: [{}]", name)
            );
        }
        const bool is_remote = package.find("://") != std::string::npos;
        if (!is_remote && !fs::exists(package)) {
            return invalid(fmt::format("There is no package [{}].", package));
        }
        uris.push_back(is_remote ? package : fs::absolute(package).lexically_normal().string());
    }
    if (!flags.package_path.empty()) {
        const Result<std::string> folder = package_folder(flags.package_path);
        if (!folder) {
            return tl::unexpected(folder.error());
        }
        uris.push_back(*folder);
    }
    return uris;
}

Result<void> apply_machines(const JobFlags& flags, Json& input) {
    for (const auto& [place, value] : flags.fields) {
        set_field(input, place, value);
    }
    for (const auto& [place, on] : flags.switches) {
        if (on) {
            input[place] = true;
        }
    }
    for (const auto& [place, text] : flags.accelerators) {
        Result<Json> accelerator = parse_pairs("accelerator", text);
        if (!accelerator) {
            return tl::unexpected(accelerator.error());
        }
        set_field(input, place + ".acceleratorConfig", std::move(*accelerator));
    }
    if (!flags.scale_tier.empty()) {
        input["scaleTier"] = tier_name(flags.scale_tier);
        if (input["scaleTier"] == "CUSTOM" && text_of(input, "masterType").empty()) {
            return invalid("--master-machine-type is required if scale-tier is set to `CUSTOM`.");
        }
    }
    if (flags.fields.contains("masterConfig.imageUri") && flags.fields.contains("runtimeVersion")) {
        return invalid("Only one of --master-image-uri, --runtime-version can be set.");
    }
    return {};
}

// Whether the Job says what runs: packages with a module, a container, or tuner's own command.
Result<void> check_runnable(const Json& input) {
    const bool has_packages = input.contains("packageUris") && !input.at("packageUris").empty();
    const bool has_image = input.contains("masterConfig") && input.at("masterConfig").is_object() &&
                           !text_of(camel_keys(input.at("masterConfig")), "imageUri").empty();
    if (!has_packages && !has_image && !input.contains("command")) {
        return invalid("Non-custom jobs must have packages.");
    }
    if (has_packages && text_of(input, "pythonModule").empty()) {
        return invalid("argument --module-name: Must be specified.");
    }
    return {};
}

}  // namespace

void add_job_flags(CLI::App& command, JobFlags& flags) {
    command.add_option("JOB", flags.job, "its id: letters, digits and underscores")
        ->type_name("")
        ->required();
    command.add_option("--config", flags.config, "a Job as a YAML or JSON file; flags win over it")
        ->type_name("FILE");
    command.add_option("--package-path", flags.package_path, "the trainer package's folder")
        ->type_name("DIR");
    command.add_option("--packages", flags.packages, "built packages, with commas between")
        ->type_name("FILES")
        ->delimiter(',');
    command.add_option("--staging-bucket", flags.staging_bucket, "not needed here")
        ->type_name("BUCKET");
    command.add_option("--gs-root", flags.gs_root, "the folder that stands for gs:// here")
        ->type_name("DIR")
        ->envname("TUNER_GS_ROOT");
    command.add_option("--labels", flags.labels, "kept")->type_name("KEY=VALUE,…");
    command.add_option("--scale-tier", flags.scale_tier, "what a trial takes of the machine")
        ->type_name("TIER");
    for (const FieldFlag& field : kFieldFlags) {
        command
            .add_option_function<std::string>(
                field.flag,
                [&flags, field](const std::string& value) { flags.fields[field.field] = value; },
                field.help
            )
            ->type_name("TEXT");
    }
    for (const FieldFlag& field : kAcceleratorFlags) {
        command
            .add_option_function<std::string>(
                field.flag,
                [&flags, field](const std::string& value) {
                    flags.accelerators[field.field] = value;
                },
                field.help
            )
            ->type_name("count=N,type=T");
    }
    for (const FieldFlag& field : kSwitches) {
        command.add_flag(field.flag, flags.switches[field.field], field.help);
    }
}

Result<Json> make_job(const JobFlags& flags, const Json& document) {
    Json job = camel_keys(document);
    job["jobId"] = flags.job;
    const bool has_input = job.contains("trainingInput") && job.at("trainingInput").is_object();
    Json input = has_input ? camel_keys(job.at("trainingInput")) : Json::object();
    if (Result<void> applied = apply_machines(flags, input); !applied) {
        return tl::unexpected(applied.error());
    }
    Result<std::vector<std::string>> packages = packages_of(flags);
    if (!packages) {
        return tl::unexpected(packages.error());
    }
    if (!packages->empty()) {
        input["packageUris"] = *packages;
    }
    if (!flags.user_arguments.empty()) {
        input["args"] = flags.user_arguments;
    }
    if (Result<void> runnable = check_runnable(input); !runnable) {
        return tl::unexpected(runnable.error());
    }
    if (!flags.labels.empty()) {
        Result<Json> labels = parse_pairs("--labels", flags.labels);
        if (!labels) {
            return tl::unexpected(labels.error());
        }
        job["labels"] = std::move(*labels);
    }
    job["trainingInput"] = std::move(input);
    return job;
}

}  // namespace tuner
