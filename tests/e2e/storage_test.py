"""A disk that is full, a database that another program locks or takes away: the daemon waits or ends, trainers live on.

The full disk is a small tmpfs in a mount namespace of the daemon's own, so that test needs root.
"""

import os
import shutil
import sqlite3
import subprocess
import unittest
from pathlib import Path

from harness import BIN_DIR, TunerCase

STORAGE_FAILED = 74
SMALL_DISK = "size=3m"
LOCKED_S = 7.0  # longer than the 5 s for which a write waits


class StorageTrouble(TunerCase):
    def database(self) -> Path:
        return self.data_dir / "tuner.db"

    def finished(self) -> int:
        return sum(e.ended is not None for e in self.executions())

    def assert_each_ran_once(self, trials: int) -> None:
        self.assertEqual(sorted((e.trial, e.attempt) for e in self.executions()), [(n, 1) for n in range(1, trials + 1)])
        self.assertEqual({t["state"] for t in self.trials()}, {"completed"})

    def test_a_database_that_is_locked_by_another_program_is_waited_for(self) -> None:
        file = self.write_study(trials=6, parallel=2, duration=0.3, algorithm="RANDOM_SEARCH")
        run = self.start("run", str(file))
        self.wait_until("two trials have ended", lambda: self.finished() >= 2)
        other = sqlite3.connect(self.database(), isolation_level=None, check_same_thread=False)
        other.execute("BEGIN EXCLUSIVE")
        try:
            run.wait(LOCKED_S)
            self.fail("the study ended although nothing could be stored")
        except subprocess.TimeoutExpired:
            other.execute("ROLLBACK")
            other.close()
        _, said = run.communicate(timeout=60)
        self.assertEqual(run.returncode, 0, said)
        self.assertEqual(said.count("event=study_waits"), 1, said)
        self.assertIn("another program holds the database locked", said)
        self.assert_each_ran_once(6)

    def test_a_replaced_database_ends_the_daemon_and_not_the_trainers(self) -> None:
        file = self.write_study(trials=4, parallel=2, duration=2.0, algorithm="RANDOM_SEARCH")
        run = self.start("run", str(file))
        self.wait_until("two trainers run", lambda: len(self.executions()) == 2)
        aside = self.folder / "aside"
        aside.mkdir()
        self.database().rename(aside / "tuner.db")
        _, said = run.communicate(timeout=60)
        self.assertEqual(run.returncode, STORAGE_FAILED, said)
        self.assertIn("moved, replaced or removed while in use", said)
        self.assertIn("go on with: tuner run", said)
        (aside / "tuner.db").rename(self.database())
        self.wait_until("the trainers have ended by themselves", lambda: self.finished() == 2)
        self.tuner("run", str(file))
        self.assert_each_ran_once(4)

    def test_serve_ends_with_the_cause_when_its_database_breaks(self) -> None:
        file = self.write_study(trials=2, parallel=1, duration=1.0, algorithm="RANDOM_SEARCH")
        serve = self.start("serve", "--port", "0")
        self.wait_until("the daemon listens", lambda: (self.data_dir / "daemon").exists())
        run = self.start("run", str(file))
        self.wait_until("a trainer runs", lambda: len(self.executions()) == 1)
        os.link(self.database(), self.folder / "second-name.db")
        _, said = serve.communicate(timeout=60)
        self.assertEqual(serve.returncode, STORAGE_FAILED, said)
        self.assertIn("got a second name", said)
        self.assertIn("adopts them", said)
        run.communicate(timeout=60)
        refused = self.tuner("list", code=2)
        self.assertIn("2 names (hard links)", refused.stderr)
        (self.folder / "second-name.db").unlink()
        self.tuner("run", str(file))
        self.assert_each_ran_once(2)

    @unittest.skipUnless(os.geteuid() == 0 and shutil.which("unshare"), "needs root and unshare for a small disk")
    def test_a_full_disk_is_waited_out(self) -> None:
        file = self.write_study(trials=6, parallel=2, duration=0.4, algorithm="RANDOM_SEARCH")
        self.data_dir.mkdir(mode=0o700)
        jobs = self.folder / "jobs"  # on a disk with room: here it is about the database's
        jobs.mkdir(mode=0o700)
        script = (
            f"mount -t tmpfs -o {SMALL_DISK},mode=700 none {self.data_dir} && "
            f"mkdir -m 700 {self.data_dir}/studies && mount --bind {jobs} {self.data_dir}/studies && "
            f"exec {BIN_DIR / 'tuner'} run {file}"
        )
        run = subprocess.Popen(
            ["unshare", "-m", "sh", "-c", script], cwd=self.folder, env=self.environment(),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        self.processes.append(run)
        seen = Path(f"/proc/{run.pid}/root{self.data_dir}")
        self.wait_until("two trials have ended", lambda: self.finished() >= 2)
        ballast = seen / "ballast"
        with open(ballast, "wb", buffering=0) as out:
            try:
                while True:
                    out.write(b"x" * 4096)
            except OSError:
                pass
        try:
            run.wait(6)
            self.fail(f"the study ended on a full disk: {run.communicate()}")
        except subprocess.TimeoutExpired:
            ballast.unlink()
        _, said = run.communicate(timeout=90)
        self.assertEqual(run.returncode, 0, said)
        self.assertEqual(
            sorted((e.trial, e.attempt) for e in self.executions() if e.ended is not None),
            [(n, 1) for n in range(1, 7)], said,
        )
        self.assertEqual(said.count("event=study_waits"), 1, said)
        self.assertIn("the disk is full", said)


if __name__ == "__main__":
    unittest.main(verbosity=2)
