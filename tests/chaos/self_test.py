"""Shows that the oracle can fail: true records of a short, disturbed life are altered, and each invariant must see it.

A study runs to its end while shims and trainers are killed; its database and its trainers' log are judged sound. Then
each case below makes one thing untrue, in a copy, and names the invariant that has to report it.
"""

from __future__ import annotations

import copy
import shutil
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

import processes
from asked import AskedStudy
from life import Life, wait_for
from oracle import INVARIANTS, Facts, Leftovers, judge
from processes import Kill
from record import load, read_record
from round import BACKOFF_MS, Setup, read_exits
from shapes import SHAPES, write_study
from witness import read_witness

WANTED = {"lost", "signalled", "exited"}  # the kinds of end that the altered life must contain


@dataclass
class Evidence:
    """What a case may alter: a database, the text of the trainers' log, and everything else in `facts`."""

    database: sqlite3.Connection
    log: str
    facts: Facts

    def sql(self, text: str) -> None:
        self.database.execute("PRAGMA ignore_check_constraints = ON")
        assert self.database.execute(text).rowcount != 0, f"nothing altered by {text}"

    def in_log(self, old: str, new: str) -> None:
        assert old in self.log, f"{old!r} is not in the log"
        self.log = self.log.replace(old, new, 1)

    def line(self, word: str, place: int = 0) -> str:
        return [line + "\n" for line in self.log.splitlines() if line.startswith(word)][place]

    @property
    def study(self) -> AskedStudy:
        return self.facts.asked[0]

    def judge(self) -> list[str]:
        self.facts.record = load(self.database)
        self.facts.witness = {str(self.study.log): read_witness(self.log)}
        return judge(self.facts)


Case = Callable[[Evidence], None]
CASES: list[tuple[str, str, Case]] = []


def case(invariant: str, what: str) -> Callable[[Case], Case]:
    def add(alter: Case) -> Case:
        CASES.append((invariant, what, alter))
        return alter

    return add


@case("I1", "a study that was acknowledged is gone")
def _(e: Evidence) -> None:
    for table in ("measurement", "outcome_metric", "attempt", "trial", "event", "study"):
        e.sql(f"DELETE FROM {table}")


@case("I1", "an acknowledged limit is the old one")
def _(e: Evidence) -> None:
    e.study.note_limits(9, 1, True)


@case("I1", "an acknowledged cancellation is forgotten")
def _(e: Evidence) -> None:
    e.sql("UPDATE study SET state = 'running'")
    e.study.note_call("cancel", True)


@case("I1", "a deleted study is there")
def _(e: Evidence) -> None:
    e.study.deleted = "yes"


@case("I1", "a result that was shown has changed")
def _(e: Evidence) -> None:
    e.sql("UPDATE trial SET objective = objective + 1 WHERE number = 1")
    e.facts.before = None


@case("I1", "a trial that was final has changed since")
def _(e: Evidence) -> None:
    e.sql("UPDATE trial SET user_retries = user_retries + 1 WHERE number = 1")
    e.study.seen = {}


@case("I1", "an event has vanished")
def _(e: Evidence) -> None:
    e.sql("DELETE FROM event WHERE kind = 'study_created'")


@case("I1", "a stored measurement has vanished since")
def _(e: Evidence) -> None:
    e.sql("DELETE FROM measurement WHERE sequence = 0")


@case("I2", "an attempt ran and is not on record")
def _(e: Evidence) -> None:
    uuid = e.line("start").split()[1]
    e.log = e.log.replace(uuid, "0" * 32)


@case("I2", "an attempt was started twice")
def _(e: Evidence) -> None:
    e.log += e.line("start")


@case("I2", "an attempt that never started ran")
def _(e: Evidence) -> None:
    e.sql("UPDATE attempt SET exit_kind = 'never_started' WHERE key = (SELECT min(key) FROM attempt)")


@case("I3", "two attempts of one trial overlap")
def _(e: Evidence) -> None:
    rerun = next(a for a in e.facts.record.attempts.values() if a.number == 2)
    first = next(a for a in e.facts.record.attempts.values() if (a.trial, a.number) == (rerun.trial, 1))
    ms = e.log.split(rerun.uuid)[1].split()[2]
    e.log += f"step {first.uuid} {first.trial} 1 {int(ms) + 1} 1 99 0.5\n"


@case("I3", "more trials at once than allowed")
def _(e: Evidence) -> None:
    e.study.most_parallel = 1


@case("I4", "a trial ended twice")
def _(e: Evidence) -> None:
    e.sql(
        "INSERT INTO event (time_ms, kind, study, trial, json)"
        " SELECT time_ms, kind, study, trial, json FROM event WHERE kind = 'trial_ended' LIMIT 1"
    )


@case("I4", "a trial ended without an event")
def _(e: Evidence) -> None:
    e.sql("DELETE FROM event WHERE id = (SELECT max(id) FROM event WHERE kind = 'trial_ended')")


@case("I4", "a start without an event")
def _(e: Evidence) -> None:
    e.sql("DELETE FROM event WHERE id = (SELECT max(id) FROM event WHERE kind = 'trial_started')")


@case("I4", "a trial runs without an attempt")
def _(e: Evidence) -> None:
    e.sql("UPDATE trial SET state = 'running', ended_ms = NULL WHERE number = 1")


@case("I5", "a measurement is lost")
def _(e: Evidence) -> None:
    e.sql("DELETE FROM measurement WHERE sequence = 3")


@case("I5", "a measurement is stored twice")
def _(e: Evidence) -> None:
    e.sql(
        "INSERT INTO measurement (attempt, step, metric, kind, value, sequence, position)"
        " SELECT attempt, step, metric, kind, value + 0.25, sequence, 7 FROM measurement WHERE sequence = 1"
    )


@case("I5", "a value is another one")
def _(e: Evidence) -> None:
    e.sql("UPDATE measurement SET value = value + 0.5 WHERE sequence = 1")


@case("I5", "an objective is not what was measured")
def _(e: Evidence) -> None:
    e.sql("UPDATE trial SET objective = 77 WHERE number = 2")


@case("I6", "a number is missing")
def _(e: Evidence) -> None:
    e.sql("UPDATE trial SET number = 99 WHERE number = 3")


@case("I6", "more trials than allowed")
def _(e: Evidence) -> None:
    e.study.most_trials = 2


@case("I7", "an attempt of no trial")
def _(e: Evidence) -> None:
    e.sql("PRAGMA foreign_keys = OFF")
    e.sql("DELETE FROM trial WHERE number = 1")


@case("I7", "an index that misses a row")
def _(e: Evidence) -> None:
    e.sql("PRAGMA writable_schema = ON")
    e.sql(
        "UPDATE sqlite_schema SET sql = replace(sql, 'event (study, id)', 'event (kind, id)')"
        " WHERE name = 'event_of_study'"
    )
    e.sql("PRAGMA writable_schema = RESET")


@case("I8", "a process is alive")
def _(e: Evidence) -> None:
    e.facts.leftovers = Leftovers(processes=["1 of attempt 2"])


@case("I8", "a lock is held")
def _(e: Evidence) -> None:
    e.facts.leftovers = Leftovers(locks=["/somewhere"])


@case("I8", "a port is taken")
def _(e: Evidence) -> None:
    e.facts.leftovers = Leftovers(ports=[7437])


@case("I8", "a trial is still pending")
def _(e: Evidence) -> None:
    e.sql("UPDATE trial SET state = 'pending', ended_ms = NULL WHERE number = 1")


@case("I9", "an attempt is lost whose shim was not killed")
def _(e: Evidence) -> None:
    e.facts.kills = [k for k in e.facts.kills if k.victim != "shim"]


@case("I9", "a killed shim's attempt ended well")
def _(e: Evidence) -> None:
    e.sql("UPDATE attempt SET exit_kind = 'exited' WHERE exit_kind = 'lost'")


@case("I9", "a trainer was killed by nobody")
def _(e: Evidence) -> None:
    e.facts.kills = [k for k in e.facts.kills if k.victim != "trainer"]


@case("I9", "a rerun more than losses")
def _(e: Evidence) -> None:
    e.sql("UPDATE trial SET infrastructure_retries = infrastructure_retries + 1 WHERE number = 1")


@case("I9", "a failure that counts as no rerun")
def _(e: Evidence) -> None:
    e.sql("UPDATE trial SET user_retries = user_retries + 1 WHERE number = 1")


@case("I9", "a record that contradicts the exit file")
def _(e: Evidence) -> None:
    e.sql("UPDATE attempt SET exit_kind = 'stopped' WHERE exit_kind = 'signalled'")


@case("I10", "other parameters than undisturbed")
def _(e: Evidence) -> None:
    e.sql("""UPDATE trial SET assignment = '{"x":0.5,"n":1,"choice":"one"}' WHERE number = 2""")


def begun_trainers(log: Path) -> set[int]:
    """The processes that have said that they started: one that was killed before would be no witness."""
    lines = [line.split() for line in log.read_text().splitlines()] if log.exists() else []
    return {int(words[5]) for words in lines if words[0] == "start"}


def live_a_life(setup: Setup) -> tuple[Path, Facts]:
    """A study of the shape "steady" with a killed shim and a killed trainer, run to its end."""
    folder = setup.folder / "self-test"
    folder.mkdir()
    data = folder / "data"
    shape = SHAPES["steady"]
    study = AskedStudy(folder / "s.yaml", folder / "s.log", shape.name, shape.max_trials, shape.parallel)
    write_study(study.file, shape, setup.seed, setup.trainer, study.log)
    life = Life(setup.bin_dir, data, folder / "daemon.log", {}, BACKOFF_MS)
    assert life.listens()
    study.id = life.call("POST", "/v1/studies", {"file": str(study.file)}).body["study"]["id"]
    study.acknowledged = True
    kills = []
    for victim in ("shim", "trainer"):
        while not any(k.victim == victim for k in kills):
            begun = begun_trainers(study.log)
            for found in (f for f in processes.find(data, "trainer") if f.pid in begun):
                wanted = [f for f in processes.find(data, victim) if f.dir == found.dir]
                if wanted and processes.kill(wanted[0], data):
                    kills.append(Kill(victim, found.dir, "signal"))
                    break
    path = f"/v1/studies/{study.id}"
    assert wait_for(lambda: life.call("GET", path).body["state"] == "finished", 60 * setup.patience, 0.02)
    for trial in life.call("GET", f"{path}/trials").body["trials"]:
        study.seen[trial["id"]] = (trial["state"], trial["objective"])
    assert life.terminate() == 0
    record = read_record(data / "tuner.db", folder / "scratch")
    assert record is not None
    witness = {str(study.log): read_witness(study.log.read_text())}
    facts = Facts(record, [study], witness, kills, setup.reference, record, read_exits(record), over=True)
    return folder / "scratch/copy.db", facts


def try_case(database: Path, facts: Facts, alter: Case | None) -> list[str]:
    altered = database.with_name("altered.db")
    shutil.copyfile(database, altered)
    connection = sqlite3.connect(altered, isolation_level=None)
    try:
        log = facts.asked[0].log.read_text()
        evidence = Evidence(connection, log, copy.deepcopy(facts))
        if alter:
            alter(evidence)
        return evidence.judge()
    finally:
        connection.close()


def self_test(setup: Setup) -> int:
    database, facts = live_a_life(setup)
    failures = [f"an unaltered record is not sound: {finding}" for finding in try_case(database, facts, None)]
    kinds = {a.exit_kind for a in facts.record.attempts.values()}
    failures += [f"no attempt {kind}: the cases are not possible" for kind in WANTED - kinds]
    for invariant, what, alter in CASES if not failures else []:
        findings = try_case(database, facts, alter)
        seen = any(finding.startswith(f"{invariant}:") for finding in findings)
        print(f"{'seen' if seen else 'NOT SEEN':8}  {invariant:3}  {what}")
        if not seen:
            failures.append(f"{invariant} does not see that {what}; findings: {findings[:3]}")
    failures += [f"no case for {name}" for name in INVARIANTS.keys() - {c[0] for c in CASES}]
    for failure in failures:
        print(f"FAILED: {failure}")
    return 1 if failures else 0
