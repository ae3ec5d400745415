"""A daemon under observation: what /proc says about it, about its shims, and about whatever its trainers leave alive.

The trainers are mock_trainer's (tests/support/mock_trainer.cpp): they do as they are told and append who they are to a
log. A process belongs to a test when its environment names the test's own log, or when its pid stands in that log.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import sqlite3
import subprocess
import threading
import time
import urllib.request
from pathlib import Path

from harness import BIN_DIR, TunerCase

MOCK_TRAINER = BIN_DIR / "mock_trainer"
SANITIZED = bool(os.environ.get("TUNER_SANITIZED"))
COOKIE = b"TUNER_ATTEMPT_UUID="
TICKS = os.sysconf("SC_CLK_TCK")
MIB = 1024  # in the kB of /proc


def read(path: str | Path) -> bytes:
    """A file of /proc; empty when its process has ended meanwhile."""
    try:
        return Path(path).read_bytes()
    except OSError:
        return b""


def status(pid: int, field: str) -> str:
    found = re.search(rf"^{field}:\s*(.*)$", read(f"/proc/{pid}/status").decode(), re.MULTILINE)
    return found.group(1) if found else ""


def kib(pid: int, field: str) -> int:
    return int(status(pid, field).removesuffix(" kB") or 0)


def stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat from the third on; empty when there is no such process."""
    return read(f"/proc/{pid}/stat").decode().rpartition(") ")[2].split()


def start_ticks(pid: int) -> int:
    return int(stat(pid)[19])


def children(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*"):
        found += [int(child) for child in read(task / "children").split()]
    return found


def is_alive(pid: int) -> bool:
    fields = stat(pid)
    return bool(fields) and fields[0] not in "ZX"


def processes() -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


class Sampler(threading.Thread):
    """Reads the memory of a daemon and of its shims until it is told to stop."""

    def __init__(self, daemon: int) -> None:
        super().__init__(daemon=True)
        self.daemon_pid = daemon
        self.daemon_kib = 0
        self.shim_kib = 0
        self._over = threading.Event()

    def run(self) -> None:
        while not self._over.wait(0.02):
            self.daemon_kib = max(self.daemon_kib, kib(self.daemon_pid, "VmRSS"))
            for child in children(self.daemon_pid):
                if status(child, "Name") != "tuner-shim":
                    continue  # not yet: a child that is still about to become one
                self.shim_kib = max(self.shim_kib, kib(child, "VmHWM"))

    def stop(self) -> None:
        self._over.set()
        self.join()


class DaemonCase(TunerCase):
    """A test with a `tuner serve` of its own, once start_daemon() was called."""

    prefix: list[str] = []  # what the daemon is started through, such as prlimit

    def setUp(self) -> None:
        super().setUp()
        self.servers: list[subprocess.Popen[str]] = []
        self.url = ""
        self.daemon_log = self.folder / "daemon.log"

    def tearDown(self) -> None:
        for server in self.servers:
            server.kill()
            server.wait()
            server.stdout.close()
        for process in self.processes:
            process.kill()
        self.wait_until("no shim of this test is left", self.none_left)
        super().tearDown()

    def none_left(self) -> bool:
        for pid in self.carriers():
            try:
                os.kill(pid, 9)
            except ProcessLookupError:
                pass
        mark = str(self.folder).encode()
        return not any(mark in read(f"/proc/{pid}/cmdline") for pid in processes() if status(pid, "Name") == "tuner-shim")

    def start_daemon(self, **more_environment: str) -> subprocess.Popen[str]:
        """Returns when it listens; its talk goes to daemon.log."""
        with self.daemon_log.open("a") as log:
            server = subprocess.Popen(
                [*self.prefix, str(BIN_DIR / "tuner"), "serve", "--port", "0"],
                cwd=self.folder, env=self.environment() | more_environment, stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=log, text=True,
            )
        self.servers.append(server)
        line = server.stdout.readline()
        found = re.search(r"listening on (http://\S+)", line)
        self.assertTrue(found, f"the daemon did not start: {line}{self.daemon_log.read_text()}")
        self.url = found.group(1)
        return server

    def kill_daemon(self) -> None:
        """The last one that was started, at once."""
        self.servers[-1].kill()
        self.servers[-1].wait()

    def freeze(self, daemon: subprocess.Popen[str]) -> None:
        """Stops a daemon between two transactions: in the middle of one it would lock its heir out of the database."""

        def is_free() -> bool:
            daemon.send_signal(signal.SIGSTOP)
            with contextlib.closing(sqlite3.connect(self.data_dir / "tuner.db", timeout=0, isolation_level=None)) as database:
                try:
                    database.execute("BEGIN IMMEDIATE")
                    return True
                except sqlite3.OperationalError:
                    daemon.send_signal(signal.SIGCONT)
                    return False

        self.wait_until("the daemon is between two transactions", is_free)

    def daemon_pid(self) -> int:
        """The pid of the daemon itself, whatever it was started through."""
        return int((self.data_dir / "daemon").read_text().split()[1])

    def get(self, path: str) -> dict:
        token = (self.data_dir / "token").read_text().strip()
        request = urllib.request.Request(self.url + path, headers={"Authorization": f"Bearer {token}"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def write_mock_study(
        self, name: str, *flags: str, trials: int = 1, parallel: int = 1, limits: tuple[str, ...] = (),
    ) -> Path:
        """A study file of the mock trainer with these flags; `limits` are further lines of trainingInput."""
        file = self.folder / f"{name}.yaml"
        lines = ["trainingInput:", f"  command: {json.dumps([str(MOCK_TRAINER), *flags])}"]
        lines += [f"  env: {{MOCK_TRAINER_LOG: {json.dumps(str(self.log))}}}"]
        lines += [f"  {limit}" for limit in limits]
        lines += [
            "  hyperparameters:", "    goal: MINIMIZE", "    hyperparameterMetricTag: loss", "    algorithm: RANDOM_SEARCH",
            f"    maxTrials: {trials}", f"    maxParallelTrials: {parallel}", "    seed: 1", "    params:",
            "    - {parameterName: x, type: DOUBLE, minValue: 0, maxValue: 1}", "",
        ]
        file.write_text("\n".join(lines))
        return file

    def study_trials(self, study: str) -> list[dict]:
        return self.get(f"/v1/studies/{study}/trials?pageSize=500")["trials"]

    def records(self, word: str | None = None) -> list[list[str]]:
        """What mock trainers appended: word, uuid, trial, attempt, milliseconds, pid."""
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        found = [line.split() for line in lines]
        return [record for record in found if word is None or record[0] == word]

    def carriers(self) -> list[int]:
        """The processes of this test's trainers, by their environment."""
        mark = b"MOCK_TRAINER_LOG=" + str(self.log).encode()
        found = []
        for pid in processes():
            environment = read(f"/proc/{pid}/environ").split(b"\0")
            if mark in environment and any(entry.startswith(COOKIE) for entry in environment):
                found.append(pid)
        return found

    def survivors(self) -> list[int]:
        """Those and what they said themselves that they started, as far as it is alive."""
        alive = set(self.carriers())
        for _, _, _, _, when, pid, *_ in self.records():
            if is_alive(int(pid)) and abs(start_ticks(int(pid)) * 1000 // TICKS - int(when)) < 10_000:
                alive.add(int(pid))
        return sorted(alive)

    def footprint(self) -> tuple[int, int, int]:
        """Open files, threads and children (zombies included) of the daemon."""
        pid = self.daemon_pid()
        return len(os.listdir(f"/proc/{pid}/fd")), int(status(pid, "Threads")), len(children(pid))

    def footprint_at_rest(self) -> tuple[int, int, int]:
        """Its smallest footprint within a second: the connections of the last commands are gone."""
        seen = []
        until = time.monotonic() + 1
        while time.monotonic() < until:
            seen.append(self.footprint())
            time.sleep(0.02)
        return min(seen)

    def wait_for_footprint(self, before: tuple[int, int, int]) -> None:
        deadline = time.monotonic() + 20
        while (now := self.footprint()) != before and time.monotonic() < deadline:
            time.sleep(0.02)
        self.assertEqual(now, before, "open files, threads and children of the daemon are what they were")
