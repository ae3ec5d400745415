#include "tuner/cli/summary.h"

#include "tuner/base/time.h"
#include "tuner/cli/exit_code.h"
#include "tuner/cli/printable.h"
#include "tuner/cli/study_client.h"
#include "tuner/cli/trial_table.h"

#include <ostream>

#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace tuner {

using Json = nlohmann::ordered_json;

namespace {

std::string field_or_nothing(const Json& object, const char* name) {
    return object.at(name).is_null() ? "" : field_text(object, name);
}

std::string took(const Json& study) {
    const auto begin = from_rfc3339(field_or_nothing(study, "createTime"));
    const auto end = from_rfc3339(field_or_nothing(study, "endTime"));
    return begin && end && *end >= *begin ? " in " + to_readable(*end - *begin) : "";
}

// A plain run is one trial, so the reason of its end says no more than the trial's state.
std::string headline(const Json& study) {
    const std::string reason = field_or_nothing(study, "reason");
    const bool tells_why = !reason.empty() && reason != "max_trials" &&
                           !(is_plain(study) && reason == "failed_trials");
    return fmt::format(
        "{:9} {}{}{}: {}\n",
        field_or_nothing(study, "state"),
        field_or_nothing(study, "id"),
        took(study),
        tells_why ? " (" + reason + ")" : "",
        counts_text(study)
    );
}

std::string next_commands(const Json& study) {
    const std::string id = field_or_nothing(study, "id");
    if (study.at("state") == "paused") {
        return fmt::format("tuner resume {0}  |  tuner trials {0}", id);
    }
    if (is_plain(study)) {
        return fmt::format("tuner logs {} 1", id);
    }
    if (study.at("best").is_null()) {
        return fmt::format("tuner trials {0}  |  tuner logs {0} 1", id);
    }
    return fmt::format("tuner trials {0}  |  tuner best {0} --args  |  tuner train {0}", id);
}

}  // namespace

std::string summary_text(const Json& study, const Json& best_trial) {
    std::string text = headline(study);
    if (const std::string message = field_or_nothing(study, "message"); !message.empty()) {
        text += fmt::format("{:9} {}\n", "why", message);
    }
    if (best_trial.is_object()) {
        text += fmt::format(
            "{:9} {} {} (trial {})\n{:9} {}\n{:9} {}\n",
            "best",
            field_or_nothing(study, "metric"),
            metric_text(best_trial.at("objective")),
            field_or_nothing(best_trial, "id"),
            "",
            parameters_text(best_trial.at("parameters")),
            "retrain",
            flags_text(best_trial.at("parameters"))
        );
    }
    return text + fmt::format("{:9} {}\n", "next", next_commands(study));
}

boost::asio::awaitable<int> print_summary(std::string id, const HttpClient& client, Output output) {
    const std::string path = study_path(id);
    const auto study = co_await get_json(client, path);
    if (!study) {
        co_return report(output.err, study.error());
    }
    const bool ranks = !is_plain(*study) || output.format != Format::table;
    const TrialsQuery best_first{"", true, kSummaryTrials};
    const auto trials = co_await get_trials(client, path, best_first);
    if (!trials) {
        co_return report(output.err, trials.error());
    }
    const std::string metric = field_or_nothing(*study, "metric");
    if (ranks) {
        print_data(output, *trials, [&](bool exact) {
            return trials_table(*trials, metric, exact);
        });
    }
    if (!output.quiet) {
        const bool has_best = study->at("best").is_object() && !trials->empty();
        output.err << summary_text(*study, has_best ? trials->front() : Json(nullptr));
    }
    if (study->at("reason") == "failed_trials") {
        co_return to_int(ExitCode::study_failed);
    }
    co_return to_int(study->at("reason") == "interrupted" ? ExitCode::interrupted : ExitCode::done);
}

}  // namespace tuner
