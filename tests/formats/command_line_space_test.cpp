#include "tuner/formats/command_line_space.h"

#include "tuner/formats/study_document.h"
#include "tuner/formats/study_yaml.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace tuner;

namespace {

using Words = std::vector<std::string>;

Domain domain_of(const std::string& word) {
    const auto space = parse_command_line_space({"./t", "--x", word});
    if (!space) {
        FAIL(space.error().message);
    }
    REQUIRE(space->parameters.size() == 1);
    return space->parameters.front().domain();
}

std::string problem_of(const Words& words) {
    const auto space = parse_command_line_space(words);
    return space ? "none" : space.error().message;
}

}  // namespace

TEST_CASE("each kind of space on a command line is its domain", "[command_line_space]") {
    CHECK(domain_of("~uniform(0,0.5)") == Domain(RealRange{0, 0.5}));
    CHECK(domain_of("~log(1e-5, 1e-1)") == Domain(RealRange{1e-5, 1e-1, Scale::log}));
    CHECK(domain_of("~int(-3,8)") == Domain(IntegerRange{-3, 8}));
    CHECK(domain_of("~logint(8,512)") == Domain(IntegerRange{8, 512, Scale::log}));
    CHECK(domain_of("~choice(adam, sgd)") == Domain(Categories{{"adam", "sgd"}}));
    CHECK(
        domain_of("~choice(\"64,16\",\"a (b)\", c d)") ==
        Domain(Categories{{"64,16", "a (b)", "c d"}})
    );
    CHECK(domain_of("~values(1,2,4.5)") == Domain(DiscreteValues{{1, 2, 4.5}}));
}

TEST_CASE("parameters are taken out of the words and the others stay", "[command_line_space]") {
    const auto space = parse_command_line_space(
        {"python3", "t.py", "--lr", "~log(1,2)", "--data=~/d", "--opt=~choice(a,b)", "~/x", "-v"}
    );
    REQUIRE(space);
    CHECK(space->command == Words{"python3", "t.py", "--data=~/d", "~/x", "-v"});
    REQUIRE(space->parameters.size() == 2);
    CHECK(space->parameters[0].name() == "lr");
    CHECK(space->parameters[1].name() == "opt");
}

TEST_CASE("a mistake in a space is shown with a caret below it", "[command_line_space]") {
    CHECK(
        problem_of({"./t", "--lr", "~log(0,1e-1)"}) ==
        "command line:1:11: a log scale needs bounds above 0\n"
        "--lr ~log(0,1e-1)\n"
        "          ^"
    );
    CHECK(
        problem_of({"./t", "--n=~int(8,1)"}) ==
        "command line:1:12: 1 is less than 8\n"
        "--n=~int(8,1)\n"
        "           ^"
    );
    CHECK(
        problem_of({"./t", "--n", "~itn(1,8)"}) ==
        "command line:1:5: there is no ~itn; there is: ~uniform ~log ~int ~logint ~choice ~values. "
        "Did you mean ~int?\n"
        "--n ~itn(1,8)\n"
        "    ^"
    );
}

TEST_CASE("every mistake has its words, and all of them are told at once", "[command_line_space]") {
    const auto says = [](const std::string& word, const std::string& text) {
        CAPTURE(word);
        CHECK_THAT(problem_of({"./t", "--x", word}), Catch::Contains(text));
    };
    says("~int(1.5,8)", "\"1.5\" is not a whole number");
    says("~uniform(a,8)", "\"a\" is not a number");
    says("~uniform(1)", "two bounds belong here");
    says("~uniform()", "a value is missing here");
    says("~choice(a,)", "a value is missing here");
    says("~uniform(1,2", "a closing ) is missing");
    says("~uniform(1,2)3", "nothing may stand behind the closing )");
    says("~choice(\"a)", "this quote is not closed");
    says("~choice(\"a\"b)", "a comma or a closing ) belongs here");
    says("~choice(a,a)", "\"a\" stands here twice");
    says("~values(1,1)", "the values must go up");
    CHECK_THAT(problem_of({"./t", "~int(1,2)"}), Catch::Contains("behind the --name"));
    CHECK_THAT(problem_of({"./t", "-n", "~int(1,2)"}), Catch::Contains("behind the --name"));
    const std::string both = problem_of({"./t", "--a", "~int(2,1)", "--a=~log(0,1)"});
    CHECK_THAT(both, Catch::Contains("--a ~int(2,1)") && Catch::Contains("--a=~log(0,1)"));
    CHECK_THAT(
        problem_of({"./t", "--a", "~int(1,2)", "--a", "~int(1,2)"}), Catch::Contains("twice")
    );
}

TEST_CASE("a study on a command line is the document that says the same", "[command_line_space]") {
    StudyOnCommandLine study;
    study.space = parse_command_line_space({"./t",
                                            "--lr",
                                            "~log(1e-5,1e-1)",
                                            "--n=~int(1,8)",
                                            "--opt",
                                            "~choice(a,1)",
                                            "--v",
                                            "~values(1,2)"})
                      .value();
    study.objective = Objective{"rmse", Goal::minimize};
    study.max_trials = 20;
    study.max_parallel_trials = 5;
    study.seed = 7;
    const auto parsed = parse_study_yaml(to_study_document(study).dump(), {"f", "/w", "t"});
    REQUIRE(parsed);
    CHECK(parsed->notices.empty());
    const StudyConfig& config = parsed->config;
    CHECK(config.space.parameters() == study.space.parameters);
    CHECK(config.objective() == *study.objective);
    CHECK(config.limits.max_trials == 20);
    CHECK(config.limits.max_parallel_trials == 5);
    CHECK(config.seed == 7);
    CHECK(config.trainer.command == Words{"./t"});
}

TEST_CASE(
    "a command line that tunes nothing is the document of a plain run", "[command_line_space]"
) {
    StudyOnCommandLine study;
    study.space.command = {"--epochs=3"};
    study.python_module = "trainer.task";
    study.package_uris = {"/lab/trainer"};
    study.job_dir = "J";
    const auto parsed = parse_study_yaml(to_study_document(study).dump(), {"f", "/w", "t"});
    REQUIRE(parsed);
    CHECK(parsed->config.is_plain());
    CHECK(parsed->config.trainer.python_module == "trainer.task");
    CHECK(parsed->config.trainer.args == Words{"--epochs=3"});
    CHECK(parsed->config.trainer.package_uris == Words{"/lab/trainer"});
    CHECK(parsed->config.trainer.job_dir == "J");
}
