// How attempts end: by request, by limits, and with everything that they started.

#include "tests/executor/attempt_bench.h"
#include "tuner/formats/proc_files.h"

#include <algorithm>
#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <catch2/catch.hpp>

namespace tuner::test {

namespace {

// How many processes carry the attempt's cookie; signal 0 only asks.
int processes_of(const Launch& launch) {
    return signal_by_environment(std::string(kCookieVariable) + "=" + launch.uuid, 0);
}

// Starts the attempt, waits for `file`, does `act`, and tells the story to its end.
template <class Act>
Story tell_and(AttemptBench& bench, const Launch& launch, const std::string& file, Act act) {
    const std::unique_ptr<Attempt> attempt = bench.start(launch);
    Story story;
    bool over = false;
    boost::asio::co_spawn(
        bench.loop(),
        attempt->run(AttemptBench::collector(story)),
        [&](std::exception_ptr, AttemptExit exit) {
            story.exit = std::move(exit);
            over = true;
        }
    );
    bool acted = false;
    REQUIRE(eventually([&] {
        bench.loop().restart();
        bench.loop().poll();
        if (!acted && std::filesystem::exists(file)) {
            acted = true;
            act(*attempt);
        }
        return over;
    }));
    return story;
}

Story tell_and_stop(AttemptBench& bench, Launch launch) {
    const std::string mark = (bench.dir() / "ready").string();
    const std::string flag = "--touch=" + mark;
    std::replace(launch.argv.begin(), launch.argv.end(), std::string("--ready"), flag);
    return tell_and(bench, launch, mark, [](Attempt& attempt) { attempt.stop(); });
}

std::string read_all(const std::filesystem::path& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// Takes a process out of the reach of SIGKILL for a while, as a broken disk does: frozen, in a
// cgroup of its own (version 1; needs root).
class Freezer {
  public:
    Freezer() : dir_("/sys/fs/cgroup/freezer/tuner-test-" + std::to_string(::getpid())) {
        ::mkdir(dir_.c_str(), 0755);
    }

    ~Freezer() {
        set("THAWED");
        ::rmdir(dir_.c_str());
    }

    bool works() const { return ::access((dir_ + "/freezer.state").c_str(), W_OK) == 0; }

    void freeze(pid_t pid) const {
        std::ofstream(dir_ + "/cgroup.procs") << pid;
        set("FROZEN");
    }

    void set(const std::string& state) const { std::ofstream(dir_ + "/freezer.state") << state; }

  private:
    std::string dir_;
};

}  // namespace

TEST_CASE("a polite trainer is stopped politely", "[executor]") {
    AttemptBench bench;
    const Story story = tell_and_stop(bench, bench.launch({"--json=2", "--ready", "--hang"}));
    CHECK(story.exit.kind == ExitKind::stopped);
    CHECK(story.exit.signal == SIGTERM);
    CHECK(story.measurements.size() == 2);
}

TEST_CASE("a trainer that ignores the request is killed after its grace", "[executor]") {
    AttemptBench bench;
    Launch launch = bench.launch({"--ignore-term", "--ready", "--hang"});
    launch.termination_grace = Duration(200);
    const Story story = tell_and_stop(bench, launch);
    CHECK(story.exit.kind == ExitKind::stopped);
    CHECK(story.exit.signal == SIGKILL);
}

TEST_CASE("a stopped trainer hears the request too", "[executor]") {
    AttemptBench bench;
    const std::string mark = (bench.dir() / "ready").string();
    const Launch launch = bench.launch({"--touch=" + mark, "--stop-self", "--hang"});
    const Story story = tell_and(bench, launch, mark, [](Attempt& attempt) {
        const pid_t shim = static_cast<pid_t>(attempt.identity().pid);
        const pid_t trainer = find_children(shim).at(0);
        CHECK(eventually([&] {
            std::ifstream file("/proc/" + std::to_string(trainer) + "/stat");
            std::string stat;
            std::getline(file, stat);
            return stat.find(") T ") != std::string::npos;
        }));
        attempt.stop();
    });
    CHECK(story.exit.kind == ExitKind::stopped);
    CHECK(story.exit.signal == SIGTERM);
}

TEST_CASE("a request after the end changes nothing", "[executor]") {
    AttemptBench bench;
    const std::unique_ptr<Attempt> attempt = bench.start(bench.launch({"--exit=4"}));
    const Story story = bench.finish(*attempt);
    attempt->stop();
    attempt->stop();
    CHECK(story.exit.kind == ExitKind::exited);
    CHECK(story.exit.code == 4);
}

TEST_CASE("an attempt stopped before the word never starts", "[executor]") {
    AttemptBench bench;
    const std::unique_ptr<Attempt> attempt = bench.start(bench.launch({"--hang"}));
    attempt->stop();
    CHECK(bench.finish(*attempt).exit.kind == ExitKind::never_started);
}

TEST_CASE("nothing that a trainer started outlives it", "[executor]") {
    AttemptBench bench;
    Launch launch = bench.launch({"--escape=fork", "--escape=setsid", "--escape=daemon"});
    SECTION("when it ends by itself") {
        launch.argv.push_back("--exit=5");
        const Story story = bench.tell(launch);
        CHECK(story.exit.kind == ExitKind::exited);
        CHECK(story.exit.code == 5);
    }
    SECTION("when it is stopped") {
        launch.argv.insert(launch.argv.end(), {"--ready", "--hang"});
        CHECK(tell_and_stop(bench, launch).exit.kind == ExitKind::stopped);
    }
    CHECK(processes_of(launch) == 0);
}

TEST_CASE("a trainer that takes too long is ended", "[executor]") {
    AttemptBench bench;
    Launch launch = bench.launch({"--json=1", "--hang"});
    launch.timeout = Duration(300);
    const Story story = bench.tell(launch);
    CHECK(story.exit.kind == ExitKind::timed_out);
    CHECK(story.measurements.size() == 1);
}

TEST_CASE("a trainer that falls silent is ended but a talking one is not", "[executor]") {
    AttemptBench bench;
    Launch silent = bench.launch({"--say=hello", "--hang"});
    silent.stall_timeout = Duration(300);
    CHECK(bench.tell(silent).exit.kind == ExitKind::stalled);
    Launch talking = bench.launch({"--interval-ms=50", "--json=20"});
    talking.stall_timeout = Duration(600);
    CHECK(bench.tell(talking).exit.kind == ExitKind::exited);
}

TEST_CASE("a killed shim takes its trainer along and the attempt is lost", "[executor]") {
    AttemptBench bench;
    const std::string mark = (bench.dir() / "ready").string();
    const Launch launch =
        bench.launch({"--json=2", "--escape=setsid", "--escape=daemon", "--touch=" + mark, "--hang"}
        );
    const Story story = tell_and(bench, launch, mark, [](Attempt& attempt) {
        ::kill(static_cast<pid_t>(attempt.identity().pid), SIGKILL);
    });
    CHECK(story.exit.kind == ExitKind::lost);
    CHECK_FALSE(story.exit.message.empty());
    CHECK(processes_of(launch) == 0);
}

TEST_CASE("a shim killed before the word leaves a lost attempt and no harm", "[executor]") {
    AttemptBench bench;
    const std::unique_ptr<Attempt> attempt = bench.start(bench.launch({"--hang"}));
    ::kill(static_cast<pid_t>(attempt->identity().pid), SIGKILL);
    CHECK(bench.finish(*attempt).exit.kind == ExitKind::lost);
}

TEST_CASE("what cannot be killed is reported and ends when it can be", "[executor]") {
    const Freezer freezer;
    if (!freezer.works()) {
        WARN("SKIPPED: no cgroup freezer of version 1 that this user may write");
        return;
    }
    AttemptBench bench;
    const std::string mark = (bench.dir() / "ready").string();
    Launch launch = bench.launch({"--touch=" + mark, "--hang"});
    launch.termination_grace = Duration(1);
    launch.unkillable_after = Duration(50);
    const std::filesystem::path report = std::filesystem::path(launch.dir) / kUnkillableFile;
    const std::unique_ptr<Attempt> attempt = bench.start(launch);
    Story story;
    bool over = false;
    boost::asio::co_spawn(
        bench.loop(),
        attempt->run(AttemptBench::collector(story)),
        [&](std::exception_ptr, AttemptExit exit) {
            story.exit = std::move(exit);
            over = true;
        }
    );
    const auto poll_until = [&](auto holds) {
        return eventually([&] {
            bench.loop().restart();
            bench.loop().poll();
            return holds();
        });
    };
    REQUIRE(poll_until([&] { return std::filesystem::exists(mark); }));
    const auto shim = static_cast<pid_t>(attempt->identity().pid);
    const std::vector<pid_t> trainer = find_children(shim);
    REQUIRE(trainer.size() == 1);
    freezer.freeze(trainer.front());
    attempt->stop();
    CHECK(poll_until([&] { return std::filesystem::exists(report); }));
    CHECK(read_all(report).find(std::to_string(trainer.front())) != std::string::npos);
    CHECK(
        read_all(launch.dir + "/" + kStdoutLog).find("SIGKILL does not end") != std::string::npos
    );
    CHECK(read_all(launch.dir + "/" + kShimLog).find("SIGKILL does not end") != std::string::npos);
    CHECK_FALSE(over);
    freezer.set("THAWED");
    REQUIRE(poll_until([&] { return over; }));
    CHECK(story.exit.kind == ExitKind::stopped);
    CHECK_FALSE(std::filesystem::exists(report));
}

TEST_CASE("a torn exit file is never a success", "[executor]") {
    AttemptBench bench;
    const Launch launch = bench.launch({"--exit=0"});
    const std::unique_ptr<Attempt> attempt = bench.start(launch);
    const AttemptIdentity identity = attempt->identity();
    CHECK(bench.finish(*attempt).exit.kind == ExitKind::exited);
    std::filesystem::resize_file(launch.dir + "/exit", 40);
    const auto again = bench.run(bench.executor().adopt(AttemptBench::record_of(launch, identity)));
    CHECK(bench.finish(*again).exit.kind == ExitKind::lost);
}

}  // namespace tuner::test
