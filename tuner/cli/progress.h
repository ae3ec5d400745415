// Progress is what `tuner run` shows while a study goes on: a view in a terminal that is drawn
// again and again, or one plain line per event in a pipe.
//
// It is fed what the API gives (the study, its trials, then events in order) and asked for text:
// render() for the view, line_for() for the line. It knows no socket, no terminal and no clock;
// times are passed in. Feeding it the same thing twice changes nothing.

#pragma once

#include "tuner/base/time.h"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace tuner {

class Progress {
  public:
    explicit Progress(bool colour) : colour_(colour) {}

    // The study as GET gives it, or the part of it that an event tells.
    void set_study(const nlohmann::ordered_json& study);

    // One trial as GET gives it, or the part of it that an event tells.
    void set_trial(const nlohmann::ordered_json& trial);

    // What happened, as the event stream tells it: {"kind", "trial", "after", …}.
    void apply(const nlohmann::ordered_json& event);

    // Whether nothing more will happen by itself: the study is not running and no trial is.
    bool is_over() const;

    // Whether the study ended without what the user wanted.
    bool has_failed() const { return state_ == "finished" && reason_ == "failed_trials"; }

    const std::string& state() const { return state_; }

    // The lines of the view, none longer than `width` columns.
    std::vector<std::string> render(std::size_t width, TimePoint now) const;

    // The line of an event that apply() has been given; nothing for events that are not worth one.
    std::optional<std::string> line_for(const nlohmann::ordered_json& event) const;

  private:
    struct TrialLine {
        std::string state;
        std::string parameters;  // "batch_size 35   nembeds 16"
        std::string flags;       // "batch_size=35 nembeds=16"
        std::optional<double> objective;
        std::optional<double> latest;  // of the metric, while it runs
        std::optional<std::int64_t> step;
        std::optional<TimePoint> started;
        std::optional<TimePoint> ended;
        std::string reason;
    };

    void measure(TrialLine& line, const nlohmann::ordered_json& measurement) const;
    void count_in(std::int64_t id, const TrialLine& line);
    void count_out(std::int64_t id, const TrialLine& line);
    const std::set<std::int64_t>& in_state(const char* state) const;
    std::int64_t count(const char* state) const;
    std::int64_t ended() const;
    std::optional<Duration> remaining(TimePoint now) const;
    void add_running(std::vector<std::string>& lines, TimePoint now) const;
    void add_best(std::vector<std::string>& lines) const;
    std::string title() const;
    std::string bar(std::size_t width) const;
    std::string counts() const;
    std::string times(TimePoint now) const;
    std::string running_line(std::int64_t id, const TrialLine& trial, TimePoint now) const;
    std::string best_fields() const;
    std::string trial_fields(std::int64_t id, const TrialLine& trial) const;
    std::string painted(const char* colour, const std::string& text) const;

    bool colour_;
    std::string id_;
    std::string goal_;
    std::string metric_;
    std::string state_;
    std::string reason_;
    std::string message_;
    std::int64_t max_trials_ = 0;
    std::int64_t max_parallel_ = 1;
    std::optional<TimePoint> created_;
    std::map<std::int64_t, TrialLine> trials_;

    // What is asked of the trials at each event, kept so that it costs the same however many there
    // are.
    std::map<std::string, std::set<std::int64_t>> by_state_;
    std::set<std::pair<double, std::int64_t>> ranked_;  // completed: best first, then the earlier
};

}  // namespace tuner
