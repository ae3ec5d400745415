#include "trainer/metric_file.h"

#include "tests/trainer/scratch_dir.h"
#include "trainer/errors.h"

#include <algorithm>
#include <cmath>

#include <catch2/catch.hpp>

using trainer::MetricFile;
using trainer::testing::read_file;
using trainer::testing::ScratchDir;

TEST_CASE("a report has the bytes that cloudml-hypertune writes", "[metric_file]") {
    const ScratchDir dir;
    const auto path = dir.path() / "metrics" / "output.metrics";
    MetricFile file(path, "my_metric_tag", "0");
    file.report(1000, 0.987F, 1525851440.123456);
    CHECK(
        read_file(path) ==
        R"({"checkpoint_path": "", "global_step": "1000", "my_metric_tag": "0.987", )"
        R"("timestamp": 1525851440.123456, "trial": "0"})"
        "\n"
    );
}

TEST_CASE("keys are sorted wherever the tag falls", "[metric_file]") {
    const ScratchDir dir;
    const auto path = dir.path() / "m";
    MetricFile(path, "Loss", "7").report(1, NAN, 2);
    CHECK(
        read_file(path) ==
        R"({"Loss": "nan", "checkpoint_path": "", "global_step": "1", "timestamp": 2.0, )"
        R"("trial": "7"})"
        "\n"
    );
}

TEST_CASE("the file holds the latest hundred reports", "[metric_file]") {
    const ScratchDir dir;
    const auto path = dir.path() / "m";
    MetricFile file(path, "t", "1");
    for (int step = 0; step < 200; ++step) {
        file.report(step, static_cast<float>(step) / 10, step);
        const std::string text = read_file(path);
        REQUIRE(std::count(text.begin(), text.end(), '\n') == std::min(step + 1, 100));
    }
    const std::string text = read_file(path);
    CHECK(text.find(R"("global_step": "100")") < text.find('\n'));
    CHECK(text.find(R"("global_step": "199", "t": "19.9")") != std::string::npos);
}

TEST_CASE("an earlier run's reports are gone with the first new one", "[metric_file]") {
    const ScratchDir dir;
    const auto path = dir.write("m", "old\n");
    MetricFile(path, "t", "1").report(1, 2, 3);
    CHECK(read_file(path).find("old") == std::string::npos);
}

TEST_CASE("a metric file that cannot be written is named with its variable", "[metric_file]") {
    const ScratchDir dir;
    MetricFile file(dir.path(), "t", "1");
    CHECK_THROWS_WITH(file.report(1, 1, 1), Catch::Contains("CLOUD_ML_HP_METRIC_FILE"));
}
