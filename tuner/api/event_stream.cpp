#include "tuner/api/event_stream.h"

#include "tuner/api/problem.h"
#include "tuner/api/query.h"
#include "tuner/api/study_reference.h"
#include "tuner/api/wait.h"
#include "tuner/formats/json_text.h"
#include "tuner/service/tuning_service.h"

#include <limits>
#include <variant>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace tuner {

namespace asio = boost::asio;
using namespace boost::asio::experimental::awaitable_operators;

namespace {

constexpr std::size_t kEventsPerRead = 500;
// Browsers wait so long before they connect again.
constexpr const char* kPreamble = "retry: 1000\n\n";
constexpr const char* kHeartbeatComment = ":\n\n";

Result<std::optional<std::int64_t>> read_after(const Request& request) {
    const auto query = Query::read(request, {"after"});
    if (!query) {
        return tl::unexpected(query.error());
    }
    const std::string text = query->text("after").value_or(request.last_event_id);
    if (text.empty()) {
        return std::optional<std::int64_t>();
    }
    return parse_number(
               "the number of the last event", text, 0, std::numeric_limits<std::int64_t>::max()
    )
        .map([](std::int64_t id) { return std::optional(id); });
}

Response answer_events(TuningService& service, EventStreamOptions options) {
    Response response;
    response.content_type = "text/event-stream; charset=utf-8";
    std::shared_ptr<EventSubscription> subscription = service.subscribe(options.study);
    response.stream = [subscription, &service, options](BodyWriter writer) {
        return stream_events(std::move(writer), subscription, service, options);
    };
    return response;
}

// Writes the recorded events after `last`; answers the last one's number.
asio::awaitable<std::int64_t> write_recorded(
    BodyWriter writer, TuningService& service, std::string study, std::int64_t last
) {
    std::vector<Event> events;
    do {
        events = co_await service.events_after(last, study, kEventsPerRead);
        std::string text;
        for (const Event& event : events) {
            text += to_server_sent_event(event);
            last = event.id;
        }
        co_await writer(std::move(text));
    } while (events.size() == kEventsPerRead);
    co_return last;
}

}  // namespace

asio::awaitable<Response> get_study_events(Request request, TuningService& service) {
    const auto after = read_after(request);
    const auto view = find_study(request, service);
    if (!after || !view) {
        co_return problem(after ? view.error() : after.error());
    }
    EventStreamOptions options{view->study.get().id, *after, kHeartbeat};
    co_return answer_events(service, std::move(options));
}

asio::awaitable<Response> get_all_events(Request request, TuningService& service) {
    const auto after = read_after(request);
    if (!after) {
        co_return problem(after.error());
    }
    EventStreamOptions options{"", *after, kHeartbeat};
    co_return answer_events(service, std::move(options));
}

asio::awaitable<void> stream_events(
    BodyWriter writer,
    std::shared_ptr<EventSubscription> subscription,
    TuningService& service,
    EventStreamOptions options
) {
    std::string text = kPreamble;
    co_await writer(std::move(text));
    std::optional<std::int64_t> last = options.after;
    if (last) {
        last = co_await write_recorded(writer, service, options.study, *last);
    }
    while (true) {
        auto next = co_await (subscription->next() || wait(options.heartbeat));
        if (next.index() == 1) {
            text = kHeartbeatComment;
            co_await writer(std::move(text));
            // An event may have been taken from the queue at the very moment the timer fired.
            if (last) {
                last = co_await write_recorded(writer, service, options.study, *last);
            }
            continue;
        }
        const Result<Event>& event = std::get<0>(next);
        if (!event) {
            co_return;
        }
        const bool recorded = event->id != 0;
        if (!recorded || event->id > last.value_or(0)) {
            last = recorded ? event->id : last;
            text = to_server_sent_event(*event);
            co_await writer(std::move(text));
        }
    }
}

std::string to_server_sent_event(const Event& event) {
    using Json = nlohmann::ordered_json;
    const std::string study = to_line(Json(event.study));
    std::string text;
    if (event.id != 0) {
        text += fmt::format("id: {}\n", event.id);
    }
    // What is recorded is JSON text already: it is passed on, not parsed again.
    text += fmt::format(
        "event: {0}\ndata: {{\"id\":{1},\"time\":\"{2}\",\"kind\":\"{0}\",\"study\":{3},"
        "\"trial\":{4},\"after\":{5}}}\n\n",
        name_of(event.kind),
        event.id,
        to_rfc3339(event.time),
        study,
        event.trial ? fmt::to_string(event.trial->value()) : "null",
        event.json.empty() ? "null" : event.json
    );
    return text;
}

}  // namespace tuner
