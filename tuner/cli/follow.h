// follow_study() watches a study to its end and shows its progress: what `tuner run` does after the
// study was handed to a server.
//
// It subscribes before it reads the study, so nothing falls between; a stream that the server ends
// is taken up again after the last event seen. When the server itself is gone, that is the answer:
// what to do then is the caller's decision. To stop following, cancel it; the view is left as it
// stands.

#pragma once

#include "tuner/base/time.h"
#include "tuner/cli/http_client.h"

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <optional>
#include <string>

#include <boost/asio/awaitable.hpp>

namespace tuner {

struct FollowOptions {
    bool live = false;    // redraw a view in a terminal; else one line per event
    bool colour = false;  // of the view
    bool quiet = false;   // show nothing
    // Lines from this event on; 0 for a new study's first, nothing for those from now on.
    std::optional<std::int64_t> after;
    std::function<std::size_t()> width = [] { return std::size_t{80}; };  // of the terminal, now
    Duration redraw{100};
};

enum class FollowEnd {
    at_rest,      // the study is not running any more, and no trial is
    server_gone,  // the message says how
    refused,      // the server does not let us: no such study, wrong token
};

struct FollowResult {
    FollowEnd end = FollowEnd::at_rest;
    std::string state;      // of the study: finished, paused, cancelled
    bool failed = false;    // it ended without what the user wanted
    Error error;            // when it is not at rest
    std::int64_t last = 0;  // the last event seen, to go on after
};

boost::asio::awaitable<FollowResult> follow_study(
    std::string id, const HttpClient& client, FollowOptions options, std::ostream& err
);

// Options for the terminal, or pipe, behind stderr: NO_COLOR and TERM=dumb are honoured.
FollowOptions follow_options_of_stderr(bool quiet);

}  // namespace tuner
