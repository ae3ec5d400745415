#include "tuner/api/trial_log.h"

#include "tuner/api/log_escaper.h"
#include "tuner/api/problem.h"
#include "tuner/api/query.h"
#include "tuner/api/study_reference.h"
#include "tuner/api/wait.h"
#include "tuner/study/limits.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include <fmt/format.h>

namespace tuner {

namespace asio = boost::asio;

namespace {

// Which log a request asks for.
struct LogQuery {
    LogStream stream = LogStream::out;
    std::int64_t attempt = 0;  // 0: the latest
    bool follow = false;
};

// What is being sent.
struct LogSource {
    TrialReference trial;
    AttemptRecord attempt;
    LogQuery query;
};

Result<LogQuery> read_log_query(const Request& request) {
    const auto query = Query::read(request, {"stream", "attempt", "follow"});
    if (!query) {
        return tl::unexpected(query.error());
    }
    const std::string stream = query->text("stream").value_or("stdout");
    if (stream != "stdout" && stream != "stderr") {
        return invalid(fmt::format("stream must be stdout or stderr, not '{}'", stream));
    }
    const auto attempt = query->number("attempt", 0, 1, kMaxTrials);
    const auto follow = query->flag("follow");
    if (!attempt || !follow) {
        return tl::unexpected(!attempt ? attempt.error() : follow.error());
    }
    return LogQuery{stream == "stdout" ? LogStream::out : LogStream::err, *attempt, *follow};
}

Result<AttemptRecord> choose(
    const std::vector<AttemptRecord>& attempts, std::int64_t number, TrialId trial
) {
    if (attempts.empty()) {
        return fail(
            ErrorCode::not_found,
            fmt::format("trial {} has not been started yet, so it has no log", trial.value())
        );
    }
    if (number == 0) {
        return attempts.back();
    }
    for (const AttemptRecord& attempt : attempts) {
        if (attempt.number == number) {
            return attempt;
        }
    }
    return fail(
        ErrorCode::not_found,
        fmt::format("trial {} has no attempt {}; it has {}", trial.value(), number, attempts.size())
    );
}

asio::awaitable<bool> has_ended(TuningService& service, LogSource source) {
    const auto attempts = co_await service.attempts(source.trial.study, source.trial.trial);
    if (!attempts) {
        co_return true;  // the study was deleted
    }
    const auto now = choose(*attempts, source.attempt.number, source.trial.trial);
    co_return !now || now->state == AttemptState::ended;
}

asio::awaitable<void> stream_log(BodyWriter writer, TuningService& service, LogSource source) {
    LogReader reader(log_path(source.attempt, source.query.stream));
    LogEscaper escaper;
    bool over = !source.query.follow;
    while (true) {
        const Result<std::string> piece = reader.read();
        if (!piece) {
            std::string reason = fmt::format("[tuner: {}]\n", piece.error().message);
            co_await writer(std::move(reason));
            co_return;
        }
        if (!piece->empty()) {
            std::string text = escaper.feed(*piece);
            co_await writer(std::move(text));
            continue;
        }
        if (over) {
            break;
        }
        // What the trainer wrote last is read after it is known to have ended.
        over = co_await has_ended(service, source);
        if (!over) {
            co_await wait(kLogPoll);
        }
    }
    std::string rest = escaper.finish();
    co_await writer(std::move(rest));
}

}  // namespace

asio::awaitable<Response> get_log(Request request, TuningService& service) {
    const auto query = read_log_query(request);
    const auto trial = query ? find_trial(request, service) : tl::unexpected(query.error());
    if (!trial) {
        co_return problem(trial.error());
    }
    const auto attempts = co_await service.attempts(trial->study, trial->trial);
    const auto attempt = attempts ? choose(*attempts, query->attempt, trial->trial)
                                  : tl::unexpected(attempts.error());
    if (!attempt) {
        co_return problem(attempt.error());
    }
    Response response;
    response.content_type = "text/plain; charset=utf-8";
    const LogSource source{*trial, *attempt, *query};
    response.stream = [&service, source](BodyWriter writer) {
        return stream_log(std::move(writer), service, source);
    };
    co_return response;
}

LogReader::~LogReader() {
    if (descriptor_ >= 0) {
        ::close(descriptor_);
    }
}

// Whether the file is open now.
Result<bool> LogReader::open() {
    if (descriptor_ >= 0) {
        return true;
    }
    // Non-blocking, so that a FIFO in its place cannot hold the loop.
    descriptor_ = ::open(path_.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (descriptor_ < 0 && errno == ENOENT) {
        return false;
    }
    if (descriptor_ < 0 && errno != ELOOP) {
        throw std::system_error(errno, std::generic_category(), "open " + path_.string());
    }

    struct stat status {};

    const bool is_ours = descriptor_ >= 0 && ::fstat(descriptor_, &status) == 0 &&
                         S_ISREG(status.st_mode) && status.st_nlink == 1;
    if (!is_ours) {
        return fail(
            ErrorCode::not_found, "this log is not a plain file of one name; something replaced it"
        );
    }
    return true;
}

Result<std::string> LogReader::read() {
    const auto is_open = open();
    if (!is_open || !*is_open) {
        return is_open.map([](bool) { return std::string(); });
    }
    std::string bytes(kMaxPiece, '\0');
    const ssize_t count = ::read(descriptor_, bytes.data(), bytes.size());
    if (count < 0) {
        throw std::system_error(errno, std::generic_category(), "read " + path_.string());
    }
    bytes.resize(static_cast<std::size_t>(count));
    return bytes;
}

}  // namespace tuner
