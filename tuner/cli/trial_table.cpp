#include "tuner/cli/trial_table.h"

#include "tuner/base/time.h"
#include "tuner/cli/printable.h"
#include "tuner/study/limits.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace tuner {

using Json = nlohmann::ordered_json;

namespace {

constexpr std::size_t kMaxReasonWidth = 60;

// "2026-11-24 10:02:11" of an RFC 3339 time.
std::string readable_time(const Json& time) {
    if (!time.is_string()) {
        return "-";
    }
    std::string text = printable(time.get<std::string>()).substr(0, 19);
    std::replace(text.begin(), text.end(), 'T', ' ');
    return text;
}

std::vector<std::string> parameter_names(const Json& trials) {
    std::vector<std::string> names;
    for (const Json& trial : trials) {
        for (const auto& [name, value] : trial.at("parameters").items()) {
            if (std::find(names.begin(), names.end(), name) == names.end()) {
                names.push_back(name);
            }
        }
    }
    return names;
}

bool is_number_column(const Json& trials, const std::string& name) {
    return std::none_of(trials.begin(), trials.end(), [&](const Json& trial) {
        const Json& parameters = trial.at("parameters");
        return parameters.contains(name) && parameters.at(name).is_string();
    });
}

// What a plain run cannot have is no column for people; programs get the same ones always.
bool ranks(const std::string& metric, bool exact) {
    return exact || !metric.empty();
}

std::vector<Column> trial_columns(const Json& trials, const std::string& metric, bool exact) {
    std::vector<Column> columns;
    if (ranks(metric, exact)) {
        columns.push_back({"rank", Align::right});
    }
    columns.push_back({exact ? "trial" : "#", Align::right});
    columns.push_back({"state", Align::left});
    if (ranks(metric, exact)) {
        columns.push_back({exact ? "objective" : printable(metric), Align::right});
    }
    for (const std::string& name : parameter_names(trials)) {
        columns.push_back(
            {exact ? name : printable(name),
             is_number_column(trials, name) ? Align::right : Align::left}
        );
    }
    if (exact) {
        for (const auto* name : {"step", "attempts", "origin", "startTime", "endTime"}) {
            columns.push_back({name, Align::left});
        }
    } else {
        columns.push_back({"time", Align::right});
    }
    columns.push_back({"reason", Align::left});
    return columns;
}

std::vector<std::string> trial_row(
    const Json& trial, const std::vector<std::string>& names, bool has_rank, bool exact
) {
    const Digits digits = exact ? Digits::all : Digits::few;
    const auto cell = [&](const char* name) {
        return cell_text(trial.contains(name) ? trial.at(name) : Json(nullptr), digits);
    };
    std::vector<std::string> cells{cell("id"), cell("state")};
    if (has_rank) {
        cells.insert(cells.begin(), cell("rank"));
        cells.push_back(exact ? cell("objective") : metric_text(trial.at("objective")));
    }
    for (const std::string& name : names) {
        const Json& parameters = trial.at("parameters");
        const Json value = parameters.contains(name) ? parameters.at(name) : Json(nullptr);
        cells.push_back(cell_text(value, digits));
    }
    if (exact) {
        for (const auto* name : {"step", "attempts", "origin", "startTime", "endTime"}) {
            cells.push_back(cell(name));
        }
        cells.push_back(cell("reason"));
    } else {
        cells.push_back(trial_duration(trial));
        // Why it ended so, or why it does not run yet: never both.
        const bool has_reason = trial.at("reason").is_string();
        const bool waits = trial.contains("waiting") && trial.at("waiting").is_string();
        const char* why = has_reason ? "reason" : "waiting";
        cells.push_back(has_reason || waits ? cut_to_width(cell(why), kMaxReasonWidth) : "");
    }
    return cells;
}

}  // namespace

Table studies_table(const Json& studies, bool exact) {
    Table table(
        {{"study", Align::left},
         {"state", Align::left},
         {"trials", Align::right},
         {"failed", Align::right},
         {"best", Align::right},
         {"metric", Align::left},
         {"created", Align::left}}
    );
    const Digits digits = exact ? Digits::all : Digits::few;
    for (const Json& study : studies) {
        const Json& counts = study.at("counts");
        const Json& best = study.at("best");
        const Json objective = best.is_object() ? best.at("objective") : Json(nullptr);
        const auto ended = counts.at("completed").get<std::int64_t>() +
                           counts.at("pruned").get<std::int64_t>() +
                           counts.at("failed").get<std::int64_t>();
        table.add(
            {cell_text(study.at("id"), digits),
             cell_text(study.at("state"), digits),
             has_end(study) ? fmt::format("{}/{}", ended, study.at("maxTrials").get<std::int64_t>())
                            : std::to_string(ended),
             cell_text(counts.at("failed"), digits),
             exact ? cell_text(objective, digits) : metric_text(objective),
             cell_text(study.at("metric"), digits),
             exact ? cell_text(study.at("createTime"), digits)
                   : readable_time(study.at("createTime"))}
        );
    }
    return table;
}

Table trials_table(const Json& trials, const std::string& metric, bool exact) {
    const std::vector<std::string> names = parameter_names(trials);
    Table table(trial_columns(trials, metric, exact));
    for (const Json& trial : trials) {
        table.add(trial_row(trial, names, ranks(metric, exact), exact));
    }
    return table;
}

bool has_end(const Json& study) {
    return study.at("maxTrials").get<std::int64_t>() < kMaxTrials;
}

bool is_plain(const Json& study) {
    return study.at("metric").is_null();
}

std::string counts_text(const Json& study) {
    std::string text;
    for (const auto& [state, count] : study.at("counts").items()) {
        if (count != 0) {
            text += text.empty() ? "" : ", ";
            text += fmt::format("{} {}", count.get<std::int64_t>(), state);
        }
    }
    return text.empty() ? "none yet" : text;
}

std::string trial_duration(const Json& trial) {
    const auto time = [&](const char* name) {
        const Json& value = trial.at(name);
        return from_rfc3339(value.is_string() ? value.get<std::string>() : "");
    };
    const auto started = time("startTime");
    const auto ended = time("endTime");
    return started && ended && *ended >= *started ? to_readable(*ended - *started) : "-";
}

}  // namespace tuner
