#include "tuner/api/event_stream.h"

#include "tests/api/api_fixture.h"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <catch2/catch.hpp>

using tests::ApiFixture;

namespace {

namespace asio = boost::asio;
using namespace asio::experimental::awaitable_operators;

tuner::Event event(std::int64_t id, const std::string& study = "a-1") {
    tuner::Event made;
    made.id = id;
    made.kind = id == 0 ? tuner::EventKind::trial_measured : tuner::EventKind::trial_ended;
    made.study = study;
    made.trial = tuner::TrialId(3);
    made.json = "{\"id\":3}";
    return made;
}

asio::awaitable<void> append(std::string& text, std::string piece) {
    text += piece;
    co_return;
}

asio::awaitable<void> pause(int milliseconds) {
    asio::steady_timer timer(
        co_await asio::this_coro::executor, std::chrono::milliseconds(milliseconds)
    );
    co_await timer.async_wait(asio::use_awaitable);
}

asio::awaitable<bool> write_some(
    ApiFixture& api, tuner::EventStreamOptions options, std::string& text
) {
    std::shared_ptr<tuner::EventSubscription> subscription =
        api.fake.service.subscribe(options.study);
    const tuner::BodyWriter writer = [&text](std::string piece) {
        return append(text, std::move(piece));
    };
    // What is announced after the subscription and recorded before it is read is not sent twice.
    api.fake.feed.publish(event(2));
    api.fake.feed.publish(event(0));
    api.fake.feed.publish(event(3));
    co_await (tuner::stream_events(writer, subscription, api.fake.service, options) || pause(40));
    co_return true;
}

std::string ids_of(const std::string& text) {
    std::string ids;
    for (std::size_t at = text.find("\"id\":"); at != std::string::npos;
         at = text.find("\"id\":", at + 1)) {
        const auto end = text.find_first_of(",}", at);
        const auto id = text.substr(at + 5, end - at - 5);
        ids += text[end] == ',' ? id + " " : "";
    }
    return ids;
}

}  // namespace

TEST_CASE("an event is an id and a kind and an object on one line", "[events]") {
    CHECK(
        tuner::to_server_sent_event(event(7)) ==
        "id: 7\nevent: trial_ended\n"
        "data: {\"id\":7,\"time\":\"1970-01-01T00:00:00.000Z\",\"kind\":\"trial_ended\","
        "\"study\":\"a-1\",\"trial\":3,\"after\":{\"id\":3}}\n\n"
    );
    tuner::Event deleted;
    deleted.kind = tuner::EventKind::study_deleted;
    CHECK(
        tuner::to_server_sent_event(deleted) ==
        "event: study_deleted\n"
        "data: {\"id\":0,\"time\":\"1970-01-01T00:00:00.000Z\",\"kind\":\"study_deleted\","
        "\"study\":\"\",\"trial\":null,\"after\":null}\n\n"
    );
}

TEST_CASE("a listener that comes back gets each event once and in order", "[events]") {
    ApiFixture api;
    api.fake.data.events = {event(1), event(2)};
    std::string text;
    api.loop.run(write_some(api, {"a-1", 0, tuner::Duration(1'000)}, text));
    CHECK(ids_of(text) == "1 2 0 3 ");
}

TEST_CASE("a new listener gets what happens from now on", "[events]") {
    ApiFixture api;
    api.fake.data.events = {event(1)};
    std::string text;
    api.loop.run(write_some(api, {"a-1", std::nullopt, tuner::Duration(1'000)}, text));
    CHECK(ids_of(text) == "2 0 3 ");
}

TEST_CASE("a quiet stream has heartbeats and finds what it missed", "[events]") {
    ApiFixture api;
    api.fake.data.events = {event(4)};  // recorded, but never announced to this listener
    std::string text;
    api.loop.run(write_some(api, {"a-1", std::nullopt, tuner::Duration(10)}, text));
    CHECK(text.find("\n:\n\n") != std::string::npos);
    CHECK(ids_of(text) == "2 0 3 4 ");
}

TEST_CASE("the record is read in pages of any number", "[events]") {
    ApiFixture api;
    for (int id = 1; id <= 1'200; ++id) {
        api.fake.data.events.push_back(event(id));
    }
    std::string text;
    api.loop.run(write_some(api, {"a-1", 0, tuner::Duration(1'000)}, text));
    CHECK(text.find("\"id\":1200,") != std::string::npos);
    CHECK(ids_of(text).find("501 502 ") != std::string::npos);
}

TEST_CASE("a listener that is cut off is ended and comes back by its last event", "[events]") {
    ApiFixture api;
    api.fake.add_study("a", 1);
    api.fake.data.events = {event(5), event(6, "b-1"), event(7)};
    asio::steady_timer timer(api.loop.context(), std::chrono::milliseconds(30));
    timer.async_wait([&](boost::system::error_code) { api.fake.feed.close(); });
    std::string bytes = api.request("GET", "/v1/studies/a-1/events");
    bytes.insert(bytes.find("\r\n") + 2, "Last-Event-ID: 5\r\n");
    const auto answer = api.send(bytes);
    CHECK(tests::header_of(answer, "Content-Type") == "text/event-stream; charset=utf-8");
    CHECK(ids_of(answer) == "7 ");
    CHECK(tests::body_of(answer).ends_with("\r\n0\r\n\r\n"));
}

TEST_CASE("a last event that is no number is refused", "[events]") {
    ApiFixture api;
    api.fake.add_study("a", 1);
    CHECK(tests::status_of(api.call("GET", "/v1/events?after=x")) == "400");
    CHECK(tests::status_of(api.call("GET", "/v1/events?after=-1")) == "400");
    CHECK(tests::status_of(api.call("GET", "/v1/studies/b-1/events")) == "404");
}
