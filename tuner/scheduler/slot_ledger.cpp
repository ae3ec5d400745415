#include "tuner/scheduler/slot_ledger.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace tuner {

namespace {

constexpr std::size_t kMaxNamedHolders = 8;

}  // namespace

// The waiting study that must be served before this one.
const SlotLedger::Waiter* SlotLedger::first_in_the_way(StudyKey study, const Resources& request)
    const {
    for (const Waiter& waiter : line_) {
        if (waiter.study == study) {
            return nullptr;
        }
        const bool is_possible = list_unmet(waiter.request, slots_.capacity()).empty();
        if (is_possible && share_a_kind(waiter.request, request)) {
            return &waiter;
        }
    }
    return nullptr;
}

std::int64_t SlotLedger::count_fitting(StudyKey study, const Resources& request) const {
    if (request.are_none()) {
        return kAnyNumber;
    }
    if (first_in_the_way(study, request) != nullptr) {
        return 0;
    }
    const bool others_wait = std::any_of(line_.begin(), line_.end(), [&](const Waiter& waiter) {
        return waiter.study != study && share_a_kind(waiter.request, request);
    });
    const std::int64_t fitting = slots_.count_fitting(request);
    return others_wait ? std::min<std::int64_t>(fitting, 1) : fitting;
}

std::optional<Holding> SlotLedger::take(
    Holder holder, const std::string& name, const Resources& request
) {
    if (count_fitting(holder.study, request) < 1) {
        return std::nullopt;
    }
    std::optional<Holding> holding = slots_.take(request);
    if (holding && !request.are_none()) {
        entries_.emplace(holder, Entry{name, *holding});
        leave(holder.study);
    }
    return holding;
}

void SlotLedger::hold(Holder holder, const std::string& name, const Holding& holding) {
    release(holder);
    if (!holding.amount.are_none() || !holding.gpus.empty()) {
        slots_.hold(holding);
        entries_.emplace(holder, Entry{name, holding});
    }
}

void SlotLedger::release(Holder holder) {
    const auto found = entries_.find(holder);
    if (found != entries_.end()) {
        slots_.give_back(found->second.holding);
        entries_.erase(found);
        wake_all();
    }
}

std::vector<TrialId> SlotLedger::holders_of(StudyKey study) const {
    std::vector<TrialId> trials;
    for (const auto& [holder, entry] : entries_) {
        if (holder.study == study) {
            trials.push_back(holder.trial);
        }
    }
    return trials;
}

void SlotLedger::wait(
    StudyKey study, const std::string& name, const Resources& request, Wake wake
) {
    const auto found = std::find_if(line_.begin(), line_.end(), [&](const Waiter& waiter) {
        return waiter.study == study;
    });
    if (found == line_.end()) {
        line_.push_back({study, name, request, std::move(wake)});
    } else {
        found->request = request;
    }
}

void SlotLedger::leave(StudyKey study) {
    const auto left =
        std::erase_if(line_, [&](const Waiter& waiter) { return waiter.study == study; });
    if (left > 0) {
        wake_all();
    }
}

void SlotLedger::wake_all() const {
    for (const Waiter& waiter : line_) {
        waiter.wake();
    }
}

std::string SlotLedger::describe_shortage(StudyKey study, const Resources& request) const {
    const std::vector<std::string> unmet = list_unmet(request, slots_.capacity());
    if (!unmet.empty()) {
        return fmt::format("cannot start here: {}", fmt::join(unmet, "; "));
    }
    const Resources& all = slots_.capacity();
    const Resources free = slots_.free();
    if (request.gpus > free.gpus) {
        return fmt::format(
            "waits for {}: {} of {} are held by {}",
            describe({0, request.gpus, 0}),
            all.gpus - free.gpus,
            all.gpus,
            describe_holders([](const Resources& held) { return held.gpus > 0; })
        );
    }
    if (request.cpus > free.cpus) {
        return fmt::format(
            "waits for {}: {} of {} are held by {}",
            describe({request.cpus, 0, 0}),
            all.cpus - free.cpus,
            all.cpus,
            describe_holders([](const Resources& held) { return held.cpus > 0; })
        );
    }
    if (request.memory_bytes > free.memory_bytes) {
        return fmt::format(
            "waits for {}: {} of {} are held by {}",
            describe({0, 0, request.memory_bytes}),
            to_memory_text(all.memory_bytes - free.memory_bytes),
            to_memory_text(all.memory_bytes),
            describe_holders([](const Resources& held) { return held.memory_bytes > 0; })
        );
    }
    if (const Waiter* waiter = first_in_the_way(study, request)) {
        return fmt::format(
            "waits for its turn: study {} came first and waits for {}",
            waiter->name,
            describe(waiter->request)
        );
    }
    return {};
}

// "trials 3, 4 of mnist-1 and trial 1 of digits-2".
std::string SlotLedger::describe_holders(const std::function<bool(const Resources&)>& counts
) const {
    std::vector<std::pair<std::string, std::vector<std::int64_t>>> studies;
    std::size_t left_out = 0;
    std::size_t named = 0;
    for (const auto& [holder, entry] : entries_) {
        if (!counts(entry.holding.amount)) {
            continue;
        }
        if (++named > kMaxNamedHolders) {
            ++left_out;
            continue;
        }
        if (studies.empty() || studies.back().first != entry.name) {
            studies.emplace_back(entry.name, std::vector<std::int64_t>());
        }
        studies.back().second.push_back(holder.trial.value());
    }
    std::string text;
    for (const auto& [name, trials] : studies) {
        text += fmt::format(
            "{}trial{} {} of {}",
            text.empty() ? "" : " and ",
            trials.size() == 1 ? "" : "s",
            fmt::join(trials, ", "),
            name
        );
    }
    return left_out == 0 ? text : fmt::format("{} and {} more", text, left_out);
}

}  // namespace tuner
