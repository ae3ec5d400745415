#include "tuner/executor/local_executor.h"

#include "tests/executor/attempt_bench.h"

#include <cmath>
#include <csignal>

#include <catch2/catch.hpp>

namespace tuner::test {

namespace {

std::vector<std::int64_t> steps_of(const Story& story) {
    std::vector<std::int64_t> steps;
    for (const Measurement& measurement : story.measurements) {
        steps.push_back(measurement.step);
    }
    return steps;
}

}  // namespace

TEST_CASE("a trainer's metrics arrive in order and then its exit", "[executor]") {
    AttemptBench bench;
    const Story story = bench.tell(bench.launch({"--json=3", "--exit=0"}));
    CHECK(story.exit.kind == ExitKind::exited);
    CHECK(story.exit.code == 0);
    REQUIRE(steps_of(story) == std::vector<std::int64_t>{1, 2, 3});
    CHECK(story.measurements[0].find("loss") == 1.0);
    CHECK(story.measurements[1].find("loss") == 0.5);
    CHECK(
        story.metrics_offset ==
        static_cast<std::int64_t>(bench.dir().read("attempt-1/metrics").size())
    );
}

TEST_CASE("a line of a shell script is a metric", "[executor]") {
    AttemptBench bench;
    Launch launch = bench.launch({});
    launch.argv = {"sh", "-c", "echo rmse=1.5"};
    launch.metric = "rmse";
    const Story story = bench.tell(launch);
    CHECK(story.exit.kind == ExitKind::exited);
    REQUIRE(story.measurements.size() == 1);
    CHECK(story.measurements[0].step == 1);
    CHECK(story.measurements[0].find("rmse") == 1.5);
}

TEST_CASE("the trainer does not begin before the word", "[executor]") {
    AttemptBench bench;
    Launch launch = bench.launch({"--exit=0"});
    launch.env["MOCK_TRAINER_LOG"] = (bench.dir() / "log").string();
    const std::unique_ptr<Attempt> attempt = bench.start(launch);
    CHECK(attempt->identity().pid > 0);
    CHECK(bench.dir().read("log").empty());
    bench.finish(*attempt);
    CHECK(bench.dir().read("log").find("start " + launch.uuid + " 7 1 ") == 0);
}

TEST_CASE("exit codes and signals are told apart", "[executor]") {
    AttemptBench bench;
    const Story failed = bench.tell(bench.launch({"--err=it broke", "--exit=3"}));
    CHECK(failed.exit.kind == ExitKind::exited);
    CHECK(failed.exit.code == 3);
    CHECK(failed.exit.log_tail == "it broke");
    const Story killed = bench.tell(bench.launch({"--signal=9"}));
    CHECK(killed.exit.kind == ExitKind::signalled);
    CHECK(killed.exit.signal == SIGKILL);
}

TEST_CASE("a NaN is reported as a NaN", "[executor]") {
    AttemptBench bench;
    const Story story = bench.tell(bench.launch({"--nan"}));
    REQUIRE(story.measurements.size() == 1);
    CHECK(std::isnan(story.measurements[0].find("loss").value()));
}

TEST_CASE("what can never start is refused before any process", "[executor]") {
    AttemptBench bench;
    Launch launch = bench.launch({});
    SECTION("no such program") {
        launch.argv = {"no-such-program"};
        const auto attempt = bench.run(bench.executor().start(launch));
        REQUIRE_FALSE(attempt);
        CHECK(attempt.error().code == ErrorCode::invalid_argument);
        CHECK(attempt.error().message.find("no-such-program") != std::string::npos);
    }
    SECTION("no such folder") {
        launch.working_dir = "/no/such/folder";
        const auto attempt = bench.run(bench.executor().start(launch));
        REQUIRE_FALSE(attempt);
        CHECK(attempt.error().message.find("/no/such/folder") != std::string::npos);
    }
    SECTION("an argument with a NUL") {
        launch.argv.push_back(std::string("a\0b", 3));
        CHECK_FALSE(bench.run(bench.executor().start(launch)));
    }
    SECTION("a folder that has been used") {
        bench.tell(launch);
        const auto attempt = bench.run(bench.executor().start(launch));
        REQUIRE_FALSE(attempt);
        CHECK(attempt.error().code == ErrorCode::conflict);
    }
}

TEST_CASE("a program that the kernel refuses is not started, with the reason", "[executor]") {
    AttemptBench bench;
    const auto script = bench.dir().write("script", "#!/no/such/interpreter\n");
    std::filesystem::permissions(script, std::filesystem::perms::owner_all);
    Launch launch = bench.launch({});
    launch.argv = {script.string()};
    const Story story = bench.tell(launch);
    CHECK(story.exit.kind == ExitKind::not_started);
    CHECK(story.exit.message.find("No such file or directory") != std::string::npos);
}

TEST_CASE("a missing shim is unavailable", "[executor]") {
    AttemptBench bench;
    LocalExecutor executor("/no/such/shim");
    const auto attempt = bench.run(executor.start(bench.launch({})));
    REQUIRE_FALSE(attempt);
    CHECK(attempt.error().code == ErrorCode::unavailable);
}

TEST_CASE("thirty attempts run at once", "[executor]") {
    AttemptBench bench;
    std::vector<std::unique_ptr<Attempt>> attempts;
    std::vector<Story> stories(30);
    int ended = 0;
    for (std::size_t i = 0; i < stories.size(); ++i) {
        attempts.push_back(bench.start(bench.launch({"--interval-ms=5", "--json=10"})));
        boost::asio::co_spawn(
            bench.loop(),
            attempts[i]->run(AttemptBench::collector(stories[i])),
            [&, i](std::exception_ptr error, AttemptExit exit) {
                stories[i].exit = exit;
                ended += error ? 0 : 1;
            }
        );
    }
    CHECK(eventually([&] {
        bench.loop().restart();
        bench.loop().poll();
        return ended == 30;
    }));
    for (const Story& story : stories) {
        CHECK(story.exit.kind == ExitKind::exited);
        CHECK(story.measurements.size() == 10);
    }
}

}  // namespace tuner::test
