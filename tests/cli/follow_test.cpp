#include "tuner/cli/follow.h"

#include "tests/api/api_fixture.h"
#include "tuner/formats/study_json.h"

#include <regex>
#include <sstream>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using tests::ApiFixture;
using tuner::FollowEnd;

namespace {

namespace asio = boost::asio;

tuner::Event study_event(const tuner::Scheduler::Entry& entry, std::int64_t id) {
    tuner::Event event;
    event.id = id;
    event.kind = tuner::EventKind::study_changed;
    event.study = entry.study.id;
    event.json = tuner::to_json(entry.study, entry.history).dump();
    return event;
}

tuner::Event trial_event(
    const tuner::Scheduler::Entry& entry, std::int64_t id, tuner::EventKind kind, int trial
) {
    tuner::Event event;
    event.id = id;
    event.kind = kind;
    event.study = entry.study.id;
    event.trial = tuner::TrialId(trial);
    event.json =
        tuner::to_json(entry.history.trials.at(static_cast<std::size_t>(trial - 1)), entry.study.id)
            .dump();
    return event;
}

// Lets the study come to its end a moment after the follower has subscribed.
void finish_soon(ApiFixture& api, asio::steady_timer& timer) {
    timer.expires_after(std::chrono::milliseconds(50));
    timer.async_wait([&api](boost::system::error_code) {
        auto& entry = api.fake.data.entries.front();
        static_cast<void>(entry.study.finish(tuner::StudyReason::max_trials, "", {}));
        const auto event = study_event(entry, 9);
        api.fake.data.events.push_back(event);
        api.fake.feed.publish(event);
    });
}

tuner::HttpClient client_of(const ApiFixture& api) {
    return *tuner::HttpClient::create({api.server->url(), tests::kToken});
}

}  // namespace

TEST_CASE("following ends when the study has come to rest", "[follow]") {
    ApiFixture api;
    auto& entry = api.fake.add_study("babyweight", 2);
    api.fake.data.events = {trial_event(entry, 4, tuner::EventKind::trial_ended, 1)};
    asio::steady_timer timer(api.loop.context());
    finish_soon(api, timer);
    std::ostringstream err;
    const auto client = client_of(api);
    tuner::FollowOptions options;
    options.after = 0;
    const auto result = api.loop.run(tuner::follow_study("babyweight-1", client, options, err));
    CHECK(result.end == FollowEnd::at_rest);
    CHECK(result.state == "finished");
    CHECK_FALSE(result.failed);
    CHECK(result.last == 9);
    CHECK(
        err.str() ==
        "1970-01-01T00:00:00.000Z event=trial_ended trial=1 state=completed rmse=2 seconds=0.0 "
        "best=1.5 best_trial=2\n"
        "1970-01-01T00:00:00.000Z event=study_changed study=babyweight-1 state=finished "
        "reason=max_trials ended=2/20 best=1.5 best_trial=2\n"
    );
}

TEST_CASE("a terminal gets a view that is drawn over itself", "[follow]") {
    ApiFixture api;
    api.fake.add_study("babyweight", 2);
    asio::steady_timer timer(api.loop.context());
    finish_soon(api, timer);
    std::ostringstream err;
    const auto client = client_of(api);
    tuner::FollowOptions options;
    options.live = true;
    options.redraw = tuner::Duration(5);
    const auto result = api.loop.run(tuner::follow_study("babyweight-1", client, options, err));
    CHECK(result.end == FollowEnd::at_rest);
    // However many lines the view had before: that depends on how much was seen when the study
    // ended.
    const std::regex over_itself("\x1b\\[[0-9]+A\rstudy babyweight-1   finished");
    CHECK(std::regex_search(err.str(), over_itself));
}

TEST_CASE("a study at rest is not waited for", "[follow]") {
    ApiFixture api;
    auto& entry = api.fake.add_study("babyweight", 2);
    static_cast<void>(entry.study.finish(tuner::StudyReason::failed_trials, "", {}));
    std::ostringstream err;
    const auto client = client_of(api);
    const auto result = api.loop.run(tuner::follow_study("babyweight-1", client, {}, err));
    CHECK(result.end == FollowEnd::at_rest);
    CHECK(result.failed);
    CHECK(err.str().empty());
}

TEST_CASE("a server that goes away ends the following", "[follow]") {
    ApiFixture api;
    api.fake.add_study("babyweight", 2);
    asio::steady_timer timer(api.loop.context(), std::chrono::milliseconds(50));
    timer.async_wait([&](boost::system::error_code) { api.server->stop(); });
    std::ostringstream err;
    const auto client = client_of(api);
    const auto result = api.loop.run(tuner::follow_study("babyweight-1", client, {}, err));
    CHECK(result.end == FollowEnd::server_gone);
    CHECK(result.error.code == tuner::ErrorCode::unavailable);
}

TEST_CASE("a study that does not exist cannot be followed", "[follow]") {
    ApiFixture api;
    std::ostringstream err;
    const auto client = client_of(api);
    const auto result = api.loop.run(tuner::follow_study("nope", client, {}, err));
    CHECK(result.end == FollowEnd::refused);
    CHECK(result.error == tuner::Error{tuner::ErrorCode::not_found, "there is no study nope"});
}

TEST_CASE("a stream that the server ends is taken up after the last event", "[follow]") {
    ApiFixture api;
    auto& entry = api.fake.add_study("babyweight", 2);
    api.fake.data.events = {trial_event(entry, 4, tuner::EventKind::trial_ended, 1)};
    asio::steady_timer cut(api.loop.context(), std::chrono::milliseconds(20));
    cut.async_wait([&](boost::system::error_code) { api.fake.feed.close(); });
    asio::steady_timer timer(api.loop.context());
    finish_soon(api, timer);
    std::ostringstream err;
    const auto client = client_of(api);
    tuner::FollowOptions options;
    options.after = 0;
    const auto result = api.loop.run(tuner::follow_study("babyweight-1", client, options, err));
    CHECK(result.end == FollowEnd::at_rest);
    CHECK(err.str().find("trial_ended") == err.str().rfind("trial_ended"));
}
