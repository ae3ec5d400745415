#include "tuner/study/study_config.h"

#include "tuner/base/contract.h"
#include "tuner/study/limits.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace tuner {

namespace {

void check_between(
    std::vector<std::string>& problems,
    std::string_view what,
    std::int64_t value,
    std::int64_t low,
    std::int64_t high
) {
    if (value < low || value > high) {
        problems.push_back(fmt::format("{} is {}; it must be from {} to {}", what, value, low, high)
        );
    }
}

void check_grid(std::vector<std::string>& problems, const SearchSpace& space) {
    for (const Parameter& parameter : space.parameters()) {
        if (!count_values(parameter.domain())) {
            problems.push_back(fmt::format(
                "a grid search needs finitely many values, but parameter {} is {}",
                parameter.name(),
                describe(parameter.domain())
            ));
        }
    }
}

void check_stopping(std::vector<std::string>& problems, const Stopping& stopping) {
    check_between(problems, "minSteps", stopping.min_steps, 1, kMaxInteger);
    check_between(problems, "minMeasurements", stopping.min_measurements, 1, kMaxInteger);
    check_between(problems, "minTrials", stopping.min_trials, 1, kMaxTrials);
    check_between(problems, "eta", stopping.eta, 2, kMaxEta);
    check_between(problems, "maxSteps", stopping.max_steps, 0, kMaxInteger);
}

// A study has both, a plain run neither.
void check_question(std::vector<std::string>& problems, const StudyConfig& config) {
    if (config.is_plain()) {
        if (config.limits.max_trials != 1) {
            problems.push_back(fmt::format(
                "maxTrials is {}; a job without hyperparameters has one trial, since nothing would "
                "differ in another",
                config.limits.max_trials
            ));
        }
        return;
    }
    if (config.space.parameters().empty()) {
        problems.push_back("a study needs a parameter to tune");
    }
    const bool unnamed = std::any_of(
        config.objectives.begin(),
        config.objectives.end(),
        [](const Objective& objective) { return objective.metric.empty(); }
    );
    if (config.objectives.empty() || unnamed) {
        problems.push_back("a study needs a metric to rank by");
    }
}

std::vector<std::string> problems_of(const StudyConfig& config) {
    std::vector<std::string> problems;
    if (config.name.size() > kMaxStudyNameBytes) {
        problems.push_back(
            fmt::format("the name has {} bytes; at most {}", config.name.size(), kMaxStudyNameBytes)
        );
    }
    check_question(problems, config);
    const Limits& limits = config.limits;
    check_between(problems, "maxTrials", limits.max_trials, 1, kMaxTrials);
    check_between(problems, "maxParallelTrials", limits.max_parallel_trials, 1, kMaxParallelTrials);
    check_between(problems, "maxFailedTrials", limits.max_failed_trials, 0, kMaxTrials);
    check_between(problems, "maxRetries", limits.max_retries, 0, kMaxTrials);
    check_stopping(problems, config.stopping);
    if (config.algorithm == Algorithm::grid) {
        check_grid(problems, config.space);
    }
    for (std::size_t i = 0; i < config.starting_points.size(); ++i) {
        if (const auto fits = config.space.check(config.starting_points[i]); !fits) {
            problems.push_back(fmt::format("starting point {}: {}", i + 1, fits.error().message));
        }
    }
    return problems;
}

std::string describe_parameter(const Parameter& parameter) {
    std::string text = fmt::format("{} ({})", parameter.name(), describe(parameter.domain()));
    if (const auto& condition = parameter.condition()) {
        text += fmt::format(" when {} is", condition->parent);
        for (const ParameterValue& value : condition->values) {
            text += " " + to_display_text(value);
        }
    }
    return text;
}

// The parameters of `a` that `b` does not have exactly so.
std::vector<std::string> missing_from(const SearchSpace& a, const SearchSpace& b) {
    std::vector<std::string> lines;
    for (const Parameter& parameter : a.parameters()) {
        const auto& others = b.parameters();
        const bool same = std::any_of(others.begin(), others.end(), [&](const Parameter& other) {
            return other.name() == parameter.name() && other.domain() == parameter.domain() &&
                   other.condition() == parameter.condition();
        });
        if (!same) {
            lines.push_back(describe_parameter(parameter));
        }
    }
    return lines;
}

void compare_spaces(
    std::vector<std::string>& changes, const SearchSpace& then, const SearchSpace& now
) {
    for (const std::string& line : missing_from(then, now)) {
        changes.push_back("parameter was " + line);
    }
    for (const std::string& line : missing_from(now, then)) {
        changes.push_back("parameter is now " + line);
    }
}

void compare_texts(
    std::vector<std::string>& changes,
    std::string_view what,
    std::string_view then,
    std::string_view now
) {
    if (then != now) {
        changes.push_back(fmt::format("{} was \"{}\", is now \"{}\"", what, then, now));
    }
}

// The words themselves are compared: "a b" and "a", "b" are not the same arguments.
void compare_words(
    std::vector<std::string>& changes,
    std::string_view what,
    const std::vector<std::string>& then,
    const std::vector<std::string>& now
) {
    if (then != now) {
        changes.push_back(fmt::format("{} was {}, is now {}", what, then, now));
    }
}

std::vector<std::string> to_words(const std::map<std::string, std::string>& env) {
    std::vector<std::string> words;
    words.reserve(env.size());
    for (const auto& [name, value] : env) {
        words.push_back(fmt::format("{}={}", name, value));
    }
    return words;
}

void compare_trainers(
    std::vector<std::string>& changes, const TrainerSpec& then, const TrainerSpec& now
) {
    compare_words(changes, "command", then.command, now.command);
    compare_words(changes, "args", then.args, now.args);
    compare_texts(changes, "pythonModule", then.python_module, now.python_module);
    compare_words(changes, "packageUris", then.package_uris, now.package_uris);
    compare_texts(changes, "jobDir", then.job_dir.value_or(""), now.job_dir.value_or(""));
    compare_texts(
        changes, "baseOutputDirectory", then.output_dir.value_or(""), now.output_dir.value_or("")
    );
    compare_words(changes, "env", to_words(then.env), to_words(now.env));
    compare_texts(changes, "working folder", then.working_dir, now.working_dir);
}

void compare_objectives(
    std::vector<std::string>& changes, const StudyConfig& then, const StudyConfig& now
) {
    const auto describe_all = [](const StudyConfig& config) {
        std::vector<std::string> words;
        for (const Objective& objective : config.objectives) {
            words.push_back(fmt::format("{} {}", name_of(objective.goal), objective.metric));
        }
        return fmt::format("{}", fmt::join(words, ", "));
    };
    compare_texts(changes, "goal", describe_all(then), describe_all(now));
    compare_texts(changes, "measurementSelection", name_of(then.selection), name_of(now.selection));
}

}  // namespace

const Objective& StudyConfig::objective() const {
    expects(!objectives.empty(), "a plain run has no objective");
    return objectives.front();
}

Result<StudyConfig> StudyConfig::create(StudyConfig draft) {
    const std::vector<std::string> problems = problems_of(draft);
    if (!problems.empty()) {
        return invalid(fmt::format("{}", fmt::join(problems, "\n")));
    }
    for (Assignment& point : draft.starting_points) {
        point = draft.space.in_order(point);
    }
    return draft;
}

std::vector<std::string> question_changes(const StudyConfig& then, const StudyConfig& now) {
    std::vector<std::string> changes;
    compare_spaces(changes, then.space, now.space);
    compare_objectives(changes, then, now);
    return changes;
}

std::vector<std::string> incompatible_changes(const StudyConfig& then, const StudyConfig& now) {
    std::vector<std::string> changes = question_changes(then, now);
    compare_texts(changes, "resumePreviousJobId", then.resumed_job, now.resumed_job);
    compare_trainers(changes, then.trainer, now.trainer);
    if (now.seed && then.seed != now.seed) {
        changes.push_back(fmt::format("seed was {}, is now {}", then.seed.value_or(0), *now.seed));
    }
    return changes;
}

}  // namespace tuner
