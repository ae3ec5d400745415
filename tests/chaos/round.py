"""A round: one data directory, from nothing through many lives of its daemon to the end of every study.

Everything random comes from the seed and the round's number. What is killed when depends on the machine too, so a
replay takes the same decisions but may hit other moments.
"""

from __future__ import annotations

import fcntl
import random
import shutil
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import processes
from asked import AskedStudy
from failpoints import Agenda, Failpoint
from life import Life, is_port_free, wait_for
from oracle import Facts, Leftovers, judge
from processes import Kill
from record import FINAL, LIVE, Record, make_older, read_record
from shapes import MOST_PARALLEL, MOST_TRIALS, SHAPES, WEIGHTS, write_study
from witness import read_witness

BACKOFF_MS = 20
PATIENCE_S = 0.9  # how long a cycle waits for its failpoint
DRAIN_S = 60
WANTED_STUDIES = 3
CALLS_NEEDED = ("create", "limits", "stop", "stop_now", "resume", "cancel", "delete", "pending")


@dataclass
class Setup:
    bin_dir: Path  # tuner and tuner-shim with failpoints
    trainer: Path
    folder: Path
    seed: int
    patience: float = 1.0  # times as long, for slow builds
    reference: dict[str, list[str]] = field(default_factory=dict)


@dataclass
class Outcome:
    number: int
    counts: Counter = field(default_factory=Counter)
    reached: Counter = field(default_factory=Counter)  # failpoints
    violations: list[str] = field(default_factory=list)
    when: str = ""
    folder: str = ""


def read_exits(record: Record) -> dict[str, str]:
    """What the exit files say, by attempt folder; a folder without one is left out."""
    found = {}
    for attempt in record.attempts.values():
        file = Path(attempt.dir) / "exit"
        if file.exists():
            lines = dict(line.partition("=")[::2] for line in file.read_text().splitlines())
            found[attempt.dir] = lines.get("kind", "torn")
    return found


class Round:
    def __init__(self, setup: Setup, number: int, agenda: list[Failpoint]) -> None:
        self._setup = setup
        self._rng = random.Random(f"{setup.seed}/{number}")
        self._agenda = Agenda(agenda, self._rng)
        self.folder = setup.folder / f"round-{number}"
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self._data = self.folder / "data"
        self._asked: list[AskedStudy] = []
        self._kills: list[Kill] = []
        self._tokens: dict[Path, Failpoint] = {}
        self._record: Record | None = None
        self._states: dict[str, str] = {}  # of the studies, as the daemon showed them last
        self._life: Life
        self.outcome = Outcome(number, folder=str(self.folder))

    # The course of a round -----------------------------------------------------------------------

    def run(self, cycles: int) -> Outcome:
        for cycle in range(1, cycles + 1):
            self.outcome.when = f"cycle {cycle}"
            self._cycle(cycle)
            if self.outcome.violations:
                break
        else:
            self.outcome.when = "the end"
            self._drain()
        if self.outcome.violations:
            processes.end_all(self._data, set(self._record.attempts) if self._record else set())
        else:
            shutil.rmtree(self.folder, ignore_errors=True)
        return self.outcome

    def _cycle(self, cycle: int) -> None:
        self.outcome.counts["cycles"] += 1
        kind = self._rng.choices(("failpoint", "early", "late", "term"), (60, 12, 18, 10))[0]
        failpoint = self._agenda.take(self._conditions()) if kind == "failpoint" or cycle == 1 else None
        if failpoint:
            self.outcome.when += f", failpoint {failpoint.name}"
            self._crash_at(cycle, failpoint)
        elif kind == "early":
            self._start({})
            time.sleep(self._rng.uniform(0, 0.05))
            self._kill_daemon()
        else:
            self._live_a_while(kind == "term")
        if self._rng.random() < 0.1:  # while nobody minds them
            self._kill_some("shim" if self._rng.random() < 0.5 else "trainer")
        self._check()

    def _live_a_while(self, politely: bool) -> None:
        self._start({})
        if self._life.listens():
            self._look_around()
            end = time.monotonic() + self._rng.uniform(0, 0.35)
            while time.monotonic() < end and not self._life.is_over():
                time.sleep(self._rng.uniform(0, 0.06))
                self._do_something()
        if politely:
            self._stop_daemon()
        else:
            self._kill_daemon()

    # Failpoints ----------------------------------------------------------------------------------

    def _conditions(self) -> set[str]:
        """What of failpoints.txt's NEEDS is possible now."""
        possible = {"-", "loss", "term", *CALLS_NEEDED}
        if self._record is None:
            return possible | {"fresh"}
        possible.add("upgrade")
        states = {a.state for a in self._record.attempts.values()}
        possible |= {"live"} if states & {"running", "stopping"} else set()
        return possible | ({"intent"} if "intent" in states else set())

    def _crash_at(self, cycle: int, failpoint: Failpoint) -> None:
        token = self.folder / f"token-{cycle}"
        token.touch()
        self._tokens[token] = failpoint
        passes = self._rng.randint(1, failpoint.passes)
        orders = {"TUNER_CRASH_AT": f"{failpoint.name}:{passes}", "TUNER_CRASH_TOKEN": str(token)}
        if failpoint.name.startswith("file."):
            orders["TUNER_CRASH_ONLY"] = self._rng.choice(("daemon", "shim"))
        if failpoint.needs == "upgrade":
            make_older(self._data / "tuner.db")
        self._start(orders)
        if self._life.listens():
            self._look_around()
            self._provoke(failpoint.needs, token)
        time.sleep(self._rng.uniform(0, 0.05))
        self._kill_daemon()

    def _provoke(self, needs: str, token: Path) -> None:
        """Does what the failpoint needs until somebody crashed there, for as long as a cycle may take."""
        end = time.monotonic() + PATIENCE_S * self._setup.patience
        while token.exists() and not self._life.is_over() and time.monotonic() < end:
            if needs == "term":
                time.sleep(self._rng.uniform(0, 0.1))
                self._stop_daemon(crash_expected=True)
            elif needs == "loss":
                time.sleep(0.02)
                self._kill_one("shim")
            elif needs in CALLS_NEEDED:
                self._do(needs)
                wait_for(lambda: not token.exists() or self._life.is_over(), 0.12)
            elif self._rng.random() < 0.05:
                self._do_something()
            else:
                wait_for(lambda: not token.exists() or self._life.is_over(), 0.03)

    def _collect_hits(self) -> None:
        for token, failpoint in list(self._tokens.items()):
            hit = Path(f"{token}.hit")
            if not hit.exists():
                continue
            del self._tokens[token]
            self.outcome.reached[failpoint.name] += 1
            words = hit.read_text().split()
            victim = failpoint.name.partition(".")[0]
            if victim == "file":
                victim = "shim" if words and words[-1].startswith(str(self._data)) else "daemon"
            self.outcome.counts[f"{victim} crashed at a failpoint"] += 1
            if victim != "daemon" and len(words) == 3:
                self._kills.append(Kill(victim, words[2], failpoint.name))

    # The daemon ----------------------------------------------------------------------------------

    def _start(self, orders: dict[str, str]) -> None:
        if self._record:
            for attempt in self._record.attempts.values():
                self.outcome.counts["adopted"] += attempt.state in LIVE and self._is_locked(attempt.dir)
        self._life = Life(self._setup.bin_dir, self._data, self.folder / "daemon.log", orders, BACKOFF_MS)

    def _kill_daemon(self) -> None:
        by_us = not self._life.is_over()
        self._note_end(self._life.kill())
        self.outcome.counts["daemon killed by a signal"] += by_us
        if self._life.complaint:
            self._violate(self._life.complaint)

    def _stop_daemon(self, crash_expected: bool = False) -> None:
        code = self._life.terminate()
        if self._life.complaint:
            self._violate(self._life.complaint)
        self.outcome.counts["daemon ended by SIGTERM"] += code == 0
        if code != 0 and not (crash_expected and code == -9):
            self._violate(f"the daemon answered SIGTERM with {code}")

    def _note_end(self, code: int) -> None:
        if code != -9:
            self._violate(f"the daemon ended by itself with {code}")

    def _violate(self, text: str) -> None:
        tail = (self.folder / "daemon.log").read_text(errors="replace").splitlines()[-3:]
        self.outcome.violations.append("\n    ".join([text, *tail]))

    # Calls ---------------------------------------------------------------------------------------

    def _look_around(self) -> None:
        """Learns the studies' states, and that there is always something to do."""
        answer = self._life.call("GET", "/v1/studies?pageSize=500")
        for study in answer.body.get("studies", []) if answer.done else []:
            self._states[study["id"]] = study["state"]
            if study["reason"] == "error":
                self._violate(f"study {study['id']} stopped working: {study['message']}")
        busy = sum(state == "running" for state in self._states.values())
        for _ in range(busy, WANTED_STUDIES):
            if self._rng.random() < 0.5 and self._choose("paused"):
                self._do("resume")
            else:
                self._do("create")

    def _do_something(self) -> None:
        what = self._rng.choices(
            ("stop", "stop_now", "resume", "cancel", "limits", "look", "create", "shim", "trainer", "many"),
            (1, 2, 4, 1, 2, 3, 1, 4, 5, 1),
        )[0]
        if what == "many":
            self._kill_some("shim" if self._rng.random() < 0.5 else "trainer")
        elif what in ("shim", "trainer"):
            self._kill_one(what)
        else:
            self._do(what)

    def _choose(self, *states: str) -> AskedStudy | None:
        fitting = [s for s in self._asked if s.id and s.deleted == "no" and self._states.get(s.id) in states]
        return self._rng.choice(fitting) if fitting else None

    def _do(self, what: str) -> None:
        if what == "create":
            self._create()
        elif what == "limits":
            self._change_limits()
        elif what == "look":
            self._look()
        elif what == "delete":
            self._delete()
        elif what == "pending":
            self._cancel_pending()
        elif study := self._choose(*(("paused", "finished") if what == "resume" else ("running", "running", "paused"))):
            self._change_state(study, what)
        elif what == "resume" and (study := self._choose("running")):
            self._change_state(study, "stop")

    def _create(self) -> None:
        shape = SHAPES[self._rng.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]]
        name = f"s{len(self._asked)}"
        study = AskedStudy(
            self.folder / f"{name}.yaml", self.folder / f"{name}.log", shape.name, shape.max_trials, shape.parallel
        )
        write_study(study.file, shape, self._setup.seed, self._setup.trainer, study.log)
        self._asked.append(study)
        answer = self._life.call("POST", "/v1/studies", {"file": str(study.file)})
        if answer.done:
            study.acknowledged = True
            study.id = answer.body["study"]["id"]
            self._states[study.id] = "running"
        elif not answer.unknown:
            self._violate(f"a study was refused: {answer}")

    def _change_state(self, study: AskedStudy, what: str) -> None:
        if self._rng.random() < 0.1:
            flags = ["--now"] if what == "stop_now" else []
            done = self._life.command(what.removesuffix("_now"), *flags, str(study.id))
            study.note_call(what, done)
        else:
            call, query = what.removesuffix("_now"), "?now=true" if what == "stop_now" else ""
            answer = self._life.call("POST", f"/v1/studies/{study.id}:{call}{query}")
            if answer.done or answer.unknown:
                study.note_call(what, answer.done)
            done = answer.done
        if done:
            self._states[str(study.id)] = {"resume": "running", "cancel": "cancelled"}.get(what, "paused")

    def _change_limits(self) -> None:
        if study := self._choose("running", "paused", "finished"):
            trials, parallel = self._rng.randint(3, MOST_TRIALS), self._rng.randint(1, MOST_PARALLEL)
            # Running trainers are not stopped for a lower limit, so the most of both counts.
            body = {"maxTrials": trials, "maxParallelTrials": parallel}
            answer = self._life.call("PATCH", f"/v1/studies/{study.id}", body)
            if answer.done or answer.unknown:
                study.note_limits(trials, parallel, answer.done)

    def _look(self) -> None:
        if study := self._choose("running", "paused", "finished", "cancelled"):
            answer = self._life.call("GET", f"/v1/studies/{study.id}/trials?pageSize=500")
            for trial in answer.body.get("trials", []) if answer.done else []:
                if trial["state"] in FINAL:
                    study.seen[trial["id"]] = (trial["state"], trial["objective"])

    def _delete(self) -> None:
        study = self._choose("cancelled")
        if study is None:
            if study := self._choose("finished", "paused"):
                self._change_state(study, "cancel")
            return
        answer = self._life.call("DELETE", f"/v1/studies/{study.id}")
        if answer.done or answer.unknown:
            study.deleted = "yes" if answer.done else "maybe"
            self._states.pop(str(study.id), None)

    def _cancel_pending(self) -> None:
        """Pending trials are rare: they are what a stopped study leaves."""
        if study := self._choose("running"):
            self._change_state(study, "stop_now")
            pending = f"/v1/studies/{study.id}/trials?state=pending"
            wait_for(lambda: bool(self._life.call("GET", pending).body.get("trials", ["gone"])), 0.5)
            self._change_state(study, "cancel")

    # Faults from outside -------------------------------------------------------------------------

    def _kill_one(self, victim: str) -> None:
        if found := processes.find(self._data, victim):
            self._kill(self._rng.choice(found))

    def _kill_some(self, victim: str) -> None:
        for found in processes.find(self._data, victim):
            if self._rng.random() < 0.6:
                self._kill(found)

    def _kill(self, found: processes.Found) -> None:
        self._kills.append(Kill(found.victim, found.dir, "signal"))  # first: its loss may be stored at once
        self.outcome.counts[f"{found.victim} killed by a signal"] += processes.kill(found, self._data)

    # Judgement -----------------------------------------------------------------------------------

    def _check(self, over: bool = False) -> None:
        self._collect_hits()
        for process in processes.with_sockets(self._data):
            self._violate(f"I8: {process} has a socket and may keep the daemon's port")
        record = read_record(self._data / "tuner.db", self.folder / "scratch")
        if record is None:
            if self._record is not None:
                self._violate("I1: the database has vanished")
            return
        self._learn_ids(record)
        facts = Facts(
            record,
            self._asked,
            {str(s.log): read_witness(s.log.read_text() if s.log.exists() else "") for s in self._asked},
            self._kills,
            self._setup.reference,
            self._record,
            read_exits(record),
            over,
            self._leftovers(record) if over else Leftovers(),
        )
        self.outcome.violations += judge(facts)
        self._record = record
        if over:
            self._count(record)

    def _learn_ids(self, record: Record) -> None:
        """A study whose creation was not acknowledged may be there; from now on it must be."""
        for study in self._asked:
            for row in record.studies.values():
                if study.id is None and row.file == str(study.file):
                    study.id, study.acknowledged = row.id, True

    @staticmethod
    def _is_locked(folder: str) -> bool:
        try:
            with open(Path(folder) / "lock", "rb") as lock:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
                return False
        except FileNotFoundError:
            return False
        except OSError:
            return True

    def _leftovers(self, record: Record) -> Leftovers:
        alive = processes.with_cookie(set(record.attempts))
        shims = processes.find(self._data, "shim")
        return Leftovers(
            [f"{pid} of attempt {uuid}" for pid, uuid in alive] + [f"{shim}" for shim in shims],
            [a.dir for a in record.attempts.values() if self._is_locked(a.dir)],
            [] if self._life.port is None or wait_for(lambda: is_port_free(self._life.port), 3) else [self._life.port],
        )

    def _count(self, record: Record) -> None:
        counts = self.outcome.counts
        counts["studies"] += len(record.studies)
        for trial in record.trials.values():
            counts["trials"] += 1
            counts[f"trials {trial.state}"] += 1
            counts["retried after a loss"] += trial.infrastructure_retries
            counts["retried after a failure"] += trial.user_retries
        for attempt in record.attempts.values():
            counts["attempts"] += 1
            counts[f"attempts {attempt.exit_kind}"] += 1
        counts["measurements"] += sum(len(m) for m in record.measurements.values())
        counts["events"] += len(record.events)

    # The end -------------------------------------------------------------------------------------

    def _drain(self) -> None:
        """Without further faults every study ends; then nothing may be left."""
        for token in self._tokens:
            token.unlink(missing_ok=True)
        self._start({})
        if not self._life.listens():
            self._note_end(self._life.kill())
            self._violate("the last daemon never listened")
            return
        if not wait_for(self._all_studies_end, DRAIN_S * self._setup.patience, 0.02):
            self._violate(f"after {DRAIN_S} s without faults some study has not ended: {self._states}")
        self._stop_daemon()
        self._check(over=True)

    def _all_studies_end(self) -> bool:
        if self._life.is_over():
            return True
        answer = self._life.call("GET", "/v1/studies?pageSize=500")
        studies = answer.body.get("studies", [])
        for study in studies:
            if study["state"] == "paused":
                asked = next(s for s in self._asked if s.id == study["id"] or str(s.file) == study.get("file"))
                self._states[study["id"]] = "paused"
                asked.id = asked.id or study["id"]
                # One that cannot go on is cancelled: so both ways to an end are gone.
                if not self._life.call("POST", f"/v1/studies/{study['id']}:resume").done:
                    self._change_state(asked, "cancel")
                else:
                    asked.note_call("resume", True)
        self._states = {s["id"]: s["state"] for s in studies}
        return all(s["state"] in ("finished", "cancelled") and not s["counts"]["running"] for s in studies)
