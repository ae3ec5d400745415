#include "tuner/cli/command_line_study.h"

#include "tuner/cli/user_arguments.h"

#include <filesystem>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace tuner;
using nlohmann::json;

namespace {

RunWords tuning(std::vector<std::string> rest = {"./train.py", "--lr", "~log(1e-5,1e-1)"}) {
    RunWords words;
    words.minimize = "rmse";
    words.max_trials = 20;
    words.rest = std::move(rest);
    return words;
}

std::string problem_of(const RunWords& words) {
    const auto order = to_order(words);
    return order ? "none" : order.error().message;
}

}  // namespace

TEST_CASE("a line without a file is a document with its own name", "[command_line_study]") {
    RunWords words = tuning();
    words.max_parallel_trials = 5;
    const RunOrder order = to_order(words).value();
    CHECK(order.file.empty());
    CHECK(order.name == "train");
    CHECK(order.working_dir == std::filesystem::current_path());
    const json input = json::parse(order.document).at("trainingInput");
    CHECK(input.at("command") == json{"./train.py"});
    CHECK(input.at("hyperparameters").at("maxTrials") == 20);
    CHECK(input.at("hyperparameters").at("maxParallelTrials") == 5);
    CHECK(input.at("hyperparameters").at("goal") == "MINIMIZE");
}

TEST_CASE("a study is named after its script, not after what runs it", "[command_line_study]") {
    const auto name_of = [](std::vector<std::string> command) {
        command.emplace_back("--x=~int(1,2)");
        return to_order(tuning(std::move(command))).value().name;
    };
    CHECK(name_of({"python3", "-u", "lab/task.py"}) == "task");
    CHECK(name_of({"/usr/bin/env", "bash", "run me.sh"}) == "run-me");
    CHECK(name_of({"python3"}) == "python3");
    RunWords words = tuning({"--x=~int(1,2)"});
    words.module_name = "trainer.task";
    CHECK(to_order(words).value().name == "trainer.task");
    words.name = "mine";
    CHECK(to_order(words).value().name == "mine");
}

TEST_CASE("what a line lacks or has too much is told with what to do", "[command_line_study]") {
    CHECK_THAT(problem_of({}), Catch::Contains("name a study file, or give the trainer after --"));
    RunWords words = tuning();
    words.minimize.reset();
    CHECK_THAT(problem_of(words), Catch::Contains("--minimize rmse"));
    words = tuning();
    words.maximize = "accuracy";
    CHECK_THAT(problem_of(words), Catch::Contains("exclude each other"));
    words = tuning();
    words.max_trials.reset();
    CHECK_THAT(problem_of(words), Catch::Contains("--trials 20"));
    CHECK_THAT(problem_of(tuning({"./t"})), Catch::Contains("nothing can be tuned"));
    CHECK_THAT(problem_of(tuning({"./t", "--a=~int(2,1)"})), Catch::Contains("1 is less than 2"));
    words = tuning();
    words.file = "h.yaml";
    CHECK_THAT(problem_of(words), Catch::Contains("--minimize is for a study without a file"));
    words.minimize.reset();
    CHECK_THAT(problem_of(words), Catch::Contains("h.yaml has its own params"));
}

TEST_CASE("flags of a line with a file stand beside it in the order", "[command_line_study]") {
    RunWords words;
    words.file = "/lab/h.yaml";
    words.rest = {"--epochs=3", "[1,2]"};
    words.module_name = "trainer.task";
    words.package_path = "/lab/trainer/";
    words.packages = "/lab/a.tar.gz,gs://b/c.whl";
    words.job_dir = "gs://b/j";
    words.scale_tier = "standard-1";
    const json body = json::parse(order_body(to_order(words).value()));
    CHECK(body == json::parse(R"({
            "file": "/lab/h.yaml", "new": false, "args": ["--epochs=3", "[1,2]"],
            "pythonModule": "trainer.task", "jobDir": "gs://b/j", "scaleTier": "STANDARD_1",
            "packageUris": ["/lab/trainer", "/lab/a.tar.gz", "gs://b/c.whl"]})"));
}

TEST_CASE("a line without a file and a metric is a plain run", "[command_line_study]") {
    RunWords words;
    words.rest = {"./train.sh", "--epochs=3"};
    const RunOrder order = to_order(words).value();
    CHECK(order.name == "train");
    CHECK_FALSE(json::parse(order.document).at("trainingInput").contains("hyperparameters"));
    words.max_trials = 3;
    CHECK(to_order(words).value().max_trials == 3);  // for the server to refuse
}

TEST_CASE(
    "the words after the dashes of a run go to the trainer untouched", "[command_line_study]"
) {
    const SplitLine line =
        split_line({"--data-dir", "d", "run", "--minimize", "x", "--", "./t", "[1,2]", "--"});
    CHECK(line.words == std::vector<std::string>{"--data-dir", "d", "run", "--minimize", "x"});
    CHECK(line.user_arguments == std::vector<std::string>{"./t", "[1,2]", "--"});
}
