#include "tests/simulation/simulated_executor.h"

#include <algorithm>

namespace tuner::simulation {

namespace asio = boost::asio;

namespace {

constexpr Duration kSweepTime{5};
constexpr Duration kSlowStart{9'000};

asio::awaitable<void> ignore(Report) {
    co_return;
}

}  // namespace

SimulatedAttempt::SimulatedAttempt(
    Hands& hands, Process* process, Adoption standing, std::int64_t offset
)
    : hands_(hands),
      process_(process),
      standing_(standing),
      reported_(static_cast<std::size_t>(offset / kMetricBytes)),
      changes_(hands.loop),
      watcher_([this] { changes_.push({}); }) {
    if (process_ != nullptr) {
        if (standing == Adoption::mind || standing == Adoption::watch) {
            identity_ = process_->identity;
        }
        process_->watchers.insert(&watcher_);
    }
}

SimulatedAttempt::~SimulatedAttempt() {
    if (process_ != nullptr) {
        process_->watchers.erase(&watcher_);
        if (has_word && hands_.connected) {
            hands_.world.drop_word(*process_);
        }
    }
}

bool SimulatedAttempt::lives() const {
    const bool seen = standing_ == Adoption::mind || standing_ == Adoption::watch;
    return seen && process_ != nullptr && process_->lock_held;
}

asio::awaitable<AttemptExit> SimulatedAttempt::run(ReportSink sink) {
    if (std::exchange(has_word, false) && hands_.connected) {
        hands_.world.let_go(*process_);
    }
    while (lives()) {
        changes_.clear();
        co_await forward(sink);
        if (lives()) {
            co_await changes_.ready();
        }
    }
    co_await forward(sink);
    const bool may_signal = standing_ == Adoption::mind || standing_ == Adoption::sweep;
    if (may_signal && process_ != nullptr && !process_->exit && process_->stragglers) {
        co_await hands_.sleeper.sleep(kSweepTime);
        if (hands_.connected) {
            hands_.world.sweep(*process_);
        }
    }
    co_return describe();
}

void SimulatedAttempt::stop() {
    if (hands_.connected && process_ != nullptr && standing_ == Adoption::mind) {
        has_word = false;
        hands_.world.ask_to_stop(*process_);
    }
}

asio::awaitable<void> SimulatedAttempt::forward(ReportSink sink) {
    while (process_ != nullptr && reported_ < process_->kept) {
        const std::size_t most = 1 + hands_.rng.below(3);
        const std::size_t end = std::min(reported_ + most, process_->kept);
        Report report;
        for (std::size_t i = reported_ + (hands_.loses_line ? 1 : 0); i < end; ++i) {
            report.measurements.push_back(process_->written[i]);
        }
        reported_ = end;
        report.metrics_offset = static_cast<std::int64_t>(end) * kMetricBytes;
        asio::awaitable<void> stored = sink(std::move(report));
        co_await std::move(stored);
    }
}

AttemptExit SimulatedAttempt::describe() const {
    AttemptExit exit;
    if (process_ != nullptr && process_->exit) {
        exit = *process_->exit;
    } else if (hands_.lies) {
        exit.kind = ExitKind::exited;
    } else {
        exit.message = standing_ == Adoption::write_off ? "restarted" : "killed";
    }
    return exit;
}

asio::awaitable<Result<std::unique_ptr<Attempt>>> SimulatedExecutor::start(Launch launch) {
    if (!hands_.connected || hands_.rng.uniform() < hands_.refuses) {
        hands_.diary.inject(Fault::start_refused);
        co_return fail(ErrorCode::unavailable, "no process could be made");
    }
    if (hands_.rng.uniform() < hands_.hopeless) {
        hands_.diary.inject(Fault::start_hopeless);
        co_return fail(ErrorCode::invalid_argument, "there is no such program");
    }
    Process& process = hands_.world.spawn(launch, hands_.daemon);
    auto attempt = std::make_unique<SimulatedAttempt>(hands_, &process, Adoption::mind, 0);
    attempt->has_word = true;
    const bool slow = hands_.rng.below(10) == 0;
    const Duration longest = slow ? kSlowStart : Duration(20);
    const Duration time(
        static_cast<std::int64_t>(hands_.rng.uniform() * static_cast<double>(longest.count()))
    );
    co_await hands_.sleeper.sleep(time);
    if (!process.lock_held || hands_.rng.uniform() < hands_.refuses / 2) {
        hands_.diary.inject(Fault::start_refused);
        co_return fail(ErrorCode::unavailable, "the minder of the attempt failed");
    }
    co_return attempt;
}

asio::awaitable<std::unique_ptr<Attempt>> SimulatedExecutor::adopt(AttemptRecord record) {
    const AdoptionEvidence evidence = hands_.world.examine(record);
    const Adoption standing = choose_adoption(evidence);
    Process* process = hands_.world.find(record.dir);
    hands_.diary.note("daemon {} adopts {}: {}", hands_.daemon, record.dir, int(standing));
    if (hands_.restarts && process != nullptr && process->is_alive()) {
        hands_.world.on_begin(*process);
    }
    co_return std::make_unique<SimulatedAttempt>(hands_, process, standing, record.metrics_offset);
}

asio::awaitable<void> SimulatedExecutor::abandon(AttemptRecord record) {
    hands_.diary.note("daemon {} abandons {}", hands_.daemon, record.dir);
    Process* process = hands_.world.find(record.dir);
    if (process == nullptr) {
        co_return;
    }
    record.identity = process->identity;
    std::unique_ptr<Attempt> attempt = co_await adopt(std::move(record));
    attempt->stop();
    asio::awaitable<AttemptExit> over = attempt->run(ignore);
    co_await std::move(over);
}

}  // namespace tuner::simulation
