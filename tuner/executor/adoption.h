// choose_adoption says what to do with an attempt that an earlier daemon left: a pure function from
// what was found to one of five ways (reliability.md 3.5). Nothing is ever signalled that is not
// proven to be the attempt's.

#pragma once

namespace tuner {

// What was found. The lock was looked at before the exit file: once it is free, nothing changes.
struct AdoptionEvidence {
    bool lock_held = false;      // a shim lives, here or in another pid namespace
    bool same_boot = false;      // the recorded identity is of this boot …
    bool same_pids = false;      // … and of this pid namespace
    bool process_found = false;  // and its pid has the recorded start time
    bool exit_valid = false;     // the exit file is whole

    friend bool operator==(const AdoptionEvidence&, const AdoptionEvidence&) = default;
};

enum class Adoption {
    mind,       // alive, and proven to be the process: as if we had started it
    watch,      // alive, but not provably a process of ours: wait for the lock, signal nothing
    collect,    // over, and the exit file says how
    sweep,      // lost: the shim was killed; what it left behind is found by its cookie
    write_off,  // lost with the machine or the container: no pid means anything any more
};

Adoption choose_adoption(const AdoptionEvidence& evidence);

}  // namespace tuner
