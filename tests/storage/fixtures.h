// What the tests of storage share: a small valid study, trials for it, and folders that vanish.

#pragma once

#include "tuner/storage/storage.h"

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

namespace tuner {

inline TimePoint at(std::int64_t ms) {
    return TimePoint(Duration(ms));
}

// A folder that is removed with everything in it.
class TempDir {
  public:
    explicit TempDir(const std::filesystem::path& parent = std::filesystem::temp_directory_path()) {
        std::string pattern = (parent / "tuner-XXXXXX").string();
        REQUIRE(::mkdtemp(pattern.data()) != nullptr);
        path_ = pattern;
    }

    ~TempDir() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }

    TempDir(const TempDir&) = delete;
    TempDir& operator=(const TempDir&) = delete;

    const std::filesystem::path& path() const { return path_; }

    std::filesystem::path database() const { return path_ / "tuner.db"; }

  private:
    std::filesystem::path path_;
};

// Where files are in memory, if there is such a place: for tests that sync often and are not about
// the disk.
inline std::filesystem::path quick_parent() {
    const std::filesystem::path memory = "/dev/shm";
    return std::filesystem::is_directory(memory) ? memory : std::filesystem::temp_directory_path();
}

inline std::string bytes_of(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    std::ostringstream all;
    all << in.rdbuf();
    return all.str();
}

inline StudyConfig a_config(const std::string& name = "digits") {
    StudyConfig config;
    config.name = name;
    std::vector<Parameter> parameters;
    parameters.push_back(*Parameter::create("rate", RealRange{1e-5, 1, Scale::log}));
    parameters.push_back(*Parameter::create("layers", IntegerRange{1, 9, Scale::linear}));
    parameters.push_back(*Parameter::create("kind", Categories{{"deep", "wide"}}));
    config.space = *SearchSpace::create(std::move(parameters));
    config.objectives = {{"accuracy", Goal::maximize}};
    config.seed = 0xfedcba9876543210;
    config.limits.max_trials = 20;
    config.limits.timeout = Duration(90'000);
    config.trainer.command = {"python3", "train.py"};
    config.trainer.env = {{"A", "b"}};
    config.trainer.working_dir = "/tmp";
    return config;
}

inline NewStudy a_study(const std::string& name = "digits") {
    return {a_config(name), "/tmp/hyperparam.yaml", "trainingInput: {}\n"};
}

inline Suggestion a_suggestion(std::int64_t number) {
    Suggestion suggestion;
    suggestion.assignment = Assignment(
        {{"rate", 0.1 / static_cast<double>(number)},
         {"layers", number % 9 + 1},
         {"kind", number % 2 == 0 ? "deep" : "wide"}}
    );
    suggestion.provenance.origin = Origin::model;
    suggestion.provenance.finished = number;
    suggestion.provenance.predicted_mean = 0.1 * static_cast<double>(number);
    return suggestion;
}

inline Trial a_trial(std::int64_t number) {
    return Trial::create(TrialId(number), a_suggestion(number), at(1'000 + number));
}

inline AttemptIdentity an_identity(std::int64_t pid = 77) {
    return {"boot", "pid:[4026531836]", pid, 0xfedcba9876543210};
}

inline Trial started(Trial trial) {
    REQUIRE(trial.start(at(2'000)));
    return trial;
}

// A study with `count` pending trials.
inline Study add_study_with_trials(
    Storage& storage, std::int64_t count, const std::string& name = "digits"
) {
    Study study = storage.create_study(a_study(name), at(1));
    std::vector<Trial> trials;
    for (std::int64_t number = 1; number <= count; ++number) {
        trials.push_back(a_trial(number));
    }
    REQUIRE(storage.add_trials(study.key, trials, at(2)));
    return study;
}

// The n-th trial of a study as it is now.
inline Trial trial_of(Storage& storage, StudyKey study, std::int64_t number) {
    return storage.trials(study).at(static_cast<std::size_t>(number - 1));
}

// Begins an attempt of trial `number` and lets it run.
inline AttemptRecord run_trial(Storage& storage, StudyKey study, std::int64_t number) {
    const auto record =
        storage.begin_attempt(study, started(trial_of(storage, study, number)), "/work", at(3));
    REQUIRE(record);
    REQUIRE(storage.set_running(record->id, an_identity(), at(4)));
    return *record;
}

inline Trial completed(Trial trial, double objective = 0.5) {
    REQUIRE(trial.complete({objective, 10, {{"accuracy", objective}}}, at(5'000)));
    return trial;
}

inline AttemptExit exit_code(int code) {
    return {ExitKind::exited, code, 0, "it said so", "last line\n"};
}

}  // namespace tuner
