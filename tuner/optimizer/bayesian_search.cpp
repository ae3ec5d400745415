#include "tuner/optimizer/bayesian_search.h"

#include "tuner/optimizer/acquisition_search.h"
#include "tuner/optimizer/draw.h"
#include "tuner/optimizer/surrogate.h"

#include <algorithm>
#include <cmath>

namespace tuner {

namespace {

// One request: what it needs is made when it is first needed and kept for the whole batch.
class Request {
  public:
    Request(const History& history, const BayesianOptions& options, Rng& rng)
        : history_(history),
          options_(options),
          rng_(rng.next(), "bayesian"),
          cube_(history.config.space),
          taken_(history),
          seen_(observe(cube_, history)),
          sobol_index_(sobol_points_used(history)),
          design_(design_size(options, cube_.axes().size(), history.config.limits.max_trials)) {}

    // Nothing when the space is exhausted.
    std::optional<Suggestion> next() {
        auto suggestion = propose();
        if (suggestion) {
            suggestion->provenance.pending += proposed_;
            ++proposed_;
            ++seen_.started;
            if (const auto point = cube_.encode(suggestion->assignment)) {
                seen_.taken.insert(*point);
                seen_.pending.push_back(*point);
                if (surrogate_) {
                    surrogate_->believe(*point);
                }
            }
        }
        return suggestion;
    }

  private:
    std::optional<Suggestion> propose() {
        const bool enough = seen_.results.size() >= 2;
        if (seen_.started < design_ || (!enough && seen_.failed.empty())) {
            return draw(Origin::design, "");
        }
        if (!fitted_) {
            fit(enough);
        }
        return surrogate_ ? from_model() : draw(Origin::fallback, "the model is ill-conditioned");
    }

    std::optional<Suggestion> draw(Origin origin, std::string note) {
        auto assignment =
            draw_quasi_random(cube_, sobol_seed(history_.config), sobol_index_, taken_, rng_);
        if (!assignment) {
            return std::nullopt;
        }
        ++sobol_index_;
        Suggestion suggestion = make_suggestion(std::move(*assignment), origin, history_);
        suggestion.provenance.note = std::move(note);
        return suggestion;
    }

    void fit(bool enough) {
        fitted_ = true;
        surrogate_ = enough
                         ? Surrogate::fit(cube_, seen_, history_.config.objective().goal, options_)
                         : Surrogate::without_results(cube_, seen_, options_);
        if (surrogate_) {
            for (const EncodedPoint& point : seen_.pending) {
                surrogate_->believe(point);
            }
        }
        const auto all = SpaceEnumeration::create(history_.config.space);
        if (all && all->size() <= static_cast<std::uint64_t>(options_.search.enumerate_below)) {
            for (std::uint64_t i = 0; i < all->size(); ++i) {
                everything_.push_back(*cube_.encode(all->at(i)));
            }
        }
    }

    std::optional<Suggestion> from_model() {
        const bool explore = stagnates() && (std::ssize(history_.trials) + proposed_) % 2 == 0;
        const auto kind = explore ? Acquisition::Kind::uncertainty : Acquisition::Kind::improvement;
        const Acquisition acquisition = surrogate_->acquisition(kind);
        const AcquisitionSearch search(
            cube_,
            acquisition,
            seen_.taken,
            surrogate_->process().theta().log_lengths.array().exp(),
            options_.search
        );
        const auto found = everything_.empty() ? search.search(surrogate_->best_points(), rng_)
                                               : search.best_of(everything_);
        if (!found) {
            return draw(Origin::fallback, "the model found nothing new");
        }
        Assignment assignment = cube_.decode(found->point);
        if (!taken_.insert(assignment)) {
            return draw(Origin::fallback, "the model found nothing new");
        }
        Suggestion suggestion = make_suggestion(std::move(assignment), Origin::model, history_);
        suggestion.provenance.acquisition = found->value;
        if (const auto predicted = surrogate_->predict(found->point)) {
            suggestion.provenance.predicted_mean = predicted->mean;
            suggestion.provenance.predicted_sd = predicted->sd;
        }
        if (explore) {
            suggestion.provenance.note = "no improvement is expected anywhere: exploring";
        }
        return suggestion;
    }

    // Whether the latest proposals of the model all expected next to nothing.
    bool stagnates() const {
        std::vector<std::pair<TrialId, double>> expected;
        for (const Trial& trial : history_.trials) {
            if (trial.provenance.acquisition && trial.provenance.note.empty()) {
                expected.emplace_back(trial.id, *trial.provenance.acquisition);
            }
        }
        const auto last = static_cast<std::size_t>(options_.stagnation);
        if (expected.size() < last) {
            return false;
        }
        std::sort(expected.begin(), expected.end());
        return std::all_of(
            expected.end() - static_cast<std::ptrdiff_t>(last),
            expected.end(),
            [&](const auto& entry) { return entry.second < options_.stagnant_log_improvement; }
        );
    }

    const History& history_;
    const BayesianOptions& options_;
    Rng rng_;
    UnitCube cube_;
    Taken taken_;
    Observations seen_;
    std::uint64_t sobol_index_;
    std::size_t design_;
    std::int64_t proposed_ = 0;
    bool fitted_ = false;
    std::optional<Surrogate> surrogate_;
    std::vector<EncodedPoint> everything_;  // every point of a small finite space
};

}  // namespace

std::size_t design_size(const BayesianOptions& options, std::size_t axes, std::int64_t max_trials) {
    const double d = static_cast<double>(axes);
    const double wanted =
        static_cast<int>(axes) > options.design_wide ? 2 + 2 * std::sqrt(d) : d + 1;
    const double share = std::floor(options.design_share * static_cast<double>(max_trials));
    const double least = options.design_min;
    return static_cast<std::size_t>(std::clamp(wanted, least, std::max(least, share)));
}

std::vector<Suggestion> BayesianSearch::suggest(const History& history, int count, Rng& rng) const {
    Request request(history, options_, rng);
    std::vector<Suggestion> suggestions;
    for (int i = 0; i < count; ++i) {
        auto suggestion = request.next();
        if (!suggestion) {
            break;
        }
        suggestions.push_back(std::move(*suggestion));
    }
    return suggestions;
}

}  // namespace tuner
