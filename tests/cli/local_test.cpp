// What `tuner local` reads, plans and prints.

#include "tuner/cli/instances.h"
#include "tuner/cli/local_predict.h"
#include "tuner/cli/local_train.h"
#include "tuner/cli/user_arguments.h"

#include <filesystem>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using Words = std::vector<std::string>;
using tuner::InstanceKind;
using tuner::LocalTraining;
using tuner::Program;

namespace {

std::string complaint(std::string_view text, InstanceKind kind = InstanceKind::json) {
    const auto instances = tuner::parse_instances(text, kind);
    return instances ? "none" : instances.error().message;
}

LocalTraining a_training() {
    LocalTraining training;
    training.module = "trainer.task";
    training.package_path = "/lab/babyweight/trainer";
    training.args = {"--train_examples=1"};
    return training;
}

nlohmann::json tf_config_of(const Program& program) {
    return nlohmann::json::parse(program.env.at("TF_CONFIG"));
}

}  // namespace

TEST_CASE("instances are JSON values, one per line", "[local]") {
    CHECK(
        *tuner::parse_instances("{\"key\": \"b1\"}\r\n[1, 2]\n\"x\"", InstanceKind::json) ==
        Words{"{\"key\":\"b1\"}", "[1,2]", "\"x\""}
    );
    CHECK(*tuner::parse_instances("\xef\xbb\xbf{}\n", InstanceKind::json) == Words{"{}"});
    CHECK(*tuner::parse_instances("a \"b\"\n", InstanceKind::text) == Words{R"("a \"b\"")"});
    CHECK(
        *tuner::parse_instances("{\"instances\":\n [1, {\"a\": 2}]}", InstanceKind::request) ==
        Words{"1", "{\"a\":2}"}
    );
}

TEST_CASE("what is no instance is refused in the legacy words", "[local]") {
    CHECK(complaint("{}\n\n{}\n") == "Empty line is not allowed in the instances file.");
    CHECK(complaint("\n") == "Empty line is not allowed in the instances file.");
    CHECK(complaint("") == "No valid instance was found in input file.");
    CHECK(complaint("\xef\xbb\xbf") == "No valid instance was found in input file.");
    CHECK_THAT(
        complaint("{}\n{\"a\":\n"),
        Catch::StartsWith("Input instances are not in JSON format. Line 2: ")
    );
    CHECK(
        complaint("{\"instances\": []}", InstanceKind::request) ==
        "No valid instance was found in input file."
    );
    CHECK_THAT(complaint("[1]", InstanceKind::request), Catch::StartsWith("The request must be"));
}

TEST_CASE("an input and an instance have their limits", "[local][limits]") {
    const auto text_of = [](std::size_t bytes) {
        return "\"" + std::string(bytes - 2, 'x') + "\"";
    };
    CHECK(complaint(text_of(tuner::kMaxInstanceBytes)) == "none");
    CHECK_THAT(
        complaint(text_of(tuner::kMaxInstanceBytes + 1)),
        Catch::StartsWith("Input instances are not in JSON format.")
    );
    CHECK_THAT(
        complaint(std::string(tuner::kMaxInstancesBytes + 1, 'x')),
        Catch::StartsWith("The input is longer than")
    );
}

TEST_CASE("predictions that are objects make a table of their sorted keys", "[local]") {
    using Json = nlohmann::ordered_json;
    CHECK(
        tuner::predictions_text(Json::parse(
            R"([{"predictions": [7.66], "key": "b1"}, {"key": "girl", "predictions": [7.5, 1]}])"
        )) ==
        "KEY   PREDICTIONS\n"
        "b1    [7.66]\n"
        "girl  [7.5, 1]\n"
    );
    CHECK(tuner::predictions_text(Json::parse("[1.5, \"no\", [1]]")) == "1.5\nno\n[1]\n");
}

TEST_CASE("a local trainer gets its arguments, then the job dir as two words", "[local]") {
    LocalTraining training = a_training();
    training.job_dir = "out";
    const auto programs = tuner::plan_local_training(training, "python3", "");
    REQUIRE(programs.size() == 1);
    CHECK(
        programs[0].argv ==
        Words{"python3", "-m", "trainer.task", "--train_examples=1", "--job-dir", "out"}
    );
    CHECK(programs[0].working_dir == "/lab/babyweight");
    const auto config = tf_config_of(programs[0]);
    CHECK(config["task"] == nlohmann::json::object());
    CHECK(config["cluster"] == nlohmann::json::object());
    CHECK(config["environment"] == "cloud");
    CHECK(config["job"]["job_name"] == "trainer.task");
    CHECK(config["job"]["args"] == Words{"--train_examples=1", "--job-dir", "out"});
}

TEST_CASE("the working folder is the one that contains the package", "[local]") {
    const auto folder_of = [](const std::string& package) {
        LocalTraining training = a_training();
        training.package_path = package;
        return tuner::plan_local_training(training, "python3", "")[0].working_dir;
    };
    const auto here = std::filesystem::current_path();
    CHECK(folder_of("/lab/babyweight/trainer/") == "/lab/babyweight");
    CHECK(folder_of("/lab/../lab/./trainer") == "/lab");
    CHECK(folder_of("trainer") == here.string());
    CHECK(folder_of("") == here.parent_path().string());
    CHECK(folder_of(".") == here.parent_path().string());
}

TEST_CASE("a distributed training has a process for each task, the chief last", "[local]") {
    LocalTraining training = a_training();
    training.distributed = true;
    training.parameter_servers = 1;
    training.evaluators = 1;
    const auto programs = tuner::plan_local_training(training, "python3", "master");
    Words tasks;
    for (const Program& program : programs) {
        const auto config = tf_config_of(program);
        tasks.push_back(
            config["task"]["type"].get<std::string>() +
            std::to_string(config["task"]["index"].get<int>())
        );
        CHECK(config["cluster"]["master"] == Words{"localhost:27182"});
        CHECK(config["cluster"]["ps"] == Words{"localhost:27183"});
        CHECK(config["cluster"]["worker"] == Words{"localhost:27184", "localhost:27185"});
        CHECK_FALSE(config["cluster"].contains("evaluator"));
    }
    CHECK(tasks == Words{"ps0", "worker0", "worker1", "evaluator0", "master0"});
}

TEST_CASE("counts of tasks without --distributed are warned about", "[local]") {
    LocalTraining training = a_training();
    CHECK(tuner::warnings_of(training).empty());
    training.workers = 2;
    CHECK(
        tuner::warnings_of(training) ==
        Words{"--worker-count is ignored if --distributed is not provided.\n"
              "Did you mean to run distributed training?"}
    );
    training.distributed = true;
    CHECK(tuner::warnings_of(training).empty());
}

TEST_CASE("the words after -- of a legacy command are taken to the letter", "[local]") {
    const auto line = tuner::split_line(
        {"--data-dir", "run", "ml-engine", "jobs", "list", "--", "--region=y", "[1,2]", "--", ""}
    );
    CHECK(line.words == Words{"--data-dir", "run", "ml-engine", "jobs", "list"});
    CHECK(line.user_arguments == Words{"--region=y", "[1,2]", "--", ""});
    const auto other = tuner::split_line({"run", "jobs", "--", "x"});
    CHECK(other.words == Words{"run", "jobs", "--", "x"});
    CHECK(other.user_arguments.empty());
}
