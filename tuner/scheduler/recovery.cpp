#include "tuner/scheduler/recovery.h"

#include "tuner/base/contract.h"

namespace tuner {

bool is_over(const Study& study) {
    return study.state == StudyState::cancelled || study.state == StudyState::finished;
}

Resumption resume_intent(const Study& study) {
    return {Resumption::Way::abandon, is_over(study) ? StopPurpose::cancel : StopPurpose::none};
}

Resumption resume_running(const Study& study) {
    return {Resumption::Way::adopt, is_over(study) ? StopPurpose::cancel : StopPurpose::none};
}

Resumption resume_stopping(const Study& study, const Trial& trial) {
    const StopPurpose purpose =
        trial.prune_reason.empty() ? StopPurpose::requeue : StopPurpose::prune;
    return {Resumption::Way::adopt, is_over(study) ? StopPurpose::cancel : purpose};
}

Resumption choose_resumption(const Study& study, const Trial& trial, AttemptState found) {
    expects(found != AttemptState::ended, "an ended attempt is resumed by nobody");
    switch (found) {
        case AttemptState::intent:
            return resume_intent(study);
        case AttemptState::stopping:
            return resume_stopping(study, trial);
        default:
            return resume_running(study);
    }
}

bool cancels_pending(const Study& study) {
    return is_over(study);
}

}  // namespace tuner
