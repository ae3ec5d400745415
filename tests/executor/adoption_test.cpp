// Taking over what an earlier daemon left: the decision as a table, then with real processes.

#include "tuner/executor/adoption.h"

#include "tests/executor/attempt_bench.h"
#include "tuner/executor/process.h"
#include "tuner/executor/workspace.h"
#include "tuner/formats/proc_files.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <catch2/catch.hpp>

namespace tuner::test {

namespace {

// A daemon of another process: it starts `launch`, runs it, writes each report's offset and number
// of measurements to a pipe, and never returns.
struct EarlierDaemon {
    struct Said {
        std::int64_t offset = 0;
        std::int64_t measurements = 0;
    };

    EarlierDaemon(const Launch& launch, bool lets_go) {
        std::array<int, 2> fds{};
        REQUIRE(::pipe2(fds.data(), O_CLOEXEC) == 0);
        reports = OwnedFd(fds[0]);
        OwnedFd writing(fds[1]);
        pid = ::fork();
        if (pid == 0) {
            serve(launch, lets_go, writing.get());
        }
    }

    [[noreturn]] static void serve(const Launch& launch, bool lets_go, int out) {
        AttemptBench bench;
        const std::unique_ptr<Attempt> attempt = bench.start(launch);
        const Said ready;
        [[maybe_unused]] ssize_t written = ::write(out, &ready, sizeof ready);
        if (lets_go) {
            Story story;
            auto sink = [&story, out](Report report) {
                return pass_on(&story, out, std::move(report));
            };
            bench.run(attempt->run(sink));
        }
        while (true) {
            ::pause();
        }
    }

    static boost::asio::awaitable<void> pass_on(Story* story, int out, Report report) {
        const Said said{
            report.metrics_offset, static_cast<std::int64_t>(report.measurements.size())};
        story->metrics_offset = said.offset;
        [[maybe_unused]] const ssize_t written = ::write(out, &said, sizeof said);
        co_return;
    }

    // The next thing it says.
    Said hear() const {
        Said said;
        REQUIRE(::read(reports.get(), &said, sizeof said) == sizeof said);
        return said;
    }

    // As a power switch would; what it has said until then is left in the pipe.
    void kill() {
        ::kill(pid, SIGKILL);
        ::waitpid(pid, nullptr, 0);
    }

    pid_t pid = -1;
    OwnedFd reports;
};

AttemptRecord left_behind(const Launch& launch) {
    const Result<AttemptIdentity> identity = Workspace(launch.dir).read_identity();
    REQUIRE(identity);
    return AttemptBench::record_of(launch, *identity);
}

}  // namespace

TEST_CASE("what was found decides how an attempt is taken over", "[executor]") {
    struct Row {
        AdoptionEvidence evidence;
        Adoption adoption;
    };

    // lock held, same boot, same pids, process found, exit valid
    const Row row = GENERATE(
        Row{{true, true, true, true, false}, Adoption::mind},
        Row{{true, true, true, true, true}, Adoption::mind},
        Row{{true, true, true, false, false}, Adoption::watch},
        Row{{true, true, false, true, false}, Adoption::watch},
        Row{{true, false, true, true, false}, Adoption::watch},
        Row{{false, true, true, false, true}, Adoption::collect},
        Row{{false, false, false, false, true}, Adoption::collect},
        Row{{false, true, true, false, false}, Adoption::sweep},
        Row{{false, true, true, true, false}, Adoption::sweep},
        Row{{false, false, true, false, false}, Adoption::write_off},
        Row{{false, true, false, false, false}, Adoption::write_off}
    );
    CHECK(choose_adoption(row.evidence) == row.adoption);
}

TEST_CASE("an attempt survives its daemon and each metric arrives once", "[executor]") {
    AttemptBench bench;
    const std::string go_on = (bench.dir() / "go-on").string();
    const Launch launch = bench.launch({"--json=5", "--wait-for=" + go_on, "--json=5", "--exit=6"});
    EarlierDaemon daemon(launch, true);
    daemon.hear();
    std::int64_t before = 0;
    AttemptRecord record;
    while (before < 5) {
        const EarlierDaemon::Said said = daemon.hear();
        before += said.measurements;
        record.metrics_offset = said.offset;
    }
    daemon.kill();
    const std::int64_t offset = record.metrics_offset;
    record = left_behind(launch);
    record.metrics_offset = offset;
    const std::unique_ptr<Attempt> attempt = bench.run(bench.executor().adopt(record));
    CHECK(attempt->identity() == record.identity);
    bench.dir().write("go-on", "");
    const Story story = bench.finish(*attempt);
    CHECK(story.exit.kind == ExitKind::exited);
    CHECK(story.exit.code == 6);
    REQUIRE(story.measurements.size() == 5);
    CHECK(story.measurements.front().step == 6);
    CHECK(story.measurements.back().step == 10);
}

TEST_CASE("an attempt that ended without a daemon is collected", "[executor]") {
    AttemptBench bench;
    const std::string go_on = (bench.dir() / "go-on").string();
    const Launch launch = bench.launch({"--json=1", "--wait-for=" + go_on, "--json=3", "--exit=2"});
    EarlierDaemon daemon(launch, true);
    daemon.hear();
    const std::int64_t offset = daemon.hear().offset;
    daemon.kill();
    bench.dir().write("go-on", "");
    REQUIRE(eventually([&] { return !Workspace(launch.dir).is_lock_held().value_or(true); }));
    AttemptRecord record = left_behind(launch);
    record.metrics_offset = offset;
    const auto attempt = bench.run(bench.executor().adopt(record));
    const Story story = bench.finish(*attempt);
    CHECK(story.exit.kind == ExitKind::exited);
    CHECK(story.exit.code == 2);
    CHECK(story.measurements.size() == 3);
}

TEST_CASE("a trainer whose daemon dies before the word never starts", "[executor]") {
    AttemptBench bench;
    Launch launch = bench.launch({"--hang"});
    launch.env["MOCK_TRAINER_LOG"] = (bench.dir() / "log").string();
    EarlierDaemon daemon(launch, false);
    daemon.hear();
    daemon.kill();
    const auto attempt = bench.run(bench.executor().adopt(left_behind(launch)));
    CHECK(bench.finish(*attempt).exit.kind == ExitKind::never_started);
    CHECK(bench.dir().read("log").empty());
}

TEST_CASE("an adopted attempt can be stopped", "[executor]") {
    AttemptBench bench;
    const Launch launch = bench.launch({"--json=1", "--hang"});
    EarlierDaemon daemon(launch, true);
    daemon.hear();
    daemon.hear();
    daemon.kill();
    const auto attempt = bench.run(bench.executor().adopt(left_behind(launch)));
    attempt->stop();
    CHECK(bench.finish(*attempt).exit.kind == ExitKind::stopped);
}

TEST_CASE("a released attempt lives on and is adopted in the same process", "[executor]") {
    AttemptBench bench;
    const std::string go_on = (bench.dir() / "go-on").string();
    const Launch launch = bench.launch({"--wait-for=" + go_on, "--json=4"});
    std::unique_ptr<Attempt> attempt = bench.start(launch);
    const AttemptIdentity identity = attempt->identity();
    {
        boost::asio::cancellation_signal release;
        bool released = false;
        Story story;
        boost::asio::co_spawn(
            bench.loop(),
            attempt->run(AttemptBench::collector(story)),
            boost::asio::bind_cancellation_slot(
                release.slot(),
                [&](std::exception_ptr error, AttemptExit) { released = error != nullptr; }
            )
        );
        bench.loop().restart();
        bench.loop().poll();
        release.emit(boost::asio::cancellation_type::terminal);
        bench.loop().restart();
        bench.loop().run();
        CHECK(released);
    }
    attempt.reset();
    attempt = bench.run(bench.executor().adopt(AttemptBench::record_of(launch, identity)));
    bench.dir().write("go-on", "");
    const Story story = bench.finish(*attempt);
    CHECK(story.exit.kind == ExitKind::exited);
    CHECK(story.measurements.size() == 4);
}

TEST_CASE("a process that took over the number is never signalled", "[executor]") {
    const pid_t victim = ::fork();
    if (victim == 0) {
        while (true) {
            ::pause();
        }
    }
    AttemptIdentity identity = own_identity();
    identity.pid = victim;
    identity.start_ticks = read_process_status(victim).value().start_ticks;
    CHECK(open_verified(identity));
    SECTION("another start time") {
        ++identity.start_ticks;
    }
    SECTION("another boot") {
        identity.boot_id = "00000000-0000-0000-0000-000000000000";
    }
    SECTION("another pid namespace") {
        identity.pid_namespace = "pid:[1]";
    }
    CHECK_FALSE(open_verified(identity));
    AttemptBench bench;
    AttemptRecord record = AttemptBench::record_of(bench.launch({}), identity);
    const auto attempt = bench.run(bench.executor().adopt(record));
    attempt->stop();
    CHECK(bench.finish(*attempt).exit.kind == ExitKind::lost);
    CHECK(::waitpid(victim, nullptr, WNOHANG) == 0);
    ::kill(victim, SIGKILL);
    ::waitpid(victim, nullptr, 0);
}

TEST_CASE("an attempt that was never let go is abandoned without a trace", "[executor]") {
    AttemptBench bench;
    Launch launch = bench.launch({"--hang"});
    SECTION("its daemon died before the word") {
        EarlierDaemon daemon(launch, false);
        daemon.hear();
        daemon.kill();
        const AttemptRecord record = left_behind(launch);
        bench.run([](AttemptBench* b, AttemptRecord r) -> boost::asio::awaitable<bool> {
            co_await b->executor().abandon(std::move(r));
            co_return true;
        }(&bench, record));
        CHECK_FALSE(Workspace(launch.dir).is_lock_held().value_or(true));
    }
    SECTION("its folder was never made") {
        AttemptRecord record = AttemptBench::record_of(launch, {});
        CHECK(bench.run([](AttemptBench* b, AttemptRecord r) -> boost::asio::awaitable<bool> {
            co_await b->executor().abandon(std::move(r));
            co_return true;
        }(&bench, record)));
    }
}

}  // namespace tuner::test
