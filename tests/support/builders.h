// Builders make valid values of the domain in one line, so that a test says only what it is about:
// a_trial(3).completed(1.5), a_config().maximizing("accuracy").build().
//
// Each starts from a small valid default and reaches states by the domain's own transitions. A test
// that asks for something invalid gets an exception with the domain's message, and fails.

#pragma once

#include "tuner/study/history.h"
#include "tuner/study/machine.h"
#include "tuner/study/study.h"

#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace tuner::test {

// The value of a result that a test relies on.
template <class T>
T must(Result<T> result) {
    if (!result) {
        throw std::runtime_error("a test relies on what failed: " + result.error().message);
    }
    if constexpr (!std::is_void_v<T>) {
        return std::move(*result);
    }
}

// A moment: `seconds` after 2026-01-01T00:00:00Z.
inline TimePoint at(std::int64_t seconds) {
    return TimePoint(std::chrono::seconds(1'767'225'600 + seconds));
}

// parameter("lr", RealRange{1e-5, 1e-1, Scale::log})
inline Parameter parameter(std::string name, Domain domain) {
    return must(Parameter::create(std::move(name), std::move(domain)));
}

// The same parameter, active only where `parent` has one of `values`.
inline Parameter when(std::string parent, std::vector<ParameterValue> values, Parameter child) {
    Condition condition{std::move(parent), std::move(values)};
    return must(Parameter::create(child.name(), child.domain(), child.default_value(), condition));
}

inline SearchSpace a_space(std::vector<Parameter> parameters) {
    return must(SearchSpace::create(std::move(parameters)));
}

// The space of the babyweight lab.
inline SearchSpace a_space() {
    return a_space(
        {parameter("batch_size", IntegerRange{8, 512, Scale::log}),
         parameter("nembeds", IntegerRange{3, 30}),
         parameter("nnsize", IntegerRange{64, 512, Scale::log})}
    );
}

class ConfigBuilder {
  public:
    ConfigBuilder() {
        draft_.name = "babyweight";
        draft_.space = a_space();
        draft_.objectives = {{"rmse", Goal::minimize}};
        draft_.seed = 1;
        draft_.limits.max_trials = 20;
        draft_.limits.max_parallel_trials = 5;
        draft_.trainer.command = {"./trainer"};
    }

    // Edits any field: a_config().with([](StudyConfig& config) { config.limits.max_retries = 2; })
    template <class Edit>
    ConfigBuilder& with(Edit&& edit) {
        edit(draft_);
        return *this;
    }

    ConfigBuilder& over(std::vector<Parameter> parameters) {
        draft_.space = a_space(std::move(parameters));
        return *this;
    }

    ConfigBuilder& minimizing(std::string metric) {
        draft_.objectives = {{std::move(metric), Goal::minimize}};
        return *this;
    }

    ConfigBuilder& maximizing(std::string metric) {
        draft_.objectives = {{std::move(metric), Goal::maximize}};
        return *this;
    }

    // A job that tunes nothing.
    ConfigBuilder& plain() {
        draft_.space = SearchSpace();
        draft_.objectives.clear();
        draft_.limits.max_trials = 1;
        draft_.limits.max_parallel_trials = 1;
        return *this;
    }

    StudyConfig build() const { return must(StudyConfig::create(draft_)); }

    Result<StudyConfig> try_build() const { return StudyConfig::create(draft_); }

  private:
    StudyConfig draft_;
};

// The study of the babyweight lab: rmse, 20 trials, 5 at a time.
inline ConfigBuilder a_config() {
    return {};
}

// A running study of `config` under the id that it would get: babyweight-1.
inline Study a_study(const StudyConfig& config = a_config().build()) {
    Study study;
    study.key = StudyKey(1);
    study.id = config.name + "-1";
    study.config = config;
    study.created = at(0);
    return study;
}

// A trial, pending until told otherwise: a_trial(3).with({{"x", 0.5}}).completed(1.5).build().
// Times follow from its number.
class TrialBuilder {
  public:
    explicit TrialBuilder(std::int64_t id) : trial_(Trial::create(TrialId(id), {}, at(id))) {}

    TrialBuilder& with(std::vector<Assignment::Entry> entries) {
        trial_.assignment = Assignment(std::move(entries));
        return *this;
    }

    TrialBuilder& running() {
        return trial_.state == TrialState::running ? *this
                                                   : after(trial_.start(at(trial_.id.value() + 1)));
    }

    TrialBuilder& measured(std::int64_t step, double value) {
        return after(trial_.record({step, {{"rmse", value}}}));
    }

    TrialBuilder& completed(double objective) {
        return running().after(trial_.complete(outcome(objective), end()));
    }

    TrialBuilder& pruned(double objective) {
        return running().after(trial_.prune(outcome(objective), end()));
    }

    TrialBuilder& pruned() { return running().after(trial_.prune(std::nullopt, end())); }

    TrialBuilder& failed(FailureKind kind = FailureKind::exited) {
        return running().after(trial_.fail({kind, "exit code 1"}, end()));
    }

    TrialBuilder& failed_with(Failure failure) {
        return running().after(trial_.fail(std::move(failure), end()));
    }

    TrialBuilder& cancelled() { return after(trial_.cancel(end())); }

    Trial build() const { return trial_; }

  private:
    static Outcome outcome(double objective) { return {objective, 1, {{"rmse", objective}}}; }

    TimePoint end() const { return at(trial_.id.value() + 2); }

    TrialBuilder& after(const Result<void>& transition) {
        must(transition);
        return *this;
    }

    Trial trial_;
};

inline TrialBuilder a_trial(std::int64_t id = 1) {
    return TrialBuilder(id);
}

// 8 CPUs, 16 GiB and so many GPUs.
inline Machine with_gpus(std::int64_t count) {
    Machine machine{8, std::int64_t{1} << 34, {}};
    for (std::int64_t number = 0; number < count; ++number) {
        machine.gpus.push_back({number, std::to_string(number)});
    }
    return machine;
}

// What an optimizer sees of `config` after `trials`.
inline History a_history(const StudyConfig& config, const std::vector<TrialBuilder>& trials = {}) {
    History history{config, {}};
    for (const TrialBuilder& trial : trials) {
        history.trials.push_back(trial.build());
    }
    return history;
}

}  // namespace tuner::test
