// Server-sent events out of the bytes of a stream.
//
// Follows the parsing of the HTML standard (section "Server-sent events"): fields `id`, `event` and
// `data`, comments after a colon, an empty line ends an event. Only line feeds end lines here, as
// our server writes them, with or without a carriage return before. Pure.

#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace tuner {

struct ServerSentEvent {
    std::string id;  // the latest that was sent, perhaps with an earlier event
    std::string kind;
    std::string data;

    friend bool operator==(const ServerSentEvent&, const ServerSentEvent&) = default;
};

class EventReader {
  public:
    // The next bytes of the stream, cut anywhere.
    void feed(std::string_view bytes);

    // The next whole event, if there is one.
    std::optional<ServerSentEvent> next();

  private:
    void read_line(std::string_view line);

    std::string line_;         // the beginning of a line
    ServerSentEvent current_;  // what has come of the present event
    bool has_data_ = false;
    std::deque<ServerSentEvent> ready_;
};

}  // namespace tuner
