#include "tuner/cli/job_summary.h"

#include "tuner/cli/printable.h"
#include "tuner/cli/table.h"

#include <algorithm>
#include <cctype>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace tuner {

namespace {

using Json = nlohmann::ordered_json;

std::string cell_of(const Json& object, const char* key) {
    return object.is_object() && object.contains(key) ? cell_text(object.at(key), Digits::all) : "";
}

Json at(const Json& object, const char* key) {
    return object.is_object() && object.contains(key) ? object.at(key) : Json();
}

// "2016-10-03T07:32:09.120Z" as the legacy tool showed it: without the fraction.
std::string time_of(const Json& job, const char* key) {
    std::string text = cell_of(job, key);
    const std::size_t dot = text.find('.');
    return dot == std::string::npos ? text : text.substr(0, dot) + text.substr(text.size() - 1);
}

// "runtimeVersion" as the title RUNTIME_VERSION.
std::string title_of(std::string_view key) {
    std::string title;
    for (const char c : key) {
        const bool is_upper = c >= 'A' && c <= 'Z';
        title += is_upper ? "_" : "";
        title += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    }
    return title;
}

std::string section(std::string_view title, const Table& table) {
    return fmt::format("{}\n{}\n", title, table.to_text());
}

Table input_table(const Json& input) {
    std::vector<Column> columns;
    std::vector<std::string> cells;
    for (const char* key : {"scaleTier", "region", "runtimeVersion", "pythonModule", "jobDir"}) {
        if (input.contains(key)) {
            columns.push_back({title_of(key)});
            cells.push_back(cell_of(input, key));
        }
    }
    Table table(columns);
    if (!columns.empty()) {
        table.add(std::move(cells));
    }
    return table;
}

Table trials_table(Json trials) {
    std::sort(trials.begin(), trials.end(), [](const Json& a, const Json& b) {
        return cell_of(a, "trialId") < cell_of(b, "trialId");
    });
    Table table({{"TRIAL"}, {"OBJECTIVE_VALUE"}, {"STEP"}, {"HYPERPARAMETERS"}});
    for (const Json& trial : trials) {
        const Json metric = at(trial, "finalMetric");
        std::vector<std::string> row{
            cell_of(trial, "trialId"),
            cell_of(metric, "objectiveValue"),
            cell_of(metric, "trainingStep")};
        const Json hyperparameters = at(trial, "hyperparameters");
        if (hyperparameters.empty()) {
            row.emplace_back();
            table.add(row);
        }
        // One parameter on a line; what stands before them only on the first.
        for (const auto& [name, value] : hyperparameters.items()) {
            std::vector<std::string> line = row;
            line.push_back(printable(name) + "=" + cell_text(value, Digits::all));
            table.add(std::move(line));
            row.assign(3, "");
        }
    }
    return table;
}

}  // namespace

std::string job_summary(const Json& job) {
    Table overview({{"JOB_ID"}, {"CREATED"}, {"STATE"}});
    overview.add({cell_of(job, "jobId"), time_of(job, "createTime"), cell_of(job, "state")});
    std::string text = section("Job Overview", overview);
    if (const Table input = input_table(at(job, "trainingInput")); !input.is_empty()) {
        text += section("Training Input Summary", input);
    }
    const Json output = at(job, "trainingOutput");
    Table summary({{"TRIALS"}, {"ML_UNITS"}});
    summary.add({cell_of(output, "completedTrialCount"), cell_of(output, "consumedMLUnits")});
    text += section("Training Output Summary", summary);
    if (const Json trials = at(output, "trials"); !trials.empty()) {
        text += section("Training Output Trials", trials_table(trials));
    }
    return text;
}

std::string job_table(const Json& jobs) {
    Table table({{"JOB_ID"}, {"STATUS"}, {"CREATED"}});
    for (const Json& job : jobs) {
        table.add({cell_of(job, "jobId"), cell_of(job, "state"), time_of(job, "createTime")});
    }
    return table.to_text();
}

}  // namespace tuner
