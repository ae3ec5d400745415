#include "tuner/app/run_command.h"

#include "tuner/app/dry_run.h"
#include "tuner/app/run.h"
#include "tuner/cli/command_line_study.h"
#include "tuner/cli/exit_code.h"
#include "tuner/cli/printable.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <ostream>
#include <unistd.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

namespace tuner {

namespace asio = boost::asio;

namespace {

// What `tuner run` was given beside the words of the order.
struct RunLine {
    RunWords words;
    bool dry_run = false;
    bool detach = false;
    std::string save;
};

asio::awaitable<int> run(
    RunOptions options, CommandContext& context, Session& session, asio::io_context& loop
) {
    Run one(std::move(options), context, session, loop);
    co_return co_await one.run();
}

asio::awaitable<int> answer(int code) {
    co_return code;
}

// Writes a new file; never over one that is there.
Result<void> save(const std::string& file, const std::string& text) {
    const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    const bool opened = fd >= 0;
    const bool written =
        opened && ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
    const int error = errno;
    if (opened) {
        ::close(fd);
    }
    return written ? Result<void>()
                   : fail(
                         error == EEXIST ? ErrorCode::conflict : ErrorCode::invalid_argument,
                         fmt::format("cannot save {}: {}", file, std::strerror(error))
                     );
}

// Saves the study as a file if that is wanted, tries it if that is, else runs it.
asio::awaitable<int> begin(
    RunLine line, CommandContext& context, Session& session, asio::io_context& loop
) {
    line.words.rest = context.options.user_arguments;
    if (!line.save.empty()) {
        const Result<std::string> text = to_study_file(line.words);
        const Result<void> saved = text ? save(line.save, *text) : tl::unexpected(text.error());
        return answer(saved ? to_int(ExitCode::done) : report(context.err, saved.error()));
    }
    Result<RunOrder> order = to_order(line.words);
    if (!order) {
        return answer(report(context.err, order.error()));
    }
    if (line.dry_run) {
        const Result<Host> host = context.find_host();
        return answer(
            host ? dry_run(*order, context.options, *host, output_of(context))
                 : report(context.err, host.error())
        );
    }
    RunOptions options;
    options.order = std::move(*order);
    options.detach = line.detach;
    if (!line.words.file.empty()) {
        options.again = "tuner run " + printable(line.words.file);
    }
    return run(std::move(options), context, session, loop);
}

void add_limits(CLI::App& command, RunWords& words) {
    command
        .add_option("--max-trials,--trials", words.max_trials, "instead of the file's maxTrials")
        ->type_name("N");
    command
        .add_option(
            "--max-parallel,--parallel",
            words.max_parallel_trials,
            "instead of the file's maxParallelTrials"
        )
        ->type_name("N");
    command.add_option("--seed", words.seed, "instead of the file's seed")->type_name("S");
}

void add_trainer_options(CLI::App& command, RunWords& words) {
    command.add_option("--module-name", words.module_name, "run python3 -m MODULE")
        ->type_name("MODULE");
    command.add_option("--package-path", words.package_path, "the folder of the module's package")
        ->type_name("DIR");
    command.add_option("--packages", words.packages, "built packages: a-0.1.tar.gz,b-0.2.whl")
        ->type_name("LIST");
    command.add_option("--job-dir", words.job_dir, "trial N gets --job-dir=DIR/N")
        ->type_name("DIR");
    command.add_option("--scale-tier", words.scale_tier, "instead of the file's scaleTier")
        ->type_name("TIER");
}

}  // namespace

void add_run(CLI::App& app, CommandContext& context, Session& session, asio::io_context& loop) {
    CLI::App* command = app.add_subcommand("run", "Run a study to its end, or go on with it");
    command->footer(
        "What stands after -- goes to the trainer. Without FILE it is the trainer, and its\n"
        "parameters are ~log(a,b) ~uniform(a,b) ~int(a,b) ~logint(a,b) ~choice(a,b,…) "
        "~values(1,2,…).\n\n"
        "Examples:\n  tuner run hyperparam.yaml -- --epochs=3\n"
        "  tuner run --minimize rmse --trials 20 --parallel 5 -- ./train.py --lr "
        "'~log(1e-5,1e-1)' --layers '~int(1,8)'"
    );
    const auto line = std::make_shared<RunLine>();
    RunWords& words = line->words;
    command->add_option("FILE", words.file, "the study file")->type_name("");
    command->add_option("--minimize", words.minimize, "without FILE: the metric to make small")
        ->type_name("METRIC");
    command->add_option("--maximize", words.maximize, "without FILE: the metric to make large")
        ->type_name("METRIC");
    add_limits(*command, words);
    command->add_option("--name", words.name, "name of the study")->type_name("NAME");
    command->add_flag("--new", words.force_new, "start a new study, whatever there is");
    add_trainer_options(*command, words);
    command->add_flag(
        "--detach", line->detach, "print the study's id and return; a daemon goes on with it"
    );
    command->add_flag(
        "--dry-run", line->dry_run, "show the study and trial 1's command line; start nothing"
    );
    command->add_option("--save", line->save, "without FILE: only write the study as this file")
        ->type_name("FILE");
    add_config_option(*command, context);
    add_format_option(*command, context);
    command->callback([&context, &session, &loop, line] {
        context.chosen = [&context, &session, &loop, line] {
            return begin(*line, context, session, loop);
        };
    });
}

void add_resume(CLI::App& app, CommandContext& context, Session& session, asio::io_context& loop) {
    CLI::App* command =
        app.add_subcommand("resume", "Go on with a paused or interrupted study, to its end");
    command->footer("Example:\n  tuner resume babyweight-1");
    const auto options = std::make_shared<RunOptions>();
    options->kind = RunKind::resume;
    add_study_argument(*command, options->study);
    add_config_option(*command, context);
    add_format_option(*command, context);
    command->callback([&context, &session, &loop, options] {
        context.chosen = [&context, &session, &loop, options] {
            return run(*options, context, session, loop);
        };
    });
}

void add_train(CLI::App& app, CommandContext& context, Session& session, asio::io_context& loop) {
    CLI::App* command = app.add_subcommand(
        "train", "Run a study's trainer once more with the winner's parameters, and show its output"
    );
    command->footer(
        "What stands after -- goes to the trainer, behind the study's own arguments and the "
        "winner's\n"
        "parameters; only --job-dir comes after it, so give that before the --.\n\n"
        "Example:\n  tuner train babyweight-1 -- --train_examples=200000"
    );
    const auto options = std::make_shared<RunOptions>();
    options->kind = RunKind::train;
    add_study_argument(*command, options->study);
    command->add_option("--trial", options->train.trial, "this trial's parameters, not the best's")
        ->type_name("N")
        ->check(CLI::PositiveNumber.description(""));
    command->add_option("--job-dir", options->train.job_dir, "instead of JOB_DIR/train")
        ->type_name("DIR");
    command->callback([&context, &session, &loop, options] {
        context.chosen = [&context, &session, &loop, options] {
            options->train.args = context.options.user_arguments;
            return run(*options, context, session, loop);
        };
    });
}

}  // namespace tuner
