#include "tuner/formats/trial_stream.h"

#include "tuner/base/random.h"

#include <clocale>
#include <cmath>
#include <ctime>
#include <limits>
#include <string>

#include <catch2/catch.hpp>

using namespace tuner;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

ParsedLine line_of(std::optional<std::int64_t> step, std::vector<Metric> metrics) {
    return {step, std::move(metrics), std::nullopt};
}

// What parses must also pass the filter.
std::optional<ParsedLine> parse(std::string_view text) {
    const auto line = parse_metric_line(text);
    CHECK((!line || may_be_metric(text)));
    return line;
}

}  // namespace

TEST_CASE("a line of pairs is a measurement", "[trial_stream]") {
    CHECK(parse("rmse=1.09") == line_of({}, {{"rmse", 1.09}}));
    CHECK(
        parse("step=300 rmse=1.09 loss=2.1\r\n") == line_of(300, {{"rmse", 1.09}, {"loss", 2.1}})
    );
    CHECK(parse("  rmse=1.09, loss=2 ,epoch=7\n") == line_of(7, {{"rmse", 1.09}, {"loss", 2}}));
    CHECK(parse("Training/Reward = -1e-05") == line_of({}, {{"Training/Reward", -1e-05}}));
    CHECK(
        parse("val_acc=.5 global_step=9223372036854775807") ==
        line_of(std::numeric_limits<std::int64_t>::max(), {{"val_acc", 0.5}})
    );
}

TEST_CASE("step is more exact than global_step and that than epoch", "[trial_stream]") {
    CHECK(parse("epoch=1 step=30 global_step=20 x=1")->step == 30);
    CHECK(parse("global_step=20 epoch=1 x=1")->step == 20);
    CHECK(parse("step=3.0 x=1")->step == 3);
    CHECK(parse("step=3.5 x=1")->step == std::nullopt);
    CHECK(parse("step=-1 epoch=2 x=1")->step == 2);
    CHECK(parse("step=99999999999999999999 x=1")->step == std::nullopt);
}

TEST_CASE("the line that TensorFlow logs at an evaluation is a measurement", "[trial_stream]") {
    const auto expected =
        line_of(5714290, {{"average_loss", 1.06473}, {"loss", 34882.4}, {"rmse", 1.03186}});
    const std::string text =
        "Saving dict for global step 5714290: average_loss = 1.06473, global_step = 5714290, "
        "loss = 34882.4, rmse = 1.03186";
    CHECK(parse(text) == expected);
    CHECK(parse("INFO:tensorflow:" + text) == expected);
    CHECK(parse("I1124 10:02:11.120 1 estimator.py:2039] " + text) == expected);
    CHECK_FALSE(parse("a=b " + text));
    CHECK_FALSE(parse("Saving dict for global step x: loss = 1"));
}

TEST_CASE("not a number and infinities are values", "[trial_stream]") {
    CHECK(std::isnan(parse("loss=nan")->metrics[0].value));
    CHECK(std::isnan(parse("loss=NaN")->metrics[0].value));
    CHECK(parse("loss=inf")->metrics[0].value == kInfinity);
    CHECK(parse("loss=-Infinity")->metrics[0].value == -kInfinity);
    CHECK(std::isnan(parse(R"({"loss": NaN})")->metrics[0].value));
    CHECK(parse(R"({"loss": -Infinity, "a": [NaN]})")->metrics[0].value == -kInfinity);
    CHECK(parse(R"({"loss": "inf", "NaN \" Infinity": 1})")->metrics.size() == 2);
}

TEST_CASE("a JSON object is a measurement", "[trial_stream]") {
    CHECK(parse(R"({"rmse": 1.09, "step": 300})") == line_of(300, {{"rmse", 1.09}}));
    CHECK(
        parse(R"( {"rmse": "1.09", "epoch": "3", "note": "x", "ok": true, "none": null} )") ==
        line_of(3, {{"rmse", 1.09}})
    );
    CHECK(
        parse(R"({"rmse": 5e-324, "nested": {"a": 1}, "list": [1]})") ==
        line_of({}, {{"rmse", 5e-324}})
    );
    CHECK(parse(R"({"step": 9007199254740993, "x": 1})")->step == 9007199254740993);
}

TEST_CASE("of two values of one name the later counts", "[trial_stream]") {
    CHECK(parse("a=1 b=2 a=3") == line_of({}, {{"a", 3}, {"b", 2}}));
    CHECK_FALSE(parse(R"({"a": 1, "a": 2})"));
}

TEST_CASE("talk is no measurement", "[trial_stream]") {
    for (const char* text :
         {"",
          " ",
          "=",
          "a=",
          "=1",
          "epoch=3",
          "{}",
          "{",
          "}{",
          "[1]",
          "{\"a\": \"b\"}",
          "{\"step\": 3}",
          "loss: 3",
          "loss=3s",
          "loss=3 done",
          "the loss=3",
          "loss=3,,acc=4",
          "loss=3,",
          ",loss=3",
          "loss=3;acc=4",
          "loss=3acc=4",
          "loss==3",
          "loss=0x10",
          "loss=1e999",
          "loss=1,5",
          "loss=1_000",
          "loss=nan(1)",
          "loss=+-3",
          "1=2",
          "-a=2",
          "a b=2",
          "PATH=/usr/bin",
          "--lr=0.3",
          "x=[1]",
          "{\"a\": 1} {\"b\": 2}",
          "\xff=1",
          "{\"\xff\": 1}",
          "100%|####| 3/3 [00:01<00:00, 2.5it/s, loss=0.3]"}) {
        CAPTURE(text);
        CHECK_FALSE(parse(text));
    }
}

TEST_CASE("the filter lets nearly no talk through", "[trial_stream]") {
    for (const char* text :
         {"Epoch 3/10",
          "2026-11-24 10:02:11 INFO starting",
          "loss: 0.3 acc: 0.4",
          "PATH=/usr/bin:/bin",
          "==> done",
          "if (a == b) {",
          "Traceback (most recent call last):",
          "url=https://example.com/?a=1"}) {
        CAPTURE(text);
        CHECK_FALSE(may_be_metric(text));
    }
}

TEST_CASE("names and lines have limits", "[trial_stream]") {
    const std::string name(kMaxMetricNameBytes, 'n');
    CHECK(parse(name + "=1"));
    CHECK_FALSE(parse("n" + name + "=1"));
    CHECK_FALSE(parse("{\"n" + name + "\": 1}"));
    CHECK(parse("a=1" + std::string(kMaxMetricLineBytes - 3, ' ')));
    CHECK_FALSE(parse("a=1" + std::string(kMaxMetricLineBytes - 2, ' ')));
    std::string pairs;
    for (std::size_t i = 0; i < kMaxMetricsPerLine; ++i) {
        pairs += "m" + std::to_string(i) + "=1 ";
    }
    CHECK(parse(pairs)->metrics.size() == kMaxMetricsPerLine);
    CHECK_FALSE(parse(pairs + "more=1"));
}

TEST_CASE("a line of the hypertune file is read as the library writes it", "[trial_stream]") {
    const auto line = parse_hypertune_line(
        R"({"checkpoint_path": "", "global_step": "1000", "my_metric_tag": "0.987", )"
        R"("timestamp": 1525851440.123456, "trial": "0"})"
    );
    REQUIRE(line);
    CHECK(line->step == 1000);
    CHECK(line->metrics == std::vector<Metric>{{"my_metric_tag", 0.987}});
    CHECK(line->timestamp == 1525851440.123456);
    const auto bare = parse_hypertune_line(
        R"({"global_step": "0", "timestamp": 1.5, "training/hptuning/metric": "nan"})"
    );
    REQUIRE(bare);
    CHECK(bare->step == 0);
    CHECK(std::isnan(bare->metrics[0].value));
}

TEST_CASE("in the hypertune file only global_step is a step", "[trial_stream]") {
    const auto line = parse_hypertune_line(R"({"global_step": "7", "step": "0.5", "trial": "3"})");
    REQUIRE(line);
    CHECK(line->step == 7);
    CHECK(line->metrics == std::vector<Metric>{{"step", 0.5}});
}

TEST_CASE("every prefix of a hypertune line is nothing", "[trial_stream]") {
    const std::string text = R"({"global_step": "1", "rmse": "1.5", "timestamp": 2.5})";
    REQUIRE(parse_hypertune_line(text + "\n"));
    for (std::size_t size = 0; size < text.size(); ++size) {
        CHECK_FALSE(parse_hypertune_line(text.substr(0, size)));
    }
    CHECK_FALSE(parse_hypertune_line("rmse=1.5"));
}

TEST_CASE("a locale with a decimal comma changes nothing", "[trial_stream]") {
    const char* old = std::setlocale(LC_ALL, nullptr);
    const std::string saved = old == nullptr ? "C" : old;
    std::setlocale(LC_ALL, "de_DE.UTF-8");
    CHECK(parse("rmse=1.5") == line_of({}, {{"rmse", 1.5}}));
    CHECK(parse(R"({"rmse": 1.5})") == line_of({}, {{"rmse", 1.5}}));
    std::setlocale(LC_ALL, saved.c_str());
}

TEST_CASE("garbage never throws and never passes the parser but not the filter", "[trial_stream]") {
    static constexpr std::string_view kPieces[] = {
        "a",
        "=",
        "1",
        ".",
        ",",
        " ",
        "{",
        "}",
        "\"",
        ":",
        "nan",
        "step",
        "\\",
        "\xff",
        "e9",
        "-",
        "[",
        "]",
        "Saving dict for global step ",
        "Infinity",
        "null",
        "\t"};
    for (std::uint64_t i = 0; i < 20'000; ++i) {
        Rng rng(11, "garbage", i);
        std::string text;
        for (std::uint64_t piece = rng.below(14); piece > 0; --piece) {
            text += kPieces[rng.below(std::size(kPieces))];
        }
        CAPTURE(text);
        if (parse_metric_line(text) && !may_be_metric(text)) {
            FAIL("the filter refused what the parser takes");
        }
        (void)parse_hypertune_line(text);
    }
}

TEST_CASE("the longest lines are read quickly", "[trial_stream]") {
    std::string pairs;
    while (pairs.size() + 5 < kMaxMetricLineBytes) {
        pairs += "a=1 ";
    }
    const std::string brackets(kMaxMetricLineBytes - 2, '[');
    const std::clock_t start = std::clock();
    CHECK(parse(pairs));
    CHECK_FALSE(parse("{" + brackets + "}"));
    CHECK(std::clock() - start < CLOCKS_PER_SEC);
}
