// What the shim does with a trainer's output, and what it lets a trainer inherit.

#include "tests/executor/attempt_bench.h"
#include "tuner/executor/workspace.h"
#include "tuner/shim/complaint.h"
#include "tuner/shim/metrics_file.h"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <set>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>

namespace tuner::test {

namespace {

std::string read_all(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        lines.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    return lines;
}

std::string field(const std::vector<std::string>& lines, const std::string& name) {
    for (const std::string& line : lines) {
        if (line.rfind(name, 0) == 0) {
            const std::size_t value = line.find_first_not_of(": \t", name.size());
            return value == std::string::npos ? "" : line.substr(value);
        }
    }
    return "missing";
}

}  // namespace

TEST_CASE("a trainer inherits nothing but what its launch says", "[shim]") {
    AttemptBench bench;
    const int leaked = ::open("/dev/null", O_RDONLY);  // not close-on-exec
    ::setenv("LEAKED", "yes", 1);
    sigset_t blocked;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR1);
    ::sigprocmask(SIG_BLOCK, &blocked, nullptr);
    std::signal(SIGINT, SIG_IGN);
    Launch launch = bench.launch({"--report"});
    launch.env = {{"A", "b=c"}, {"TUNER_TRIAL", "7"}};
    const Story story = bench.tell(launch);
    std::signal(SIGINT, SIG_DFL);
    ::sigprocmask(SIG_UNBLOCK, &blocked, nullptr);
    ::unsetenv("LEAKED");
    ::close(leaked);

    const std::vector<std::string> lines = lines_of(read_all(launch.dir + "/stdout.log"));
    CHECK(field(lines, "fds") == "0 1 2");
    CHECK(field(lines, "SigBlk") == "0000000000000000");
    CHECK(field(lines, "SigIgn") == "0000000000000000");
    CHECK(field(lines, "Umask") == "0077");
    CHECK(field(lines, "cwd") == launch.working_dir);
    CHECK(field(lines, "stdin") == "/dev/null");
    CHECK(field(lines, "leads its group") == "1");
    CHECK(std::stoi(field(lines, "oom")) >= 500);
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    CHECK(field(lines, "nofile") == std::to_string(limit.rlim_cur));
    std::set<std::string> environment;
    for (const std::string& line : lines) {
        if (line.rfind("env: ", 0) == 0) {
            environment.insert(line.substr(5));
        }
    }
    CHECK(
        environment ==
        std::set<std::string>{"A=b=c", "TUNER_TRIAL=7", "TUNER_ATTEMPT_UUID=" + launch.uuid}
    );

    struct stat status {};

    REQUIRE(::stat((launch.dir + "/stdout.log").c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);
    REQUIRE(::stat(launch.dir.c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0700);
}

TEST_CASE("a trainer gets the limit of open files that the executor was given", "[shim]") {
    AttemptBench bench;
    LocalExecutor executor(TUNER_SHIM_PATH, 321);
    const Launch launch = bench.launch({"--report"});
    const auto attempt = bench.run(executor.start(launch));
    REQUIRE(attempt);
    bench.finish(**attempt);
    CHECK(field(lines_of(read_all(launch.dir + "/stdout.log")), "nofile") == "321");
}

TEST_CASE("a log keeps its beginning and its end within the cap", "[shim]") {
    AttemptBench bench;
    const Launch launch = bench.launch({"--fill=150000000", "--say=the end"});
    const Story story = bench.tell(launch);
    CHECK(story.exit.kind == ExitKind::exited);
    const std::string log = read_all(launch.dir + "/stdout.log");
    CHECK(log.size() <= std::size_t{64} << 20);
    CHECK(log.rfind("line number 0 x", 0) == 0);
    CHECK(log.substr(log.size() - 9) == "\nthe end\n");
    const std::size_t marker = log.find("[tuner: ");
    REQUIRE(marker != std::string::npos);
    CHECK(log.find("[tuner: ", marker + 1) == std::string::npos);
    const std::int64_t dropped = std::atoll(log.c_str() + marker + 8);
    CHECK(Workspace(launch.dir).read_exit()->log_bytes_dropped == dropped);
    const std::size_t marker_bytes = log.find('\n', marker) - marker + 2;
    CHECK(log.size() - marker_bytes + static_cast<std::size_t>(dropped) >= 150'000'000);
}

TEST_CASE("a line that is too long is cut and the next one is read", "[shim]") {
    AttemptBench bench;
    const Launch launch = bench.launch({"--line=300000", "--print=\nloss=0.5\n"});
    const Story story = bench.tell(launch);
    REQUIRE(story.measurements.size() == 1);
    CHECK(story.measurements[0].find("loss") == 0.5);
    const std::vector<std::string> lines = lines_of(read_all(launch.dir + "/stdout.log"));
    REQUIRE(lines.size() == 2);
    CHECK(lines[0] == std::string(kMaxLineBytes, 'y') + " [tuner: line cut]");
    CHECK(Workspace(launch.dir).read_exit()->log_bytes_dropped == 300'000 - 65'536);
}

TEST_CASE("a line of just the limit is whole", "[shim]") {
    AttemptBench bench;
    const Launch launch = bench.launch({"--line=65536", "--print=\n"});
    bench.tell(launch);
    CHECK(read_all(launch.dir + "/stdout.log") == std::string(kMaxLineBytes, 'y') + "\n");
    CHECK(Workspace(launch.dir).read_exit()->log_bytes_dropped == 0);
}

TEST_CASE("binary output hurts nobody", "[shim]") {
    AttemptBench bench;
    const Story story = bench.tell(bench.launch({"--binary=300000", "--print=\nloss=0.25"}));
    CHECK(story.exit.kind == ExitKind::exited);
    REQUIRE_FALSE(story.measurements.empty());
    CHECK(story.measurements.back().find("loss") == 0.25);
}

TEST_CASE("a progress bar's lines end with a carriage return", "[shim]") {
    AttemptBench bench;
    const Story story = bench.tell(bench.launch({"--print=loss=3\rloss=2\r\nloss=1"}));
    CHECK(story.measurements.size() == 3);
}

TEST_CASE("what a flood of metrics loses is counted and its last is kept", "[shim]") {
    AttemptBench bench;
    const Launch launch = bench.launch({"--flood=150000"});
    const Story story = bench.tell(launch);
    const std::int64_t dropped = Workspace(launch.dir).read_exit()->metric_lines_dropped;
    CHECK(static_cast<std::int64_t>(story.measurements.size()) + dropped == 150'000);
    CHECK(story.measurements.back().step == 150'000);
}

TEST_CASE("the shim's own log has a cap", "[shim]") {
    AttemptBench bench;
    const Launch launch = bench.launch({"--say=loss=1"});
    std::filesystem::create_directories(launch.dir + "/exit.tmp");  // no exit file can be written
    const std::string log = launch.dir + "/" + kShimLog;
    SECTION("which a new one is far from") {
        CHECK(bench.tell(launch).exit.kind == ExitKind::lost);
        CHECK(read_all(log).find("tuner-shim: ") == 0);
    }
    SECTION("which is kept") {
        std::ofstream(log) << std::string(shim::kMaxShimLogBytes - 5, 'x');
        CHECK(bench.tell(launch).exit.kind == ExitKind::lost);
        CHECK(read_all(log).size() == shim::kMaxShimLogBytes - 5);
    }
}

TEST_CASE("as many metrics as are allowed at once, and then in a second, are all kept", "[shim]") {
    const test::TempDir dir;
    const std::string path = (dir / "metrics").string();
    shim::MetricsFile file(OwnedFd(::open(path.c_str(), O_CREAT | O_WRONLY | O_APPEND, 0600)));
    const Duration first{1'000'000};
    for (const auto& [now, lines] :
         {std::pair{first, shim::kMetricLinesBurst},
          {first + Duration(1'000), shim::kMetricLinesPerSecond}}) {
        const std::int64_t before = file.lines_dropped();
        for (std::int64_t i = 0; i < lines; ++i) {
            file.offer('o', "loss=1", now);
        }
        CHECK(file.lines_dropped() == before);
        file.offer('o', "loss=2", now);
        CHECK(file.lines_dropped() == before + 1);
    }
    file.finish();
    CHECK(file.lines_dropped() == 1);  // the last of all is kept
    CHECK(file.bytes() == 9 * (shim::kMetricLinesBurst + shim::kMetricLinesPerSecond + 1));
}

TEST_CASE("after very many metrics only a trickle is kept, and the last", "[shim]") {
    const test::TempDir dir;
    const std::string path = (dir / "metrics").string();
    shim::MetricsFile file(OwnedFd(::open(path.c_str(), O_CREAT | O_WRONLY | O_APPEND, 0600)));
    Duration now{1'000'000};
    const auto report = [&](std::int64_t milliseconds, std::int64_t lines_each) {
        for (std::int64_t i = 0; i < milliseconds * lines_each; ++i) {
            now += Duration(i % lines_each == 0 ? 1 : 0);
            file.offer('o', "loss=1", now);
            file.flush(now);
        }
    };
    constexpr std::int64_t kEach = shim::kMetricLinesPerSecond / 1'000;
    report(shim::kFastMetricLines / kEach, kEach);
    CHECK(file.lines_dropped() == 0);
    report(10'000, 1);  // ten seconds
    CHECK(file.lines_dropped() == 10'000 - 10);
    file.offer('o', "loss=2", now);
    file.finish();
    const std::string text = read_all(path);
    CHECK(text.substr(text.size() - 9) == "o loss=2\n");
}

TEST_CASE("each entry of a rewritten hypertune file arrives once", "[shim]") {
    AttemptBench bench;
    const Story story = bench.tell(bench.launch({"--interval-ms=8", "--hypertune=150"}));
    CHECK(story.exit.kind == ExitKind::exited);
    REQUIRE(story.measurements.size() == 150);
    for (std::size_t i = 0; i < story.measurements.size(); ++i) {
        CHECK(story.measurements[i].step == static_cast<std::int64_t>(i + 1));
        CHECK(story.measurements[i].metrics.size() == 1);
    }
}

TEST_CASE("a hypertune file that is written at the very end is read", "[shim]") {
    AttemptBench bench;
    const Story story = bench.tell(bench.launch({"--hypertune=1", "--signal=9"}));
    CHECK(story.exit.kind == ExitKind::signalled);
    CHECK(story.measurements.size() == 1);
}

#ifndef TUNER_SANITIZED
TEST_CASE("a shim needs at most 2 MiB of memory", "[shim]") {
    AttemptBench bench;
    const std::string mark = (bench.dir() / "mark").string();
    const std::string go_on = (bench.dir() / "go-on").string();
    const Launch launch = bench.launch(
        {"--fill=80000000",
         "--hypertune=120",
         "--json=1000",
         "--touch=" + mark,
         "--wait-for=" + go_on}
    );
    const auto attempt = bench.start(launch);
    Story story;
    bool over = false;
    boost::asio::co_spawn(
        bench.loop(),
        attempt->run(AttemptBench::collector(story)),
        [&](std::exception_ptr, AttemptExit) { over = true; }
    );
    const std::string status = "/proc/" + std::to_string(attempt->identity().pid) + "/status";
    std::string peak;
    CHECK(eventually([&] {
        bench.loop().restart();
        bench.loop().poll();
        if (peak.empty() && std::filesystem::exists(mark)) {
            peak = field(lines_of(read_all(status)), "VmHWM");
            bench.dir().write("go-on", "");
        }
        return over;
    }));
    INFO("peak resident memory of the shim: " << peak);
    CHECK(std::stoi(peak) <= 2'048);
}
#endif

}  // namespace tuner::test
