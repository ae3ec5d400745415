// How a StudyRunner shares the machine with the others, and what it says about trials that wait.

#include "tuner/scheduler/study_runner.h"
#include "tuner/scheduler/waiting.h"

#include <algorithm>
#include <utility>

namespace tuner {

// The plan for what fits now. A study that is short of something stands in line until it has it;
// one that is about to start what it stood for keeps its place until it has taken it.
Plan StudyRunner::plan_with_slots() {
    const Resources& request = study().config.resources;
    // What asks for nothing of the machine goes on without an active daemon.
    const bool is_asked = study().config.is_asked();
    const bool rests = (context_.passive && !is_asked) || outage_.active();
    facts_.fitting = context_.slots->count_fitting(study().key, request);
    Plan plan = rests ? Plan{} : next_plan(study(), record_.tally(), facts_);
    is_short_ = plan.is_short;
    if (plan.is_short) {
        context_.slots->wait(study().key, study().id, request, [this] {
            if (!std::exchange(slots_changed_, true)) {
                inbox_.push(SlotsChanged{});
            }
        });
    } else if (plan.step != Plan::Step::launch) {
        context_.slots->leave(study().key);
    }
    return plan;
}

// What the trials with these attempts have is theirs; what others were about to take is free.
void StudyRunner::hold_what_is_taken(std::vector<AttemptRecord> live) {
    const auto lives = [&](TrialId id) {
        return std::any_of(live.begin(), live.end(), [&](const AttemptRecord& attempt) {
            return attempt.trial == id;
        });
    };
    for (const TrialId id : context_.slots->holders_of(study().key)) {
        if (!lives(id)) {
            context_.slots->release({study().key, id});
        }
    }
    for (AttemptRecord& attempt : live) {
        const Holder holder{study().key, attempt.trial};
        if (!context_.slots->holds(holder)) {
            context_.slots->hold(
                holder, study().id, {study().config.resources, std::move(attempt.gpus)}
            );
        }
    }
}

std::string StudyRunner::waiting(std::optional<TrialId> id) const {
    const bool is_asked_of =
        id ? record_.trial(*id).state == TrialState::pending
           : study().state == StudyState::running && (is_short_ || facts_.no_room);
    if (!is_asked_of) {
        return {};
    }
    if (study().config.is_asked() && study().state == StudyState::running) {
        return id ? "waits to be asked for" : "";
    }
    Circumstances now;
    now.is_passive = context_.passive;
    now.outage = outage_.active() ? study().message : "";
    now.running = record_.tally().count(TrialState::running);
    if (facts_.no_room) {
        now.refusal = facts_.refusal;
        now.refused_until = facts_.refused_until;
    }
    if (id && facts_.waiting.contains(*id)) {
        now.lost_until = facts_.waiting.at(*id);
    }
    now.shortage = context_.slots->describe_shortage(study().key, study().config.resources);
    return describe_waiting(study(), now);
}

}  // namespace tuner
