// The resume table of reliability.md 3.5, as far as the record alone decides it: what a starting
// daemon does with what an earlier one left unfinished. Pure, one function for each row.
//
//   found              in a study that goes on            in one that is over
//   pending trial      left to the plan, which runs it    cancelled: the study's end was cut short
//   attempt intended   abandoned, free of charge          the same, and its trial is cancelled
//   attempt running    adopted                            adopted, and stopped for good
//   attempt stopping   adopted, and told again            adopted, and stopped for good
//
// Why an attempt was told to stop is on record in its trial: a trial with a prune_reason is pruned,
// any other is queued again.
//
// Whether an adopted attempt is alive, over or lost is the executor's half of the table
// (executor/adoption.h), and what its end then means is conclude()'s, as for any other attempt.
// The rest after a loss is not on record: a trial that waits for it when the daemon ends is tried
// again as soon as the next one starts. A restart is news about the machine, and the budget of
// retries, which is on record, bounds what it can cost.

#pragma once

#include "tuner/scheduler/verdict.h"
#include "tuner/study/attempt.h"
#include "tuner/study/study.h"
#include "tuner/study/trial.h"

namespace tuner {

struct Resumption {
    enum class Way {
        abandon,  // its trainer was never let go: it leaves nothing behind
        adopt,
    };

    Way way = Way::adopt;
    StopPurpose purpose = StopPurpose::none;  // what it is told to stop for, if at all

    friend bool operator==(const Resumption&, const Resumption&) = default;
};

// Whether nothing of a study may run any more.
bool is_over(const Study& study);

// The rows of attempts.
Resumption resume_intent(const Study& study);
Resumption resume_running(const Study& study);
Resumption resume_stopping(const Study& study, const Trial& trial);

// The row that fits; the attempt, of `trial`, must not have ended.
Resumption choose_resumption(const Study& study, const Trial& trial, AttemptState found);

// The row of trials: whether a pending one is cancelled.
bool cancels_pending(const Study& study);

}  // namespace tuner
