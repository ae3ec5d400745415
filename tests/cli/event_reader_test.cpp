#include "tuner/cli/event_reader.h"

#include <catch2/catch.hpp>

using tuner::EventReader;
using tuner::ServerSentEvent;

namespace {

std::vector<ServerSentEvent> read_all(EventReader& reader) {
    std::vector<ServerSentEvent> events;
    while (auto event = reader.next()) {
        events.push_back(*event);
    }
    return events;
}

}  // namespace

TEST_CASE("events are read wherever the stream is cut", "[sse]") {
    const std::string stream =
        "retry: 1000\n\n:\n\nid: 7\nevent: trial_ended\ndata: {\"a\":1}\n\n"
        "event: trial_measured\ndata:x\ndata: y\r\n\n";
    const std::vector<ServerSentEvent> expected{
        {"7", "trial_ended", "{\"a\":1}"}, {"7", "trial_measured", "x\ny"}};
    for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
        EventReader reader;
        reader.feed(stream.substr(0, cut));
        auto events = read_all(reader);
        reader.feed(stream.substr(cut));
        for (const auto& event : read_all(reader)) {
            events.push_back(event);
        }
        CHECK(events == expected);
    }
}

TEST_CASE("comments and unfinished events give nothing", "[sse]") {
    EventReader reader;
    reader.feed(":heartbeat\n\nid: 3\n\nevent: x\n\nunknown: 1\ndata: begun\n");
    CHECK(read_all(reader).empty());
}
