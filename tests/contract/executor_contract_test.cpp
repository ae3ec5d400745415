// What every Executor promises (executor/executor.h), the one with processes and the one of the
// tests alike: a runner that works with one works with the other.

#include "tests/executor/attempt_bench.h"
#include "tests/support/fake_executor.h"

#include <catch2/catch.hpp>

namespace tuner::test {

namespace {

// An executor, and a way to make it run an attempt that says `count` measurements and ends with 0,
// or hangs.
class LocalWorld {
  public:
    Executor& executor() { return bench_.executor(); }

    Launch talker(int count) {
        return bench_.launch({"--json=" + std::to_string(count), "--exit=0"});
    }

    Launch hanger() { return bench_.launch({"--hang"}); }

    Launch impossible() {
        Launch launch = bench_.launch({});
        launch.argv = {"/no/such/program"};
        return launch;
    }

    void begun(const Launch&, int) {}

    void stopped(const Launch&) {}

    AttemptBench& bench() { return bench_; }

  private:
    AttemptBench bench_;
};

class FakeWorld {
  public:
    Executor& executor() { return fake_; }

    Launch talker(int) { return bench_.launch({}); }

    Launch hanger() { return bench_.launch({}); }

    Launch impossible() {
        fake_.refusal = Error{ErrorCode::invalid_argument, "there is no such program"};
        return bench_.launch({});
    }

    // The attempt is there: now it can be told what to say.
    void begun(const Launch& launch, int count) {
        for (int step = 1; step <= count; ++step) {
            fake_.says(launch.attempt, {step, {{"loss", 1.0 / step}}});
        }
        if (count > 0) {
            fake_.ends(launch.attempt, exited(0));
        }
    }

    void stopped(const Launch& launch) { fake_.ends(launch.attempt, ended_as(ExitKind::stopped)); }

    AttemptBench& bench() { return bench_; }

  private:
    AttemptBench bench_;
    FakeExecutor fake_{bench_.loop().get_executor()};
};

// Notes when it is entered while it is still busy, and that offsets grow.
struct CarefulSink {
    std::vector<Measurement> measurements;
    std::int64_t offset = 0;
    bool busy = false;
    bool overlapped = false;
    bool fell_back = false;

    boost::asio::awaitable<void> store(Report report) {
        overlapped = overlapped || busy;
        busy = true;
        boost::asio::steady_timer pause(co_await boost::asio::this_coro::executor, Duration(20));
        co_await pause.async_wait(boost::asio::use_awaitable);
        fell_back = fell_back || report.metrics_offset <= offset;
        offset = report.metrics_offset;
        for (Measurement& measurement : report.measurements) {
            measurements.push_back(std::move(measurement));
        }
        busy = false;
    }

    ReportSink sink() {
        return [this](Report report) { return store(std::move(report)); };
    }
};

}  // namespace

TEMPLATE_TEST_CASE(
    "everything said is reported once and in order before the end",
    "[contract]",
    LocalWorld,
    FakeWorld
) {
    TestType world;
    const Launch launch = world.talker(5);
    const auto attempt = world.bench().run(world.executor().start(launch));
    REQUIRE(attempt);
    world.begun(launch, 5);
    CarefulSink sink;
    const AttemptExit exit = world.bench().run((*attempt)->run(sink.sink()));
    CHECK(exit.kind == ExitKind::exited);
    CHECK(exit.code == 0);
    CHECK_FALSE(sink.overlapped);
    CHECK_FALSE(sink.fell_back);
    CHECK_FALSE(sink.busy);
    REQUIRE(sink.measurements.size() == 5);
    for (std::size_t i = 0; i < 5; ++i) {
        CHECK(sink.measurements[i].step == static_cast<std::int64_t>(i + 1));
    }
}

TEMPLATE_TEST_CASE(
    "a started attempt has an identity before it runs", "[contract]", LocalWorld, FakeWorld
) {
    TestType world;
    const auto attempt = world.bench().run(world.executor().start(world.hanger()));
    REQUIRE(attempt);
    CHECK((*attempt)->identity().pid > 0);
}

TEMPLATE_TEST_CASE(
    "stop may be repeated and ends the attempt", "[contract]", LocalWorld, FakeWorld
) {
    TestType world;
    const Launch launch = world.hanger();
    const auto attempt = world.bench().run(world.executor().start(launch));
    REQUIRE(attempt);
    world.begun(launch, 0);
    AttemptExit exit;
    bool over = false;
    CarefulSink sink;
    boost::asio::co_spawn(
        world.bench().loop(),
        (*attempt)->run(sink.sink()),
        [&](std::exception_ptr, AttemptExit ended) {
            exit = std::move(ended);
            over = true;
        }
    );
    world.bench().loop().restart();
    world.bench().loop().poll();
    (*attempt)->stop();
    (*attempt)->stop();
    world.stopped(launch);
    CHECK(eventually([&] {
        world.bench().loop().restart();
        world.bench().loop().poll();
        return over;
    }));
    CHECK(exit.kind == ExitKind::stopped);
}

TEMPLATE_TEST_CASE(
    "what can never start is an invalid argument", "[contract]", LocalWorld, FakeWorld
) {
    TestType world;
    const auto attempt = world.bench().run(world.executor().start(world.impossible()));
    REQUIRE_FALSE(attempt);
    CHECK(attempt.error().code == ErrorCode::invalid_argument);
}

}  // namespace tuner::test
