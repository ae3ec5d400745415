"""Restarts while trainers talk: every measurement is stored once, whoever was alive when it was said."""

import os
import sqlite3
import unittest

from harness import BIN_DIR, TunerCase

SANITIZED = bool(os.environ.get("TUNER_SANITIZED"))
RESTARTS = int(os.environ.get("TUNER_RESTARTS", "5" if SANITIZED else "20"))
INTERVAL_MS = 20 if SANITIZED else 1  # between two measurements of a trainer
TRIALS = 8

MOCK_TRAINER = BIN_DIR / "mock_trainer"


class Restart(TunerCase):
    def setUp(self) -> None:
        super().setUp()
        self.enough = self.folder / "enough"

    def write_talkers(self) -> str:
        file = self.write_study(trials=TRIALS, parallel=TRIALS, algorithm="RANDOM_SEARCH")
        file.write_text(
            file.read_text().replace(
                "command: [./trainer.sh]",
                f"command: [{MOCK_TRAINER}, --log={self.log}, --metric=loss, --interval-ms={INTERVAL_MS}, "
                f"--json-until={self.enough}]",
            )
        )
        return str(file)

    def rows(self) -> list[tuple[int, int]]:
        """Trial and step of each stored measurement in order of arrival, read while no tuner runs."""
        with sqlite3.connect(f"file:{self.data_dir}/tuner.db?mode=ro", uri=True) as database:
            return database.execute(
                "SELECT trial.number, step FROM measurement"
                " JOIN attempt ON attempt.key = measurement.attempt JOIN trial ON trial.key = attempt.trial"
                " ORDER BY trial.number, measurement.sequence"
            ).fetchall()

    def test_t28_restarts_under_metric_flow_lose_and_double_no_measurement(self) -> None:
        file = self.write_talkers()
        stored = 0
        for restart in range(RESTARTS):
            process = self.start("run", file)
            self.wait_until("it has stored something new", lambda: self.measurements_now() > stored)
            self.assertIsNone(process.poll(), f"it ended before restart {restart + 1}")
            self.kill(process)
            stored = self.measurements_now()
        self.enough.touch()
        self.tuner("run", file)
        words = [line.split() for line in self.log.read_text().splitlines()]
        said = {int(trial): int(count) for word, _, trial, _, _, _, *rest in words if word == "said" for count in rest}
        self.assertEqual(len(said), TRIALS)
        started = sorted(int(trial) for word, _, trial, *_ in words if word == "start")
        self.assertEqual(started, list(range(1, TRIALS + 1)), "no trainer was run again")
        rows = self.rows()
        for trial in range(1, TRIALS + 1):
            steps = [step for number, step in rows if number == trial]
            self.assertEqual(steps, list(range(1, said[trial] + 1)), f"measurements of trial {trial}, in order")

    def measurements_now(self) -> int:
        if not (self.data_dir / "tuner.db").exists():
            return 0
        with sqlite3.connect(f"file:{self.data_dir}/tuner.db?mode=ro", uri=True) as database:
            try:
                return database.execute("SELECT count(*) FROM measurement").fetchone()[0]
            except sqlite3.OperationalError:  # the schema is not there yet
                return 0


if __name__ == "__main__":
    unittest.main(verbosity=2)
