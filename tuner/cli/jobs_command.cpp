#include "tuner/cli/jobs_command.h"

#include "tuner/cli/job_client.h"
#include "tuner/cli/job_logs.h"
#include "tuner/cli/job_submit.h"
#include "tuner/cli/job_summary.h"
#include "tuner/cli/legacy_context.h"
#include "tuner/cli/projection.h"

#include <algorithm>
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

constexpr std::size_t kDefaultPageSize = 100;

// Of all the commands below; each uses some.
struct JobsOptions {
    std::string project;
    std::string job;
    std::string format;
    bool summarize = false;
    std::string filter;
    std::size_t limit = 0;
    std::size_t page_size = kDefaultPageSize;
    std::string sort_by;
    bool uri = false;
    double polling_interval = 1;
    bool allow_multiline = false;
    std::string task_name;
};

using Options = std::shared_ptr<JobsOptions>;
using Action = asio::awaitable<int> (*)(Options, const HttpClient&, Output);

asio::awaitable<int> describe(Options options, const HttpClient& client, Output output) {
    const auto format = Projection::parse(options->format.empty() ? "yaml" : options->format);
    if (!format) {
        co_return report_legacy(output.err, "jobs.describe", format.error());
    }
    const auto job = co_await get_job(client, options->project, options->job);
    if (!job) {
        co_return report_legacy(output.err, "jobs.describe", job.error());
    }
    output.out << (options->summarize ? job_summary(*job) : format->print(*job));
    if (!output.quiet) {
        output.err << fmt::format("\nView logs with:\ntuner jobs stream-logs {}\n", options->job);
    }
    co_return 0;
}

// In the order of a field, "state" or, downwards, "~createTime".
void sort_jobs(Json& jobs, const std::string& sort_by) {
    const bool is_reverse = sort_by.starts_with('~');
    const auto projection = Projection::parse("value(" + sort_by.substr(is_reverse ? 1 : 0) + ")");
    if (!projection) {
        return;
    }
    std::stable_sort(jobs.begin(), jobs.end(), [&](const Json& a, const Json& b) {
        const std::string one = projection->print(a);
        const std::string other = projection->print(b);
        return is_reverse ? other < one : one < other;
    });
}

std::string jobs_text(const JobsOptions& options, const Json& jobs, const std::string& url) {
    if (options.uri) {
        std::string text;
        for (const Json& job : jobs) {
            text += url + job_path(options.project, job.value("jobId", "")) + "\n";
        }
        return text;
    }
    if (options.format.empty() || options.format == "table") {
        return job_table(jobs);
    }
    if (options.format == "json") {
        return Projection::parse("json")->print(jobs);
    }
    std::string text;
    const auto format = Projection::parse(options.format);
    for (const Json& job : jobs) {
        const bool is_yaml = options.format.starts_with("yaml");
        text += (is_yaml ? "---\n" : "") + format->print(job);
    }
    return text;
}

asio::awaitable<int> list(Options options, const HttpClient& client, Output output) {
    const bool is_table = options->format.empty() || options->format == "table";
    if (const auto format = Projection::parse(options->format); !is_table && !format) {
        co_return report_legacy(output.err, "jobs.list", format.error());
    }
    auto jobs = co_await get_jobs(client, options->project, options->filter, options->page_size);
    if (!jobs) {
        co_return report_legacy(output.err, "jobs.list", jobs.error());
    }
    if (!options->sort_by.empty()) {
        sort_jobs(*jobs, options->sort_by);
    }
    if (options->limit > 0 && jobs->size() > options->limit) {
        jobs->erase(jobs->begin() + static_cast<std::ptrdiff_t>(options->limit), jobs->end());
    }
    if (jobs->empty() && is_table) {
        output.err << "Listed 0 items.\n";
        co_return 0;
    }
    output.out << jobs_text(*options, *jobs, client.url());
    co_return 0;
}

asio::awaitable<int> cancel(Options options, const HttpClient& client, Output output) {
    const auto done =
        co_await client.post(job_path(options->project, options->job) + ":cancel", "{}");
    co_return done ? 0 : report_legacy(output.err, "jobs.cancel", done.error());
}

asio::awaitable<int> stream_logs(Options options, const HttpClient& client, Output output) {
    JobLogOptions log_options;
    log_options.project = options->project;
    log_options.poll = Duration(static_cast<std::int64_t>(options->polling_interval * 1'000));
    const auto state =
        co_await stream_job_logs(options->job, client, std::move(log_options), output.out);
    co_return state ? 0 : report_legacy(output.err, "jobs.stream-logs", state.error());
}

CLI::App* add_one(
    CLI::App& group,
    CommandContext& context,
    const Options& options,
    std::pair<const char*, const char*> name_and_help,
    Action action
) {
    CLI::App* command = group.add_subcommand(name_and_help.first, name_and_help.second);
    run_with_client(*command, context, [options, action](HttpClient& client, Output output) {
        return action(options, client, output);
    });
    return command;
}

void add_job_argument(CLI::App& command, JobsOptions& options) {
    command.add_option("JOB", options.job, "the job's id, or a study's")->type_name("")->required();
}

void add_list(CLI::App& group, CommandContext& context, const Options& options) {
    CLI::App* command = add_one(group, context, options, {"list", "All jobs, newest first"}, list);
    command->footer("Example:\n  tuner jobs list --filter='state:FAILED AND jobId:census*'");
    command->add_option("--filter", options->filter, "which: jobId:census*, state:FAILED, AND, OR")
        ->type_name("EXPRESSION");
    command->add_option("--limit", options->limit, "at most so many; 0: all")->type_name("N");
    command->add_option("--page-size", options->page_size, "jobs of one call of the API")
        ->type_name("N");
    command->add_option("--sort-by", options->sort_by, "a field; ~FIELD: downwards")
        ->type_name("FIELD");
    command->add_flag("--uri", options->uri, "print only addresses");
    command->add_option("--format", options->format, "table, json, yaml or value(field,…)")
        ->type_name("FORMAT");
}

void add_stream_logs(CLI::App& group, CommandContext& context, const Options& options) {
    CLI::App* command = add_one(
        group,
        context,
        options,
        {"stream-logs", "What all trials write, until the end"},
        stream_logs
    );
    command->footer("Example:\n  tuner jobs stream-logs babyweight_1");
    add_job_argument(*command, *options);
    command->add_option("--polling-interval", options->polling_interval, "seconds")
        ->type_name("S")
        ->check(CLI::Range(0.01, 3'600.0).description(""));
    command->add_flag("--allow-multiline-logs", options->allow_multiline, "accepted");
    command->add_option("--task-name", options->task_name, "accepted: there is one task")
        ->type_name("NAME");
}

}  // namespace

void add_jobs(CLI::App& app, CommandContext& context) {
    CLI::App* group = app.add_subcommand("jobs", "Jobs, as the legacy tool had them");
    group->footer("Example:\n  tuner jobs describe babyweight_1");
    group->require_subcommand(1);
    const auto options = std::make_shared<JobsOptions>();
    group->add_option("--project", options->project, "accepted: there is one project")
        ->type_name("NAME");
    CLI::App* shown = add_one(*group, context, options, {"describe", "One job in full"}, describe);
    shown->footer(
        "Example:\n  tuner jobs describe babyweight_1 \\\n"
        "    --format='value(trainingOutput.trials.hyperparameters.nnsize.slice(0))'"
    );
    add_job_argument(*shown, *options);
    shown->add_option("--format", options->format, "yaml, json or value(field,…)")
        ->type_name("FORMAT");
    shown->add_flag("--summarize", options->summarize, "tables for people");
    add_list(*group, context, options);
    CLI::App* ended = add_one(*group, context, options, {"cancel", "End a job for good"}, cancel);
    ended->footer("Example:\n  tuner jobs cancel babyweight_1");
    add_job_argument(*ended, *options);
    add_stream_logs(*group, context, options);
    add_job_submit(*group, context, options->project);
}

}  // namespace tuner
