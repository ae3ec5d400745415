"""The daemon in a hostile environment: others on its data directory, no permission, no descriptors, signals."""

import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from daemon_case import BIN_DIR, SANITIZED, DaemonCase, is_alive, status

NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
MANY = 64 if not SANITIZED else 8


def as_plain_user(test: DaemonCase) -> list[str]:
    """What a command is started through, so that root does not hide a missing permission."""
    if os.geteuid() != 0:
        return []
    if shutil.which("setpriv") is None:
        test.skipTest("no setpriv to become a plain user with")
    test.folder.chmod(0o755)
    return NOBODY


class ReadOnly(DaemonCase):
    # SQLite's own, made when a database is looked at, and the last one who tried.
    passing = ("tuner.db-wal", "tuner.db-shm", "lock")

    def snapshot(self) -> dict[str, bytes]:
        return {str(path): path.read_bytes() for path in sorted(self.data_dir.rglob("*")) if path.is_file() and path.name not in self.passing}

    def refused(self, through: list[str], *command: str) -> str:
        """The words with which a command is refused; nothing may have changed."""
        before = self.snapshot()
        done = subprocess.run(
            [*through, str(BIN_DIR / "tuner"), *command], cwd="/", env=self.environment(), stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=60,
        )
        self.assertIn(done.returncode, (2, 5), done.stderr)
        self.assertIn(str(self.data_dir), done.stderr)
        self.assertEqual(self.snapshot(), before)
        return done.stderr

    def test_a_directory_that_may_not_be_written_is_refused(self) -> None:
        plain = as_plain_user(self)
        self.tuner("run", str(self.write_mock_study("small", "--json=1")))
        if plain:
            for path in [self.data_dir, *self.data_dir.rglob("*")]:
                os.chown(path, 65534, 65534)
        self.data_dir.chmod(0o500)
        for path in self.data_dir.glob("*"):
            path.chmod(0o500 if path.is_dir() else 0o400)
        for command in (["serve", "--port", "0"], ["run", str(self.folder / "small.yaml")], ["list"]):
            with self.subTest(command[0]):
                self.assertRegex(self.refused(plain, *command), "(?i)permission denied")
        self.data_dir.chmod(0o700)

    def test_a_database_that_may_not_be_written_is_refused(self) -> None:
        plain = as_plain_user(self)
        self.tuner("run", str(self.write_mock_study("small", "--json=1")))
        if plain:
            for path in [self.data_dir, *self.data_dir.rglob("*")]:
                os.chown(path, 65534, 65534)
        (self.data_dir / "tuner.db").chmod(0o400)
        self.assertRegex(self.refused(plain, "serve", "--port", "0"), "(?i)readonly|read-only|permission")

    def test_a_read_only_file_system_is_refused(self) -> None:
        mounted = ["unshare", "-m", "sh", "-c", 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"', str(self.data_dir)]
        self.tuner("run", str(self.write_mock_study("small", "--json=1")))
        if subprocess.run([*mounted, "true"], capture_output=True).returncode != 0:
            self.skipTest("no right to mount")
        for command in (["serve", "--port", "0"], ["list"]):
            with self.subTest(command[0]):
                self.assertRegex(self.refused(mounted, *command), "(?i)read-only file system")


class TwoDaemons(DaemonCase):
    def test_t01_of_ten_started_at_once_exactly_one_lives(self) -> None:
        started = [self.start("serve", "--port", "0") for _ in range(10)]
        self.wait_until("nine have given up", lambda: sum(p.poll() is not None for p in started) >= 9)
        [winner] = [p for p in started if p.poll() is None]
        self.assertIn("listening", winner.stdout.readline())
        for loser in started:
            if loser is not winner:
                words = loser.stderr.read()
                self.assertEqual(loser.returncode, 75, words)
                self.assertIn(f"process {winner.pid}", words)
        self.assertEqual(self.tuner("list", "--format", "json").stdout.strip(), "[]")

    def test_a_child_that_outlives_a_killed_daemon_keeps_neither_lock_nor_port(self) -> None:
        self.start_daemon()
        port = self.url.rpartition(":")[2]
        run = self.start("run", "--quiet", str(self.write_mock_study("long", "--json=1", "--hang", limits=("terminationGrace: 0",))))
        self.wait_until("the trainer runs", lambda: self.records("start"))
        trainer = int(self.records("start")[0][5])
        links = [os.readlink(link) for link in Path(f"/proc/{trainer}/fd").iterdir()]
        self.assertFalse([link for link in links if "lock" in link or "tuner.db" in link or "socket" in link], links)
        self.kill(run)  # first: else it would go on in the daemon's place
        self.kill_daemon()
        again = self.start("serve", "--port", port)
        self.assertIn(f":{port}", again.stdout.readline())
        self.assertTrue(is_alive(trainer))
        self.tuner("stop", "--now", "long-1")

    def test_a_stale_daemon_that_wakes_up_writes_nothing_and_leaves_the_trainers_alone(self) -> None:
        stale = self.start_daemon()
        study = self.write_mock_study("stale", "--json=3", f"--wait-for={self.folder}/go", trials=4, parallel=2)
        self.start("run", "--quiet", str(study))
        self.wait_until("both trainers run", lambda: len(self.records("start")) == 2)
        self.freeze(stale)
        (self.data_dir / "lock").unlink()
        fresh = self.start_daemon()
        self.wait_until("it has adopted them", lambda: [t["state"] for t in self.study_trials("stale-1")].count("running") == 2)
        alive = [int(record[5]) for record in self.records("start")]
        stale.send_signal(signal.SIGCONT)
        (self.folder / "go").touch()
        self.assertEqual(stale.wait(timeout=60), 75)
        self.assertRegex(self.daemon_log.read_text(), "error: .*another")
        self.wait_until("the study ends", lambda: self.get("/v1/studies/stale-1")["state"] == "finished")
        self.assertIsNone(fresh.poll())
        starts = [tuple(record[2:4]) for record in self.records("start")]
        self.assertEqual(sorted(starts), [(str(n), "1") for n in range(1, 5)], "each attempt ran once")
        self.assertEqual(len(self.records("end")), 4)
        self.assertTrue(set(alive) <= {int(record[5]) for record in self.records("end")}, "the first two ran to their end")

    def test_a_stale_tuner_run_that_wakes_up_ends_too(self) -> None:
        study = self.write_mock_study("stale", "--json=3", f"--wait-for={self.folder}/go", trials=4, parallel=2)
        stale = self.start("run", str(study))
        self.wait_until("both trainers run", lambda: len(self.records("start")) == 2)
        self.freeze(stale)
        (self.data_dir / "lock").unlink()
        self.start_daemon()
        stale.send_signal(signal.SIGCONT)
        (self.folder / "go").touch()
        self.assertEqual(stale.wait(timeout=60), 75)
        self.wait_until("the study ends", lambda: self.get("/v1/studies/stale-1")["state"] == "finished")
        starts = [tuple(record[2:4]) for record in self.records("start")]
        self.assertEqual(sorted(starts), [(str(n), "1") for n in range(1, 5)], "each attempt ran once")


class Signals(DaemonCase):
    def test_sigterm_leaves_many_running_trainers_to_the_next_daemon(self) -> None:
        server = self.start_daemon()
        study = self.write_mock_study("many", "--json=2", f"--wait-for={self.folder}/go", trials=MANY, parallel=MANY)
        run = self.start("run", "--quiet", str(study))
        self.wait_until("all trainers run", lambda: len(self.records("start")) == MANY)
        began = time.monotonic()
        server.send_signal(signal.SIGTERM)
        self.assertEqual(server.wait(timeout=30), 0)
        print(f"SIGTERM to exit with {MANY} running trainers: {time.monotonic() - began:.2f} s")
        run.kill()
        pids = [int(record[5]) for record in self.records("start")]
        self.assertTrue(all(is_alive(pid) for pid in pids), "the trainers live on")
        began = time.monotonic()
        self.start_daemon()
        print(f"start with {MANY} to adopt: {time.monotonic() - began:.2f} s")
        (self.folder / "go").touch()
        self.wait_until("the study ends", lambda: self.get("/v1/studies/many-1")["state"] == "finished")
        trials = self.study_trials("many-1")
        self.assertEqual({(t["state"], t["attempts"]) for t in trials}, {("completed", 1)})
        self.assertEqual(len(self.records("end")), MANY)

    def test_hangup_and_broken_pipe_are_nothing_to_the_daemon_and_everything_to_a_trainer(self) -> None:
        server = self.start_daemon()
        run = self.start("run", "--quiet", str(self.write_mock_study("signals", "--json=1", "--hang", limits=("terminationGrace: 0",))))
        self.wait_until("the trainer runs", lambda: self.records("start"))
        for number in (signal.SIGHUP, signal.SIGPIPE):
            server.send_signal(number)
        self.assertEqual(self.get("/v1/studies/signals-1")["state"], "running")
        trainer = int(self.records("start")[0][5])
        for field in ("SigIgn", "SigBlk"):
            self.assertEqual(int(status(trainer, field), 16), 0, field)
        ignored = int(status(server.pid, "SigIgn"), 16)
        for number in (signal.SIGHUP, signal.SIGPIPE):
            self.assertTrue(ignored >> (number - 1) & 1)
        os.kill(trainer, signal.SIGHUP)
        run.communicate(timeout=60)
        self.assertIn("SIGHUP", self.study_trials("signals-1")[0]["reason"])

    def test_a_second_ctrl_c_leaves_at_once(self) -> None:
        study = self.write_mock_study("stubborn", "--json=1", "--ignore-term", "--hang", limits=("terminationGrace: 1h",))
        run = self.start("run", str(study))
        self.wait_until("the trainer runs", lambda: self.records("start"))
        run.send_signal(signal.SIGINT)
        self.assertIn("Ctrl-C again", self.read_until(run, "Ctrl-C again"))
        run.send_signal(signal.SIGINT)
        self.assertEqual(run.wait(timeout=30), 130)
        trainer = int(self.records("start")[0][5])
        self.assertTrue(is_alive(trainer), "nothing was waited for, nothing was killed")

    def read_until(self, process: subprocess.Popen[str], words: str) -> str:
        seen = ""
        while words not in seen:
            line = process.stderr.readline()
            self.assertTrue(line, f"it ended without saying {words}: {seen}")
            seen += line
        return seen


class NoDescriptors(DaemonCase):
    def test_idle_clients_take_no_descriptor_from_the_trials(self) -> None:
        self.prefix = ["prlimit", "--nofile=64:64"]
        self.start_daemon()
        study = self.write_mock_study("poor", "--json=20", "--interval-ms=5", trials=12, parallel=3)
        run = self.start("run", "--quiet", str(study))
        host, port = re.search(r"//(.*):(\d+)", self.url).groups()
        self.wait_until("a trainer runs", lambda: self.records("start"))
        idle = []
        for _ in range(200):
            client = socket.socket()
            client.setblocking(False)
            client.connect_ex((host, int(port)))
            idle.append(client)
        self.wait_until("all have ended", lambda: len(self.records("end")) == 12)
        for client in idle:
            client.close()
        self.wait_until("the study ends", lambda: self.finished("poor-1"))
        run.kill()
        trials = self.study_trials("poor-1")
        self.assertEqual({(t["state"], t["attempts"]) for t in trials}, {("completed", 1)})

    def finished(self, study: str) -> bool:
        try:
            return self.get(f"/v1/studies/{study}")["state"] == "finished"
        except OSError:
            return False


class ServiceUnit(unittest.TestCase):
    UNIT = Path(__file__).resolve().parents[2] / "config" / "tuner.service"

    def test_a_stopped_unit_leaves_its_trainers_alone(self) -> None:
        lines = self.UNIT.read_text().splitlines()
        for line in ("KillMode=process", "OOMPolicy=continue", "KillSignal=SIGTERM", "RestartPreventExitStatus=2 75"):
            self.assertIn(line, lines)

    def test_systemd_finds_nothing_wrong_with_it(self) -> None:
        if shutil.which("systemd-analyze") is None:
            self.skipTest("no systemd-analyze")
        with tempfile.TemporaryDirectory() as folder:
            unit = Path(folder) / "tuner.service"
            unit.write_text(self.UNIT.read_text().replace("/usr/local/bin/tuner", "/bin/true"))
            done = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""))


if __name__ == "__main__":
    unittest.main(verbosity=2)
