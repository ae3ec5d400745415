// Measures storage on a real file: `storage_bench [FOLDER]` (default: the system's folder for
// temporary files). Prints one line per measure; the goals are those of reliability.md section 4.

#include "tuner/storage/storage.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include <fmt/format.h>

using namespace tuner;

namespace {

constexpr std::int64_t kTrials = 10'000;
constexpr std::int64_t kMeasurements = 10;  // per trial
constexpr std::int64_t kCommits = 5'000;
constexpr std::int64_t kBatch = 500;
constexpr std::int64_t kBatches = 200;

const TimePoint kNow(Duration(1'795'514'531'120));

class Stopwatch {
  public:
    double seconds() const {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
    }

  private:
    std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

NewStudy a_study() {
    StudyConfig config;
    config.name = "bench";
    std::vector<Parameter> parameters;
    parameters.push_back(*Parameter::create("batch_size", IntegerRange{8, 512, Scale::log}));
    parameters.push_back(*Parameter::create("nembeds", IntegerRange{3, 30, Scale::linear}));
    parameters.push_back(*Parameter::create("nnsize", IntegerRange{64, 512, Scale::log}));
    config.space = *SearchSpace::create(std::move(parameters));
    config.objectives = {{"rmse", Goal::minimize}};
    config.seed = 1;
    return {config, "", ""};
}

Trial a_trial(std::int64_t number) {
    Suggestion suggestion;
    suggestion.assignment = Assignment(
        {{"batch_size", 8 + number % 500},
         {"nembeds", 3 + number % 27},
         {"nnsize", 64 + number % 400}}
    );
    suggestion.provenance.origin = Origin::model;
    suggestion.provenance.predicted_mean = 1.0 / static_cast<double>(number);
    suggestion.provenance.predicted_sd = 0.1;
    suggestion.provenance.acquisition = -1.5;
    return Trial::create(TrialId(number), std::move(suggestion), kNow);
}

template <class T>
void must(const Result<T>& result) {
    if (!result) {
        fmt::print(stderr, "storage_bench: {}\n", result.error().message);
        std::exit(1);
    }
}

// Begins an attempt of a trial that has just been added.
AttemptId begin(Storage& storage, StudyKey study, Trial& trial) {
    must(trial.start(kNow));
    return storage.begin_attempt(study, trial, "/work", kNow)->id;
}

std::vector<Measurement> a_report(std::int64_t first, std::int64_t count) {
    std::vector<Measurement> report;
    for (std::int64_t step = first; step < first + count; ++step) {
        report.push_back({step, {{"rmse", 1.0 / static_cast<double>(step + 1)}}});
    }
    return report;
}

// Small commits, as a scheduler makes them: one trial with its event each.
void measure_commits(Storage& storage) {
    const Study study = storage.create_study(a_study(), kNow);
    const Stopwatch watch;
    for (std::int64_t number = 1; number <= kCommits; ++number) {
        const Trial trial = a_trial(number);
        must(storage.add_trials(study.key, {&trial, 1}, kNow));
    }
    storage.take_events();
    fmt::print("single commits             {:>10.0f} /s\n", kCommits / watch.seconds());
}

void measure_rows(Storage& storage) {
    const Study study = storage.create_study(a_study(), kNow);
    Trial trial = a_trial(1);
    must(storage.add_trials(study.key, {&trial, 1}, kNow));
    const AttemptId attempt = begin(storage, study.key, trial);
    const Stopwatch watch;
    for (std::int64_t batch = 0; batch < kBatches; ++batch) {
        must(storage.add_measurements(attempt, a_report(batch * kBatch, kBatch), batch + 1, kNow));
        storage.take_events();
    }
    fmt::print(
        "measurement rows           {:>10.0f} /s   (batches of {})\n",
        kBatches * kBatch / watch.seconds(),
        kBatch
    );
}

void measure_load(Storage& storage) {
    const Study study = storage.create_study(a_study(), kNow);
    std::vector<Trial> trials;
    for (std::int64_t number = 1; number <= kTrials; ++number) {
        trials.push_back(a_trial(number));
    }
    must(storage.add_trials(study.key, trials, kNow));
    for (Trial& trial : trials) {
        const AttemptId attempt = begin(storage, study.key, trial);
        must(storage.add_measurements(attempt, a_report(1, kMeasurements), 1, kNow));
        must(trial.complete({0.5, kMeasurements, {{"rmse", 0.5}}}, kNow));
        must(storage.end_attempt({attempt, {ExitKind::exited, 0, 0, "", ""}, trial}, kNow));
        storage.take_events();
    }
    for (int round = 0; round < 3; ++round) {
        const Stopwatch watch;
        const std::size_t count = storage.trials(study.key).size();
        fmt::print(
            "load {} trials x {}     {:>10.0f} ms\n", count, kMeasurements, watch.seconds() * 1e3
        );
    }
}

}  // namespace

int main(int argc, char** argv) {
    const std::filesystem::path parent =
        argc > 1 ? std::filesystem::path(argv[1]) : std::filesystem::temp_directory_path();
    std::string pattern = (parent / "storage-bench-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) {
        fmt::print(stderr, "storage_bench: cannot make a folder in {}\n", parent.string());
        return 1;
    }
    const std::filesystem::path file = std::filesystem::path(pattern) / "tuner.db";
    {
        Storage storage = Storage::open(file, {}, kNow);
        measure_commits(storage);
        measure_rows(storage);
        measure_load(storage);
    }
    fmt::print("file                       {:>10} KiB\n", std::filesystem::file_size(file) / 1024);
    const Stopwatch watch;
    Storage::open(file, {}, kNow);
    fmt::print("open and check             {:>10.0f} ms\n", watch.seconds() * 1e3);
    std::filesystem::remove_all(pattern);
    return 0;
}
