#include "tuner/cli/job_logs.h"

#include "tuner/cli/job_client.h"
#include "tuner/cli/log_tail.h"
#include "tuner/cli/printable.h"
#include "tuner/cli/study_client.h"

#include <algorithm>
#include <csignal>
#include <ctime>
#include <exception>
#include <map>
#include <ostream>
#include <utility>
#include <vector>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace tuner {

namespace asio = boost::asio;
using Json = nlohmann::ordered_json;

namespace {

constexpr std::chrono::milliseconds kEndPoll{20};
constexpr std::size_t kMaxLineBytes = 64 * 1'024;  // of a message; longer ones come in pieces

// One attempt of one trial; the stream "stdout" or "stderr".
struct LogName {
    std::int64_t trial = 0;
    std::int64_t attempt = 0;
    bool is_stderr = false;

    friend auto operator<=>(const LogName&, const LogName&) = default;
};

std::vector<LogName> logs_of(const Json& trials) {
    std::vector<LogName> names;
    for (const Json& trial : trials) {
        const auto attempts = trial.at("attempts").get<std::int64_t>();
        for (std::int64_t attempt = 1; attempt <= attempts; ++attempt) {
            const auto number = trial.at("id").get<std::int64_t>();
            names.push_back({number, attempt, false});
            names.push_back({number, attempt, true});
        }
    }
    return names;
}

// Reads the logs of one job, each by a coroutine of its own. They are all at their end before run()
// is.
class JobLogs {
  public:
    JobLogs(std::string job, const HttpClient& client, JobLogOptions options, std::ostream& out)
        : job_(std::move(job)), client_(client), options_(std::move(options)), out_(out) {}

    asio::awaitable<Result<std::string>> run();

  private:
    struct Reading {
        asio::cancellation_signal cancel;
        bool is_over = false;
    };

    asio::awaitable<Result<bool>> look();
    asio::awaitable<void> begin_new_logs(Json trials);
    asio::awaitable<void> read(LogName name);
    void print(const LogName& name, std::string& pending, bool is_over);
    void stop();
    std::size_t reading() const;

    std::string job_;
    const HttpClient& client_;
    JobLogOptions options_;
    std::ostream& out_;
    SystemClock clock_;
    std::string state_;
    std::map<LogName, Reading> logs_;
    bool all_begun_ = true;
    bool stopped_ = false;  // by Ctrl-C
};

void JobLogs::stop() {
    stopped_ = true;
    for (auto& [name, reading] : logs_) {
        reading.cancel.emit(asio::cancellation_type::terminal);
    }
}

std::size_t JobLogs::reading() const {
    return static_cast<std::size_t>(std::count_if(logs_.begin(), logs_.end(), [](const auto& log) {
        return !log.second.is_over;
    }));
}

asio::awaitable<Result<std::string>> JobLogs::run() {
    const auto executor = co_await asio::this_coro::executor;
    asio::signal_set signals(executor);
    asio::steady_timer timer(executor);
    if (options_.until_interrupt) {
        signals.add(SIGINT);
        signals.async_wait([this, &timer](const boost::system::error_code& error, int) {
            if (!error) {
                stop();
                timer.cancel();
            }
        });
    }
    Result<bool> more = true;
    while ((more && *more && !stopped_) || reading() > 0) {
        if (more && *more && !stopped_) {
            more = co_await look();
        }
        timer.expires_after(stopped_ ? kEndPoll : options_.poll);
        co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    if (!more) {
        co_return tl::unexpected(more.error());
    }
    co_return stopped_ ? std::string() : state_;
}

// Whether more logs may come.
asio::awaitable<Result<bool>> JobLogs::look() {
    const auto job = co_await get_job(client_, options_.project, job_);
    if (!job) {
        co_return tl::unexpected(job.error());
    }
    const TrialsQuery all{"", false, 0};
    const auto trials = co_await get_trials(client_, study_path(job_), all);
    if (!trials) {
        co_return tl::unexpected(trials.error());
    }
    co_await begin_new_logs(*trials);
    state_ = job->value("state", "");
    co_return !has_ended(*job) || !all_begun_;
}

asio::awaitable<void> JobLogs::begin_new_logs(Json trials) {
    const auto executor = co_await asio::this_coro::executor;
    all_begun_ = true;
    for (const LogName& name : logs_of(trials)) {
        if (logs_.contains(name)) {
            continue;
        }
        if (reading() >= kMaxJobLogs) {
            all_begun_ = false;
            break;
        }
        Reading& log = logs_[name];
        asio::co_spawn(
            executor,
            read(name),
            asio::bind_cancellation_slot(
                log.cancel.slot(),
                [&log, this](const std::exception_ptr& error) {
                    log.is_over = true;
                    if (error && !stopped_) {
                        std::rethrow_exception(error);
                    }
                }
            )
        );
    }
}

// A log that cannot be read (its trial was deleted) has come to its end.
asio::awaitable<void> JobLogs::read(LogName name) {
    LogTail log(
        client_,
        fmt::format(
            "{}/trials/{}/log?stream={}&attempt={}&follow=true",
            study_path(job_),
            name.trial,
            name.is_stderr ? "stderr" : "stdout",
            name.attempt
        )
    );
    std::string pending;
    while (!stopped_) {
        const auto piece = co_await log.next();
        if (!piece || piece->empty()) {
            break;
        }
        pending += *piece;
        print(name, pending, false);
    }
    print(name, pending, true);
}

void JobLogs::print(const LogName& name, std::string& pending, bool is_over) {
    std::string_view rest = pending;
    while (!rest.empty()) {
        const std::size_t end = rest.find('\n');
        if (end == std::string_view::npos && !is_over && rest.size() < kMaxLineBytes) {
            break;
        }
        std::string_view line = rest.substr(0, end);
        rest.remove_prefix(std::min(line.size() + 1, rest.size()));
        out_ << job_log_line(
            name.is_stderr ? "ERROR" : "INFO", clock_.now(), std::to_string(name.trial), line
        );
    }
    pending = std::string(rest);
    out_ << std::flush;
}

}  // namespace

std::string job_log_line(
    std::string_view severity, TimePoint now, std::string_view trial, std::string_view message
) {
    const std::time_t seconds = std::chrono::system_clock::to_time_t(
        std::chrono::time_point_cast<std::chrono::system_clock::duration>(now)
    );
    std::tm local{};
    localtime_r(&seconds, &local);
    char text[64];
    const std::size_t length = std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S %z", &local);
    return fmt::format(
        "{}\t{}\tmaster-replica-0\t{}\t{}\n",
        severity,
        std::string_view(text, length),
        trial,
        printable(message)
    );
}

asio::awaitable<Result<std::string>> stream_job_logs(
    std::string job, const HttpClient& client, JobLogOptions options, std::ostream& out
) {
    JobLogs logs(std::move(job), client, std::move(options), out);
    co_return co_await logs.run();
}

}  // namespace tuner
