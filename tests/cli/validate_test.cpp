#include "tuner/cli/token_command.h"
#include "tuner/cli/validate_command.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <sys/stat.h>

#include <catch2/catch.hpp>

namespace {

// A folder that goes away with the test.
class Folder {
  public:
    Folder() {
        std::string pattern =
            (std::filesystem::temp_directory_path() / "tuner_cli_XXXXXX").string();
        path_ = ::mkdtemp(pattern.data());
    }

    ~Folder() { std::filesystem::remove_all(path_); }

    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    std::string write(const std::string& name, const std::string& text) const {
        const auto file = path_ / name;
        std::ofstream(file) << text;
        return file.string();
    }

    std::string path() const { return path_.string(); }

  private:
    std::filesystem::path path_;
};

struct Ran {
    int code = 0;
    std::string out;
    std::string err;
};

Ran validate(const std::string& file) {
    std::ostringstream out;
    std::ostringstream err;
    const tuner::Output output{out, err, tuner::Format::table, false};
    const int code = tuner::validate(file, output);
    return {code, out.str(), err.str()};
}

constexpr const char* kStudy = R"(trainingInput:
  pythonModule: trainer.task
  args: [--data, "my data"]
  hyperparameters:
    goal: MINIMIZE
    hyperparameterMetricTag: rmse
    maxTrials: 20
    maxParallelTrials: 5
    params:
    - parameterName: batch_size
      type: INTEGER
      minValue: 8
      maxValue: 512
      scaleType: UNIT_LOG_SCALE
    - parameterName: optimizer
      type: CATEGORICAL
      categoricalValues: [adam, sgd]
)";

}  // namespace

TEST_CASE("a right file is explained", "[validate]") {
    const Folder folder;
    const auto ran = validate(folder.write("babyweight.yaml", kStudy));
    CHECK(ran.code == 0);
    CHECK(
        ran.out ==
        "study      babyweight\n"
        "goal       minimize rmse\n"
        "trials     20, 5 at a time\n"
        "algorithm  bayesian\n"
        "trainer    python3 -m trainer.task --data 'my data'\n"
        "space      2 parameters, 1010 different trials\n"
        "  parameter   values                       only where\n"
        "  batch_size  integer 8 to 512, log scale\n"
        "  optimizer   one of adam, sgd\n"
    );
}

TEST_CASE("A5 A6 what a file leaves to defaults is shown, its goal on stderr", "[validate]") {
    const Folder folder;
    std::string text = kStudy;
    for (const char* line :
         {"    goal: MINIMIZE\n", "    maxTrials: 20\n", "    maxParallelTrials: 5\n"}) {
        text.erase(text.find(line), std::string(line).size());
    }
    const auto ran = validate(folder.write("babyweight.yaml", text));
    CHECK(ran.code == 0);
    CHECK(
        ran.out.find("goal       maximize rmse\ntrials     1, 1 at a time\n") != std::string::npos
    );
    CHECK(ran.err.find("goal is not given, so rmse is maximized") != std::string::npos);
}

TEST_CASE("a wrong file is told with every problem and its place", "[validate]") {
    const Folder folder;
    std::string text = kStudy;
    text.replace(text.find("maxValue: 512"), 13, "maxValue: 4");
    const auto ran = validate(folder.write("babyweight.yaml", text));
    CHECK(ran.code == 2);
    CHECK(ran.out.empty());
    CHECK(ran.err.find("babyweight.yaml:13:") != std::string::npos);
}

TEST_CASE("a file that cannot be read is an error of usage", "[validate]") {
    const Folder folder;
    const auto missing = validate(folder.path() + "/none.yaml");
    CHECK(missing.code == 2);
    CHECK(
        missing.err ==
        "error: cannot read " + folder.path() + "/none.yaml: No such file or directory\n"
    );
    CHECK(validate(folder.path()).code == 2);
}

TEST_CASE("the token is read from a file that only its owner can read", "[token]") {
    const Folder folder;
    CHECK(tuner::read_token(folder.path()).error().code == tuner::ErrorCode::not_found);
    const auto file = folder.write("token", "abc\n");
    ::chmod(file.c_str(), 0600);
    CHECK(tuner::read_token(folder.path()) == "abc");
    ::chmod(file.c_str(), 0640);
    CHECK(tuner::read_token(folder.path()).error().code == tuner::ErrorCode::conflict);
}
