"""One case of the sweep: a short study under one fault, then without it, and what was seen of both.

The daemon (or the shim it starts) is a binary of tests/sweepers, in which tests/support/fault_injector.cpp makes the
ordered call fail. Everything a client was told is kept as the promise that the oracle holds it to.
"""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import struct
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

KINDS = ["open", "read", "write", "sync", "rename", "truncate", "mkdir", "process", "thread", "pipe", "accept",
         "descriptor", "lock", "memory"]
TRIALS = 2
ANSWER_S = 60  # nothing takes longer, or it hangs; a machine that stands still for a while is no fault of ours
REST_S = 60  # within which a study in which one call failed comes to rest
WAIT_S = 2  # how long a study in which every call fails is watched
PATIENCE_S = 0.25  # how long nothing has to happen to count as rest
FINISH_S = 60  # within which a healthy daemon finishes what is left

STUDY = """\
trainingInput:
  command: [./trainer.sh]
  env: {{TRAINER_LOG: "{log}"}}
  hyperparameters:
    goal: MINIMIZE
    hyperparameterMetricTag: loss
    algorithm: RANDOM_SEARCH
    maxTrials: {trials}
    maxParallelTrials: 1
    seed: 1
    params:
    - {{parameterName: x, type: DOUBLE, minValue: 0, maxValue: 1}}
"""

# The result is the last line: losing the end of what it says would be a wrong result, not only a missing one.
TRAINER = """\
#!/bin/sh
echo "start $TUNER_TRIAL $TUNER_ATTEMPT $TUNER_ATTEMPT_UUID" >> "$TRAINER_LOG"
until [ -e go ]; do sleep 0.02; done
echo loss=3
echo loss=2
echo loss=1.$TUNER_TRIAL
echo "end $TUNER_TRIAL $TUNER_ATTEMPT $TUNER_ATTEMPT_UUID" >> "$TRAINER_LOG"
"""


@dataclass(frozen=True)
class Fault:
    """One order to the injector: the `number`th call of `kind` in `process` fails, `mode` once or forever."""

    process: str  # daemon, shim, or adopter: a daemon that finds a trial running
    kind: str
    number: int
    mode: str
    error: str

    def __str__(self) -> str:
        return f"{self.process}:{self.kind}:{self.number}:{self.mode}:{self.error}"

    def order(self) -> str:
        """As the injector reads it."""
        return str(self).replace("adopter", "daemon")

    @staticmethod
    def parse(text: str) -> Fault:
        process, kind, number, mode, error = text.split(":")
        return Fault(process, kind, int(number), mode, error)


@dataclass
class Promises:
    """What clients were told with a 2xx answer."""

    study: str | None = None
    completed: dict[int, float] = field(default_factory=dict)  # trial to objective


@dataclass
class Ended:
    """How a daemon ended: `code` is negative for a signal, None when it had to be killed after its deadline."""

    code: int | None
    asked: bool  # whether it was told to end
    stderr: str


@dataclass
class Outcome:
    """Everything that the oracle judges."""

    folder: Path
    may_abort: bool = False  # an allocation failed: the daemon may end in any way, as if killed, but lose nothing
    promises: Promises = field(default_factory=Promises)
    calls: int = 0  # of the fault's kind, in the process it is meant for
    failed: int = 0  # how many of them were made to fail
    faulted: Ended | None = None
    repaired: list[Ended] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)  # what went wrong while driving it
    failures: list[str] = field(default_factory=list)  # messages of trials that failed


class Gone(Exception):
    """The daemon does not answer any more."""


class Daemon:
    """A `tuner serve` and a client of it."""

    def __init__(self, binary: Path, folder: Path, environment: dict[str, str], name: str) -> None:
        self.folder = folder
        self.stderr = folder / f"{name}.stderr"
        self.connection: http.client.HTTPConnection | None = None
        with open(self.stderr, "wb") as stderr:
            self.process = subprocess.Popen(
                [str(binary), "serve", "--port", "0"], cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=stderr, env={"PATH": os.environ["PATH"], "TUNER_DATA_DIR": str(folder / "data")} | environment,
            )

    def listen(self) -> bool:
        """Waits until it says where it listens; False when it ends instead."""
        os.set_blocking(self.process.stdout.fileno(), False)
        deadline = time.monotonic() + ANSWER_S
        said = b""
        while b"\n" not in said:
            said += self.process.stdout.read() or b""
            if self.process.poll() is not None:
                return False
            if time.monotonic() > deadline:
                raise Gone("it neither listens nor ends")
            time.sleep(0.002)
        address = said.decode().split("//")[1].strip()
        self.connection = http.client.HTTPConnection(address, timeout=ANSWER_S)
        self.token = (self.folder / "data" / "token").read_text().strip()
        return True

    def ask(self, method: str, path: str, body: dict | None = None) -> tuple[int, dict]:
        """One call; Gone when there is no answer."""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        for last in (False, True):  # a connection may be turned away, and every call may be made twice
            try:
                self.connection.request(method, path, json.dumps(body) if body is not None else None, headers)
                answer = self.connection.getresponse()
                return answer.status, json.loads(answer.read())
            except TimeoutError as error:
                self.connection.close()
                raise Gone(f"{method} {path}: no answer in {self.connection.timeout} s") from error
            except (OSError, http.client.HTTPException, ValueError) as error:
                self.connection.close()
                if last:
                    raise Gone(f"{method} {path}: {error!r}") from error
        raise AssertionError("not reached")

    def end(self) -> Ended:
        """Tells it to end, if it has not ended by itself, and sees it end."""
        if self.connection is not None:
            self.connection.close()
        asked = self.process.poll() is None
        if asked:
            self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(ANSWER_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            code = None
        self.process.stdout.close()
        return Ended(code, asked, self.stderr.read_text(errors="replace"))


def run_case(binary: Path, fault: Fault) -> Outcome:
    """Runs the study under the fault and then to its end; the caller removes the folder."""
    folder = Path(tempfile.mkdtemp(prefix="tuner-sweep-", dir="/dev/shm"))
    log = folder / "trainers.log"
    (folder / "study.yaml").write_text(STUDY.format(log=log, trials=TRIALS))
    (folder / "trainer.sh").write_text(TRAINER)
    (folder / "trainer.sh").chmod(0o755)
    outcome = Outcome(folder, may_abort=fault.kind == "memory")
    if fault.process == "adopter":
        leave_running(Daemon(binary, folder, {}, "killed"), outcome)
    report = folder / "report"
    daemon = Daemon(binary, folder, {"TUNER_FAIL": fault.order(), "TUNER_FAIL_REPORT": str(report)}, "faulted")
    try:
        if daemon.listen():
            if fault.kind in ("accept", "memory"):  # it may be out of reach, and that is the fault's doing
                daemon.connection.timeout = 1
            (folder / "go").touch()
            drive(daemon, outcome, fault)
    except Gone as gone:
        note_gone(daemon, outcome, fault, gone)
    (folder / "go").touch()
    outcome.faulted = daemon.end()
    outcome.calls, outcome.failed = read_report(report, fault.kind)
    for attempt in range(4):
        daemon = Daemon(binary, folder, {}, f"repaired{attempt}")
        done = False
        try:
            done = daemon.listen() and finish(daemon, outcome)
        except Gone as gone:
            outcome.complaints.append(f"after the fault: {gone}")
        outcome.repaired.append(daemon.end())
        if done:
            break
    return outcome


def leave_running(daemon: Daemon, outcome: Outcome) -> None:
    """Leaves a running trial behind, as a killed daemon does."""
    daemon.listen()
    _, answer = daemon.ask("POST", "/v1/studies", {"file": str(outcome.folder / "study.yaml")})
    outcome.promises.study = answer["study"]["id"]
    log = outcome.folder / "trainers.log"
    while not log.exists():
        time.sleep(0.002)
    daemon.process.kill()
    daemon.end()


def note_gone(daemon: Daemon, outcome: Outcome, fault: Fault, gone: Gone) -> None:
    """A daemon that has died speaks through its exit code, and one that cannot accept is silent by no fault of its own."""
    time.sleep(0.05)
    excused = ("accept", "memory") if "no answer" in str(gone) else ("accept", "memory", "descriptor")
    if daemon.process.poll() is None and fault.kind not in excused:
        outcome.complaints.append(f"under the fault: {gone}")


def drive(daemon: Daemon, outcome: Outcome, fault: Fault) -> None:
    """Hands the study in and watches until it is at rest, keeping what was promised."""
    status, answer = daemon.ask("POST", "/v1/studies", {"file": str(outcome.folder / "study.yaml")})
    if status != 200:
        return
    outcome.promises.study = answer["study"]["id"]
    # What fails forever may be waited for forever, as long as the daemon answers and can be told to end.
    patience = REST_S if fault.mode == "once" else WAIT_S
    deadline = time.monotonic() + patience
    quiet_since = time.monotonic()
    before = None
    while time.monotonic() - quiet_since < PATIENCE_S:
        now = look(daemon, outcome.promises)
        if now is not None:
            state, trials = now
            if state == "finished":
                return
            # A study that paused because its disk failed may believe its trials running for as long as it likes.
            if (state == "running" and "running" in trials) or now != before:
                quiet_since = time.monotonic()
            before = now
        if time.monotonic() > deadline:
            if fault.mode == "once":
                outcome.complaints.append(f"under the fault: {patience} s and not at rest: {before}")
            return
        time.sleep(0.004)


def look(daemon: Daemon, promises: Promises) -> tuple[str, tuple[str, ...]] | None:
    """The states of the study and of its trials; what has completed is promised from now on."""
    status, study = daemon.ask("GET", f"/v1/studies/{promises.study}")
    trials_status, page = daemon.ask("GET", f"/v1/studies/{promises.study}/trials")
    if status != 200 or trials_status != 200:
        return None
    for trial in page["trials"]:
        if trial["state"] == "completed":
            promises.completed[int(trial["id"])] = trial["objective"]
    return study["state"], tuple(trial["state"] for trial in page["trials"])


def finish(daemon: Daemon, outcome: Outcome) -> bool:
    """Goes on with the study, as a user would by `tuner run`; False when it waits out a back-off."""
    promises = outcome.promises
    if promises.study is not None:
        status, answer = daemon.ask("GET", f"/v1/studies/{promises.study}")
        if status != 200:
            outcome.complaints.append(f"the study {promises.study} was acknowledged and is lost: {answer}")
    status, answer = daemon.ask("POST", "/v1/studies", {"file": str(outcome.folder / "study.yaml")})
    if status != 200:
        outcome.complaints.append(f"after the fault the study cannot go on: {answer}")
        return False
    if promises.study not in (None, answer["study"]["id"]):
        outcome.complaints.append(f"a second study was made: {answer['study']['id']}")
    promises.study = answer["study"]["id"]
    deadline = time.monotonic() + FINISH_S
    quiet_since = time.monotonic()
    before = None
    while True:
        now = look(daemon, promises)
        if now is None:
            outcome.complaints.append("after the fault: a study cannot be read")
            return False
        if now[0] in ("finished", "paused") and "running" not in now[1]:
            break
        if "running" in now[1] or now != before:
            quiet_since = time.monotonic()
        before = now
        if time.monotonic() - quiet_since > PATIENCE_S:
            return False  # lost trials wait for 10 s before they run again; a restart does not
        if time.monotonic() > deadline:
            outcome.complaints.append(f"after the fault: not finished in {FINISH_S} s: {now}")
            return False
        time.sleep(0.004)
    _, page = daemon.ask("GET", f"/v1/studies/{promises.study}/trials")
    outcome.failures += [str(trial.get("failure")) for trial in page["trials"] if trial["state"] == "failed"]
    return True


def read_report(report: Path, kind: str) -> tuple[int, int]:
    if not report.exists():
        return 0, 0
    numbers = struct.unpack(f"{len(KINDS) + 1}Q", report.read_bytes())
    return numbers[KINDS.index(kind)], numbers[-1]


def count_calls(binary: Path, process: str) -> dict[str, int]:
    """How many calls of each kind a study takes when nothing fails."""
    outcome = run_case(binary, Fault(process, "sync", 1_000_000_000, "once", "EIO"))
    numbers = struct.unpack(f"{len(KINDS) + 1}Q", (outcome.folder / "report").read_bytes())
    shutil.rmtree(outcome.folder)
    return dict(zip(KINDS, numbers))
