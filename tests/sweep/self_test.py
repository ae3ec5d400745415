"""Whether the sweep can say no: healthy outcomes that are spoilt on purpose, and programs that misbehave."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import oracle
from case import Ended, Fault, Outcome, run_case

HEALTHY = Fault("daemon", "sync", 1_000_000_000, "once", "EIO")


def alter(outcome: Outcome, statement: str) -> None:
    database = sqlite3.connect(outcome.folder / "data" / "tuner.db")
    database.execute(statement)
    database.commit()
    database.close()


def append_to_log(outcome: Outcome, copy_of: int) -> None:
    log = outcome.folder / "trainers.log"
    lines = log.read_text().splitlines()
    log.write_text("\n".join([*lines, lines[copy_of]]) + "\n")


def tear(outcome: Outcome) -> None:
    file = next((outcome.folder / "data").glob("studies/*/*/*/exit"))
    file.write_bytes(file.read_bytes()[:-9])


# What is done to a healthy outcome, and a word of what the oracle must say to it.
SPOILT = {
    "a trial that is lost": (lambda o: alter(o, "DELETE FROM trial WHERE number = 2"), "trials are"),
    "a trial that is not completed any more": (
        lambda o: alter(o, "UPDATE trial SET state = 'failed' WHERE number = 1"), "is failed"),
    "a wrong result": (lambda o: alter(o, "UPDATE trial SET objective = 2 WHERE number = 1"), "wrong result"),
    "a measurement twice": (
        lambda o: alter(o, "INSERT INTO measurement SELECT attempt, step + 9, metric, kind, value, 9, 0 FROM measurement"
                           " WHERE step = 1"), "measurements instead"),
    "a study that is lost": (lambda o: alter(o, "UPDATE study SET id = 'other-1'"), "is lost"),
    "an end twice": (
        lambda o: alter(o, "INSERT INTO event (time_ms, kind, study, trial, json) SELECT 0, kind, study, trial, json"
                           " FROM event WHERE kind = 'trial_ended'"), "ended more than once"),
    "an attempt that runs twice": (lambda o: append_to_log(o, 0), "started twice"),
    "a trainer that nobody knows": (lambda o: alter(o, "UPDATE attempt SET uuid = 'x' || uuid"), "nobody recorded"),
    "a torn exit file": (tear, "torn file"),
    "a crash": (lambda o: setattr(o, "faulted", Ended(-6, True, "")), "crashed"),
    "a bug": (lambda o: setattr(o, "faulted", Ended(70, False, "error: x")), "crashed"),
    "a hang": (lambda o: setattr(o, "faulted", Ended(None, True, "")), "did not end"),
    "a false success": (lambda o: setattr(o, "faulted", Ended(0, False, "")), "called that success"),
    "an end without a word": (lambda o: setattr(o, "faulted", Ended(5, False, "")), "without a word"),
    "an uncaught exception": (
        lambda o: setattr(o, "faulted", Ended(0, True, "terminate called after")), "terminate called"),
}


def run(binary: Path) -> int:
    """0 when every spoilt outcome is found out and the healthy one is not."""
    bad = []
    for name, (spoil, word) in {"nothing": (lambda o: None, ""), **SPOILT}.items():
        outcome = run_case(binary, HEALTHY)
        spoil(outcome)
        found = oracle.judge(outcome)
        fine = any(word in violation for violation in found) if word else not found
        print(f"{'ok ' if fine else 'BAD'} {name}: {found[:1]}")
        bad += [] if fine else [name]
        shutil.rmtree(outcome.folder)
    # A call that does fail is counted as one, or the sweep would be over before it began.
    outcome = run_case(binary, Fault("daemon", "mkdir", 1, "once", "ENOSPC"))
    print(f"{'ok ' if outcome.failed == 1 else 'BAD'} a call that fails: {outcome.failed} of {outcome.calls}")
    bad += [] if outcome.failed == 1 else ["the injector"]
    shutil.rmtree(outcome.folder)
    return 1 if bad else 0
