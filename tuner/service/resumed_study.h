// A study that goes on from an earlier one's trials (`resumePreviousJobId`, contract.md 2.1.2).
//
// It begins with copies of them, ended as they ended, under their numbers: the optimizer learns
// from them and new trials are numbered on. Its limits count them too, so that maxTrials of the
// file is how many new ones there are. Curves and logs stay with the earlier study. Pure.

#pragma once

#include "tuner/base/result.h"
#include "tuner/study/history.h"
#include "tuner/study/study.h"

#include <vector>

namespace tuner {

// `invalid_argument` unless the earlier study has ended and asked the same question.
Result<void> check_resumable(
    const Study& earlier, const History& history, const StudyConfig& config
);

// The trials of the earlier study as the new one has them.
std::vector<Trial> inherited_trials(const Study& earlier, const History& history);

// The new study's config with the trials counted in.
void count_inherited(StudyConfig& config, const std::vector<Trial>& inherited);

// A config that was read again for a study that exists, likewise.
void inherit_limits(StudyConfig& config, const StudyConfig& present, const History& history);

}  // namespace tuner
