"""What the end-to-end tests share: a real tuner in a temporary folder, quick trainers, and the trainers' own log.

The trainer of these tests is a few lines of shell. It appends what it does to a log that tuner never touches, so that
the log can bear witness against tuner. Run by ctest with TUNER_BIN_DIR set; by hand:
`TUNER_BIN_DIR=build/release/bin python3 tests/e2e/run_test.py`.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import tempfile
import textwrap
import time
import unittest
from dataclasses import dataclass
from pathlib import Path

BIN_DIR = Path(os.environ.get("TUNER_BIN_DIR", "build/release/bin")).resolve()
DEADLINE_S = 120

# (x - 0.3)^2 after DURATION seconds. One write per record: appends of a few bytes are atomic.
TRAINER = """\
#!/bin/sh
for flag; do case $flag in --x=*) x=${flag#--x=};; esac; done
echo "start $TUNER_TRIAL $TUNER_ATTEMPT $(cut -d' ' -f1 /proc/uptime)" >> "$TRAINER_LOG"
sleep "${DURATION:-0}"
loss=$(awk "BEGIN { printf \\"%.17g\\", ($x - 0.3) ^ 2 }")
echo "loss=$loss"
echo "end $TUNER_TRIAL $TUNER_ATTEMPT $(cut -d' ' -f1 /proc/uptime) $loss" >> "$TRAINER_LOG"
"""


@dataclass
class Execution:
    """One execution as its trainer saw it; `ended` is None for one that never got to its end."""

    trial: int
    attempt: int
    started: float
    ended: float | None = None
    loss: float | None = None


class TunerCase(unittest.TestCase):
    """A test with a folder of its own: a study file, a data directory, a trainer and its log."""

    def setUp(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="tuner-e2e-")
        self.folder = Path(self._folder.name)
        self.data_dir = self.folder / "data"
        self.log = self.folder / "trainers.log"
        self.processes: list[subprocess.Popen[str]] = []
        self.write_trainer(TRAINER)

    def tearDown(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                process.kill()
            process.communicate()
        self._folder.cleanup()

    def write_trainer(self, text: str) -> None:
        trainer = self.folder / "trainer.sh"
        trainer.write_text(text)
        trainer.chmod(0o755)

    def write_study(
        self, trials: int = 6, parallel: int = 3, duration: float = 0.0, extra: str = "", parameters: str = "",
        algorithm: str = "BAYESIAN",
    ) -> Path:
        parameters = parameters or "- {parameterName: x, type: DOUBLE, minValue: 0, maxValue: 1}"
        file = self.folder / "hyperparam.yaml"
        file.write_text(
            textwrap.dedent("""\
            trainingInput:
              command: [./trainer.sh]
              env: {{TRAINER_LOG: {log}, DURATION: "{duration}"}}
              {extra}
              hyperparameters:
                goal: MINIMIZE
                hyperparameterMetricTag: loss
                algorithm: {algorithm}
                maxTrials: {trials}
                maxParallelTrials: {parallel}
                seed: 1
                params:
                {parameters}
            """).format(
                log=self.log, duration=duration, extra=extra, trials=trials, parallel=parallel, parameters=parameters,
                algorithm=algorithm,
            )
        )
        return file

    def environment(self) -> dict[str, str]:
        return os.environ | {"TUNER_DATA_DIR": str(self.data_dir), "NO_COLOR": "1"}

    def tuner(self, *arguments: str, code: int | None = 0) -> subprocess.CompletedProcess[str]:
        """Runs one command to its end and checks its exit code (None: any)."""
        done = subprocess.run(
            [str(BIN_DIR / "tuner"), *arguments],
            cwd=self.folder,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=DEADLINE_S,
        )
        if code is not None:
            self.assertEqual(done.returncode, code, f"{arguments}\nstdout: {done.stdout}\nstderr: {done.stderr}")
        return done

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Starts a command that is to be killed or waited for."""
        process = subprocess.Popen(
            [str(BIN_DIR / "tuner"), *arguments],
            cwd=self.folder,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.processes.append(process)
        return process

    def trials(self) -> list[dict]:
        return json.loads(self.tuner("trials", "--format", "json").stdout)

    def executions(self) -> list[Execution]:
        """What the trainers themselves recorded, in order of their starts."""
        found: dict[tuple[int, int], Execution] = {}
        for line in self.log.read_text().splitlines() if self.log.exists() else []:
            word, trial, attempt, when, *rest = line.split()
            key = (int(trial), int(attempt))
            if word == "start":
                self.assertNotIn(key, found, f"attempt {attempt} of trial {trial} was executed twice")
                found[key] = Execution(*key, float(when))
            else:
                found[key].ended = float(when)
                found[key].loss = float(rest[0])
        return sorted(found.values(), key=lambda e: e.started)

    def wait_until(self, what: str, holds) -> None:
        deadline = time.monotonic() + DEADLINE_S
        while not holds():
            self.assertLess(time.monotonic(), deadline, f"waited {DEADLINE_S} s in vain until {what}")
            time.sleep(0.01)

    def kill(self, process: subprocess.Popen[str]) -> None:
        process.send_signal(signal.SIGKILL)
        process.communicate()


def most_at_once(executions: list[Execution]) -> int:
    """The largest number of executions alive at one moment, by the trainers' own clock readings."""
    changes = [(e.started, 1) for e in executions] + [(e.ended, -1) for e in executions if e.ended is not None]
    alive = most = 0
    for _, change in sorted(changes, key=lambda c: (c[0], c[1])):
        alive += change
        most = max(most, alive)
    return most
