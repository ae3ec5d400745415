#include "tuner/executor/metric_tail.h"

#include "tests/support/temp_dir.h"
#include "tuner/executor/workspace.h"

#include <fcntl.h>
#include <fstream>
#include <sys/stat.h>

#include <catch2/catch.hpp>

namespace tuner::test {

namespace {

// A metrics file that grows as the test says.
struct GrowingFile {
    TempDir dir;

    void append(const std::string& text) const {
        std::ofstream(dir / "metrics", std::ios::app | std::ios::binary) << text;
    }

    MetricTail tail(std::int64_t offset = 0) const {
        return {OwnedFd(::open((dir / "metrics").c_str(), O_RDONLY | O_CLOEXEC)), offset};
    }
};

std::vector<std::int64_t> steps_of(const std::optional<Report>& report) {
    std::vector<std::int64_t> steps;
    for (const Measurement& measurement : report.value().measurements) {
        steps.push_back(measurement.step);
    }
    return steps;
}

using Steps = std::vector<std::int64_t>;

}  // namespace

TEST_CASE("a tail waits for the end of a line", "[executor]") {
    const GrowingFile file;
    file.append("o loss=0.");
    MetricTail tail = file.tail();
    CHECK_FALSE(tail.read());
    file.append("5\no loss=0.25\no lo");
    const std::optional<Report> report = tail.read();
    CHECK(steps_of(report) == Steps{1, 2});
    CHECK(report->metrics_offset == 23);
    CHECK_FALSE(tail.read());
}

TEST_CASE("a line without a step gets one more than the largest before it", "[executor]") {
    const GrowingFile file;
    file.append("o loss=1\no step=300 loss=2\no loss=3\no step=7 loss=4\no loss=5\n");
    CHECK(steps_of(file.tail().read()) == Steps{1, 300, 301, 7, 302});
}

TEST_CASE("lines of event files are measurements with a step and one metric", "[executor]") {
    const GrowingFile file;
    file.append("e 5 0.5 loss\nf 6 -inf a tag\nf x 1 loss\nf 7 1\n");
    const std::optional<Report> report = file.tail().read();
    REQUIRE(report);
    const double infinity = std::numeric_limits<double>::infinity();
    CHECK(
        report->measurements ==
        std::vector<Measurement>{{5, {{"loss", 0.5}}}, {6, {{"a tag", -infinity}}}}
    );
}

TEST_CASE("what an event file says again, rounded, is left out", "[executor]") {
    const GrowingFile file;
    file.append("o loss=1.03186 step=5\ne 5 1.0318599939346313 loss\n");
    MetricTail tail = file.tail();
    CHECK(steps_of(tail.read()) == Steps{5});
    SECTION("but another value, step or metric is not") {
        file.append("e 5 1.03187 loss\ne 6 1.0318599939346313 loss\nf 5 1.0318599939346313 x\n");
        CHECK(steps_of(tail.read()) == Steps{5, 6, 5});
    }
    SECTION("nor what is said exactly after it") {
        file.append("o loss=1.03186 step=5\n");
        CHECK(steps_of(tail.read()) == Steps{5});
    }
    SECTION("nor before it") {
        file.append("e 7 1.0318599939346313 loss\no loss=1.03186 step=7\n");
        CHECK(steps_of(tail.read()) == Steps{7, 7});
    }
}

TEST_CASE("the largest step has no next one", "[executor]") {
    const GrowingFile file;
    file.append("o step=9223372036854775807 loss=2\no loss=3\n");
    constexpr std::int64_t kLast = std::numeric_limits<std::int64_t>::max();
    CHECK(steps_of(file.tail().read()) == Steps{kLast, kLast});
}

TEST_CASE("a later reader numbers the lines as the first one did", "[executor]") {
    const GrowingFile file;
    file.append("o step=10 loss=1\no loss=2\n");
    MetricTail first = file.tail();
    const std::int64_t offset = first.read()->metrics_offset;
    file.append("o loss=3\n");
    MetricTail second = file.tail(offset);
    CHECK(steps_of(second.read()) == Steps{12});
    CHECK_FALSE(second.read());
    CHECK_FALSE(file.tail(offset + 9).read());
}

TEST_CASE("what says nothing moves the offset on", "[executor]") {
    const GrowingFile file;
    const std::string text = "o a line with loss in it\n\nx\no \nh {\"trial\": \"1\"}\n";
    file.append(text);
    const std::optional<Report> report = file.tail().read();
    REQUIRE(report);
    CHECK(report->measurements.empty());
    CHECK(report->metrics_offset == static_cast<std::int64_t>(text.size()));
}

TEST_CASE("a long file is read in turns", "[executor]") {
    const GrowingFile file;
    std::string text;
    for (int i = 0; i < 60'000; ++i) {
        text += "o loss=0.5\n";
    }
    file.append(text);
    MetricTail tail = file.tail();
    std::size_t total = 0;
    int turns = 0;
    while (const std::optional<Report> report = tail.read()) {
        CHECK(report->measurements.size() <= kMetricBytesPerTurn / 11);
        total += report->measurements.size();
        ++turns;
    }
    CHECK(total == 60'000);
    CHECK(turns == 3);
}

TEST_CASE("nothing beyond the end that an exit file names is read", "[executor]") {
    const GrowingFile file;
    file.append("o loss=1\no loss=2\n");
    MetricTail tail = file.tail();
    CHECK(steps_of(tail.read(9)) == Steps{1});
    CHECK_FALSE(tail.read(9));
}

TEST_CASE("without a metrics file there is nothing to read", "[executor]") {
    CHECK_FALSE(MetricTail(OwnedFd(), 0).read());
}

TEST_CASE("a workspace is made private with its parents", "[executor]") {
    const TempDir dir;
    const std::string path = (dir / "a/b/c").string();
    REQUIRE(Workspace::create(path));

    struct stat status {};

    REQUIRE(::stat(path.c_str(), &status) == 0);
    CHECK((status.st_mode & 07777) == 0700);
    CHECK_FALSE(Workspace::create("relative/path"));
    std::filesystem::create_directory_symlink(dir / "a", dir / "link");
    CHECK(Workspace::create((dir / "link").string()).error().code == ErrorCode::conflict);
    dir.write("file", "");
    CHECK_FALSE(Workspace::create((dir / "file").string()));
}

TEST_CASE("a workspace that is gone holds nothing and nobody", "[executor]") {
    const Workspace workspace("/no/such/folder");
    CHECK_FALSE(workspace.is_lock_held().value_or(true));
    CHECK_FALSE(workspace.read_exit());
    CHECK_FALSE(workspace.open_metrics());
    CHECK(workspace.read_log_tail().empty());
}

TEST_CASE("a log's tail is its last twenty lines as valid text", "[executor]") {
    const TempDir dir;
    std::string text;
    for (int i = 1; i <= 30; ++i) {
        text += "line " + std::to_string(i) + "\n";
    }
    dir.write(kStdoutLog, text);
    const Workspace workspace(dir.path().string());
    CHECK(workspace.read_log_tail().rfind("line 11\n", 0) == 0);
    CHECK(workspace.read_log_tail().substr(workspace.read_log_tail().size() - 8) == "\nline 30");
    dir.write(kStderrLog, "a \xff byte\n\n");
    CHECK(workspace.read_log_tail() == "a \xef\xbf\xbd byte");
}

}  // namespace tuner::test
