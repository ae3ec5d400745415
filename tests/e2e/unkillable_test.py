"""A trainer that SIGKILL does not end, as one that waits for a broken disk: simulated by the cgroup freezer.

A person is told a minute after the kill; until the process is gone the attempt is running, its slot is taken and no
second attempt begins, across a restart of the daemon too. Needs root and cgroups of version 1.
"""

import os
import sys
import time
import unittest
from pathlib import Path

from daemon_case import DaemonCase, is_alive

FREEZER = Path("/sys/fs/cgroup/freezer")


class Unkillable(DaemonCase):
    def setUp(self) -> None:
        super().setUp()
        self.cage = FREEZER / f"tuner-e2e-{os.getpid()}"
        self.cage.mkdir()

    def tearDown(self) -> None:
        (self.cage / "freezer.state").write_text("THAWED")
        super().tearDown()
        self.wait_until("the cage is empty", lambda: not (self.cage / "cgroup.procs").read_text())
        self.cage.rmdir()

    def test_it_is_reported_keeps_its_slot_and_is_never_run_twice(self) -> None:
        self.start_daemon()
        study = self.write_mock_study("frozen", "--json=1", "--hang", trials=2, limits=("stallTimeout: 1s", "terminationGrace: 100ms"))
        run = self.start("run", "--quiet", str(study))
        self.wait_until("the trainer runs", lambda: self.records("start"))
        trainer = int(self.records("start")[0][5])
        (self.cage / "cgroup.procs").write_text(str(trainer))
        (self.cage / "freezer.state").write_text("FROZEN")
        began = time.monotonic()
        report = self.data_dir / "studies/frozen-1/1/1/unkillable"
        self.wait_until("it is reported", report.exists)
        self.assertGreater(time.monotonic() - began, 60)
        self.assertIn(str(trainer), report.read_text())
        self.wait_until("the daemon says so", lambda: "attempt_unkillable" in self.daemon_log.read_text())
        self.assertIn(f"process {trainer}", self.tuner("logs", "frozen-1", "1").stdout)

        with self.subTest("a restarted daemon says so too and starts nothing"):
            self.kill(run)  # first: else it would go on in the daemon's place
            self.kill_daemon()
            self.daemon_log.write_text("")
            self.start_daemon()
            self.wait_until("the daemon says so", lambda: "attempt_unkillable" in self.daemon_log.read_text())
            states = {t["id"]: (t["state"], t["attempts"]) for t in self.study_trials("frozen-1")}
            self.assertEqual(states[1], ("running", 1))
            self.assertEqual(len(self.records("start")), 1, "one slot, and it is taken")
            self.assertTrue(is_alive(trainer))

        with self.subTest("it ends when it can, and the next trial begins"):
            (self.cage / "freezer.state").write_text("THAWED")
            self.wait_until("the trial has ended", lambda: self.study_trials("frozen-1")[0]["state"] == "failed")
            self.assertFalse(report.exists())
            self.assertFalse(is_alive(trainer))
            self.wait_until("the next trial runs", lambda: len(self.records("start")) == 2)
            self.assertEqual(self.records("start")[1][2:4], ["2", "1"])


if __name__ == "__main__":
    if not os.access(FREEZER / "cgroup.procs", os.W_OK) or os.geteuid() != 0:
        print("SKIPPED: no cgroup freezer of version 1 that this user may write")
        sys.exit(77)
    unittest.main(verbosity=2)
