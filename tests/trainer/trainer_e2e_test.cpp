// The built program, run as its users and a tuning service run it. BABYWEIGHT_TRAINER is its path.

#include "tests/trainer/scratch_dir.h"

#include <array>
#include <cstdio>
#include <regex>
#include <sys/wait.h>

#include <catch2/catch.hpp>

using trainer::testing::read_file;
using trainer::testing::ScratchDir;

namespace {

struct Outcome {
    int exit_code = 0;
    std::string output;  // stdout and stderr
};

// Runs a shell line in which TRAINER stands for the program.
Outcome run(const std::string& line) {
    const std::string command = "TRAINER='" BABYWEIGHT_TRAINER "'; { " + line + "; } 2>&1";
    FILE* const pipe = popen(command.c_str(), "r");
    REQUIRE(pipe != nullptr);
    Outcome outcome;
    std::array<char, 4096> buffer{};
    while (const std::size_t got = fread(buffer.data(), 1, buffer.size(), pipe)) {
        outcome.output.append(buffer.data(), got);
    }
    outcome.exit_code = WEXITSTATUS(pclose(pipe));
    return outcome;
}

// The last number that follows `key` in a text.
double last_number(const std::string& text, const std::string& key) {
    const std::size_t at = text.rfind(key);
    REQUIRE(at != std::string::npos);
    return std::stod(text.substr(at + key.size()));
}

class World {
  public:
    explicit World(const std::string& generate_flags) {
        const Outcome made = run("$TRAINER generate --output-dir " + data() + " " + generate_flags);
        INFO(made.output);
        REQUIRE(made.exit_code == 0);
    }

    std::string dir() const { return dir_.path(); }

    std::string data() const { return dir() + "/data"; }

  private:
    ScratchDir dir_;
};

}  // namespace

TEST_CASE("generate then train then predict as the lab does", "[e2e]") {
    const World world("--births=2000 --shards=2");
    const std::string out = world.dir() + "/out";
    const Outcome trained =
        run("TF_CONFIG='{\"task\": {\"trial\": \"7\"}}' CLOUD_ML_TRIAL_ID=7 "
            "CLOUD_ML_HP_METRIC_TAG=rmse "
            "CLOUD_ML_HP_METRIC_FILE=" +
            world.dir() + "/metrics/7 $TRAINER train --train-data " + world.data() +
            " --output_dir=" + out + " --job-dir=" + out +
            "/7 --batch_size=128 --train_examples=20 --nnsize=16 --batch_size=40");
    INFO(trained.output);
    REQUIRE(trained.exit_code == 0);
    // The later batch size wins: 20000 / 40 steps.
    CHECK(last_number(trained.output, "\"step\": ") == 500);
    CHECK(std::filesystem::exists(out + "/7/eval"));
    CHECK(read_file(world.dir() + "/metrics/7").find("\"trial\": \"7\"") != std::string::npos);
    const Outcome predicted = run(
        R"x(printf '{"key":"b1","is_male":"True","mother_age":26.0,"plurality":"Single(1)","gestation_weeks":39}\n' | )x"
        "$TRAINER predict --json-instances - --model-dir " +
        out + "/7"
    );
    INFO(predicted.output);
    CHECK(predicted.exit_code == 0);
    CHECK(
        std::regex_match(predicted.output, std::regex("KEY  PREDICTIONS\nb1   \\[[67]\\.\\d+\\]\n"))
    );
}

TEST_CASE("wrong usage exits with 2 and wrong data with 1", "[e2e]") {
    const ScratchDir dir;
    const std::string place = dir.path();
    const Outcome unknown = run("$TRAINER train --train-data d --output_dir o --batchsize=8");
    CHECK(unknown.exit_code == 2);
    CHECK_THAT(unknown.output, Catch::StartsWith("usage: babyweight-trainer train"));
    CHECK_THAT(unknown.output, Catch::Contains("unrecognized arguments: --batchsize=8"));
    CHECK(run("$TRAINER").exit_code == 2);
    CHECK(run("$TRAINER juggle").exit_code == 2);
    const Outcome no_data =
        run("$TRAINER train --train-data " + place + " --output_dir " + place + "/o");
    CHECK(no_data.exit_code == 1);
    CHECK_THAT(no_data.output, Catch::Contains(place + "/train*of*"));
    CHECK(run("$TRAINER predict --model-dir " + place + " --json-instances x").exit_code == 1);
    const Outcome help = run("$TRAINER train --help");
    CHECK(help.exit_code == 0);
    CHECK_THAT(help.output, Catch::Contains("--nnsize"));
}

TEST_CASE("each report reaches a pipe before the next step", "[e2e]") {
    const World world("--births=2000 --shards=2");
    // A run of hours, of which only the first report is read: head ends, and so does the trainer by
    // SIGPIPE.
    const Outcome first =
        run("$TRAINER train --train-data " + world.data() + " --output_dir " + world.dir() +
            "/out --train_examples=10000000 --eval-every=1000 --nnsize=16 | grep -m1 rmse");
    CHECK_THAT(first.output, Catch::StartsWith("Saving dict for global step 1:"));
}
