#include "tuner/cli/job_submit.h"

#include "tuner/cli/job_client.h"
#include "tuner/cli/job_flags.h"
#include "tuner/cli/job_logs.h"
#include "tuner/cli/legacy_context.h"
#include "tuner/cli/printable.h"
#include "tuner/cli/projection.h"
#include "tuner/cli/study_client.h"
#include "tuner/cli/text_file.h"
#include "tuner/formats/study_yaml.h"
#include "tuner/formats/yaml_json.h"

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

namespace asio = boost::asio;
using Json = nlohmann::ordered_json;

namespace {

constexpr const char* kSubmit = "jobs.submit.training";
constexpr int kJobFailed = 1;

struct SubmitOptions {
    JobFlags flags;
    bool stream_logs = false;
    bool is_async = false;  // the default, and so without effect
};

struct ConfigFile {
    std::string text;
    Json document = Json::object();
};

StudyYamlContext context_of(const std::string& file) {
    return {file, std::filesystem::path(absolute_file(file)).parent_path().string(), "job"};
}

Result<ConfigFile> read_config(const std::string& file) {
    if (file.empty()) {
        return ConfigFile{};
    }
    Result<std::string> text = read_text_file(file, kMaxYamlBytes);
    if (!text) {
        return tl::unexpected(text.error());
    }
    Findings findings;
    const auto root = load_yaml(*text, findings);
    const bool is_mapping = root && root->kind == YamlKind::mapping;
    if (root && !is_mapping) {
        findings.problem(root->at, "a Job is a mapping that begins with trainingInput:");
    }
    if (!findings.problems().empty()) {
        return invalid(to_text(findings.problems(), *text, context_of(file)));
    }
    return ConfigFile{std::move(*text), to_json(*root)};
}

// What the server says about the Job, in terms of the file's own lines where the file is to blame.
Error explained(Error refused, const std::string& file, const ConfigFile& config) {
    if (refused.code == ErrorCode::conflict) {
        refused.message = "ALREADY_EXISTS: " + refused.message;
    }
    if (refused.code != ErrorCode::invalid_argument || file.empty()) {
        return refused;
    }
    const auto parsed = parse_study_yaml(config.text, context_of(file));
    return parsed ? refused
                  : Error{refused.code, to_text(parsed.error(), config.text, context_of(file))};
}

// Relative paths of the Job are meant from the file's folder, or from here without one.
std::string submit_target(const std::string& project, const JobFlags& flags) {
    const std::string folder = flags.config.empty() ? std::filesystem::current_path().string()
                                                    : context_of(flags.config).working_dir;
    const std::string root = flags.gs_root.empty() ? "" : absolute_file(flags.gs_root);
    return fmt::format(
        "{}?workingDir={}&gsRoot={}",
        jobs_path(project),
        encode_segment(folder),
        encode_segment(root)
    );
}

std::string follow_up(const std::string& job) {
    return fmt::format(
        "Your job is still active. You may view the status of your job with the command\n\n"
        "  $ tuner jobs describe {0}\n\n"
        "or continue streaming the logs with the command\n\n"
        "  $ tuner jobs stream-logs {0}\n",
        job
    );
}

void print_state(const Output& output, const Json& job) {
    output.out << Projection::parse("yaml(jobId,state,startTime,endTime)")->print(job)
               << std::flush;
}

asio::awaitable<int> follow(
    const HttpClient& client, std::string project, std::string job, Output output
) {
    JobLogOptions options;
    options.project = project;
    options.until_interrupt = true;
    const auto state = co_await stream_job_logs(job, client, std::move(options), output.err);
    if (!state) {
        co_return report_legacy(output.err, kSubmit, state.error());
    }
    if (state->empty()) {
        output.err << "\n" << follow_up(job);
    }
    const auto after = co_await get_job(client, project, job);
    if (!after) {
        co_return report_legacy(output.err, kSubmit, after.error());
    }
    print_state(output, *after);
    co_return *state == "SUCCEEDED" ? 0 : kJobFailed;
}

asio::awaitable<int> submit(
    std::shared_ptr<SubmitOptions> options, std::string project, CommandContext& context
) {
    const Output output = output_of(context);
    const JobFlags& flags = options->flags;
    const auto config = read_config(flags.config);
    const auto made = config ? make_job(flags, config->document) : tl::unexpected(config.error());
    if (!made) {
        co_return report_legacy(output.err, kSubmit, made.error());
    }
    const auto server = co_await context.find_lasting_server();
    const auto client = server ? HttpClient::create(*server) : tl::unexpected(server.error());
    if (!client) {
        co_return report_legacy(output.err, kSubmit, client.error());
    }
    // Over many lines, because problems are shown with theirs.
    std::string body = made->dump(2, ' ', false, Json::error_handler_t::replace);
    const auto answer = co_await client->post(submit_target(project, flags), std::move(body));
    const auto job = answer ? parse_answer(*answer) : tl::unexpected(answer.error());
    if (!job) {
        co_return report_legacy(output.err, kSubmit, explained(job.error(), flags.config, *config));
    }
    if (!output.quiet) {
        output.err << fmt::format("Job [{}] submitted successfully.\n", printable(flags.job));
    }
    if (options->stream_logs) {
        co_return co_await follow(*client, project, flags.job, output);
    }
    if (!output.quiet) {
        output.err << follow_up(flags.job);
    }
    print_state(output, *job);
    co_return 0;
}

}  // namespace

void add_job_submit(CLI::App& group, CommandContext& context, std::string& project) {
    CLI::App* submit_group = group.add_subcommand("submit", "Submit a job");
    submit_group->footer("Example:\n  tuner jobs submit training --help");
    submit_group->require_subcommand(1);
    CLI::App* command =
        submit_group->add_subcommand("training", "Submit a training job; it goes on by itself");
    command->footer(
        "Everything after -- goes to the trainer. A file with hyperparameters makes a study, one\n"
        "without them a single run. Flags that say \"kept\" mean nothing here: they stay in the "
        "job.\n\n"
        "Example:\n  tuner jobs submit training babyweight_1 --module-name=trainer.task \\\n"
        "    --package-path=babyweight/trainer --job-dir=out --config=hyperparam.yaml \\\n"
        "    -- --output_dir=out --train_examples=20000"
    );
    auto options = std::make_shared<SubmitOptions>();
    add_job_flags(*command, options->flags);
    CLI::Option* stream = command->add_flag(
        "--stream-logs", options->stream_logs, "print the job's logs until it ends; 1 if it fails"
    );
    command->add_flag("--async", options->is_async, "the default")->excludes(stream);
    command->callback([&context, &project, options] {
        context.chosen = [&context, &project, options] {
            options->flags.user_arguments = context.options.user_arguments;
            return submit(options, project, context);
        };
    });
}

}  // namespace tuner
