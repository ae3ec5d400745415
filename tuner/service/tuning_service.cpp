#include "tuner/service/tuning_service.h"

#include "tuner/formats/attempt_files.h"
#include "tuner/scheduler/scheduler.h"
#include "tuner/service/resumed_study.h"
#include "tuner/storage/storage_thread.h"

#include <algorithm>

#include <fmt/format.h>

namespace tuner {

namespace asio = boost::asio;
namespace fs = std::filesystem;

namespace {

std::string describe_changes(const Study& study, const std::vector<std::string>& changes) {
    return fmt::format(
        "study {} asked another question, so its results cannot be used for this file:\n  {}\n"
        "run with --new to start a new study, or undo the change to go on with {}",
        study.id,
        fmt::join(changes, "\n  "),
        study.id
    );
}

std::string not_fetched(const std::string& uri) {
    return fmt::format(
        "{} is not fetched here: Python must find its packages by itself, or give their folder "
        "with --package-path",
        uri
    );
}

std::string goes_on_with_its_copy(const Study& study) {
    return fmt::format(
        "the packages have changed since study {} began: it goes on with its own copy of them "
        "(--new starts a study with the new ones)",
        study.id
    );
}

}  // namespace

TuningService::TuningService(
    Scheduler& scheduler, StorageThread& storage, EventFeed& feed, const Clock& clock
)
    : scheduler_(scheduler), storage_(storage), feed_(feed), clock_(clock) {}

asio::awaitable<Result<RunAnswer>> TuningService::run_file(RunRequest request) {
    Result<ReadStudy> read = read_study(request, &scheduler_.host());
    if (!read) {
        co_return tl::unexpected(read.error());
    }
    TrainerSpec trainer = read->study.config.trainer;
    Result<PythonPackages> packages = co_await packages_of(std::move(trainer));
    if (!packages) {
        co_return tl::unexpected(packages.error());
    }
    for (const std::string& uri : packages->opaque()) {
        read->notices.push_back(not_fetched(uri));
    }
    StudyRunner* present = present_study(request, read->study.config);
    if (present == nullptr) {
        co_return co_await create(std::move(*read), std::move(*packages));
    }
    if (present->study().config.trainer.staged_paths !=
        packages->paths_in(scheduler_.packages_dir())) {
        read->notices.push_back(goes_on_with_its_copy(present->study()));
    }
    Result<RunOutcome> outcome = co_await go_on(*present, read->study.config);
    if (!outcome) {
        co_return tl::unexpected(outcome.error());
    }
    co_return RunAnswer{present->study().id, *outcome, std::move(read->notices)};
}

// Those that the trainer's module needs; none for a command.
asio::awaitable<Result<PythonPackages>> TuningService::packages_of(TrainerSpec trainer) {
    if (trainer.python_module.empty()) {
        trainer.package_uris.clear();
    }
    co_return co_await scheduler_.read_packages(
        std::move(trainer.package_uris), std::move(trainer.working_dir)
    );
}

asio::awaitable<Result<RunAnswer>> TuningService::create(ReadStudy read, PythonPackages packages) {
    Result<void> begun = begin_where_the_earlier_one_ended(read.study);
    if (!begun) {
        co_return tl::unexpected(begun.error());
    }
    auto staged = co_await scheduler_.stage_packages(std::move(packages));
    if (!staged) {
        co_return tl::unexpected(staged.error());
    }
    read.study.config.trainer.staged_paths = std::move(*staged);
    StudyRunner& made = co_await scheduler_.create(std::move(read.study));
    co_return RunAnswer{made.study().id, RunOutcome::created, std::move(read.notices)};
}

asio::awaitable<Result<RunAnswer>> TuningService::retrain(std::string id, RetrainRequest request) {
    const Result<StudyView> view = find(id);
    if (!view) {
        co_return tl::unexpected(view.error());
    }
    Result<NewStudy> wanted = make_retraining(view->study, view->history, request);
    if (!wanted) {
        co_return tl::unexpected(wanted.error());
    }
    StudyRunner& made = co_await scheduler_.create(std::move(*wanted));
    co_return RunAnswer{made.study().id, RunOutcome::created, {}};
}

// The study that a request goes on with: the newest of its file and name that is not cancelled.
// None when it asks for a new one, or runs again a plain job that has ended.
StudyRunner* TuningService::present_study(const RunRequest& request, const StudyConfig& config)
    const {
    StudyRunner* newest = nullptr;
    for (const auto& runner : scheduler_.runners()) {
        const Study& study = runner->study();
        if (study.file == request.file && study.config.name == config.name &&
            study.state != StudyState::cancelled) {
            newest = runner.get();
        }
    }
    const bool is_done = newest != nullptr && newest->study().state == StudyState::finished &&
                         newest->study().config.is_plain() && config.is_plain();
    return request.force_new || is_done ? nullptr : newest;
}

asio::awaitable<Result<RunOutcome>> TuningService::go_on(StudyRunner& runner, StudyConfig config) {
    inherit_limits(config, runner.study().config, runner.history());
    const std::vector<std::string> changes = incompatible_changes(runner.study().config, config);
    if (!changes.empty()) {
        co_return fail(ErrorCode::conflict, describe_changes(runner.study(), changes));
    }
    const bool limits_changed = !(runner.study().config.limits == config.limits);
    if (!(runner.study().config.resources == config.resources)) {
        Result<void> set = co_await runner.set_resources(config.resources);
        if (!set) {
            co_return tl::unexpected(set.error());
        }
    }
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

}  // namespace tuner
