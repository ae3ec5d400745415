"""The invariants of a tuner that may be killed at any moment: pure functions from what is known to what is wrong.

What is known: the database (a copy, now and a moment before), the trainers' own log, what was asked of tuner over HTTP
and acknowledged, and what was killed. Each finding opens with the number of its invariant:

I1   what was acknowledged, or once seen in the database, is there
I2   what a trainer's log shows is on record, and no attempt was started twice
I3   two attempts of a trial never overlap, and no more trials run at once than allowed
I4   a trial's events tell its life: created once, started once per attempt, ended exactly once;
     it runs as long as an attempt of it is live
I5   stored measurements are those that were written: all of an attempt that has ended well, else a beginning
I6   no more trials than allowed, numbered without gaps
I7   the database is sound
I8   when all is over, nothing of it is left: no process, no lock, no port
I9   attempts were lost where a shim was killed, failed where a trainer was, and nowhere else; reruns equal that
I10  the same seed gives the same parameters, whatever happened
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from asked import AskedStudy
from processes import Kill
from record import FINAL, LIVE, AttemptRow, Record, TrialRow
from witness import Execution, most_at_once

MAX_INFRASTRUCTURE_RETRIES = 3  # scheduler/verdict.h
MAX_RETRIES = 3  # of the studies' files
NOTHING_RAN = ("never_started", "not_started")
TRAINERS_FAULT = ("signalled", "timed_out", "stalled")


@dataclass
class Leftovers:
    """What was found when every study had ended and the daemon was gone."""

    processes: list[str] = field(default_factory=list)
    locks: list[str] = field(default_factory=list)
    ports: list[int] = field(default_factory=list)


@dataclass
class Facts:
    record: Record
    asked: list[AskedStudy]
    witness: dict[str, dict[str, Execution]]  # by the path of the log, then by uuid
    kills: list[Kill]
    reference: dict[str, list[str]]  # by shape: the parameters of an undisturbed study by trial number
    before: Record | None = None
    exits: dict[str, str] = field(default_factory=dict)  # by attempt folder: what its exit file says
    over: bool = False  # every study has ended
    leftovers: Leftovers = field(default_factory=Leftovers)

    def known(self) -> list[AskedStudy]:
        """The studies of which the record must tell."""
        return [s for s in self.asked if s.id in self.record.studies]

    def killed(self, victim: str) -> set[str]:
        return {k.dir for k in self.kills if k.victim == victim}


def i1_acknowledged_is_kept(facts: Facts) -> list[str]:
    found = []
    for study in facts.asked:
        row = facts.record.studies.get(study.id or "")
        if row is None:
            if study.acknowledged and study.deleted == "no":
                found.append(f"study {study.id} was created and is not there")
            continue
        if study.deleted == "yes":
            found.append(f"study {study.id} was deleted and is there")
        if row.state not in study.states:
            found.append(f"study {study.id} is {row.state} ({row.reason}), not {' or '.join(sorted(study.states))}")
        limits = (row.limits["maxTrials"], row.limits["maxParallelTrials"])
        if limits not in study.limits:
            found.append(f"study {study.id} has limits {limits}, not one of {sorted(study.limits)}")
        for number, seen in study.seen.items():
            trial = facts.record.trials.get((row.id, number))
            if trial is None or (trial.state, trial.objective) != seen:
                found.append(f"trial {row.id}/{number} was shown as {seen} and is {trial}")
    return found + _lost_since(facts)


def _lost_since(facts: Facts) -> list[str]:
    """What the record told before it still tells, and what is final stays as it is."""
    if facts.before is None:
        return []
    found = []
    old, new = facts.before, facts.record
    gone = {study for study in old.studies if study not in new.studies}
    maybe_deleted = {s.id for s in facts.asked if s.deleted != "no"}
    found += [f"study {study} has vanished" for study in gone - maybe_deleted]
    for key, was in old.trials.items():
        now = new.trials.get(key)
        if was.study not in gone and (
            now is None or now.assignment != was.assignment or (was.state in FINAL and now != was)
        ):
            found.append(f"trial {key} was {was} and is {now}")
    for uuid, was in old.attempts.items():
        now = new.attempts.get(uuid)
        if was.study not in gone and (now is None or (was.state == "ended" and now != was)):
            found.append(f"attempt {uuid} was {was} and is {now}")
        stored = old.measurements.get(was.key, [])
        if now is not None and new.measurements.get(now.key, [])[: len(stored)] != stored:
            found.append(f"attempt {uuid} of {was.study} had measurements that are gone")
    events = {e.id for e in new.events}
    found += [f"event {e} has vanished" for e in old.events if e.id not in events and e.study not in gone]
    return found


def i2_nothing_runs_unrecorded_or_twice(facts: Facts) -> list[str]:
    found = []
    for study in facts.asked:
        for execution in facts.witness.get(str(study.log), {}).values():
            row = facts.record.attempts.get(execution.uuid)
            if execution.starts != 1:
                found.append(f"attempt {execution.uuid} of {study.id} was started {execution.starts} times")
            if row is None:
                if study.deleted == "no":
                    found.append(f"attempt {execution.uuid} of {study.id} ran and is not on record")
            elif (row.study, row.trial, row.number) != (study.id, execution.trial, execution.attempt):
                found.append(f"attempt {execution.uuid} ran as {execution}, recorded as {row}")
            elif row.state == "intent" or row.exit_kind in NOTHING_RAN:
                found.append(f"attempt {execution.uuid} of {study.id} ran but is {row.exit_kind or row.state}")
    return found


def i3_attempts_never_overlap(facts: Facts) -> list[str]:
    found = []
    for study in facts.known():
        executions = facts.witness.get(str(study.log), {}).values()
        latest: dict[int, Execution] = {}
        for execution in sorted(executions, key=lambda e: e.line):
            before = latest.get(execution.trial)
            if before and (before.last_line > execution.line or before.last > execution.started):
                found.append(f"trial {study.id}/{execution.trial}: {before} overlaps {execution}")
            latest[execution.trial] = execution
        most = most_at_once(list(executions))
        if most > study.most_parallel:
            found.append(f"study {study.id} ran {most} trials at once, {study.most_parallel} are allowed")
    return found


def i4_events_tell_each_life_once(facts: Facts) -> list[str]:
    counts = Counter((e.study, e.trial, e.kind) for e in facts.record.events)
    live = Counter((a.study, a.trial) for a in facts.record.attempts.values() if a.state in LIVE)
    found = []
    for (study, number), trial in facts.record.trials.items():

        def count(kind: str, at: tuple[str, int] = (study, number)) -> int:
            return counts[(*at, kind)]

        wanted_requeues = {"pending": {trial.attempts}, "running": {trial.attempts - 1}}.get(
            trial.state, {trial.attempts, trial.attempts - 1} if trial.state == "cancelled" else {trial.attempts - 1}
        )
        if count("trial_ended") != (trial.state in FINAL):
            found.append(f"trial {study}/{number} is {trial.state} and has {count('trial_ended')} events of its end")
        if count("trial_created") != 1:
            found.append(f"trial {study}/{number} has {count('trial_created')} events of its creation")
        if count("trial_started") != trial.attempts:
            found.append(f"trial {study}/{number} has {trial.attempts} attempts and {count('trial_started')} starts")
        if live[study, number] != (trial.state == "running"):
            found.append(f"trial {study}/{number} is {trial.state} and has {live[study, number]} live attempts")
        if count("trial_requeued") not in wanted_requeues:
            found.append(f"trial {study}/{number}, {trial}, was queued again {count('trial_requeued')} times")
    return found


def i5_measurements_are_those_written(facts: Facts) -> list[str]:
    found = []
    for study in facts.known():
        for uuid, execution in facts.witness.get(str(study.log), {}).items():
            row = facts.record.attempts.get(uuid)
            stored = facts.record.measurements.get(row.key, []) if row else []
            written = execution.steps
            # A killed trainer may have written one step more than it came to log.
            same = min(len(stored), len(written))
            if stored[:same] != written[:same] or len(stored) > len(written) + (execution.ended is None):
                found.append(f"attempt {uuid} of {study.id} wrote {written}, stored are {stored}")
            has_exit_file = row is not None and row.state == "ended" and row.exit_kind != "lost"
            if has_exit_file and len(stored) < len(written):
                found.append(f"attempt {uuid} of {study.id} ended with {written}, but stored are only {stored}")
    for (study_id, number), trial in facts.record.trials.items():
        if trial.state == "completed":
            attempts = [a for a in facts.record.attempts_of(study_id) if a.trial == number]
            last = facts.record.measurements.get(attempts[-1].key, [(0, None)])[-1][1] if attempts else None
            if trial.objective != last:
                found.append(f"trial {study_id}/{number} has objective {trial.objective}, its last step says {last}")
    return found


def i6_budget_and_numbers(facts: Facts) -> list[str]:
    found = []
    for study in facts.known():
        numbers = sorted(number for (id_, number) in facts.record.trials if id_ == study.id)
        if numbers != list(range(1, len(numbers) + 1)):
            found.append(f"study {study.id} has trials {numbers}")
        if len(numbers) > study.most_trials:
            found.append(f"study {study.id} has {len(numbers)} trials, {study.most_trials} are allowed")
        started = {e.trial for e in facts.witness.get(str(study.log), {}).values()}
        if study.deleted == "no" and not started <= set(numbers):
            found.append(f"study {study.id} ran trials {sorted(started)} of {numbers}")
    return found


def i7_database_is_sound(facts: Facts) -> list[str]:
    return list(facts.record.damage)


def i8_nothing_is_left(facts: Facts) -> list[str]:
    if not facts.over:
        return []
    left = facts.leftovers
    found = [f"process {process} is alive" for process in left.processes]
    found += [f"lock {lock} is held" for lock in left.locks]
    found += [f"port {port} is taken" for port in left.ports]
    found += [f"attempt {a} is live" for a in facts.record.attempts.values() if a.state in LIVE]
    found += [f"trial {t} is not over" for t in facts.record.trials.values() if t.state not in FINAL]
    return found


def i9_reruns_equal_the_faults(facts: Facts) -> list[str]:
    found = []
    shims, trainers = facts.killed("shim"), facts.killed("trainer")
    for study in facts.known():
        for attempt in facts.record.attempts_of(study.id):
            if attempt.state == "ended":
                execution = facts.witness.get(str(study.log), {}).get(attempt.uuid)
                wrong = _wrong_exit(attempt, execution, facts.exits.get(attempt.dir), study, shims, trainers)
                found += [f"attempt {attempt}: {wrong}"] if wrong else []
        for (id_, number), trial in facts.record.trials.items():
            if id_ == study.id:
                attempts = [a for a in facts.record.attempts_of(study.id) if a.trial == number]
                found += [f"trial {trial}: {wrong}" for wrong in _wrong_counts(trial, attempts)]
    return found


def _wrong_exit(
    attempt: AttemptRow,
    execution: Execution | None,
    exit_file: str | None,
    study: AskedStudy,
    shims: set[str],
    trainers: set[str],
) -> str | None:
    kind = attempt.exit_kind
    shim_killed = attempt.dir in shims and exit_file is None
    if kind == "lost" and not shim_killed:
        return f"lost, but its shim was not killed before its exit file, which says {exit_file}"
    if shim_killed and kind != "lost" and not (kind == "never_started" and attempt.pid == 0):
        return "its shim was killed and it is not lost"
    if exit_file is not None and kind != exit_file:
        return f"its exit file says {exit_file}"
    if kind == "not_started" or kind in ("timed_out", "stalled"):
        return "nothing asked for that"
    if kind == "never_started" and exit_file is None and attempt.pid != 0:
        return "never started, but a shim was on record and left no word"
    if kind == "signalled" and attempt.dir not in trainers:
        return "nobody killed its trainer"
    if kind == "stopped" and not study.stopped_attempts:
        return "nobody told it to stop"
    if kind == "exited" and (execution is None or execution.ended is None or attempt.exit_code != 0):
        return f"ended with {attempt.exit_code}, by its own account {execution}"
    cut_short = attempt.dir in trainers and execution is not None and execution.ended is None
    if cut_short and kind not in ("signalled", "stopped", "lost"):
        return "its trainer was killed"
    return None


def _wrong_counts(trial: TrialRow, attempts: list[AttemptRow]) -> list[str]:
    found = []
    if [a.number for a in attempts] != list(range(1, trial.attempts + 1)):
        found.append(f"attempts {[a.number for a in attempts]}")
    if trial.state == "running" or any(a.state != "ended" for a in attempts):
        attempts = attempts[:-1]
    lost = sum(a.exit_kind == "lost" for a in attempts)
    failed = sum(a.exit_kind in TRAINERS_FAULT for a in attempts)
    exited = [a for a in attempts[:-1] if a.exit_kind == "exited"]
    found += [f"rerun after {a}" for a in exited]
    # A trial that was cancelled, or failed for good, was not rerun after its last attempt.
    spared = {lost} if trial.state in ("pending", "running", "completed") else {lost, max(lost - 1, 0)}
    if trial.infrastructure_retries not in spared or trial.infrastructure_retries > MAX_INFRASTRUCTURE_RETRIES:
        found.append(f"{lost} attempts lost, {trial.infrastructure_retries} reruns for it")
    spared = {failed} if trial.state in ("pending", "running", "completed") else {failed, max(failed - 1, 0)}
    if trial.user_retries not in spared or trial.user_retries > MAX_RETRIES:
        found.append(f"{failed} attempts failed, {trial.user_retries} reruns for it")
    if trial.failure == "lost" and lost != MAX_INFRASTRUCTURE_RETRIES + 1:
        found.append(f"failed as lost after {lost} losses")
    if trial.failure == "signalled" and failed != MAX_RETRIES + 1:
        found.append(f"failed after {failed} failures")
    if trial.failure not in (None, "lost", "signalled"):
        found.append(f"failed as {trial.failure}")
    return found


def i10_same_seed_same_parameters(facts: Facts) -> list[str]:
    found = []
    for study in facts.known():
        expected = facts.reference.get(study.shape, [])
        for (id_, number), trial in facts.record.trials.items():
            if id_ == study.id and number <= len(expected) and trial.assignment != expected[number - 1]:
                found.append(f"trial {id_}/{number} has {trial.assignment}, undisturbed {expected[number - 1]}")
    return found


INVARIANTS = {
    "I1": i1_acknowledged_is_kept,
    "I2": i2_nothing_runs_unrecorded_or_twice,
    "I3": i3_attempts_never_overlap,
    "I4": i4_events_tell_each_life_once,
    "I5": i5_measurements_are_those_written,
    "I6": i6_budget_and_numbers,
    "I7": i7_database_is_sound,
    "I8": i8_nothing_is_left,
    "I9": i9_reruns_equal_the_faults,
    "I10": i10_same_seed_same_parameters,
}


def judge(facts: Facts) -> list[str]:
    return [f"{name}: {finding}" for name, invariant in INVARIANTS.items() for finding in invariant(facts)]
