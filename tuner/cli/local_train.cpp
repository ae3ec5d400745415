#include "tuner/cli/local_train.h"

#include "tuner/cli/legacy_context.h"
#include "tuner/formats/json_text.h"

#include <csignal>
#include <filesystem>
#include <memory>
#include <ostream>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace tuner {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

namespace {

constexpr int kDefaultServers = 2;  // of parameters, and as many workers
constexpr const char* kPython = "python3";
// Answers the major version of TensorFlow, if it is there, without the seconds of loading it.
constexpr const char* kAskTensorFlow =
    "from importlib.metadata import version; print(version('tensorflow').split('.')[0])";

struct Task {
    std::string type;
    int index = 0;
};

std::string tf_config_of(const LocalTraining& training, const Json& cluster, const Task* task) {
    Json config = {
        {"job", {{"job_name", training.module}, {"args", training.args}}},
        {"task", Json::object()},
        {"cluster", cluster},
        {"environment", "cloud"},
    };
    if (task != nullptr) {
        config["task"] = {{"type", task->type}, {"index", task->index}};
    }
    return to_line(config);
}

Program program_of(
    const LocalTraining& training, const std::string& python, const Json& cluster, const Task* task
) {
    Program program;
    program.argv = {python, "-m", training.module};
    program.argv.insert(program.argv.end(), training.args.begin(), training.args.end());
    program.env["TF_CONFIG"] = tf_config_of(training, cluster, task);
    const fs::path package = training.package_path.empty() ? "." : training.package_path;
    fs::path folder = fs::absolute(package).lexically_normal();
    if (!folder.has_filename()) {
        folder = folder.parent_path();  // it ended with a slash
    }
    program.working_dir = folder.parent_path();
    return program;
}

// Ports follow each other: the chief's, those of the parameter servers, those of the workers.
Json addresses(int first_port, int count) {
    Json list = Json::array();
    for (int i = 0; i < count; ++i) {
        list.push_back(fmt::format("localhost:{}", first_port + i));
    }
    return list;
}

std::string chief_of(const std::string& python) {
    const auto answer = run_program(
        Program{
            {python, "-c", fmt::format("try:\n {}\nexcept Exception: pass", kAskTensorFlow)},
            {},
            {}},
        ""
    );
    return answer && answer->out.starts_with("1\n") ? "master" : "chief";
}

// Starts all but the last as helpers, waits for the last, and ends the helpers.
Result<int> run_cluster(const std::vector<Program>& programs) {
    std::vector<pid_t> helpers;
    Result<pid_t> last = 0;
    for (const Program& program : programs) {
        last = start_program(program);
        if (!last) {
            break;
        }
        helpers.push_back(*last);
    }
    Result<int> code = last ? Result<int>(0) : tl::unexpected(last.error());
    if (last) {
        helpers.pop_back();
        code = wait_for_program(*last);
    }
    for (const pid_t helper : helpers) {
        ::kill(helper, SIGTERM);
    }
    for (const pid_t helper : helpers) {
        wait_for_program(helper);
    }
    return code;
}

boost::asio::awaitable<int> run(std::shared_ptr<LocalTraining> training, Output output) {
    co_return train_locally(*training, output);
}

}  // namespace

std::vector<Program> plan_local_training(
    const LocalTraining& given, const std::string& python, const std::string& chief
) {
    LocalTraining training = given;
    if (!training.job_dir.empty()) {
        training.args.insert(training.args.end(), {"--job-dir", training.job_dir});
    }
    if (!training.distributed) {
        return {program_of(training, python, Json::object(), nullptr)};
    }
    const int servers = training.parameter_servers.value_or(kDefaultServers);
    const int workers = training.workers.value_or(kDefaultServers);
    const Json cluster = {
        {chief, addresses(training.start_port, 1)},
        {"ps", addresses(training.start_port + 1, servers)},
        {"worker", addresses(training.start_port + 1 + servers, workers)},
    };
    std::vector<Program> programs;
    const auto add = [&](const char* type, int count) {
        for (int i = 0; i < count; ++i) {
            const Task task{type, i};
            programs.push_back(program_of(training, python, cluster, &task));
        }
    };
    add("ps", servers);
    add("worker", workers);
    add("evaluator", training.evaluators.value_or(0));
    const Task task{chief, 0};
    programs.push_back(program_of(training, python, cluster, &task));
    return programs;
}

std::vector<std::string> warnings_of(const LocalTraining& training) {
    std::vector<std::string> warnings;
    const auto warn = [&](const char* flag, const std::optional<int>& count) {
        if (!training.distributed && count) {
            warnings.push_back(fmt::format(
                "{} is ignored if --distributed is not provided.\n"
                "Did you mean to run distributed training?",
                flag
            ));
        }
    };
    warn("--parameter-server-count", training.parameter_servers);
    warn("--worker-count", training.workers);
    warn("--evaluator-count", training.evaluators);
    return warnings;
}

int train_locally(const LocalTraining& training, const Output& output) {
    const fs::path package = training.package_path.empty() ? "." : training.package_path;
    if (!fs::is_directory(package)) {
        return report_legacy(
            output.err,
            "local.train",
            Error{
                ErrorCode::invalid_argument,
                fmt::format("Source directory [{}] is not a valid directory.", package.string())}
        );
    }
    for (const std::string& warning : warnings_of(training)) {
        output.err << "WARNING: " << warning << "\n";
    }
    const std::string chief = training.distributed ? chief_of(kPython) : "";
    output.out << std::flush;
    output.err << std::flush;
    const Result<int> code = run_cluster(plan_local_training(training, kPython, chief));
    return code ? *code : report_legacy(output.err, "local.train", code.error());
}

void add_local_train(CLI::App& group, CommandContext& context) {
    CLI::App* command = group.add_subcommand("train", "Run a Python trainer here, without a study");
    command->footer(
        "Everything after -- goes to the trainer.\n\n"
        "Example:\n  tuner local train --module-name=trainer.task "
        "--package-path=babyweight/trainer "
        "-- --output_dir=out --train_examples=1"
    );
    auto training = std::make_shared<LocalTraining>();
    command
        ->add_option("--module-name", training->module, "the trainer's module, like trainer.task")
        ->type_name("MODULE")
        ->required();
    command->add_option("--package-path", training->package_path, "the package's folder")
        ->type_name("DIR");
    command->add_option("--job-dir", training->job_dir, "passed to the trainer")->type_name("DIR");
    command->add_flag("--distributed", training->distributed, "a cluster of processes here");
    command
        ->add_option(
            "--parameter-server-count,--ps-count", training->parameter_servers, "with --distributed"
        )
        ->type_name("N")
        ->check(CLI::Range(0, 1'000).description(""));
    command->add_option("--worker-count", training->workers, "with --distributed")
        ->type_name("N")
        ->check(CLI::Range(0, 1'000).description(""));
    command->add_option("--evaluator-count", training->evaluators, "with --distributed")
        ->type_name("N")
        ->check(CLI::Range(0, 1'000).description(""));
    command->add_option("--start-port", training->start_port, "first port of the cluster")
        ->type_name("PORT")
        ->check(CLI::Range(1, 65'535).description(""));
    command->callback([&context, training] {
        context.chosen = [&context, training] {
            training->args = context.options.user_arguments;
            return run(training, output_of(context));
        };
    });
}

}  // namespace tuner
