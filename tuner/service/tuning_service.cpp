#include "tuner/service/tuning_service.h"

#include "tuner/formats/attempt_files.h"
#include "tuner/formats/study_yaml.h"
#include "tuner/scheduler/scheduler.h"
#include "tuner/service/resumed_study.h"
#include "tuner/storage/storage_thread.h"

#include <algorithm>
#include <fstream>
#include <iterator>

#include <fmt/format.h>

namespace tuner {

namespace asio = boost::asio;
namespace fs = std::filesystem;

namespace {

// The text of a file; `not_found` or `invalid_argument` (too large, unreadable).
Result<std::string> read_file(const std::string& path) {
    std::ifstream stream(path, std::ios::binary);
    if (!stream) {
        return fail(ErrorCode::invalid_argument, fmt::format("cannot read {}: no such file", path));
    }
    std::string text(kMaxYamlBytes + 1, '\0');
    stream.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(stream.gcount()));
    return text;  // one byte too many is refused by the parser, with its own words
}

// Arguments after `--`: they go on the trainer's, or are the command when the file has none. All of
// them are: the file's own arguments come after the script that an interpreter is to run.
void append_arguments(TrainerSpec& trainer, const std::vector<std::string>& args) {
    if (!trainer.runs_something()) {
        trainer.command = args;
        return;
    }
    trainer.args.insert(trainer.args.end(), args.begin(), args.end());
}

void apply_overrides(StudyConfig& config, const RunRequest& request) {
    append_arguments(config.trainer, request.args);
    config.name = request.name.value_or(config.name);
    config.limits.max_trials = request.max_trials.value_or(config.limits.max_trials);
    config.limits.max_parallel_trials =
        request.max_parallel_trials.value_or(config.limits.max_parallel_trials);
    if (request.seed) {
        config.seed = request.seed;
    }
}

struct ReadStudy {
    NewStudy study;
    std::vector<std::string> notices;
};

Result<ReadStudy> read_study(const RunRequest& request) {
    Result<std::string> text = read_file(request.file);
    if (!text) {
        return tl::unexpected(text.error());
    }
    const fs::path path(request.file);
    const StudyYamlContext context{
        path.filename().string(), path.parent_path().string(), study_name_for(path)};
    auto parsed = parse_study_yaml(*text, context);
    if (!parsed) {
        return fail(ErrorCode::invalid_argument, to_text(parsed.error(), *text, context));
    }
    apply_overrides(parsed->config, request);
    if (!parsed->config.trainer.runs_something()) {
        return fail(
            ErrorCode::invalid_argument,
            fmt::format(
                "{}: nothing to run: add `command: [program, argument]` to the file, or give the "
                "command after --",
                context.file
            )
        );
    }
    Result<StudyConfig> config = StudyConfig::create(std::move(parsed->config));
    if (!config) {
        return tl::unexpected(config.error());
    }
    ReadStudy read{NewStudy{std::move(*config), request.file, std::move(*text)}, {}};
    for (const Problem& notice : parsed->notices) {
        read.notices.push_back(
            fmt::format("{}:{}:{}: {}", context.file, notice.line, notice.column, notice.message)
        );
    }
    return read;
}

std::string describe_changes(const Study& study, const std::vector<std::string>& changes) {
    return fmt::format(
        "study {} asked another question, so its results cannot be used for this file:\n  {}\n"
        "run with --new to start a new study, or undo the change to go on with {}",
        study.id,
        fmt::join(changes, "\n  "),
        study.id
    );
}

}  // namespace

TuningService::TuningService(
    Scheduler& scheduler, StorageThread& storage, EventFeed& feed, const Clock& clock
)
    : scheduler_(scheduler), storage_(storage), feed_(feed), clock_(clock) {}

asio::awaitable<Result<RunAnswer>> TuningService::run_file(RunRequest request) {
    Result<ReadStudy> read = read_study(request);
    if (!read) {
        co_return tl::unexpected(read.error());
    }
    StudyRunner* present =
        request.force_new ? nullptr : newest_of_file(request.file, read->study.config.name);
    if (present != nullptr && present->study().state == StudyState::finished &&
        present->study().config.is_plain() && read->study.config.is_plain()) {
        present = nullptr;  // whoever runs a plain job again wants it to run again
    }
    if (present == nullptr) {
        Result<void> begun = begin_where_the_earlier_one_ended(read->study);
        if (!begun) {
            co_return tl::unexpected(begun.error());
        }
        StudyRunner& made = co_await scheduler_.create(std::move(read->study));
        co_return RunAnswer{made.study().id, RunOutcome::created, std::move(read->notices)};
    }
    Result<RunOutcome> outcome = co_await go_on(*present, read->study.config);
    if (!outcome) {
        co_return tl::unexpected(outcome.error());
    }
    co_return RunAnswer{present->study().id, *outcome, std::move(read->notices)};
}

StudyRunner* TuningService::newest_of_file(const std::string& file, const std::string& name) const {
    StudyRunner* newest = nullptr;
    for (const auto& runner : scheduler_.runners()) {
        const Study& study = runner->study();
        if (study.file == file && study.config.name == name &&
            study.state != StudyState::cancelled) {
            newest = runner.get();
        }
    }
    return newest;
}

asio::awaitable<Result<RunOutcome>> TuningService::go_on(StudyRunner& runner, StudyConfig config) {
    inherit_limits(config, runner.study().config, runner.history());
    const std::vector<std::string> changes = incompatible_changes(runner.study().config, config);
    if (!changes.empty()) {
        co_return fail(ErrorCode::conflict, describe_changes(runner.study(), changes));
    }
    const bool limits_changed = !(runner.study().config.limits == config.limits);
    if (limits_changed) {
        Result<void> set = co_await runner.set_limits(config.limits);
        if (!set) {
            co_return tl::unexpected(set.error());
        }
    }
    const Study& study = runner.study();
    const bool used_up = study.state == StudyState::finished && !limits_changed;
    if (study.state == StudyState::running || used_up) {
        co_return limits_changed ? RunOutcome::continued : RunOutcome::unchanged;
    }
    Result<void> resumed = co_await runner.resume();
    // A finished study whose new limits leave nothing to do is fine as it is.
    co_return resumed ? RunOutcome::continued : RunOutcome::unchanged;
}

std::vector<StudyView> TuningService::studies() const {
    std::vector<StudyView> views;
    for (const auto& runner : scheduler_.runners()) {
        views.push_back({runner->study(), runner->history(), &runner->curves()});
    }
    return views;
}

Result<StudyView> TuningService::find(const std::string& reference) const {
    const StudyRunner* found = scheduler_.find(reference);
    if (found == nullptr) {
        for (const auto& runner : scheduler_.runners()) {
            const Study& study = runner->study();
            if (reference.empty() || study.config.name == reference || study.file == reference) {
                found = runner.get();
            }
        }
    }
    if (found != nullptr) {
        return StudyView{found->study(), found->history(), &found->curves()};
    }
    std::vector<std::string> ids;
    for (const auto& runner : scheduler_.runners()) {
        ids.push_back(runner->study().id);
    }
    if (ids.empty()) {
        return fail(
            ErrorCode::not_found, "there is no study yet; start one with: tuner run hyperparam.yaml"
        );
    }
    return fail(
        ErrorCode::not_found,
        fmt::format("there is no study {}; there is: {}", reference, fmt::join(ids, ", "))
    );
}

Result<std::reference_wrapper<StudyRunner>> TuningService::runner(const std::string& id) const {
    Result<StudyView> view = find(id);
    if (!view) {
        return tl::unexpected(view.error());
    }
    return std::ref(*scheduler_.find(view->study.get().id));
}

asio::awaitable<Result<void>> TuningService::pause(std::string id, bool now, StudyReason why) {
    Result<std::reference_wrapper<StudyRunner>> found = runner(id);
    if (!found) {
        co_return tl::unexpected(found.error());
    }
    co_return co_await found->get().pause(now, why);
}

asio::awaitable<Result<void>> TuningService::resume(std::string id) {
    Result<std::reference_wrapper<StudyRunner>> found = runner(id);
    if (!found) {
        co_return tl::unexpected(found.error());
    }
    co_return co_await found->get().resume();
}

asio::awaitable<Result<void>> TuningService::cancel(std::string id) {
    Result<std::reference_wrapper<StudyRunner>> found = runner(id);
    if (!found) {
        co_return tl::unexpected(found.error());
    }
    co_return co_await found->get().cancel();
}

asio::awaitable<Result<void>> TuningService::set_limits(std::string id, Limits limits) {
    Result<std::reference_wrapper<StudyRunner>> found = runner(id);
    if (!found) {
        co_return tl::unexpected(found.error());
    }
    co_return co_await found->get().set_limits(limits);
}

asio::awaitable<Result<void>> TuningService::remove(std::string id) {
    Result<std::reference_wrapper<StudyRunner>> found = runner(id);
    if (!found) {
        co_return tl::unexpected(found.error());
    }
    std::string exact = found->get().study().id;
    co_return co_await scheduler_.remove(std::move(exact));
}

asio::awaitable<Result<std::vector<AttemptRecord>>> TuningService::attempts(
    std::string id, TrialId trial
) {
    Result<StudyView> view = find(id);
    if (!view) {
        co_return tl::unexpected(view.error());
    }
    const auto count = static_cast<std::int64_t>(view->history.get().trials.size());
    if (trial.value() < 1 || trial.value() > count) {
        co_return fail(
            ErrorCode::not_found,
            fmt::format(
                "study {} has no trial {}; it has {}", view->study.get().id, trial.value(), count
            )
        );
    }
    auto read = [key = view->study.get().key, trial](Storage& s) { return s.attempts(key, trial); };
    co_return co_await storage_(std::move(read));
}

asio::awaitable<std::vector<Event>> TuningService::events_after(
    std::int64_t id, std::string study, std::size_t limit
) {
    auto read = [id, study = std::move(study), limit](Storage& s) {
        return s.events_after(id, study, limit);
    };
    co_return co_await storage_(std::move(read));
}

std::unique_ptr<EventSubscription> TuningService::subscribe(std::string study) {
    return feed_.subscribe(std::move(study));
}

fs::path log_path(const AttemptRecord& attempt, LogStream stream) {
    return fs::path(attempt.dir) / (stream == LogStream::out ? kStdoutLog : kStderrLog);
}

}  // namespace tuner
