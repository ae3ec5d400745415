"""Trials share a machine: no two have one GPU, CPUs and memory are not promised twice, whoever was alive meanwhile.

The machine is a pretended one of tuner.yaml. What the trainers saw stands in their own log.
"""

import json
import unittest
from dataclasses import dataclass

from harness import TunerCase

# Says what it was given, runs until it may end, or for a moment.
TRAINER = """\
#!/bin/sh
now() { cut -d' ' -f1 /proc/uptime; }
echo "start $TUNER_STUDY $TUNER_TRIAL $(now) ${CUDA_VISIBLE_DEVICES:--} ${OMP_NUM_THREADS:--} ${TUNER_MEMORY_BYTES:--}" >> "$TRAINER_LOG"
if [ -n "$GATE" ]; then while [ ! -e "$GATE" ]; do sleep 0.02; done; else sleep 0.1; fi
echo "loss=0.5"
echo "end $TUNER_STUDY $TUNER_TRIAL $(now)" >> "$TRAINER_LOG"
"""

GIB = 1 << 30


@dataclass
class Seen:
    """One execution as its trainer saw it."""

    started: float
    gpus: set[str]
    cpus: int
    memory: int
    ended: float | None = None


class Resources(TunerCase):
    def setUp(self) -> None:
        super().setUp()
        self.write_trainer(TRAINER)
        self.data_dir.mkdir(mode=0o700)
        (self.data_dir / "tuner.yaml").write_text("machine: {cpus: 8, gpus: 2, memory: 8GiB}\n")
        self.gate = self.folder / "gate"

    def study(self, resources: str, trials: int = 8, gate: str = "", name: str = "hyperparam") -> str:
        file = self.write_study(trials, parallel=5, extra=f"resources: {resources}", algorithm="RANDOM_SEARCH")
        text = file.read_text().replace("env: {", f'env: {{GATE: "{gate}", ')
        own = self.folder / f"{name}.yaml"
        own.write_text(text)
        return str(own)

    def seen(self) -> dict[tuple[str, str], Seen]:
        found: dict[tuple[str, str], Seen] = {}
        for line in self.log.read_text().splitlines() if self.log.exists() else []:
            word, study, trial, when, *given = line.split()
            if word == "start":
                self.assertNotIn((study, trial), found, "a trial was run twice")
                gpus, cpus, memory = ["" if text == "-" else text for text in given]
                found[study, trial] = Seen(float(when), set(filter(None, gpus.split(","))), int(cpus or 0), int(memory or 0))
            else:
                found[study, trial].ended = float(when)
        return found

    def running_now(self) -> int:
        return sum(seen.ended is None for seen in self.seen().values())

    def assert_shared_well(self, trials: int, most: int) -> None:
        """At each start: whoever runs then has no GPU of another one, and together they stay within the machine."""
        executions = list(self.seen().values())
        self.assertEqual(len(executions), trials)
        at_once = []
        for one in executions:
            there = [e for e in executions if e.started <= one.started and (e.ended is None or e.ended > one.started)]
            gpus = [gpu for e in there for gpu in e.gpus]
            self.assertEqual(len(gpus), len(set(gpus)), f"a GPU was given twice: {there}")
            self.assertLessEqual(set(gpus), {"0", "1"})
            self.assertLessEqual(sum(e.cpus for e in there), 8)
            self.assertLessEqual(sum(e.memory for e in there), 8 * GIB)
            at_once.append(len(there))
        self.assertLessEqual(max(at_once), most)

    def test_two_gpus_are_never_given_twice(self) -> None:
        self.tuner("run", self.study("{gpus: 1}", trials=10))
        self.assert_shared_well(trials=10, most=2)
        self.assertEqual({gpu for e in self.seen().values() for gpu in e.gpus}, {"0", "1"})

    def test_cpus_and_memory_are_not_promised_twice(self) -> None:
        self.tuner("run", self.study("{cpus: 3}", trials=6, name="cpus"))
        self.assertEqual({e.cpus for e in self.seen().values()}, {3})
        self.assert_shared_well(trials=6, most=2)
        self.log.unlink()
        self.tuner("run", self.study("{memory: 2.5GiB}", trials=6, name="memory"))
        self.assert_shared_well(trials=6, most=3)

    def test_a_killed_daemon_gives_no_gpu_to_a_second_trial(self) -> None:
        file = self.study("{gpus: 1}", trials=5, gate=str(self.gate))
        process = self.start("run", file)
        self.wait_until("both GPUs are in use", lambda: self.running_now() == 2)
        self.kill(process)
        process = self.start("run", file)
        waits = lambda: json.loads(self.tuner("show", "--format", "json").stdout)["waiting"]
        held = "waits for 1 gpu: 2 of 2 are held by trials 1, 2 of "
        self.wait_until("the next trial says what it waits for", lambda: (waits() or "").startswith(held))
        self.assertEqual(self.running_now(), 2)
        self.gate.touch()
        process.communicate(timeout=120)
        self.assertEqual(process.returncode, 0)
        self.assert_shared_well(trials=5, most=2)

    def test_two_studies_share_one_machine(self) -> None:
        server = self.start("serve", "--port", "0")
        self.assertIn("listening", server.stdout.readline())
        studies = [self.start("run", self.study("{gpus: 1, cpus: 2}", trials=4, name=name)) for name in ("one", "two")]
        for study in studies:
            study.communicate(timeout=120)
            self.assertEqual(study.returncode, 0)
        self.assert_shared_well(trials=8, most=2)

    def test_t42_what_can_never_be_met_is_an_error_before_the_first_trial(self) -> None:
        file = self.study("{gpus: 4, memory: 9GiB}")
        for command in ("validate", "run"):
            done = self.tuner(command, file, code=2)
            self.assertRegex(done.stderr, r"hyperparam.yaml:\d+:\d+: a trial asks for 4 gpus, this machine has 2")
            self.assertIn("a trial asks for 9 GiB of memory, this machine has 8 GiB", done.stderr)
        self.assertFalse(self.log.exists())
        other = self.folder / "other.yaml"
        other.write_text("machine: {gpus: 4, memory: 16GiB}\n")
        self.assertIn("4 gpus and 9 GiB of memory for each trial", self.tuner("validate", "--config", str(other), file).stdout)
        other.write_text("machine: {gpu: 4}\n")
        self.assertIn("other.yaml:1:11: there is no key \"gpu\" in machine", self.tuner("run", "--config", str(other), file, code=2).stderr)


if __name__ == "__main__":
    unittest.main()
