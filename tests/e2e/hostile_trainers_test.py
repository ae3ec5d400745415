"""Trainers that do what no trainer should: a table, and a daemon that is the same after each row.

For each row: the state and the words of the trial, nothing of it alive when it has ended, the memory of daemon and
shim within their bounds, and the daemon's open files, threads and children what they were. Sanitizers get smaller
amounts, and no bounds of memory, which is theirs. One row by hand:
`TUNER_HOSTILE_ROW=floods TUNER_BIN_DIR=build/release/bin python3 tests/e2e/hostile_trainers_test.py`.
"""

import contextlib
import os
import sqlite3
import time
import unittest
from dataclasses import dataclass
from pathlib import Path

from daemon_case import MIB, SANITIZED, DaemonCase, Sampler, kib

SHIM_KIB = 2 * MIB  # reliability: one shim for each running trainer, so it must stay small
GROWTH_KIB = 8 * MIB  # of the daemon over one row
KEPT_KIB = 16 * MIB  # likewise, when the row is a flood of metrics: few of them are held in memory
GIB = 1 << 30
FLOOD = GIB if not SANITIZED else GIB >> 5
LINE = 10 * FLOOD
METRICS = 300_000 if not SANITIZED else 100_000  # more than the shim takes of a quick trainer
GRANDCHILDREN = 10_000 if not SANITIZED else 500
GOOD = "--json=3"


@dataclass
class Row:
    name: str
    flags: tuple[str, ...]
    state: str = "completed"
    words: str = ""  # a regular expression for the trial's reason
    limits: tuple[str, ...] = ()
    growth_kib: int = GROWTH_KIB
    metrics: int = 0  # said in a flood: all are stored, or the log says that some are not


SHORT = ("terminationGrace: 300ms",)
STALL = ("stallTimeout: 500ms", *SHORT)
ROWS = [
    Row("hangs", (GOOD, "--hang"), "failed", "silent for longer than its stallTimeout of 0.5s", STALL),
    Row("ignores-sigterm", (GOOD, "--ignore-term", "--hang"), "failed", "silent", STALL),
    Row("runs-too-long", ("--interval-ms=20", "--json=9999999"), "failed", "longer than its timeout", ("timeout: 700ms", *SHORT)),
    Row("stops-itself", (GOOD, "--stop-self"), "failed", "silent", STALL),
    Row("stops-itself-whenever-continued", (GOOD, "--ignore-term", "--stop-again", "--hang"), "failed", "silent", STALL),
    Row("forks", (GOOD, "--escape=fork")),
    Row("setsid", (GOOD, "--escape=setsid")),
    Row("daemonises", (GOOD, "--escape=daemon")),
    Row("daemonises-without-the-cookie", (GOOD, "--escape=bare", "--sleep-ms=200")),
    Row("escapes-and-hangs", ("--escape=setsid", "--escape=daemon", "--escape=fork", "--ignore-term", "--hang"), "failed", "silent", STALL),
    Row("forks-for-ever", (GOOD, "--rabbit")),
    Row("leaves-orphans", (f"--orphans={GRANDCHILDREN}", GOOD)),
    Row("leaves-zombies", (f"--zombies={GRANDCHILDREN}", GOOD)),
    Row("forks-sixty", ("--bomb=60", GOOD)),
    Row("floods", (f"--fill={FLOOD}", GOOD)),
    Row("one-line-without-an-end", (f"--line={LINE}", "--print=\n", GOOD)),
    Row("binary-rubbish", ("--binary=20000000", "--print=\n", GOOD)),
    Row("rubbish-only", ("--binary=1000000",), "failed", 'never reported "loss"'),
    Row("reports-nan", (GOOD, "--nan"), "failed", "(?i)nan"),
    Row("reports-infinity", (GOOD, "--infinity"), "failed", "(?i)inf"),
    Row("says-nothing", (), "failed", 'never reported "loss"'),
    Row("aborts", (GOOD, "--signal=6"), "failed", "ended by SIGABRT"),
    Row("segfaults", (GOOD, "--signal=11"), "failed", "ended by SIGSEGV"),
    Row("exits-with-a-code", (GOOD, "--err=out of memory", "--exit=7"), "failed", "(?s)code 7.*out of memory"),
    Row("very-many-metrics", (f"--flood={METRICS}",), growth_kib=KEPT_KIB, metrics=METRICS),
]


class HostileTrainers(DaemonCase):
    def test_t19_each_ends_as_it_should_and_leaves_nothing_behind(self) -> None:
        self.start_daemon()
        self.run_row(Row("polite", (GOOD,)))  # the first trial makes what stays: threads, buffers
        before = self.footprint_at_rest()
        for row in ROWS:
            if only := os.environ.get("TUNER_HOSTILE_ROW"):
                if row.name != only:
                    continue
            with self.subTest(row.name):
                self.run_row(row)
                self.wait_for_footprint(before)
        if SANITIZED:
            print("SKIPPED under a sanitizer: the bounds of memory")

    def test_a_long_curve_is_stored_whole_and_shown_thinned(self) -> None:
        self.start_daemon()
        for name, count in (("whole", 10_000), ("thinned", 10_001)):
            self.tuner("run", "--quiet", str(self.write_mock_study(name, f"--flood={count}")), code=0)

        def shown() -> list[dict]:
            return [self.get(f"/v1/studies/{name}-1/trials/1") for name in ("whole", "thinned")]

        whole, thinned = shown()
        self.assertEqual([m["step"] for m in whole["measurements"]], list(range(1, 10_001)))
        steps = [m["step"] for m in thinned["measurements"]]
        self.assertEqual((steps[0], steps[-1], sorted(steps)), (1, 10_001, steps))
        self.assertTrue(50 < len(steps) < 1_000, f"{len(steps)} steps")
        self.assertEqual([trial["measurementCount"] for trial in (whole, thinned)], [10_000, 10_001])
        with contextlib.closing(sqlite3.connect(self.data_dir / "tuner.db")) as database:
            self.assertEqual(database.execute("SELECT count(*) FROM measurement").fetchone(), (20_001,))
        self.kill_daemon()
        self.start_daemon()
        self.assertEqual(shown()[0], whole)
        again = shown()[1]
        self.assertEqual([again[key] for key in ("step", "metrics", "measurementCount")],
                         [thinned[key] for key in ("step", "metrics", "measurementCount")])

    def test_a_fork_bomb_within_its_limit_leaves_the_daemon_answering(self) -> None:
        if SANITIZED:
            self.skipTest("the leak check of a sanitizer needs a process of its own, which the limit refuses")
        cage = Path(f"/sys/fs/cgroup/pids/tuner-e2e-{os.getpid()}")
        if not os.access(cage.parent / "cgroup.procs", os.W_OK):
            self.skipTest("no cgroup for pids of version 1 that this user may write")
        cage.mkdir()
        self.addCleanup(cage.rmdir)
        (cage / "pids.max").write_text("20")
        self.prefix = ["sh", "-c", f'echo $$ > {cage}/cgroup.procs && exec "$@"', "sh"]
        self.start_daemon()
        run = self.start("run", "--quiet", str(self.write_mock_study("bomb", "--bomb=60", GOOD, "--sleep-ms=500")))
        self.wait_until("the bomb has gone off", lambda: int((cage / "pids.current").read_text()) == 20)
        self.assertEqual(self.study_trials("bomb-1")[0]["state"], "running")
        run.communicate(timeout=60)
        [trial] = self.study_trials("bomb-1")
        self.assertEqual((trial["state"], trial["attempts"]), ("completed", 1))
        self.assertRegex(self.tuner("logs", "bomb-1", "1").stdout, r"forked 1?\d of 60")
        self.assertEqual(self.survivors(), [])
        self.kill_daemon()
        self.wait_until("the cage is empty", lambda: not (cage / "cgroup.procs").read_text())

    def run_row(self, row: Row) -> None:
        file = self.write_mock_study(row.name, *row.flags, limits=row.limits)
        at_first = kib(self.daemon_pid(), "VmRSS")
        sampler = Sampler(self.daemon_pid())
        sampler.start()
        began = time.monotonic()
        self.tuner("run", "--quiet", str(file), code=0)
        took = time.monotonic() - began
        alive = self.survivors()
        sampler.stop()
        growth = sampler.daemon_kib - at_first
        print(f"{row.name}: {took:.1f} s, shim {sampler.shim_kib} kB, daemon +{growth} kB", flush=True)
        [trial] = self.study_trials(row.name + "-1")
        self.assertEqual(trial["state"], row.state, trial)
        if row.words:
            self.assertRegex(trial["reason"], row.words)
        if row.metrics:
            stored = self.get(f"/v1/studies/{row.name}-1/trials/1")["measurementCount"]
            told = "lines with metrics came too fast" in self.tuner("logs", row.name + "-1", "1").stdout
            self.assertEqual(told, stored < row.metrics, f"{stored} of {row.metrics} are stored")
            self.assertEqual(trial["step"], row.metrics, "the last one is")
        self.assertEqual(alive, [], "nothing of it is alive when it has ended")
        if not SANITIZED:
            self.assertLessEqual(sampler.shim_kib, SHIM_KIB)
            self.assertLessEqual(growth, row.growth_kib)


if __name__ == "__main__":
    unittest.main(verbosity=2)
