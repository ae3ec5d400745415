// What callers hand to Storage in one piece, because it is stored in one commit.

#pragma once

#include "tuner/base/id.h"
#include "tuner/study/attempt.h"
#include "tuner/study/study_config.h"
#include "tuner/study/trial.h"

#include <string>
#include <vector>

namespace tuner {

// What a study is made of besides its number.
struct NewStudy {
    StudyConfig config;  // with a seed
    std::string file;
    std::string source;
    std::vector<Trial> inherited = {};  // ended ones of an earlier study, numbered from 1
};

// What an ended attempt means for its trial, committed together.
struct AttemptEnd {
    AttemptId attempt;
    AttemptExit exit;
    Trial trial;  // as it is after: ended, or pending again
};

}  // namespace tuner
