"""What must hold after a case of the sweep, whatever call failed (reliability.md 4.1 and goal 4)."""

from __future__ import annotations

import os
import sqlite3
import time
from pathlib import Path

from case import TRIALS, Ended, Outcome

BUG = 70  # the exit code of a bug in tuner
ABORTED = -6  # by SIGABRT
ABORTING = "terminate called"
MARKS_OF_A_CRASH = [ABORTING, "Sanitizer", "contract", "Assertion", "core dumped"]


def judge(outcome: Outcome) -> list[str]:
    """The violations; empty when all is well."""
    found = list(outcome.complaints)
    # An abort may be overtaken by another thread's orderly exit: then its words are all there is of it.
    aborted = outcome.faulted.code == ABORTED or ABORTING in outcome.faulted.stderr
    if not (outcome.may_abort and aborted and outcome.faulted.code is not None):
        found += judge_end(outcome.faulted, "under the fault")
    for ended in outcome.repaired:
        found += judge_end(ended, "after the fault")
        if not ended.asked:
            found.append(f"after the fault: the daemon ended by itself with code {ended.code}")
    found += judge_records(outcome)
    found += judge_files(outcome.folder)
    found += judge_leftovers(outcome.folder)
    return found


def judge_end(ended: Ended, when: str) -> list[str]:
    found = [f"{when}: its stderr says \"{mark}\"" for mark in MARKS_OF_A_CRASH if mark in ended.stderr]
    if ended.code is None:
        found.append(f"{when}: it did not end")
    elif ended.code < 0 or ended.code == BUG:
        found.append(f"{when}: it crashed with code {ended.code}")
    elif not ended.asked and ended.code == 0:
        found.append(f"{when}: it gave up and called that success")
    elif ended.code != 0 and "error" not in ended.stderr:
        found.append(f"{when}: it ended with code {ended.code} and without a word why")
    return found


def judge_records(outcome: Outcome) -> list[str]:
    file = outcome.folder / "data" / "tuner.db"
    if not file.exists():
        return ["there is no database"]
    database = sqlite3.connect(file)
    try:
        return list(compare(outcome, database))
    except sqlite3.Error as error:
        return [f"the database cannot be read: {error}"]
    finally:
        database.close()


def compare(outcome: Outcome, database: sqlite3.Connection):
    """The records against themselves, the promises and the trainers' own log."""
    if (check := database.execute("PRAGMA quick_check").fetchone()[0]) != "ok":
        yield f"quick_check: {check}"
    if broken := database.execute("PRAGMA foreign_key_check").fetchall():
        yield f"foreign_key_check: {broken}"
    studies = database.execute("SELECT id, state, reason FROM study").fetchall()
    if len(studies) != 1 or studies[0][1] != "finished":
        yield f"not one finished study: {studies}"
    if outcome.promises.study not in [study[0] for study in studies]:
        yield f"study {outcome.promises.study} was acknowledged and is lost"
    trials = {
        number: (state, objective, failure)
        for number, state, objective, failure in database.execute(
            "SELECT number, state, objective, failure_message FROM trial"
        )
    }
    if sorted(trials) != list(range(1, TRIALS + 1)):
        yield f"the trials are {sorted(trials)}"
    for number, (state, objective, failure) in trials.items():
        if state != "completed":
            yield f"trial {number} is {state}: {failure}"
        elif objective != float(f"1.{number}"):
            yield f"trial {number} completed with a wrong result: {objective}"
    for number, objective in outcome.promises.completed.items():
        if trials.get(number, (None, None))[:2] != ("completed", objective):
            yield f"trial {number} was seen completed with {objective} and is now {trials.get(number)}"
    endings = database.execute(
        "SELECT trial, count(*) FROM event WHERE kind = 'trial_ended' GROUP BY trial HAVING count(*) <> 1"
    ).fetchall()
    if endings:
        yield f"trials that ended more than once: {endings}"
    if live := database.execute("SELECT count(*) FROM attempt WHERE state <> 'ended'").fetchone()[0]:
        yield f"{live} attempts are still alive"
    yield from compare_executions(outcome.folder / "trainers.log", database)
    yield from compare_measurements(database)


def compare_executions(log: Path, database: sqlite3.Connection):
    lines = [line.split() for line in log.read_text().splitlines()] if log.exists() else []
    known = {uuid: kind for uuid, kind in database.execute("SELECT uuid, exit_kind FROM attempt")}
    started: set[str] = set()
    alive: dict[str, str] = {}
    for word, trial, _, uuid in lines:
        if word == "end":
            alive.pop(trial, None)
            continue
        if uuid in started:
            yield f"the attempt {uuid} of trial {trial} was started twice"
        if uuid not in known:
            yield f"a trainer ran that nobody recorded: {uuid} of trial {trial}"
        elif known[uuid] in ("never_started", "not_started"):
            yield f"an attempt is recorded as {known[uuid]} and its trainer ran: trial {trial}"
        if trial in alive and known.get(alive[trial]) != "lost":
            yield f"two trainers of trial {trial} ran at once"
        started.add(uuid)
        alive[trial] = uuid


def compare_measurements(database: sqlite3.Connection):
    """A completed trial has every measurement of its last attempt, once."""
    for number, count in database.execute(
        "SELECT t.number, (SELECT count(*) FROM measurement WHERE attempt = t.attempt) FROM trial t"
        " WHERE t.state = 'completed'"
    ):
        if count != 3:
            yield f"trial {number} completed with {count} measurements instead of 3"


def checksum(text: bytes) -> str:
    """As tuner/formats/checked_fields.cpp: FNV-1a, then mixed."""
    mask = (1 << 64) - 1
    number = 0xCBF29CE484222325
    for byte in text:
        number = (number ^ byte) * 0x100000001B3 & mask
    number = (number ^ number >> 30) * 0xBF58476D1CE4E5B9 & mask
    number = (number ^ number >> 27) * 0x94D049BB133111EB & mask
    return f"{number ^ number >> 31:016x}"


def judge_files(folder: Path) -> list[str]:
    """What has its final name is whole; a half one may only be a temporary file."""
    found = []
    for name in ("exit", "identity"):
        for file in (folder / "data").glob(f"studies/*/*/*/{name}"):
            text = file.read_bytes()
            body, _, end = text.rpartition(b"checksum=")
            if end.decode(errors="replace").strip() != checksum(body):
                found.append(f"torn file: {file.relative_to(folder)}: {text!r}")
    return found


def judge_leftovers(folder: Path) -> list[str]:
    """No process of the case may be left; those that are just ending get a moment."""
    deadline = time.monotonic() + 30
    while (left := processes_of(folder)) and time.monotonic() < deadline:
        time.sleep(0.01)
    return [f"a process is left: {process}" for process in left]


def processes_of(folder: Path) -> list[str]:
    wanted = str(folder).encode()
    found = []
    for pid in os.listdir("/proc"):
        if not pid.isdigit():
            continue
        try:
            words = Path(f"/proc/{pid}/cmdline").read_bytes()
            if wanted in words or wanted in Path(f"/proc/{pid}/environ").read_bytes():
                found.append(f"{pid} {words.decode(errors='replace')}")
        except OSError:
            pass  # it ended meanwhile, or is another user's
    return found
