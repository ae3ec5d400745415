#include "tuner/cli/follow.h"

#include "tuner/base/environment.h"
#include "tuner/cli/event_reader.h"
#include "tuner/cli/progress.h"
#include "tuner/cli/study_client.h"
#include "tuner/formats/json_text.h"

#include <charconv>
#include <cstdlib>
#include <exception>
#include <ostream>
#include <sys/ioctl.h>
#include <unistd.h>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace tuner {

namespace asio = boost::asio;
using namespace boost::asio::experimental::awaitable_operators;
using Json = nlohmann::ordered_json;

namespace {

constexpr std::chrono::milliseconds kReconnectPause{200};

// One study being followed: its progress, and what of it is on the screen.
class Follower {
  public:
    Follower(std::string id, const HttpClient& client, FollowOptions options, std::ostream& err)
        : path_(study_path(id)),
          client_(client),
          options_(std::move(options)),
          err_(err),
          progress_(options_.colour) {}

    // Until the study is at rest, or the server cannot be followed.
    asio::awaitable<FollowResult> read_events();
    asio::awaitable<FollowResult> read_events_into(std::exception_ptr& failure);

    // Draws the view again and again; never returns.
    asio::awaitable<void> draw_often();

    void draw();

    bool is_live() const { return options_.live && !options_.quiet; }

  private:
    asio::awaitable<Result<HttpBody>> subscribe();
    asio::awaitable<Result<void>> read_snapshot();
    void take(const ServerSentEvent& event);
    FollowResult result(FollowEnd end, Error error) const;

    std::string path_;
    const HttpClient& client_;
    FollowOptions options_;
    std::ostream& err_;
    Progress progress_;
    std::int64_t last_ = 0;
    std::size_t drawn_lines_ = 0;
    bool is_dirty_ = true;
    TimePoint drawn_at_;
    SystemClock clock_;
};

FollowResult Follower::result(FollowEnd end, Error error) const {
    return {end, progress_.state(), progress_.has_failed(), std::move(error), last_};
}

asio::awaitable<Result<HttpBody>> Follower::subscribe() {
    const bool resumes = last_ > 0 || options_.after;
    const std::int64_t after = last_ > 0 ? last_ : options_.after.value_or(0);
    std::string target =
        path_ + "/events" + (resumes ? fmt::format("?after={}", after) : std::string());
    return client_.open(std::move(target));
}

asio::awaitable<Result<void>> Follower::read_snapshot() {
    const auto study = co_await get_json(client_, path_);
    if (!study) {
        co_return tl::unexpected(study.error());
    }
    progress_.set_study(*study);
    const TrialsQuery all{"", false, 0};
    const auto trials = co_await get_trials(client_, path_, all);
    if (!trials) {
        co_return tl::unexpected(trials.error());
    }
    for (const Json& trial : *trials) {
        progress_.set_trial(trial);
    }
    is_dirty_ = true;
    co_return Result<void>{};
}

void Follower::take(const ServerSentEvent& event) {
    std::from_chars(event.id.data(), event.id.data() + event.id.size(), last_);
    const auto data = parse_ordered_json(event.data);
    if (!data || !data->is_object()) {
        return;
    }
    progress_.apply(*data);
    is_dirty_ = true;
    if (!options_.live && !options_.quiet) {
        if (const auto line = progress_.line_for(*data)) {
            err_ << *line << std::endl;
        }
    }
}

asio::awaitable<FollowResult> Follower::read_events() {
    while (true) {
        auto body = co_await subscribe();
        // No co_await in a conditional expression: g++ 12 destroys its temporaries twice.
        Result<void> read;
        if (body) {
            read = co_await read_snapshot();
        } else {
            read = tl::unexpected(body.error());
        }
        if (!read) {
            const bool gone = read.error().code == ErrorCode::unavailable;
            Error error = read.error();
            co_return result(gone ? FollowEnd::server_gone : FollowEnd::refused, std::move(error));
        }
        EventReader reader;
        bool open = true;
        while (open && !progress_.is_over()) {
            const auto piece = co_await body->next();
            open = piece && !piece->empty();
            reader.feed(open ? *piece : "");
            while (const auto event = reader.next()) {
                take(*event);
            }
        }
        if (progress_.is_over()) {
            Error none;
            co_return result(FollowEnd::at_rest, std::move(none));
        }
        asio::steady_timer pause(co_await asio::this_coro::executor, kReconnectPause);
        co_await pause.async_wait(asio::use_awaitable);
    }
}

// A race with the drawing waits for a success: a failure must end it too.
asio::awaitable<FollowResult> Follower::read_events_into(std::exception_ptr& failure) {
    try {
        co_return co_await read_events();
    } catch (const boost::system::system_error& error) {
        if (error.code() == asio::error::operation_aborted) {
            throw;
        }
        failure = std::current_exception();
    } catch (...) {
        failure = std::current_exception();
    }
    co_return FollowResult{};
}

asio::awaitable<void> Follower::draw_often() {
    asio::steady_timer timer(co_await asio::this_coro::executor);
    while (true) {
        const bool second_is_over = clock_.now() - drawn_at_ >= std::chrono::seconds(1);
        if (is_dirty_ || second_is_over) {
            draw();
        }
        timer.expires_after(options_.redraw);
        co_await timer.async_wait(asio::use_awaitable);
    }
}

// Over the lines drawn before: up, and each line cleared from its end on, so that nothing flickers.
void Follower::draw() {
    std::string text = drawn_lines_ > 0 ? fmt::format("\x1b[{}A", drawn_lines_) : "";
    drawn_at_ = clock_.now();
    const auto lines = progress_.render(options_.width(), drawn_at_);
    for (const std::string& line : lines) {
        text += "\r" + line + "\x1b[K\n";
    }
    err_ << text << "\x1b[J" << std::flush;
    drawn_lines_ = lines.size();
    is_dirty_ = false;
}

std::size_t terminal_width() {
    winsize size{};
    return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

}  // namespace

asio::awaitable<FollowResult> follow_study(
    std::string id, const HttpClient& client, FollowOptions options, std::ostream& err
) {
    Follower follower(std::move(id), client, std::move(options), err);
    if (!follower.is_live()) {
        co_return co_await follower.read_events();
    }
    std::exception_ptr failure;
    asio::awaitable<FollowResult> reading = follower.read_events_into(failure);
    asio::awaitable<void> drawing = follower.draw_often();
    auto result = co_await (std::move(reading) || std::move(drawing));
    if (failure) {
        std::rethrow_exception(failure);
    }
    follower.draw();
    co_return std::get<0>(std::move(result));
}

FollowOptions follow_options_of_stderr(bool quiet) {
    FollowOptions options;
    const std::string terminal = environment("TERM");
    options.quiet = quiet;
    options.live = ::isatty(STDERR_FILENO) == 1 && !terminal.empty() && terminal != "dumb";
    options.colour = options.live && environment("NO_COLOR").empty();
    options.width = terminal_width;
    return options;
}

}  // namespace tuner
