#include "tuner/shim/minder.h"

#include "tuner/base/failpoint.h"
#include "tuner/formats/durable_file.h"
#include "tuner/formats/proc_files.h"
#include "tuner/shim/boot_clock.h"
#include "tuner/shim/complaint.h"
#include "tuner/shim/trainer.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

namespace tuner::shim {

namespace {

constexpr Duration kFirstRetry{5};
constexpr Duration kLastRetry{1'000};
constexpr Duration kFrozen{5'000};  // waking this much too late means that we could not run

void signal_politely(pid_t target) {
    ::kill(target, SIGTERM);
    ::kill(target, SIGCONT);
}

}  // namespace

Minder::Minder(const AttemptSpec& spec, int dir_fd, int signal_fd, MinderFiles files)
    : spec_(spec),
      dir_fd_(dir_fd),
      signal_fd_(signal_fd),
      stdout_log_(std::move(files.stdout_log)),
      stderr_log_(std::move(files.stderr_log)),
      metrics_(std::move(files.metrics)),
      hypertune_(dir_fd, metrics_) {}

ExitRecord Minder::run() {
    if (start()) {
        while (!over_) {
            turn();
        }
    }
    return finish();
}

bool Minder::start() {
    now_ = started_ = heard_ = boot_time();
    record_.started = wall_time();
    // Before there is a trainer: what it finds now is not this one's.
    events_.emplace(spec_.event_dirs, spec_.metric, metrics_, [this](const std::string& text) {
        output_->note(text);
    });
    Result<TrainerProcess> trainer = start_trainer(spec_);
    if (!trainer) {
        const bool machine = trainer.error().code == ErrorCode::unavailable;
        record_.exit.kind = machine ? ExitKind::lost : ExitKind::not_started;
        record_.exit.message = trainer.error().message;
        return false;
    }
    pid_ = trainer->pid;
    output_.emplace(
        std::move(trainer->standard_output),
        OutputLog(std::move(stdout_log_)),
        spec_.metric,
        metrics_
    );
    error_output_.emplace(
        std::move(trainer->standard_error),
        OutputLog(std::move(stderr_log_)),
        spec_.metric,
        metrics_
    );
    return true;
}

void Minder::turn() {
    wait();
    take_signals();
    take_output();
    failpoint("shim.output_taken");
    note_exits();
    enforce_limits();
    if (ending_) {
        clear_away();
    }
    metrics_.flush(now_);
}

void Minder::wait() {
    std::array<pollfd, 3> fds{{
        {signal_fd_, POLLIN, 0},
        {output_->fd(), POLLIN, 0},
        {error_output_->fd(), POLLIN, 0},
    }};
    const Duration patience = std::clamp(next_wake() - now_, Duration(0), kHypertuneInterval);
    const Duration limit = ending_ ? std::max(patience, Duration(1)) : patience;
    ::poll(fds.data(), fds.size(), static_cast<int>(limit.count()));
    const Duration before = now_;
    now_ = boot_time();
    if (now_ - before > limit + kFrozen) {
        heard_ += now_ - before;
    }
}

Duration Minder::next_wake() const {
    Duration wake = events_->is_hungry() ? now_ : looked_ + kHypertuneInterval;
    if (ending_) {
        return std::min(wake, now_ + retry_);
    }
    if (spec_.timeout) {
        wake = std::min(wake, started_ + *spec_.timeout);
    }
    if (spec_.stall_timeout) {
        wake = std::min(wake, heard_ + *spec_.stall_timeout);
    }
    return wake;
}

void Minder::take_signals() {
    std::array<signalfd_siginfo, 8> signals{};
    const ssize_t got = ::read(signal_fd_, signals.data(), sizeof signals);
    const std::size_t count = got < 0 ? 0 : static_cast<std::size_t>(got) / sizeof signals[0];
    for (std::size_t i = 0; i < count; ++i) {
        stop_asked_ = stop_asked_ || signals[i].ssi_signo == SIGTERM;
    }
    retry_ = count > 0 ? kFirstRetry : retry_;
}

void Minder::take_output() {
    bool heard = output_->read(now_);
    heard = error_output_->read(now_) || heard;
    heard = take_events() || heard;
    if (now_ - looked_ >= kHypertuneInterval) {
        heard = hypertune_.look(now_) || heard;
        looked_ = now_;
    }
    heard_ = heard ? now_ : heard_;
}

bool Minder::take_events() {
    if (!events_->is_hungry() && now_ - looked_at_events_ < kEventInterval) {
        return false;
    }
    looked_at_events_ = now_;
    return events_->look(now_);
}

void Minder::enforce_limits() {
    if (ending_) {
        return;
    }
    if (stop_asked_) {
        reason_ = ExitKind::stopped;
    } else if (spec_.timeout && now_ - started_ >= *spec_.timeout) {
        reason_ = ExitKind::timed_out;
    } else if (spec_.stall_timeout && now_ - heard_ >= *spec_.stall_timeout) {
        reason_ = ExitKind::stalled;
    }
    if (reason_) {
        failpoint("shim.stop_decided");
        begin_ending(spec_.termination_grace);
    }
}

// The group is safe to signal: its leader is alive or a zombie that nobody else reaps.
void Minder::begin_ending(Duration grace) {
    const Duration deadline = now_ + grace;
    kill_at_ = ending_ ? std::min(kill_at_, deadline) : deadline;
    ending_ = true;
    retry_ = kFirstRetry;
    signal_politely(-pid_);
    if (status_) {
        for (const pid_t straggler : find_children(::getpid())) {
            signal_politely(straggler);
        }
    }
}

// Takes away zombies, and learns when the main process has become one; that one stays.
void Minder::note_exits() {
    while (!status_) {
        siginfo_t child{};
        if (::waitid(P_ALL, 0, &child, WEXITED | WNOHANG | WNOWAIT) != 0 || child.si_pid == 0) {
            return;
        }
        if (child.si_pid != pid_) {
            ::waitpid(child.si_pid, nullptr, WNOHANG);
            continue;
        }
        status_ = child.si_status;
        record_.exit.kind = child.si_code == CLD_EXITED ? ExitKind::exited : ExitKind::signalled;
        record_.exit.code = child.si_code == CLD_EXITED ? child.si_status : 0;
        record_.exit.signal = child.si_code == CLD_EXITED ? 0 : child.si_status;
        record_.elapsed = now_ - started_;
        failpoint("shim.main_ended");
        begin_ending(kStragglerGrace);
    }
}

void Minder::clear_away() {
    const bool by_force = now_ >= kill_at_;
    if (!main_reaped_) {
        if (by_force) {
            ::kill(-pid_, SIGKILL);
        }
        const bool others = reap_others(by_force);
        if (status_ && !others) {
            ::waitpid(pid_, nullptr, 0);
            main_reaped_ = true;
            failpoint("shim.main_reaped");
        }
    }
    if (main_reaped_) {
        const bool others = reap_others(true);
        const std::string cookie = std::string(kCookieVariable) + "=" + spec_.uuid;
        const bool none = !others && ::waitpid(-1, nullptr, WNOHANG) < 0 && errno == ECHILD;
        over_ = none && signal_by_environment(cookie, SIGKILL) == 0;
    }
    if (!over_ && !reported_ && now_ >= kill_at_ + spec_.unkillable_after) {
        report_unkillable();
    }
    retry_ = std::min(retry_ * 2, kLastRetry);
    if (!by_force) {
        retry_ = std::clamp(kill_at_ - now_, Duration(0), retry_);
    }
}

// Children cannot lose their number before we reap them, so they are signalled by it. Answers
// whether any but the main process are left.
bool Minder::reap_others(bool by_force) {
    bool any = false;
    for (const pid_t child : find_children(::getpid())) {
        if (child == pid_ && !main_reaped_) {
            continue;
        }
        if (by_force) {
            ::kill(child, SIGKILL);
        }
        any = ::waitpid(child, nullptr, WNOHANG) == 0 || any;
    }
    return any;
}

void Minder::report_unkillable() {
    std::string pids;
    for (const pid_t child : find_children(::getpid())) {
        const std::string pid = std::to_string(child) + " ";
        pids += pids.size() + pid.size() <= kMaxUnkillableBytes ? pid : "";
    }
    reported_ = true;
    const std::string text = "SIGKILL does not end what this trainer started: process " + pids +
                             "is still there; the trial goes on until it is gone";
    output_->note(text);
    complain(text);
    if (const Result<void> told = write_new(dir_fd_, kUnkillableFile, pids); !told) {
        complain(told.error().message);
    }
}

ExitRecord Minder::finish() {
    now_ = boot_time();
    ::unlinkat(dir_fd_, kUnkillableFile, 0);
    if (output_) {
        output_->finish(now_);
        error_output_->finish(now_);
        record_.log_bytes_dropped = output_->bytes_dropped() + error_output_->bytes_dropped();
    }
    hypertune_.finish(now_);
    if (output_) {
        events_->finish(now_);
    }
    failpoint("shim.all_gone");
    metrics_.finish();
    if (output_ && metrics_.lines_dropped() > 0) {
        output_->note(
            std::to_string(metrics_.lines_dropped()) +
            " lines with metrics came too fast or were too many, and were not kept"
        );
    }
    failpoint("shim.metrics_finished");
    record_.exit.kind = reason_.value_or(record_.exit.kind);
    if (metrics_.is_cut() && record_.exit.kind == ExitKind::exited && record_.exit.code == 0) {
        record_.exit.kind = ExitKind::lost;  // a result from the part that was kept would be wrong
        record_.exit.message = "the disk did not take its metrics";
    }
    record_.ended = wall_time();
    record_.metric_bytes = metrics_.bytes();
    record_.metric_lines_dropped = metrics_.lines_dropped();
    return record_;
}

}  // namespace tuner::shim
