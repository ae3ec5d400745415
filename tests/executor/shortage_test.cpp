// What the executor does when the machine has nothing left to give: no descriptor, no readable
// file. Each case is named after what went wrong before.

#include "tests/executor/attempt_bench.h"
#include "tests/support/no_more_files.h"
#include "tuner/executor/workspace.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <sys/resource.h>

#include <boost/asio/steady_timer.hpp>
#include <catch2/catch.hpp>

using namespace tuner;
using tuner::test::AttemptBench;
using tuner::test::eventually;
using tuner::test::NoMoreFiles;
using tuner::test::Story;

// Not under UBSan: it looks at memory through a pipe, which needs the descriptors that are taken
// away.
#ifndef TUNER_UBSAN

TEST_CASE(
    "a live attempt was taken for a dead one when its lock could not be opened", "[executor]"
) {
    AttemptBench bench;
    const Launch launch = bench.launch({"--hang"});
    const std::unique_ptr<Attempt> attempt = bench.start(launch);
    {
        const NoMoreFiles none;
        const Result<bool> held = Workspace(launch.dir).is_lock_held();
        REQUIRE_FALSE(held);
        CHECK(held.error().code == ErrorCode::unavailable);
    }
    CHECK(Workspace(launch.dir).is_lock_held() == true);
    CHECK(Workspace((bench.dir() / "gone").string()).is_lock_held() == false);
    attempt->stop();
    bench.finish(*attempt);
}

TEST_CASE("an attempt was lost with the descriptor to watch it by", "[executor]") {
    AttemptBench bench;
    const std::string go_on = (bench.dir() / "go-on").string();
    const Launch launch = bench.launch({"--json=1", "--wait-for=" + go_on, "--json=2"});
    std::unique_ptr<Attempt> attempt = bench.start(launch);
    SECTION("of the daemon that started it") {}
    SECTION("of the daemon that adopts it") {
        const AttemptIdentity identity = attempt->identity();
        attempt.reset();
        // Its trainer was never let go, so it will say so; but not before it was looked at.
        std::optional<NoMoreFiles> none(std::in_place);
        boost::asio::steady_timer relief(bench.loop(), std::chrono::milliseconds(300));
        relief.async_wait([&](const boost::system::error_code&) { none.reset(); });
        attempt = bench.run(bench.executor().adopt(AttemptBench::record_of(launch, identity)));
        CHECK(bench.finish(*attempt).exit.kind == ExitKind::never_started);
        return;
    }
    std::optional<NoMoreFiles> none(std::in_place);
    // Several looks later.
    boost::asio::steady_timer relief(bench.loop(), std::chrono::milliseconds(300));
    relief.async_wait([&](const boost::system::error_code&) {
        none.reset();
        bench.dir().write("go-on", "");
    });
    const Story story = bench.finish(*attempt);
    CHECK(story.exit.kind == ExitKind::exited);
    CHECK(story.measurements.size() == 3);
}

#endif

TEST_CASE("a trainer that the machine had no room for failed for good", "[executor]") {
    AttemptBench bench;
    const Launch launch = bench.launch({"--exit=0"});
    const std::unique_ptr<Attempt> attempt = bench.start(launch);
    const auto shim = static_cast<pid_t>(attempt->identity().pid);
    int last = 0;
    for (const auto& entry :
         std::filesystem::directory_iterator("/proc/" + std::to_string(shim) + "/fd")) {
        last = std::max(last, std::stoi(entry.path().filename().string()));
    }
    // Room for the exit file, but not for the trainer's three pipes.
    rlimit tight{};
    ::prlimit(shim, RLIMIT_NOFILE, nullptr, &tight);
    tight.rlim_cur = static_cast<rlim_t>(last) + 1;
    REQUIRE(::prlimit(shim, RLIMIT_NOFILE, &tight, nullptr) == 0);
    const Story story = bench.finish(*attempt);
    CHECK(story.exit.kind == ExitKind::lost);
    CHECK(story.exit.message.find("Too many open files") != std::string::npos);
}

TEST_CASE("a result counted although the end of what led to it could not be read", "[executor]") {
    AttemptBench bench;
    const Launch launch = bench.launch({"--json=3", "--exit=0"});
    const std::unique_ptr<Attempt> attempt = bench.start(launch);
    const AttemptIdentity identity = attempt->identity();
    bench.finish(*attempt);
    const std::filesystem::path metrics = std::filesystem::path(launch.dir) / kMetricsFile;
    std::filesystem::resize_file(metrics, std::filesystem::file_size(metrics) / 2);
    const auto adopted =
        bench.run(bench.executor().adopt(AttemptBench::record_of(launch, identity)));
    const Story story = bench.finish(*adopted);
    CHECK(story.exit.kind == ExitKind::lost);
    CHECK(story.exit.message.find("could not be read") != std::string::npos);
}
