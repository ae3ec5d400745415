#include "tuner/optimizer/asha_pruner.h"

#include "tuner/study/rung_table.h"

#include <fmt/format.h>

namespace tuner {

namespace {

// What had been reported at a rung when `result` was, itself included.
std::vector<double> results_by(const CurveBook& book, std::size_t rung, const RungResult& result) {
    std::vector<double> values;
    for (const TrialCurve& other : book.trials()) {
        if (other.rungs.size() > rung && other.rungs[rung].order <= result.order) {
            values.push_back(other.rungs[rung].value);
        }
    }
    return values;
}

bool is_at_its_end(const CurveBook& book, const TrialCurve& trial) {
    const auto horizon = book.horizon();
    const std::int64_t come =
        book.rule().unit == StoppingUnit::measurements ? trial.reports : trial.rungs.back().step;
    return horizon && come >= *horizon;
}

}  // namespace

std::optional<std::string> AshaPruner::judge(const CurveBook& book, TrialId id) const {
    const TrialCurve& trial = book.trial(id);
    if (trial.state != TrialState::running || trial.rungs.empty() || is_at_its_end(book, trial)) {
        return std::nullopt;
    }
    for (std::size_t k = 0; k < trial.rungs.size(); ++k) {
        const RungResult& result = trial.rungs[k];
        const std::vector<double> results = results_by(book, k, result);
        const auto needed = cut_off(results, book.rule().eta, book.goal());
        if (needed && misses(result.value, *needed, book.goal())) {
            return fmt::format(
                "stopped early at step {}: {:.6g} is not among the best {} of the {} trials that "
                "had reached rung {} (minSteps x {}^{} = {}); it needed {:.6g}",
                result.step,
                result.value,
                std::ssize(results) / book.rule().eta,
                results.size(),
                k,
                book.rule().eta,
                k,
                result.rung,
                *needed
            );
        }
    }
    return std::nullopt;
}

}  // namespace tuner
