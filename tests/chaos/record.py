"""What the database says, read from a copy: the original belongs to the daemon, and opening it would tidy it up."""

from __future__ import annotations

import json
import shutil
import sqlite3
from dataclasses import dataclass
from pathlib import Path

LIVE = ("intent", "running", "stopping")
FINAL = ("completed", "pruned", "failed", "cancelled")


@dataclass(frozen=True)
class StudyRow:
    key: int
    id: str
    file: str
    state: str
    reason: str
    limits: dict


@dataclass(frozen=True)
class TrialRow:
    key: int
    study: str
    number: int
    state: str
    assignment: str
    attempts: int
    user_retries: int
    infrastructure_retries: int
    objective: float | None
    failure: str | None


@dataclass(frozen=True)
class AttemptRow:
    key: int
    uuid: str
    study: str
    trial: int
    number: int
    state: str
    dir: str
    pid: int
    exit_kind: str | None
    exit_code: int | None


@dataclass(frozen=True)
class EventRow:
    id: int
    kind: str
    study: str
    trial: int | None


@dataclass
class Record:
    damage: list[str]  # of quick_check, integrity_check and foreign_key_check
    studies: dict[str, StudyRow]
    trials: dict[tuple[str, int], TrialRow]
    attempts: dict[str, AttemptRow]  # by uuid
    measurements: dict[int, list[tuple[int, float]]]  # by attempt key: (step, value) in order of arrival
    events: list[EventRow]

    def attempts_of(self, study: str) -> list[AttemptRow]:
        return [a for a in self.attempts.values() if a.study == study]


def read_record(database: Path, scratch: Path) -> Record | None:
    """None when there is no database yet, or one without a schema. Nobody may have it open."""
    scratch.mkdir(exist_ok=True)
    copy = scratch / "copy.db"
    for suffix in ("", "-wal"):
        Path(f"{copy}{suffix}").unlink(missing_ok=True)
        if Path(f"{database}{suffix}").exists():
            shutil.copyfile(f"{database}{suffix}", f"{copy}{suffix}")
    Path(f"{copy}-shm").unlink(missing_ok=True)
    if not copy.exists():
        return None
    connection = sqlite3.connect(copy)
    try:
        return load(connection) if connection.execute("PRAGMA user_version").fetchone()[0] > 0 else None
    finally:
        connection.close()


def make_older(database: Path) -> None:
    """Leaves the database as a tuner of schema version 1 would have it, unless something would be lost or it is so
    already. Nobody may have it open."""
    connection = sqlite3.connect(database, isolation_level=None)
    newer = ("SELECT (SELECT count(*) FROM attempt WHERE gpus <> '') + (SELECT count(forecast) FROM trial)"
             " + (SELECT count(*) FROM trial WHERE prune_reason <> '' OR client <> '')")
    try:
        if connection.execute("PRAGMA user_version").fetchone()[0] != 3 or connection.execute(newer).fetchone()[0] > 0:
            return
        connection.executescript(
            "BEGIN; ALTER TABLE trial DROP COLUMN client; ALTER TABLE trial DROP COLUMN forecast_sd; ALTER TABLE trial DROP COLUMN forecast;"
            " ALTER TABLE trial DROP COLUMN prune_reason;"
            " ALTER TABLE attempt DROP COLUMN gpus; PRAGMA user_version = 1; COMMIT"
        )
    finally:
        connection.close()


def load(connection: sqlite3.Connection) -> Record:
    rows = connection.execute
    damage = [row[0] for pragma in ("quick_check", "integrity_check") for row in rows(f"PRAGMA {pragma}")]
    damage = [text for text in damage if text != "ok"]
    damage += [f"foreign key: {row}" for row in rows("PRAGMA foreign_key_check")]
    studies = {
        row[1]: StudyRow(*row[:5], json.loads(row[5])["limits"])
        for row in rows("SELECT key, id, file, state, reason, config FROM study ORDER BY key")
    }
    trials = [
        TrialRow(*row)
        for row in rows(
            "SELECT trial.key, study.id, number, trial.state, assignment, attempts, user_retries,"
            " infrastructure_retries, objective, failure_kind"
            " FROM trial JOIN study ON study.key = trial.study ORDER BY trial.key"
        )
    ]
    attempts = [
        AttemptRow(*row)
        for row in rows(
            "SELECT attempt.key, uuid, study.id, trial.number, attempt.number, attempt.state, dir, pid, exit_kind,"
            " exit_code FROM attempt JOIN trial ON trial.key = attempt.trial JOIN study ON study.key = trial.study"
            " ORDER BY attempt.key"
        )
    ]
    measurements: dict[int, list[tuple[int, float]]] = {}
    in_order = "SELECT attempt, step, value FROM measurement ORDER BY attempt, sequence, position"
    for attempt, step, value in rows(in_order):
        measurements.setdefault(attempt, []).append((step, value))
    events = [EventRow(*row) for row in rows("SELECT id, kind, study, trial FROM event ORDER BY id")]
    return Record(
        damage, studies, {(t.study, t.number): t for t in trials}, {a.uuid: a for a in attempts}, measurements, events
    )
