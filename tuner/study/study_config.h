// A StudyConfig is the immutable question of a study: what may vary, what counts, how much of it,
// and what to run.
//
// It comes from hyperparam.yaml, a request or the command line, always through formats/, and
// StudyConfig::create checks what no single field can. Running the same file again continues a
// study when only limits differ; incompatible_changes() says what else does. One without a search
// space and without an objective is a plain run. A plain value.

#pragma once

#include "tuner/base/result.h"
#include "tuner/base/time.h"
#include "tuner/study/measurement.h"
#include "tuner/study/objective.h"
#include "tuner/study/resources.h"
#include "tuner/study/search_space.h"
#include "tuner/study/stopping.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tuner {

// Which optimizer proposes. The names in files are the legacy service's (formats/study_yaml.h).
enum class Algorithm { bayesian, random, grid, quasi_random, tpe };

// How much of it. Only these may change while a study lives.
struct Limits {
    std::int64_t max_trials = 1;  // attempted trials, failed ones included; 1 to kMaxTrials
    std::int64_t max_parallel_trials = 1;  // never more running at once; 1 to kMaxParallelTrials
    std::int64_t max_failed_trials =
        0;                            // the study fails at so many failed trials; 0: tuner decides
    std::int64_t max_retries = 0;     // reruns of a trial after the trainer's own failure
    std::optional<Duration> timeout;  // a trial's longest run
    std::optional<Duration> stall_timeout;  // a trial's longest silence
    Duration termination_grace{30'000};     // from SIGTERM to SIGKILL

    friend bool operator==(const Limits&, const Limits&) = default;
};

// What one trial runs. Without a command the caller evaluates trials itself (ask and tell).
struct TrainerSpec {
    std::vector<std::string> command;  // program and first arguments; a vector, never a shell line
    std::vector<std::string> args;     // the user's arguments, before the parameters
    std::optional<std::string> job_dir;  // trial n gets --job-dir=JOB_DIR/n, a plain run JOB_DIR
    // Written in the Vizier dialect: trainers get that service's variables, too. Those of trial n's
    // folders name OUTPUT_DIR/n/….
    bool is_vizier = false;
    std::optional<std::string> output_dir;
    std::string python_module;               // `python3 -m` this, instead of a command
    std::vector<std::string> package_uris;   // what python_module needs on PYTHONPATH
    std::map<std::string, std::string> env;  // added to the trainer's environment
    std::string working_dir;                 // absolute: the folder of the file
    // The folders of the staged copy of package_uris, absolute; none: they are used where they lie.
    std::vector<std::string> staged_paths;

    bool runs_something() const { return !command.empty() || !python_module.empty(); }

    friend bool operator==(const TrainerSpec&, const TrainerSpec&) = default;
};

struct StudyConfig {
    std::string name;  // studies of one name are numbered: babyweight-1
    SearchSpace space;
    std::vector<Objective> objectives;  // the first ranks; at least one unless it is a plain run
    MeasurementSelection selection = MeasurementSelection::last;
    Algorithm algorithm = Algorithm::bayesian;
    std::optional<std::uint64_t> seed;        // none: one is drawn when the study is created
    std::vector<Assignment> starting_points;  // evaluated first
    std::string resumed_job;                  // resumePreviousJobId: the study it goes on from
    std::int64_t inherited_trials = 0;        // the first ones: that study's, not run again
    Stopping stopping;
    Resources resources;  // of one trial
    Limits limits;
    TrainerSpec trainer;
    std::vector<std::string>
        unused_fields;  // accepted machine fields that mean nothing here, for the notice

    // Checks what spans fields: limits in range, starting points inside the space, grid without
    // real ranges, an objective with a name. All problems at once, one per line of the message.
    static Result<StudyConfig> create(StudyConfig draft);

    // A job that tunes nothing: its trainer runs once, as trial 1 without parameters, and a good
    // end is all that is wanted of it.
    bool is_plain() const { return space.parameters().empty() && objectives.empty(); }

    // Nothing is run here: whoever asks for trials evaluates them and tells how they went.
    bool is_asked() const { return !trainer.runs_something(); }

    // Not of a plain run.
    const Objective& objective() const;

    friend bool operator==(const StudyConfig&, const StudyConfig&) = default;
};

// The differences between two configurations of one study that would make old results wrong: one
// readable line each, empty when `now` may continue `then`. Limits, seed of an unseeded file,
// unused fields and what became of the packages do not count.
std::vector<std::string> incompatible_changes(const StudyConfig& then, const StudyConfig& now);

// Likewise, but only the question itself: the search space, the goal and the metric. What must be
// the same for a study that goes on from another one's trials.
std::vector<std::string> question_changes(const StudyConfig& then, const StudyConfig& now);

template <>
struct Names<Algorithm> {
    static constexpr std::array entries{
        named(Algorithm::bayesian, "bayesian"),
        named(Algorithm::random, "random"),
        named(Algorithm::grid, "grid"),
        named(Algorithm::quasi_random, "quasi_random"),
        named(Algorithm::tpe, "tpe"),
    };
};

}  // namespace tuner
