// Server-sent events: what happens to a study, or to all of them, as it happens.
//
// A listener first subscribes, then gets what was recorded after the last event it saw, then what
// comes, each recorded event once and in order. `id` is the event's number, so a browser's
// Last-Event-ID or `?after=` goes on where a connection broke off; without either the stream begins
// now. Measurements have no id: they are not repeated. A comment every kHeartbeat shows that the
// connection lives, and the record is read again then, so that nothing is ever missed. A listener
// too slow for its bounded queue (event_feed.h) is ended and resumes the same way.

#pragma once

#include "tuner/api/http_message.h"
#include "tuner/base/time.h"
#include "tuner/study/event.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace tuner {

class EventSubscription;
class TuningService;

inline constexpr Duration kHeartbeat{15'000};

// GET /v1/studies/{study}/events?after=
boost::asio::awaitable<Response> get_study_events(Request request, TuningService& service);

// GET /v1/events?after=
boost::asio::awaitable<Response> get_all_events(Request request, TuningService& service);

struct EventStreamOptions {
    std::string study;                  // its id; empty for all
    std::optional<std::int64_t> after;  // the last event the listener saw
    Duration heartbeat = kHeartbeat;
};

// Writes the stream until the listener is cut off or gone. The subscription is shared only because
// BodyStream is copyable.
boost::asio::awaitable<void> stream_events(
    BodyWriter writer,
    std::shared_ptr<EventSubscription> subscription,
    TuningService& service,
    EventStreamOptions options
);

// One event: id, event (its kind) and data, a JSON object {"id", "time", "kind", "study", "trial",
// "after"} where `after` is the study or trial as it is then.
std::string to_server_sent_event(const Event& event);

}  // namespace tuner
