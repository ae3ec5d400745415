#include "tests/api/fake_service.h"

#include "tuner/base/world_failure.h"

#include <stdexcept>

#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

namespace tuner {

class StorageThread {};

namespace asio = boost::asio;

TuningService::TuningService(
    Scheduler& scheduler, StorageThread& storage, EventFeed& feed, const Clock& clock
)
    : scheduler_(scheduler), storage_(storage), feed_(feed), clock_(clock) {
    static_cast<void>(storage_);
}

asio::awaitable<Result<RunAnswer>> TuningService::run_file(RunRequest request) {
    scheduler_.last_run = request;
    if (request.file.ends_with("broken.yaml")) {
        co_return fail(
            ErrorCode::invalid_argument,
            "broken.yaml:9:17: maxValue 8 is less than minValue 512 (parameter batch_size)"
        );
    }
    Study study;
    study.config = tests::a_config(request.name.value_or("babyweight"));
    study.id = fmt::format("{}-{}", study.config.name, scheduler_.entries.size() + 1);
    study.file = request.file;
    scheduler_.entries.push_back({study, {study.config, {}}, {}});
    RunAnswer answer;
    answer.id = study.id;
    answer.notices.emplace_back("goal is not set: RMSE is maximized");
    co_return answer;
}

asio::awaitable<Result<RunAnswer>> TuningService::create_job(JobRequest request) {
    scheduler_.last_job = request;
    if (request.document.find("taken_1") != std::string::npos) {
        co_return fail(ErrorCode::conflict, "there is or was a job taken_1");
    }
    if (request.document.find("jobId") == std::string::npos) {
        co_return fail(ErrorCode::invalid_argument, "job:1:1: jobId is missing");
    }
    Study study;
    study.config = tests::a_config("new_1");
    study.id = "new_1";
    study.source = request.document;
    scheduler_.entries.push_back({study, {study.config, {}}, {}});
    RunAnswer answer;
    answer.id = study.id;
    co_return answer;
}

asio::awaitable<Result<RunAnswer>> TuningService::retrain(std::string id, RetrainRequest request) {
    scheduler_.last_retraining = request;
    RunAnswer answer;
    answer.id = id;
    co_return answer;
}

std::vector<StudyView> TuningService::studies() const {
    std::vector<StudyView> views;
    for (const auto& entry : scheduler_.entries) {
        views.push_back({entry.study, entry.history});
    }
    return views;
}

Result<StudyView> TuningService::find(const std::string& reference) const {
    for (const auto& entry : scheduler_.entries) {
        if (reference == entry.study.id || reference == entry.study.config.name ||
            reference == entry.study.file) {
            return StudyView{entry.study, entry.history};
        }
    }
    return fail(ErrorCode::not_found, fmt::format("there is no study {}", reference));
}

std::string TuningService::waiting(const std::string&, std::optional<TrialId> trial) const {
    return trial ? scheduler_.waiting : "";
}

asio::awaitable<Result<void>> TuningService::pause(std::string id, bool now, StudyReason why) {
    if (scheduler_.outage) {
        throw WorldFailure(scheduler_.outage->code, scheduler_.outage->message);
    }
    if (scheduler_.disk_is_full) {
        throw std::runtime_error("disk I/O error in /secret/place");
    }
    scheduler_.calls.push_back(fmt::format("pause {}{} {}", id, now ? " now" : "", name_of(why)));
    for (auto& entry : scheduler_.entries) {
        if (entry.study.id == id) {
            co_return entry.study.pause(why, "");
        }
    }
    co_return Result<void>{};
}

asio::awaitable<Result<void>> TuningService::resume(std::string id) {
    scheduler_.calls.push_back("resume " + id);
    co_return Result<void>{};
}

asio::awaitable<Result<void>> TuningService::cancel(std::string id) {
    scheduler_.calls.push_back("cancel " + id);
    co_return Result<void>{};
}

asio::awaitable<Result<void>> TuningService::set_limits(std::string id, Limits limits) {
    for (auto& entry : scheduler_.entries) {
        if (entry.study.id == id) {
            entry.study.config.limits = limits;
        }
    }
    co_return Result<void>{};
}

asio::awaitable<Result<void>> TuningService::remove(std::string id) {
    if (id == "busy-1") {
        co_return fail(ErrorCode::conflict, "study busy-1 has running trials; stop it first");
    }
    std::erase_if(scheduler_.entries, [&](const auto& entry) { return entry.study.id == id; });
    co_return Result<void>{};
}

std::optional<bool> TuningService::is_trial_token(
    const std::string&, TrialId, const std::string& token
) const {
    return token == scheduler_.trial_token;
}

asio::awaitable<Result<bool>> TuningService::report(std::string, TrialId, PostedReport report) {
    scheduler_.reports.push_back(std::move(report));
    co_return false;
}

asio::awaitable<Result<std::vector<TrialId>>> TuningService::ask(
    std::string id, AskRequest request
) {
    scheduler_.calls.push_back(fmt::format("ask {} {} {}", id, request.count, request.client));
    if (id == "busy-1") {
        co_return fail(ErrorCode::conflict, "study busy-1 is paused");
    }
    co_return std::vector<TrialId>{TrialId(1)};
}

asio::awaitable<Result<void>> TuningService::tell(
    std::string id, TrialId trial, PostedReport report
) {
    scheduler_.calls.push_back(fmt::format("tell {} {}", id, trial.value()));
    scheduler_.reports.push_back(std::move(report));
    co_return Result<void>{};
}

asio::awaitable<Result<void>> TuningService::stop_trial(std::string id, TrialId trial) {
    scheduler_.calls.push_back(fmt::format("stop {} {}", id, trial.value()));
    co_return Result<void>{};
}

asio::awaitable<Result<TrialId>> TuningService::add_trial(std::string id, BroughtTrial brought) {
    scheduler_.calls.push_back(
        fmt::format("add {} {}", id, brought.result ? "with a result" : "to be run")
    );
    co_return TrialId(1);
}

asio::awaitable<Result<std::vector<AttemptRecord>>> TuningService::attempts(
    std::string id, TrialId trial
) {
    for (auto& entry : scheduler_.entries) {
        if (entry.study.id == id) {
            co_return entry.attempts[trial.value()];
        }
    }
    co_return fail(ErrorCode::not_found, "there is no study " + id);
}

asio::awaitable<Result<MeasurementExtract>> TuningService::measurements(
    std::string id, TrialId trial
) {
    const Result<StudyView> view = find(id);
    if (!view) {
        co_return tl::unexpected(view.error());
    }
    const auto index = static_cast<std::size_t>(trial.value()) - 1;
    const auto& all = view->history.get().trials.at(index).measurements;
    const MeasurementExtract extract{static_cast<std::int64_t>(all.size()), all};
    co_return extract;
}

asio::awaitable<std::vector<Event>> TuningService::events_after(
    std::int64_t id, std::string study, std::size_t limit
) {
    std::vector<Event> found;
    for (const Event& event : scheduler_.events) {
        if (event.id > id && (study.empty() || study == event.study) && found.size() < limit) {
            found.push_back(event);
        }
    }
    co_return found;
}

std::unique_ptr<EventSubscription> TuningService::subscribe(std::string study) {
    return feed_.subscribe(std::move(study));
}

std::filesystem::path log_path(const AttemptRecord& attempt, LogStream stream) {
    return std::filesystem::path(attempt.dir) /
           (stream == LogStream::out ? "stdout.log" : "stderr.log");
}

}  // namespace tuner

namespace tests {

namespace {

tuner::StorageThread no_storage;

tuner::Parameter parameter(const std::string& name, tuner::Domain domain) {
    return *tuner::Parameter::create(name, std::move(domain));
}

}  // namespace

FakeService::FakeService(boost::asio::any_io_executor executor)
    : feed(std::move(executor)), service(data, no_storage, feed, clock) {}

tuner::StudyConfig a_config(const std::string& name) {
    tuner::StudyConfig config;
    config.name = name;
    config.space = *tuner::SearchSpace::create(
        {parameter("batch_size", tuner::IntegerRange{8, 512, tuner::Scale::log}),
         parameter("nembeds", tuner::IntegerRange{3, 30, tuner::Scale::linear}),
         parameter("lr", tuner::RealRange{0.0001, 1, tuner::Scale::log})}
    );
    config.objectives = {{"rmse", tuner::Goal::minimize}};
    config.limits.max_trials = 20;
    config.limits.max_parallel_trials = 5;
    config.seed = 7;
    return config;
}

tuner::Scheduler::Entry& FakeService::add_study(const std::string& name, int count) {
    tuner::Study study;
    study.config = a_config(name);
    study.id = name + "-1";
    tuner::History history{study.config, {}};
    for (int n = 1; n <= count; ++n) {
        tuner::Trial trial = tuner::Trial::create(
            tuner::TrialId(n),
            {tuner::Assignment(
                 {{"batch_size", std::int64_t{8} + n}, {"nembeds", std::int64_t{3}}, {"lr", 0.5}}
             ),
             {}},
            {}
        );
        static_cast<void>(trial.start({}));
        const double value = 1 + 1.0 / n;
        static_cast<void>(trial.complete({value, 300, {{"rmse", value}}}, {}));
        history.trials.push_back(std::move(trial));
    }
    data.entries.push_back({study, history, {}});
    return data.entries.back();
}

}  // namespace tests
