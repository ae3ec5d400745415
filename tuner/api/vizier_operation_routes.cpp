#include "tuner/api/json_answer.h"
#include "tuner/api/problem.h"
#include "tuner/api/vizier_operation.h"
#include "tuner/api/vizier_routes.h"
#include "tuner/formats/vizier_request.h"
#include "tuner/study/limits.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace tuner::vizier {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kSuggest = "suggest";
constexpr std::string_view kStop = "check-stop";
constexpr std::string_view kGo = "check-go";

std::string name_of(const std::vector<TrialId>& found) {
    std::string name(kSuggest);
    for (const TrialId trial : found) {
        name += fmt::format("-{}", trial.value());
    }
    return name;
}

// The trials in an operation's name; nothing when it cannot be one of `count` trials.
std::optional<std::vector<TrialId>> trials_in(std::string_view name, std::int64_t count) {
    if (!name.starts_with(kSuggest)) {
        return std::nullopt;
    }
    std::vector<TrialId> trials;
    for (name.remove_prefix(kSuggest.size()); !name.empty();) {
        if (name[0] != '-') {
            return std::nullopt;
        }
        name.remove_prefix(1);
        const std::string_view digits = name.substr(0, name.find('-'));
        const auto number = parse_number("a trial", digits, 1, kMaxTrials);
        if (!number || *number > count || std::ssize(trials) == kMaxSuggestions) {
            return std::nullopt;
        }
        trials.emplace_back(*number);
        name.remove_prefix(digits.size());
    }
    return trials;
}

Response no_operation(const std::string& name) {
    return problem(404, fmt::format("there is no operation {}", name));
}

}  // namespace

Response answer_suggested(
    const Request& request, const TuningService& service, const std::vector<TrialId>& found
) {
    const auto view = study_of(request, service);
    if (!view) {
        return refusal(view.error());
    }
    std::vector<Trial> trials;
    for (const TrialId id : found) {
        trials.push_back(view->history.get().trials.at(static_cast<std::size_t>(id.value()) - 1));
    }
    return answer_json(to_suggest_operation(
        parent_of(request), view->study, name_of(found), trials, service.clock().now()
    ));
}

Response answer_checked(
    const Request& request, const TuningService& service, const FoundTrial& found, bool should_stop
) {
    return answer_json(to_check_operation(
        parent_of(request),
        found.study.study,
        found.trial.get().id,
        std::string(should_stop ? kStop : kGo),
        should_stop,
        service.clock().now()
    ));
}

// None is kept, so none is listed.
Answer list_study_operations(Request request, TuningService& service) {
    const auto query = read_query(request);
    const auto view = query ? study_of(request, service) : tl::unexpected(query.error());
    co_return view ? answer_json(Json::object()) : refusal(view.error());
}

Answer list_trial_operations(Request request, TuningService& service) {
    const auto query = read_query(request);
    const auto found = query ? trial_of(request, service) : tl::unexpected(query.error());
    co_return found ? answer_json(Json::object()) : refusal(found.error());
}

Answer get_study_operation(Request request, TuningService& service) {
    const auto query = read_query(request);
    const auto view = query ? study_of(request, service) : tl::unexpected(query.error());
    if (!view) {
        co_return refusal(view.error());
    }
    const std::string& name = request.captures.at(3);
    const auto trials = trials_in(name, std::ssize(view->history.get().trials));
    co_return trials ? answer_suggested(request, service, *trials) : no_operation(name);
}

Answer get_trial_operation(Request request, TuningService& service) {
    const auto query = read_query(request);
    const auto found = query ? trial_of(request, service) : tl::unexpected(query.error());
    if (!found) {
        co_return refusal(found.error());
    }
    const std::string& name = request.captures.at(4);
    const bool should_stop = name == kStop;
    co_return should_stop || name == kGo ? answer_checked(request, service, *found, should_stop)
                                         : no_operation(name);
}

// It was done before it had a name.
Answer end_study_operation(Request request, TuningService& service) {
    Response found = co_await get_study_operation(std::move(request), service);
    co_return found.status == 200 ? answer_json(Json::object()) : std::move(found);
}

Answer end_trial_operation(Request request, TuningService& service) {
    Response found = co_await get_trial_operation(std::move(request), service);
    co_return found.status == 200 ? answer_json(Json::object()) : std::move(found);
}

}  // namespace tuner::vizier
