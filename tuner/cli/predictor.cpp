#include "tuner/cli/predictor.h"

#include "tuner/base/environment.h"
#include "tuner/formats/json_text.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace tuner {

namespace fs = std::filesystem;

namespace {

constexpr const char* kManifest = "predict.json";
constexpr std::string_view kModelDir = "{model_dir}";

struct Framework {
    std::string_view name;
    std::string_view file;  // what shows that a folder holds such a model
};

constexpr std::array kFrameworks{
    Framework{"tensorflow", "saved_model.pb"},
    Framework{"scikit-learn", "model.joblib"},
    Framework{"scikit-learn", "model.pkl"},
    Framework{"xgboost", "model.bst"},
};

// What runs for a model that does not say itself how it predicts; argv: framework, folder,
// signature.
constexpr const char* kPythonPredictor = R"py(
import json, os, sys

framework, folder, signature = sys.argv[1:4]
instances = [json.loads(line) for line in sys.stdin]


def plain(value):
    value = value.tolist() if hasattr(value, "tolist") else value
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value


def tensorflow():
    import tensorflow as tf

    function = tf.saved_model.load(folder).signatures[signature]
    inputs = function.structured_input_signature[1]
    rows = [row if isinstance(row, dict) else {next(iter(inputs)): row} for row in instances]
    feeds = {
        name: tf.constant([row[name] for row in rows], dtype=spec.dtype)
        for name, spec in inputs.items()
        if all(name in row for row in rows)
    }
    outputs = {name: tensor.numpy() for name, tensor in function(**feeds).items()}
    return [{name: values[i] for name, values in outputs.items()} for i in range(len(rows))]


def scikit_learn():
    if os.path.exists(os.path.join(folder, "model.joblib")):
        import joblib

        model = joblib.load(os.path.join(folder, "model.joblib"))
    else:
        import pickle

        with open(os.path.join(folder, "model.pkl"), "rb") as file:
            model = pickle.load(file)
    return model.predict(instances)


def xgboost():
    import xgboost as xgb

    model = xgb.Booster(model_file=os.path.join(folder, "model.bst"))
    return model.predict(xgb.DMatrix(instances))


predict = {"tensorflow": tensorflow, "scikit-learn": scikit_learn, "xgboost": xgboost}[framework]
for row in predict():
    row = {name: plain(value) for name, value in row.items()} if isinstance(row, dict) else plain(row)
    print(json.dumps(row))
)py";

bool is_time(const std::string& name) {
    return std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_larger(const std::string& a, const std::string& b) {
    return a.size() != b.size() ? a.size() > b.size() : a > b;
}

bool holds(const fs::path& dir, std::string_view file) {
    std::error_code ignored;
    return fs::exists(dir / file, ignored);
}

bool holds_model(const fs::path& dir) {
    return holds(dir, kManifest) ||
           std::any_of(kFrameworks.begin(), kFrameworks.end(), [&](const Framework& framework) {
               return holds(dir, framework.file);
           });
}

// The subfolder with the largest number for a name that holds a model, or nothing.
std::optional<fs::path> newest_model(const fs::path& dir) {
    std::optional<fs::path> newest;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(dir, error)) {
        const std::string name = entry.path().filename();
        const bool is_newer = !newest || is_larger(name, newest->filename().string());
        if (is_time(name) && is_newer && holds_model(entry.path())) {
            newest = entry.path();
        }
    }
    return newest;
}

// The folder itself, one of the folders by time in it, or the newest export of a trial.
fs::path model_folder(const fs::path& dir) {
    if (holds_model(dir)) {
        return dir;
    }
    return newest_model(dir).value_or(newest_model(dir / "export" / "exporter").value_or(dir));
}

std::vector<std::string> with_model_dir(std::vector<std::string> command, const fs::path& dir) {
    for (std::string& word : command) {
        const std::string path = dir.string();
        for (std::size_t at = word.find(kModelDir); at != std::string::npos;
             at = word.find(kModelDir, at + path.size())) {
            word.replace(at, kModelDir.size(), path);
        }
    }
    return command;
}

bool is_on_path(const std::string& program) {
    const std::string path = environment("PATH");
    std::string_view rest = path;
    while (!rest.empty()) {
        const std::string_view dir = rest.substr(0, rest.find(':'));
        rest.remove_prefix(std::min(dir.size() + 1, rest.size()));
        if (holds(dir, program)) {
            return true;
        }
    }
    return false;
}

Result<Program> read_manifest(const fs::path& dir) {
    std::ifstream file(dir / kManifest, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const auto manifest = parse_json(text);
    std::vector<std::string> command;
    if (manifest && manifest->is_object() && manifest->contains("command")) {
        for (const auto& word : manifest->at("command")) {
            command.push_back(word.is_string() ? word.get<std::string>() : std::string());
        }
    }
    if (command.empty() || command.front().empty()) {
        return invalid(fmt::format(
            "{}: must be like {{\"command\": [\"program\", \"--model-dir\", \"{}\"]}}",
            (dir / kManifest).string(),
            kModelDir
        ));
    }
    std::string& program = command.front();
    if (program.find('/') != std::string::npos) {
        program = (dir / program).string();
    } else if (!is_on_path(program)) {
        std::error_code ignored;
        const fs::path own = fs::read_symlink("/proc/self/exe", ignored).parent_path();
        program = holds(own, program) ? (own / program).string() : program;
    }
    return Program{with_model_dir(std::move(command), dir), {}, {}};
}

}  // namespace

Result<Program> find_predictor(const PredictorChoice& choice) {
    if (!fs::is_directory(choice.model_dir)) {
        return fail(
            ErrorCode::not_found,
            fmt::format("the model directory [{}] does not exist", choice.model_dir)
        );
    }
    const fs::path dir = model_folder(fs::absolute(choice.model_dir).lexically_normal());
    if (!choice.command.empty()) {
        return Program{with_model_dir(choice.command, dir), {}, {}};
    }
    if (choice.framework.empty() && holds(dir, kManifest)) {
        return read_manifest(dir);
    }
    std::string framework = choice.framework;
    for (const Framework& known : kFrameworks) {
        if (framework.empty() && holds(dir, known.file)) {
            framework = known.name;
        }
    }
    if (framework.empty()) {
        return invalid(fmt::format(
            "nothing in [{}] says how to predict: it holds no {}, saved_model.pb, "
            "model.joblib, model.pkl or model.bst. Name the command after --, like: -- "
            "./predict.py --model-dir {}",
            dir.string(),
            kManifest,
            kModelDir
        ));
    }
    return Program{
        {"python3", "-c", kPythonPredictor, framework, dir.string(), choice.signature}, {}, {}};
}

}  // namespace tuner
