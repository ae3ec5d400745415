#include "tuner/cli/local_predict.h"

#include "tuner/cli/legacy_context.h"
#include "tuner/cli/legacy_yaml.h"
#include "tuner/cli/printable.h"
#include "tuner/cli/table.h"
#include "tuner/cli/text_file.h"
#include "tuner/formats/json_text.h"

#include <algorithm>
#include <cctype>
#include <memory>
#include <ostream>
#include <set>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace tuner {

using Json = nlohmann::ordered_json;

namespace {

constexpr const char* kLocalPredict = "local.predict";
constexpr JsonLimits kPredictionLimits{kMaxAnswerBytes, kMaxJsonDepth, 4'000'000};

std::string upper(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) {
        return static_cast<char>(std::toupper(c));
    });
    return text;
}

// A text as it is, a list as [7.66, 1.0].
std::string cell_of(const Json& value) {
    if (value.is_string()) {
        return printable(value.get<std::string>());
    }
    if (!value.is_array()) {
        return to_line(value);
    }
    std::string text;
    for (const Json& item : value) {
        text += (text.empty() ? "" : ", ") + cell_of(item);
    }
    return "[" + text + "]";
}

// One JSON value per line of what the predictor wrote, as many as there were instances.
Result<Json> parse_predictions(std::string_view text, std::size_t instances) {
    Json predictions = Json::array();
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        if (line.find_first_not_of(" \t\r") == std::string_view::npos) {
            continue;
        }
        auto value = parse_ordered_json(line, kPredictionLimits);
        if (!value) {
            return invalid(fmt::format(
                "the predictor's line {} is no JSON: {}",
                predictions.size() + 1,
                value.error().message
            ));
        }
        predictions.push_back(std::move(*value));
    }
    if (predictions.size() != instances) {
        return invalid(fmt::format(
            "the predictor answered {} instances with {} predictions", instances, predictions.size()
        ));
    }
    return predictions;
}

Result<Json> predict(const LocalPrediction& prediction) {
    const auto text = read_text_file(prediction.input, kMaxInstancesBytes);
    const auto instances =
        text ? parse_instances(*text, prediction.kind) : tl::unexpected(text.error());
    if (!instances) {
        return tl::unexpected(instances.error());
    }
    const auto program = find_predictor(prediction.predictor);
    if (!program) {
        return tl::unexpected(program.error());
    }
    const auto answer = run_program(*program, fmt::format("{}\n", fmt::join(*instances, "\n")));
    if (!answer) {
        return tl::unexpected(answer.error());
    }
    if (answer->code != 0) {
        return invalid(fmt::format("the predictor exited with code {}", answer->code));
    }
    return parse_predictions(answer->out, instances->size());
}

boost::asio::awaitable<int> run(std::shared_ptr<LocalPrediction> prediction, Output output) {
    co_return predict_locally(*prediction, output);
}

}  // namespace

std::string predictions_text(const Json& predictions) {
    if (!predictions.front().is_object()) {
        std::string text;
        for (const Json& prediction : predictions) {
            text += cell_of(prediction) + "\n";
        }
        return text;
    }
    std::set<std::string> keys;
    for (const auto& [key, value] : predictions.front().items()) {
        keys.insert(key);
    }
    std::vector<Column> columns;
    for (const std::string& key : keys) {
        columns.push_back({upper(printable(key)), Align::left});
    }
    Table table(columns);
    for (const Json& prediction : predictions) {
        std::vector<std::string> cells;
        for (const std::string& key : keys) {
            const bool has = prediction.is_object() && prediction.contains(key);
            cells.push_back(has ? cell_of(prediction.at(key)) : "");
        }
        table.add(std::move(cells));
    }
    return table.to_text();
}

int predict_locally(const LocalPrediction& prediction, const Output& output) {
    const auto predictions = predict(prediction);
    if (!predictions) {
        return report_legacy(output.err, kLocalPredict, predictions.error());
    }
    if (prediction.format == "json") {
        output.out << predictions->dump(2, ' ', false, Json::error_handler_t::replace) << "\n";
    } else if (prediction.format == "yaml") {
        output.out << to_legacy_yaml(*predictions);
    } else {
        output.out << predictions_text(*predictions);
    }
    return 0;
}

void add_local_predict(CLI::App& group, CommandContext& context) {
    CLI::App* command = group.add_subcommand("predict", "Predict with a model, here");
    command->footer(
        "The model's folder says how (predict.json), or it is TensorFlow's, scikit-learn's or\n"
        "XGBoost's and python3 loads it, or a command after -- does it: JSON lines in and out.\n\n"
        "Example:\n  tuner local predict --model-dir=out/export/exporter/1764066000 "
        "--json-instances=inputs.json"
    );
    auto prediction = std::make_shared<LocalPrediction>();
    command->add_option("--model-dir", prediction->predictor.model_dir, "the model's folder")
        ->type_name("DIR")
        ->required();
    CLI::Option_group* inputs = command->add_option_group("input", "");
    const auto add_input = [&](const char* flag, InstanceKind kind, const char* help) {
        inputs
            ->add_option_function<std::string>(
                flag,
                [prediction, kind](const std::string& file) {
                    prediction->input = file;
                    prediction->kind = kind;
                },
                help
            )
            ->type_name("FILE");
    };
    add_input("--json-instances", InstanceKind::json, "one JSON value per line; - is stdin");
    add_input("--text-instances", InstanceKind::text, "one text per line; - is stdin");
    add_input("--json-request", InstanceKind::request, "{\"instances\": [...]}; - is stdin");
    inputs->require_option(1);
    command->add_option("--framework", prediction->predictor.framework, "what the model is made of")
        ->type_name("NAME")
        ->check(CLI::IsMember({"tensorflow", "scikit-learn", "xgboost"}).description(""));
    command
        ->add_option("--signature-name", prediction->predictor.signature, "of a TensorFlow model")
        ->type_name("NAME")
        ->default_val("serving_default");
    command->add_option("--format", prediction->format, "json or yaml instead of a table")
        ->type_name("FORMAT")
        ->check(CLI::IsMember({"json", "yaml", "table"}).description(""));
    command->callback([&context, prediction] {
        context.chosen = [&context, prediction] {
            prediction->predictor.command = context.options.user_arguments;
            return run(prediction, output_of(context));
        };
    });
}

}  // namespace tuner
