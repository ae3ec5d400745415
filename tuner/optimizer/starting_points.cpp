#include "tuner/optimizer/starting_points.h"

#include "tuner/optimizer/draw.h"

namespace tuner {

namespace {

// The assignment of all defaults, if it is one.
std::optional<Assignment> defaults_of(const SearchSpace& space) {
    std::vector<Assignment::Entry> entries;
    for (std::size_t i = 0; i < space.parameters().size(); ++i) {
        const Parameter& parameter = space.parameters()[i];
        if (!space.is_active(i, Assignment(entries))) {
            continue;
        }
        if (!parameter.default_value()) {
            return std::nullopt;
        }
        entries.emplace_back(parameter.name(), *parameter.default_value());
    }
    return Assignment(std::move(entries));
}

std::vector<Assignment> known_points(const StudyConfig& config) {
    std::vector<Assignment> points;
    for (const Assignment& point : config.starting_points) {
        if (config.space.check(point)) {
            points.push_back(config.space.in_order(point));
        }
    }
    if (auto defaults = defaults_of(config.space)) {
        points.push_back(std::move(*defaults));
    }
    return points;
}

// The history as it will be when the suggestions are pending trials of it.
History with_pending(const History& history, const std::vector<Suggestion>& suggestions) {
    History later = history;
    for (const Suggestion& suggestion : suggestions) {
        const TrialId id(static_cast<std::int64_t>(later.trials.size()) + 1);
        later.trials.push_back(Trial::create(id, suggestion, TimePoint{}));
    }
    return later;
}

}  // namespace

std::vector<Suggestion> StartingPoints::suggest(const History& history, int count, Rng& rng) const {
    std::vector<Suggestion> suggestions;
    std::vector<Assignment> points = known_points(history.config);
    if (!points.empty()) {
        Taken taken(history);
        for (Assignment& point : points) {
            if (std::ssize(suggestions) < count && taken.insert(point)) {
                suggestions.push_back(make_suggestion(std::move(point), Origin::user, history));
                suggestions.back().provenance.pending += std::ssize(suggestions) - 1;
            }
        }
    }
    const int rest = count - static_cast<int>(suggestions.size());
    if (suggestions.empty()) {
        return then_->suggest(history, count, rng);
    }
    if (rest > 0) {
        auto more = then_->suggest(with_pending(history, suggestions), rest, rng);
        suggestions.insert(suggestions.end(), more.begin(), more.end());
    }
    return suggestions;
}

}  // namespace tuner
