#include "tuner/scheduler/scheduler.h"

#include "tuner/base/failpoint.h"
#include "tuner/scheduler/offload.h"

#include <algorithm>

#include <fmt/format.h>

namespace tuner {

namespace asio = boost::asio;

Scheduler::Scheduler(RunnerContext context)
    : context_(std::move(context)),
      slots_(context_.machine.host.machine),
      tasks_(context_.loop, [](const std::exception_ptr& error) {
          std::rethrow_exception(error);
      }) {
    context_.slots = &slots_;
}

// Before any runner begins: none may take what an attempt has that another one has yet to adopt.
void Scheduler::hold_what_is_taken(
    const std::vector<Study>& studies, std::vector<AttemptRecord> live
) {
    for (AttemptRecord& attempt : live) {
        const auto study = std::find_if(studies.begin(), studies.end(), [&](const Study& s) {
            return s.key == attempt.study;
        });
        if (study != studies.end()) {
            slots_.hold(
                {attempt.study, attempt.trial},
                study->id,
                {study->config.resources, std::move(attempt.gpus)}
            );
        }
    }
}

asio::awaitable<void> Scheduler::start(bool resume_interrupted) {
    const std::vector<Study> studies =
        co_await context_.storage([](Storage& s) { return s.studies(); });
    std::vector<AttemptRecord> live =
        co_await context_.storage([](Storage& s) { return s.live_attempts(); });
    hold_what_is_taken(studies, std::move(live));
    for (const Study& study : studies) {
        auto read = [key = study.key](Storage& s) { return s.trials(key); };
        std::vector<Trial> trials = co_await context_.storage(std::move(read));
        add(study, std::move(trials));
    }
    if (!resume_interrupted || context_.passive) {
        co_return;
    }
    for (const auto& runner : runners_) {
        const Study& study = runner->study();
        if (study.state == StudyState::paused && study.reason == StudyReason::interrupted) {
            co_await runner->resume();
        }
    }
}

StudyRunner& Scheduler::add(Study study, std::vector<Trial> trials) {
    runners_.push_back(std::make_unique<StudyRunner>(context_, std::move(study), std::move(trials))
    );
    StudyRunner& runner = *runners_.back();
    tasks_.spawn(runner.run());
    return runner;
}

StudyRunner& Scheduler::begin(Study stored, std::vector<Trial> inherited) {
    failpoint("daemon.study_created");
    return add(std::move(stored), std::move(inherited));
}

asio::awaitable<std::reference_wrapper<StudyRunner>> Scheduler::create(NewStudy study) {
    if (!study.config.seed) {
        study.config.seed = fresh_seed();
    }
    std::vector<Trial> inherited = study.inherited;
    auto store = [study = std::move(study), now = context_.clock.now()](Storage& s) {
        return s.create_study(study, now);
    };
    Study stored = co_await context_.storage(std::move(store));
    co_return begin(std::move(stored), std::move(inherited));
}

asio::awaitable<Result<std::reference_wrapper<StudyRunner>>> Scheduler::create_job(NewStudy study) {
    if (!study.config.seed) {
        study.config.seed = fresh_seed();
    }
    std::vector<Trial> inherited = study.inherited;
    auto store = [study = std::move(study), now = context_.clock.now()](Storage& s) {
        return s.create_job(study, now);
    };
    Result<Study> stored = co_await context_.storage(std::move(store));
    if (!stored) {
        co_return tl::unexpected(stored.error());
    }
    co_return begin(std::move(*stored), std::move(inherited));
}

asio::awaitable<Result<PythonPackages>> Scheduler::read_packages(
    std::vector<std::string> uris, std::string working_dir
) {
    auto read = [uris = std::move(uris), working_dir = std::move(working_dir)] {
        return PythonPackages::read(uris, working_dir);
    };
    co_return co_await offload(context_.pool, std::move(read));
}

asio::awaitable<Result<std::vector<std::string>>> Scheduler::stage_packages(PythonPackages packages
) {
    auto stage = [packages = std::move(packages), store = packages_dir()] {
        return packages.stage(store).map([&] { return packages.paths_in(store); });
    };
    co_return co_await offload(context_.pool, std::move(stage));
}

asio::awaitable<Result<void>> Scheduler::remove(std::string id) {
    const auto position = [&] {
        return std::find_if(runners_.begin(), runners_.end(), [&](const auto& r) {
            return r->study().id == id;
        });
    };
    const auto found = position();
    if (found == runners_.end()) {
        co_return fail(ErrorCode::not_found, fmt::format("there is no study {}", id));
    }
    if ((*found)->study().state == StudyState::running || (*found)->running_attempts() > 0) {
        co_return fail(
            ErrorCode::conflict, fmt::format("study {} is running: stop or cancel it first", id)
        );
    }
    auto erase = [key = (*found)->study().key, now = context_.clock.now()](Storage& s) {
        return s.delete_study(key, now);
    };
    Result<void> erased = co_await context_.storage(std::move(erase));
    if (erased) {
        failpoint("daemon.study_deleted");
        co_await (*position())->end();
        runners_.erase(position());
    }
    co_return erased;
}

StudyRunner* Scheduler::find(std::string_view id) const {
    const auto found = std::find_if(runners_.begin(), runners_.end(), [&](const auto& r) {
        return r->study().id == id;
    });
    return found == runners_.end() ? nullptr : found->get();
}

bool Scheduler::is_idle() const {
    return std::all_of(runners_.begin(), runners_.end(), [](const auto& runner) {
        return runner->study().config.is_asked() ||
               (runner->study().state != StudyState::running && runner->running_attempts() == 0);
    });
}

asio::awaitable<void> Scheduler::shut_down() {
    tasks_.cancel();
    co_await tasks_.join();
}

}  // namespace tuner
