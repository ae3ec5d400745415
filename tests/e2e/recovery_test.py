"""What a new daemon makes of what an old one left, when pids, the machine or the clock are not what they were.

Nothing is ever signalled by its number alone: in each of these tests a victim stands where a careless daemon would
strike, and notes every signal that it gets.
"""

import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
import unittest
from pathlib import Path

from daemon_case import SANITIZED, DaemonCase, children, is_alive, read, start_ticks

LIBFAKETIME = [path for path in Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1")]

# Writes each signal that it gets to a file.
VICTIM = """\
import os, signal, sys
def note(number, frame):
    with open(sys.argv[1], "a") as file:
        file.write(f"{number}\\n")
for number in set(signal.valid_signals()) - {signal.SIGKILL, signal.SIGSTOP, signal.SIGCHLD}:
    signal.signal(number, note)
print("ready", flush=True)
while True:
    signal.pause()
"""


class Victim:
    """A process that must come to no harm."""

    def __init__(self, folder: Path) -> None:
        self.hits = folder / "victim.hits"
        self.process = subprocess.Popen([sys.executable, "-c", VICTIM, str(self.hits)], stdout=subprocess.PIPE, text=True)
        self.process.stdout.readline()
        self.pid = self.process.pid

    def was_hurt(self) -> bool:
        return self.process.poll() is not None or self.hits.exists()

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


class LeftBehind(DaemonCase):
    """What the tests below begin with."""

    def leave_one_running(self, *flags: str) -> None:
        """A study with one running trainer, and no daemon."""
        self.start_daemon()
        run = self.start("run", "--quiet", str(self.write_mock_study("left", "--json=2", *flags)))
        self.wait_until("the trainer runs", lambda: self.records("start"))
        self.kill(run)  # first: else it would go on in the daemon's place
        self.kill_daemon()

    def edit_attempt(self, **columns: object) -> None:
        database = sqlite3.connect(self.data_dir / "tuner.db")
        for name, value in columns.items():
            database.execute(f"UPDATE attempt SET {name} = ?", (value,))
        database.commit()
        database.close()

    def attempt(self) -> dict:
        database = sqlite3.connect(self.data_dir / "tuner.db")
        database.row_factory = sqlite3.Row
        row = dict(database.execute("SELECT * FROM attempt ORDER BY key LIMIT 1").fetchone())
        database.close()
        return row

    def end_the_machine(self) -> None:
        """Shim and trainer are gone, as after a reboot, without a word."""
        shim = self.attempt()["pid"]
        os.kill(shim, signal.SIGKILL)
        self.wait_until("shim and trainer are gone", lambda: not is_alive(shim) and not self.survivors())

    def first_exit(self) -> dict:
        """How the first attempt ended, once it has."""
        self.wait_until("the attempt is over", lambda: self.get("/v1/studies/left-1/trials/1")["attemptDetails"][0]["exit"])
        return self.get("/v1/studies/left-1/trials/1")["attemptDetails"][0]["exit"]


class OtherMachine(LeftBehind):
    def test_after_a_reboot_no_stored_pid_is_signalled_and_the_trial_runs_again(self) -> None:
        self.leave_one_running(f"--wait-for={self.folder}/go")
        self.end_the_machine()
        victim = Victim(self.folder)
        self.addCleanup(victim.end)
        # Even its start time fits: only the boot tells it from the shim.
        self.edit_attempt(pid=victim.pid, start_ticks=start_ticks(victim.pid), boot_id="00000000-0000-0000-0000-000000000000")
        self.start_daemon()
        exit = self.first_exit()
        self.assertEqual(exit["kind"], "lost")
        self.assertIn("restarted", exit["message"])
        self.tuner("stop", "--now", "left-1")
        self.assertFalse(victim.was_hurt())
        (self.folder / "go").touch()
        self.tuner("resume", "left-1")
        self.assertEqual([(t["state"], t["attempts"]) for t in self.study_trials("left-1")], [("completed", 2)])

    def test_an_attempt_that_ended_before_the_reboot_is_taken_from_its_exit_file(self) -> None:
        self.leave_one_running(f"--wait-for={self.folder}/go")
        (self.folder / "go").touch()
        self.wait_until("the shim is gone", lambda: not is_alive(self.attempt()["pid"]))
        victim = Victim(self.folder)
        self.addCleanup(victim.end)
        self.edit_attempt(pid=victim.pid, start_ticks=start_ticks(victim.pid), boot_id="00000000-0000-0000-0000-000000000000")
        self.start_daemon()
        self.wait_until("the study ends", lambda: self.get("/v1/studies/left-1")["state"] == "finished")
        self.assertEqual([(t["state"], t["attempts"]) for t in self.study_trials("left-1")], [("completed", 1)])
        self.assertFalse(victim.was_hurt())

    def test_another_boot_id_in_proc_is_believed(self) -> None:
        self.leave_one_running(f"--wait-for={self.folder}/go")
        self.end_the_machine()
        fake = self.folder / "boot_id"
        fake.write_text("11111111-2222-3333-4444-555555555555\n")
        self.prefix = ["unshare", "-m", "sh", "-c", f'mount --bind {fake} /proc/sys/kernel/random/boot_id && exec "$@"', "sh"]
        if subprocess.run([*self.prefix, "true"], capture_output=True).returncode != 0:
            self.skipTest("no right to mount")
        self.start_daemon()
        self.assertIn("restarted", self.first_exit()["message"])


class OtherNamespace(LeftBehind):
    prefix = ["unshare", "-pf", "--mount-proc", "--kill-child", "sh", "-c", '"$@" & wait; sleep 3600', "sh"]

    def setUp(self) -> None:
        super().setUp()
        if subprocess.run(["unshare", "-pf", "--mount-proc", "true"], capture_output=True).returncode != 0:
            self.skipTest("no right to make a pid namespace")

    def kill_daemon(self) -> None:
        """Only the daemon: its namespace lives on."""
        [init] = children(self.servers[-1].pid)
        [daemon] = [pid for pid in children(init) if b"serve" in read(f"/proc/{pid}/cmdline")]
        os.kill(daemon, signal.SIGKILL)
        self.wait_until("the daemon is gone", lambda: not is_alive(daemon))

    def test_a_trainer_in_another_pid_namespace_is_waited_for_and_not_signalled(self) -> None:
        self.leave_one_running(f"--wait-for={self.folder}/go")
        stored = self.attempt()["pid"]
        self.start_daemon()  # in a namespace of its own, where that number is nobody's or another's
        self.wait_until("it is watched", lambda: self.study_trials("left-1")[0]["state"] == "running")
        self.tuner("stop", "--now", "left-1", code=None)
        time.sleep(0.5)
        self.assertEqual(len(self.records("end")), 0, f"nothing was sent to {stored}")
        (self.folder / "go").touch()
        self.wait_until("the attempt is over", lambda: self.study_trials("left-1")[0]["state"] == "completed")
        self.assertEqual(len(self.records("start")), 1)

    def test_an_attempt_whose_pid_namespace_is_gone_is_lost_and_nobody_is_signalled(self) -> None:
        self.leave_one_running("--hang")
        self.servers[-1].kill()  # unshare takes its namespace along
        self.wait_until("all of it is gone", lambda: not self.survivors())
        self.start_daemon()
        exit = self.first_exit()
        self.assertEqual(exit["kind"], "lost")
        self.assertIn("restarted", exit["message"])


class RecycledPid(LeftBehind):
    """Runs itself again as the first process of a pid namespace, where the next pid can be chosen."""

    def setUp(self) -> None:
        super().setUp()
        self.inside = bool(os.environ.get("TUNER_IN_NAMESPACE"))

    def test_a_victim_on_the_pid_of_the_shim_survives_recovery_and_stop(self) -> None:
        if not self.inside:
            namespace = ["unshare", "-pf", "--mount-proc", "--kill-child"]
            if subprocess.run([*namespace, "sh", "-c", "echo 100 > /proc/sys/kernel/ns_last_pid"], capture_output=True).returncode != 0:
                self.skipTest("no right to choose the next pid")
            again = subprocess.run(
                [*namespace, "sh", "-c", '"$@"; exit $?', "sh", sys.executable, __file__, "RecycledPid"],
                env=os.environ | {"TUNER_IN_NAMESPACE": "1"}, capture_output=True, text=True, timeout=120,
            )
            self.assertEqual(again.returncode, 0, again.stdout + again.stderr)
            return
        self.leave_one_running("--hang")
        shim = self.attempt()["pid"]
        self.end_the_machine()
        # Its trainer's too: a number is taken as long as anybody is in the session of that number.
        both = (shim, int(self.records("start")[0][5]))
        self.wait_until("its number is free", lambda: not any(Path(f"/proc/{pid}").exists() for pid in both))
        Path("/proc/sys/kernel/ns_last_pid").write_text(str(shim - 1))
        victim = Victim(self.folder)
        self.addCleanup(victim.end)
        self.assertEqual(victim.pid, shim, "the number was recycled")
        self.start_daemon()
        exit = self.first_exit()
        self.assertEqual(exit["kind"], "lost")
        self.tuner("stop", "--now", "left-1")
        self.tuner("cancel", "left-1")
        self.assertFalse(victim.was_hurt())


# Notes its command line and environment; fails at first, then takes its shim with it, then measures.
NOTING_TRAINER = """\
#!/bin/sh
printf '%s\\n' "$0" "$@" > "$NOTES/line-$TUNER_ATTEMPT"
env | sort > "$NOTES/environment-$TUNER_ATTEMPT"
case $TUNER_ATTEMPT in
1) exit 1;;
2) kill -9 $PPID; sleep 60;;
esac
echo loss=1
"""


class Reruns(DaemonCase):
    def environment_of(self, attempt: int) -> dict[str, str]:
        lines = (self.folder / f"environment-{attempt}").read_text().splitlines()
        return dict(line.split("=", 1) for line in lines)

    def test_t45_t09_a_rerun_has_the_same_command_line_and_folders_and_only_what_is_documented_differs(self) -> None:
        self.write_trainer(NOTING_TRAINER)
        file = self.write_study(trials=1, extra="maxRetries: 1", algorithm="RANDOM_SEARCH")
        file.write_text(file.read_text().replace("env: {", f"env: {{NOTES: {self.folder}, "))
        self.start_daemon()
        run = self.start("run", "--quiet", str(file))
        trial = lambda: self.get("/v1/studies/-/trials/1")
        self.wait_until("its shim was lost", lambda: (self.folder / "line-2").exists() and trial()["state"] == "pending")
        self.kill(run)
        self.kill_daemon()
        self.start_daemon()  # which knows nothing of a back-off
        self.wait_until("the trial is over", lambda: trial()["state"] == "completed")
        self.assertEqual([a["exit"]["kind"] for a in trial()["attemptDetails"]], ["exited", "lost", "exited"])

        lines = {(self.folder / f"line-{attempt}").read_bytes() for attempt in (1, 2, 3)}
        self.assertEqual(len(lines), 1)
        environments = [self.environment_of(attempt) for attempt in (1, 2, 3)]
        names = set().union(*environments)
        changing = {name for name in names if len({environment.get(name) for environment in environments}) > 1}
        document = (Path(__file__).resolve().parents[2] / "docs" / "trainers.md").read_text()
        (said,) = re.findall(r"Of its environment only\s(.*?) differ", document, re.DOTALL)
        self.assertEqual(changing, set(re.findall(r"`(\w+)`", said)))


class ClockJumps(DaemonCase):
    def jump(self, offset: str) -> None:
        (self.folder / "clock").write_text(offset + "\n")

    def environment(self) -> dict[str, str]:
        return super().environment() | {
            "LD_PRELOAD": str(LIBFAKETIME[0]), "FAKETIME_TIMESTAMP_FILE": str(self.folder / "clock"),
            "FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def test_a_clock_that_jumps_by_a_year_and_back_ends_nothing(self) -> None:
        if SANITIZED or not LIBFAKETIME:
            self.skipTest("a sanitizer's own preloading" if SANITIZED else "libfaketime is not installed")
        self.jump("+0")
        self.start_daemon()
        limits = ("timeout: 1h", "stallTimeout: 10m")
        study = self.write_mock_study("clock", "--json=2", "--log-steps", f"--wait-for={self.folder}/go", trials=4, parallel=2, limits=limits)
        run = self.start("run", "--quiet", str(study))
        self.wait_until("both trainers run", lambda: len(self.records("start")) == 2)
        for offset, restart in (("+1y", False), ("-1y", False), ("+1y", True), ("-1y", True), ("+0", True)):
            with self.subTest(offset, restart=restart):
                self.jump(offset)
                if restart:
                    run.kill()
                    run.wait()
                    self.kill_daemon()
                    self.start_daemon()
                time.sleep(0.3)  # time for a timeout to fire, were there one
                states = [t["state"] for t in self.study_trials("clock-1")]
                self.assertEqual(states.count("running"), 2)
                self.assertEqual(len(self.records("start")), 2)
        self.jump("-1y")
        (self.folder / "go").touch()
        self.wait_until("the study ends", lambda: self.get("/v1/studies/clock-1")["state"] == "finished")
        run.kill()
        trials = self.study_trials("clock-1")
        self.assertEqual({(t["state"], t["attempts"]) for t in trials}, {("completed", 1)})
        for line in self.tuner("trials", "clock-1").stdout.splitlines()[1:]:
            self.assertNotRegex(line, r"-\d+(\.\d+)?s", "no negative duration")


if __name__ == "__main__":
    unittest.main(verbosity=2)
