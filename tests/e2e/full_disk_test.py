"""A disk that fills up while a study runs: real ENOSPC, on a tmpfs of a few MiB in a mount namespace of its own.

The daemon lives, running trainers go on, what was acknowledged stays, and when there is space again the study goes on
by itself.
"""

import os
import signal
import subprocess
import sys
import unittest
from pathlib import Path

from daemon_case import DaemonCase

SIZE_KIB = 4096


class FullDisk(DaemonCase):
    """Runs itself again in a mount namespace."""

    def setUp(self) -> None:
        super().setUp()
        self.disk = self.folder / "disk"
        self.disk.mkdir()

    def tearDown(self) -> None:
        subprocess.run(["umount", "-l", str(self.disk)], capture_output=True)
        super().tearDown()

    def in_namespace(self) -> bool:
        """Whether this is the run inside; else it has just happened, or cannot."""
        if os.environ.get("TUNER_IN_NAMESPACE"):
            subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE_KIB}k,mode=700", "none", str(self.disk)], check=True)
            return True
        if subprocess.run(["unshare", "-m", "mount", "-t", "tmpfs", "none", str(self.disk)], capture_output=True).returncode != 0:
            self.skipTest("no right to mount")
        again = subprocess.run(
            ["unshare", "-m", sys.executable, __file__, self.id().removeprefix("__main__.")],
            env=os.environ | {"TUNER_IN_NAMESPACE": "1"}, capture_output=True, text=True, timeout=240,
        )
        self.assertEqual(again.returncode, 0, again.stdout + again.stderr)
        return False

    def fill(self) -> Path:
        """Takes all the space there is."""
        ballast = self.disk / "ballast"
        with ballast.open("ab", buffering=0) as file:
            try:
                while True:
                    file.write(b"x" * 4096)
            except OSError:
                pass
        return ballast

    def begin(self) -> None:
        """Two trainers run, two trials wait."""
        self.start_daemon()
        study = self.write_mock_study("full", "--log-steps", "--json=3", f"--wait-for={self.folder}/go", "--json=3", trials=4, parallel=2)
        self.start("run", "--quiet", str(study))
        self.wait_until("both trainers have reported", lambda: len(self.records("step")) == 6)
        self.wait_until("it is stored", lambda: all(t["step"] == 3 for t in self.study_trials("full-1")[:2]))

    def finish(self) -> None:
        """Everything ran once and nothing that was said is missing."""
        self.wait_until("the study ends", lambda: self.get("/v1/studies/full-1")["state"] == "finished")
        trials = self.study_trials("full-1")
        self.assertEqual({t["state"] for t in trials}, {"completed"})
        starts = [record[2] for record in self.records("start")]
        self.assertEqual(sorted(starts), ["1", "2", "3", "4"], "each trainer ran once")
        for trial in trials:
            stored = self.get(f"/v1/studies/full-1/trials/{trial['id']}")["measurements"]
            self.assertEqual([m["step"] for m in stored], [1, 2, 3, 4, 5, 6])

    def test_a_full_disk_under_everything_stops_nothing_that_runs(self) -> None:
        if not self.in_namespace():
            return
        self.data_dir = self.disk / "data"
        self.begin()
        ballast = self.fill()
        (self.folder / "go").touch()
        self.wait_until("both trainers have ended", lambda: len(self.records("end")) == 2)
        self.wait_until("the daemon says so", lambda: "full" in self.daemon_log.read_text())
        self.assertIsNone(self.servers[-1].poll(), "the daemon lives")
        ballast.unlink()
        self.finish()

    def test_an_interrupt_on_a_full_disk_ends_the_run_and_leaves_the_trainers(self) -> None:
        if not self.in_namespace():
            return
        self.data_dir = self.disk / "data"
        study = self.write_mock_study("full", f"--wait-for={self.folder}/go", "--json=3", trials=2, parallel=2)
        run = self.start("run", str(study))
        self.wait_until("both trainers run", lambda: len(self.records("start")) == 2)
        ballast = self.fill()
        run.send_signal(signal.SIGINT)
        _, err = run.communicate(timeout=60)
        self.assertEqual(run.returncode, 74, err)
        self.assertIn("full", err)
        self.assertIn("go on with: tuner run", err)
        ballast.unlink()
        (self.folder / "go").touch()
        self.tuner("run", str(study))
        self.assertEqual(len(self.records("start")), 2, "each trainer ran once")

    def test_a_full_disk_under_the_jobs_alone_refuses_starts_and_costs_no_trial(self) -> None:
        if not self.in_namespace():
            return
        self.data_dir.mkdir(mode=0o700)
        (self.data_dir / "studies").symlink_to(self.disk)
        self.begin()
        ballast = self.fill()
        (self.folder / "go").touch()
        self.wait_until("a start is refused", lambda: "start_refused" in self.daemon_log.read_text())
        self.wait_until("the running two are completed", lambda: [t["state"] for t in self.study_trials("full-1")].count("completed") == 2)
        self.assertNotIn("failed", [t["state"] for t in self.study_trials("full-1")])
        self.assertEqual(len(self.records("start")), 2)
        ballast.unlink()
        self.finish()


if __name__ == "__main__":
    unittest.main(verbosity=2)
