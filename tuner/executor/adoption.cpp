#include "tuner/executor/adoption.h"

namespace tuner {

Adoption choose_adoption(const AdoptionEvidence& evidence) {
    const bool pids_mean_something = evidence.same_boot && evidence.same_pids;
    if (evidence.lock_held) {
        return pids_mean_something && evidence.process_found ? Adoption::mind : Adoption::watch;
    }
    if (evidence.exit_valid) {
        return Adoption::collect;
    }
    return pids_mean_something ? Adoption::sweep : Adoption::write_off;
}

}  // namespace tuner
