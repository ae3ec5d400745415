// A damaged database is refused with a StorageError or read; nothing else happens to its reader,
// and a refused one is not changed.
//
// The input is a row of patches on a sound database with a write-ahead log: three bytes say where,
// the fourth what stands there. The files lie in memory (/dev/shm).

#include "tests/fuzz/property.h"
#include "tuner/formats/study_json.h"
#include "tuner/storage/storage.h"

#include <algorithm>
#include <fcntl.h>
#include <filesystem>
#include <string>
#include <unistd.h>

#include <nlohmann/json.hpp>

using namespace tuner;
using namespace tuner::fuzz;

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPatchBytes = 4;

StudyConfig a_config() {
    StudyConfig config;
    config.name = "digits";
    std::vector<Parameter> parameters;
    parameters.push_back(*Parameter::create("rate", RealRange{1e-5, 1, Scale::log}));
    parameters.push_back(*Parameter::create("kind", Categories{{"deep", "wide"}}));
    config.space = *SearchSpace::create(std::move(parameters));
    config.objectives = {{"accuracy", Goal::maximize}};
    config.seed = 7;
    config.limits.max_trials = 20;
    config.trainer.command = {"python3", "train.py"};
    config.trainer.working_dir = "/work";
    return config;
}

Trial a_trial(std::int64_t number) {
    Suggestion suggestion;
    suggestion.assignment = Assignment({{"rate", 0.5}, {"kind", "deep"}});
    suggestion.provenance.predicted_mean = 0.25;
    return Trial::create(TrialId(number), suggestion, TimePoint());
}

// A study with a trial in each state that matters.
void fill(Storage& storage) {
    const TimePoint now(Duration(1'700'000'000'000));  // as long in the file as a real one
    const Study study =
        storage.create_study({a_config(), "/work/hyperparam.yaml", "trainingInput: {}\n"}, now);
    std::vector<Trial> trials{a_trial(1), a_trial(2), a_trial(3), a_trial(4)};
    (void)storage.add_trials(study.key, trials, now);
    for (Trial& trial : trials) {
        if (trial.id == TrialId(4)) {
            continue;
        }
        (void)trial.start(now);
        const auto attempt = storage.begin_attempt(study.key, trial, "/work/jobs", now);
        (void)storage.set_running(attempt->id, {"boot", "pid:[1]", 77, 5}, now);
        const std::vector<Measurement> said{{1, {{"accuracy", 0.5}}}, {2, {{"accuracy", 0.75}}}};
        (void)storage.add_measurements(attempt->id, said, 20, now);
        if (trial.id == TrialId(1)) {
            (void)trial.complete({0.75, 2, {{"accuracy", 0.75}}}, now);
            (void
            )storage.end_attempt({attempt->id, {ExitKind::exited, 0, 0, "", "tail\n"}, trial}, now);
        } else if (trial.id == TrialId(2)) {
            (void)storage.set_stopping(attempt->id, now);
        }
    }
}

std::string read_whole(const fs::path& path) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    std::string bytes(fd < 0 ? 0 : fs::file_size(path), '\0');
    bytes.resize(std::max<ssize_t>(0, ::read(fd, bytes.data(), bytes.size())));
    ::close(fd);
    return bytes;
}

void write_whole(const fs::path& path, std::string_view bytes) {
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    holds(::write(fd, bytes.data(), bytes.size()) == std::ssize(bytes), "/dev/shm has space");
    ::close(fd);
}

// The sound files and the folder where they are damaged.
struct Bench {
    fs::path dir;
    fs::path file;
    fs::path log;
    std::string image;
    std::string log_image;

    Bench() {
        std::string pattern = "/dev/shm/tuner-fuzz-XXXXXX";
        holds(::mkdtemp(pattern.data()) != nullptr, "/dev/shm can be written");
        dir = pattern;
        file = dir / "tuner.db";
        log = dir / "tuner.db-wal";
        fs::create_directory(dir / "seed");
        const fs::path seed = dir / "seed" / "tuner.db";
        {
            Storage storage = Storage::open(seed, {"boot", "pid:[1]", 1, 1}, TimePoint());
            fill(storage);
        }
        // Closing moved everything into the file; what is committed now stays in the log.
        Storage storage = Storage::open(seed, {"boot", "pid:[1]", 2, 1}, TimePoint());
        image = read_whole(seed);
        log_image = read_whole(seed.string() + "-wal");
    }

    ~Bench() {
        std::error_code ignored;
        fs::remove_all(dir, ignored);
    }
};

void read_all(Storage& storage) {
    for (const Study& study : storage.studies()) {
        const std::vector<Trial> trials = storage.trials(study.key);
        for (const Trial& trial : trials) {
            storage.attempts(study.key, trial.id);
            to_json_with_measurements(trial, {1, trial.measurements}, study.id).dump();
        }
        const History history{study.config, trials};
        to_json(study, history).dump();
        to_training_output(study, history).dump();
    }
    storage.live_attempts();
    storage.events_after(0, "", 100);
    storage.last_event();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Bench bench;
    static std::string image;
    static std::string log;
    image = bench.image;
    log = bench.log_image;
    for (std::size_t at = 0; at + kPatchBytes <= size; at += kPatchBytes) {
        const std::size_t where =
            (std::size_t{data[at]} << 16 | std::size_t{data[at + 1]} << 8 | data[at + 2]) %
            (image.size() + log.size());
        char& byte = where < image.size() ? image[where] : log[where - image.size()];
        byte = static_cast<char>(data[at + 3]);
    }
    write_whole(bench.file, image);
    write_whole(bench.log, log);
    ::unlink((bench.file.string() + "-shm").c_str());
    try {
        Storage storage = Storage::open(bench.file, {"boot", "pid:[1]", 3, 1}, TimePoint());
        read_all(storage);
    } catch (const StorageError& e) {
        holds(*e.what() != '\0', "a refusal has a reason");
    }
    return 0;
}
