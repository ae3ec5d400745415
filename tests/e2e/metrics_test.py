"""What a trainer says: output, hypertune file and event files, watched at once (contract.md 3.5 to 3.7, cases A18 to A22).

The event files are made here byte by byte, as the contract gives them; those of real writers are the business of
tests/contract/python.
"""

import json
import random
import struct
import time
import unittest
from pathlib import Path

from daemon_case import MIB, SANITIZED, DaemonCase, Sampler

# contract.md: A18 (rmse 1.03186 at step 5714) and A19 (accuracy 0.99 at step 77, as TensorFlow 2 writes it).
RMSE = bytes.fromhex("1b000000000000001a0d9e1309000000c00b5ad64110d22c2a0d0a0b0a04726d736515fd13843f305a00d1")
ACCURACY = bytes.fromhex(
    "3200000000000000241956ec09c405b73d99d6d741104d2a250a230a086163637572616379420a080112002204a4707d3f4a0b0a090a07736361"
    "6c617273a55b6433"
)
EVENTS = "events.out.tfevents.1500000000.host"
SHIM_KIB = 2 * MIB
GIANT = 2 << 30 if not SANITIZED else 2 << 24

# A trainer that puts files in place, as told by a script of (what, path, hex) lines, and says a line.
TRAINER = """\
#!/usr/bin/env python3
import os, sys, time
job = next((a.split("=", 1)[1] for a in sys.argv if a.startswith("--job-dir=")), os.environ["TUNER_TRIAL_DIR"])
metrics = os.path.join(os.path.dirname(os.path.dirname(os.environ["CLOUD_ML_HP_METRIC_FILE"])), "metrics")
for line in open(os.environ["SCRIPT"]):
    what, *words = line.split(" ", 2)
    if what == "append":
        path = os.path.join(job, words[0])
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "ab") as file:
            file.write(bytes.fromhex(words[1]))
    elif what == "await":  # until so many lines of metrics are kept
        deadline = time.monotonic() + 60
        while open(metrics).read().count("\\n") < int(words[0]) and time.monotonic() < deadline:
            time.sleep(0.02)
    elif what == "go-on-with":  # a file of the test
        deadline = time.monotonic() + 60
        while not os.path.exists(words[0].strip()) and time.monotonic() < deadline:
            time.sleep(0.02)
    elif what == "say":
        print(" ".join(words).strip(), flush=True)
"""


def masked_crc(data: bytes) -> int:
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def record(data: bytes) -> bytes:
    length = struct.pack("<Q", len(data))
    return length + struct.pack("<I", masked_crc(length)) + data + struct.pack("<I", masked_crc(data))


def varint(number: int) -> bytes:
    out = b""
    while number >= 0x80:
        out += bytes([number & 0x7F | 0x80])
        number >>= 7
    return out + bytes([number])


def part(field: int, data: bytes) -> bytes:
    return varint(field << 3 | 2) + varint(len(data)) + data


def scalar(tag: str, step: int, value: float) -> bytes:
    summary = part(1, part(1, tag.encode()) + b"\x15" + struct.pack("<f", value))
    return record(b"\x09" + struct.pack("<d", 1.5e9) + b"\x10" + varint(step) + part(5, summary))


class Metrics(DaemonCase):
    def setUp(self) -> None:
        super().setUp()
        self.write_trainer(TRAINER)
        self.script = self.folder / "script"
        self.script.write_text("")

    def append(self, path: str, data: bytes) -> None:
        self.tell(f"append {path} {data.hex()}")

    def tell(self, line: str) -> None:
        with self.script.open("a") as script:
            script.write(line + "\n")

    def write_metric_study(self, metric: str, goal: str = "MINIMIZE", hyper: str = "", job_dir: str = "  jobDir: jobs\n") -> Path:
        file = self.folder / "said.yaml"
        file.write_text(
            f"trainingInput:\n  command: [./trainer.sh]\n{job_dir}  env: {{SCRIPT: {self.script}}}\n  hyperparameters:\n"
            f"    goal: {goal}\n    hyperparameterMetricTag: {metric}\n{hyper}"
            "    maxTrials: 1\n    algorithm: RANDOM_SEARCH\n    seed: 1\n"
            "    params:\n    - {parameterName: x, type: DOUBLE, minValue: 0, maxValue: 1}\n"
        )
        return file

    def write_vizier_study(self, selection: str) -> Path:
        file = self.folder / "vizier.json"
        parameter = {"parameterId": "x", "doubleValueSpec": {"minValue": 0, "maxValue": 1}}
        container = {"imageUri": "local", "command": ["./trainer.sh"], "env": [{"name": "SCRIPT", "value": str(self.script)}]}
        file.write_text(json.dumps({
            "displayName": "said", "maxTrialCount": 1, "parallelTrialCount": 1,
            "studySpec": {
                "metrics": [{"metricId": "loss", "goal": "MINIMIZE"}], "parameters": [parameter], "algorithm": "RANDOM_SEARCH",
                "measurementSelectionType": selection,
            },
            "trialJobSpec": {"workerPoolSpecs": [{"containerSpec": container}]},
        }))
        return file

    def run_one(self, metric: str, code: int = 0, **study: str) -> dict:
        self.tuner("run", "--quiet", str(self.write_metric_study(metric, **study)), code=None)
        [trial] = self.trials()
        self.assertEqual(trial["state"], "completed" if code == 0 else "failed", trial)
        return trial

    def test_a18_an_event_file_in_eval_gives_step_and_value(self) -> None:
        self.append(f"eval/{EVENTS}", record(b"\x09" + bytes(8) + part(3, b"brain.Event:2")) + RMSE)
        trial = self.run_one("rmse")
        self.assertEqual((trial["objective"], trial["step"]), (1.0318599939346313, 5714))

    def test_a19_a_tensor_of_tensorflow_2_is_a_scalar(self) -> None:
        self.append(EVENTS, ACCURACY)
        trial = self.run_one("accuracy", goal="MAXIMIZE")
        self.assertEqual(trial["step"], 77)
        self.assertAlmostEqual(trial["objective"], 0.99, 6)

    def test_a20_a_file_is_read_while_it_is_being_written(self) -> None:
        last = scalar("rmse", 6000, 1.5)
        self.append(EVENTS, RMSE + last[:20])
        self.tell("await 1")
        self.append(EVENTS, last[20:])
        trial = self.run_one("rmse")
        self.assertEqual((trial["objective"], trial["step"]), (1.5, 6000))

    def test_a20_a_damaged_record_is_skipped_and_a_damaged_length_ends_the_file(self) -> None:
        flipped, stopper = bytearray(scalar("rmse", 9, 9)), bytearray(scalar("rmse", 99, 9))
        flipped[20] ^= 1
        stopper[2] ^= 1
        self.append(EVENTS, bytes(flipped) + RMSE + bytes(stopper) + scalar("rmse", 6000, 9))
        self.assertEqual(self.run_one("rmse")["step"], 5714)
        log = self.tuner("logs", "said-1", "1").stdout
        self.assertRegex(log, rf"{EVENTS} is read no further: .*damaged length")
        self.assertIn("1 damaged records", log)

    def test_a21_the_loss_of_the_evaluation_counts_and_the_log_says_so(self) -> None:
        for step in (100, 200):
            self.append(EVENTS, scalar("loss", step, 9))
            self.append(f"eval/{EVENTS}", scalar("loss", step, 1))
        self.append(EVENTS, scalar("loss", 300, 9))
        trial = self.run_one("loss")
        self.assertEqual((trial["objective"], trial["step"]), (1, 200))
        self.assertRegex(self.tuner("logs", "said-1", "1").stdout, "metric loss: that of .*/eval counts")

    def test_a21_a_tag_of_the_evaluation_alone_is_taken_from_there(self) -> None:
        self.append(EVENTS, scalar("loss", 100, 9))
        self.append(f"eval/{EVENTS}", scalar("loss", 100, 1) + scalar("rmse", 100, 2))
        self.assertEqual(self.run_one("rmse")["objective"], 2)

    def test_a22_the_last_value_counts_or_the_best(self) -> None:
        for step, value in ((1, 3), (2, 1), (3, 2)):
            self.tell(f"say loss={value} step={step}")
        self.assertEqual(self.run_one("loss")["objective"], 2)
        self.tuner(
            "run", "--new", "--quiet", str(self.write_metric_study("loss", hyper="    measurementSelection: best\n"))
        )
        [trial] = self.trials()
        self.assertEqual((trial["objective"], trial["step"]), (1, 2))
        for selection, objective in (("BEST_MEASUREMENT", 1), ("LAST_MEASUREMENT", 2), ("MEASUREMENT_SELECTION_TYPE_UNSPECIFIED", 2)):
            with self.subTest(selection):
                self.tuner("run", "--new", "--quiet", str(self.write_vizier_study(selection)))
                self.assertEqual(self.trials()[0]["objective"], objective)

    def test_what_an_earlier_run_left_in_the_job_dir_does_not_count(self) -> None:
        stale = self.folder / "jobs" / "1" / "eval"
        stale.mkdir(parents=True)
        (stale / EVENTS).write_bytes(scalar("rmse", 1_000_000, 0.001))
        self.append(f"eval/{EVENTS}.2", RMSE)
        self.assertEqual(self.run_one("rmse")["step"], 5714)
        self.assertEqual(len(list(stale.iterdir())), 2, "nothing is deleted")

    def test_without_a_job_dir_the_trials_own_folder_is_watched(self) -> None:
        self.append(EVENTS, RMSE)
        self.assertEqual(self.run_one("rmse", job_dir="")["step"], 5714)

    def test_output_and_event_files_are_watched_at_once(self) -> None:
        self.tell("say rmse=1.5 step=10")
        self.append(EVENTS, scalar("rmse", 20, 1.25) + scalar("accuracy", 20, 0.5))
        self.tell("await 3")
        self.tell("say rmse=1.125 step=30")
        self.run_one("rmse")
        shown = self.tuner("trials", "--format", "json").stdout
        self.assertEqual(json.loads(shown)[0]["objective"], 1.125)

    def test_intermediate_values_are_shown_with_their_steps_while_a_trial_runs(self) -> None:
        go_on = self.folder / "go-on"
        self.tell("say loss=3 step=100")
        self.append(EVENTS, scalar("loss", 200, 2) + scalar("accuracy", 200, 0.5))
        self.tell(f"go-on-with {go_on}")
        self.tell("say loss=1 step=300")
        self.start_daemon()
        run = self.start("run", "--quiet", str(self.write_metric_study("loss")))

        def points() -> list[tuple[int, dict]]:
            listed = self.get("/v1/studies")["studies"]
            if not listed or not self.study_trials("said-1"):
                return []
            measured = self.get("/v1/studies/said-1/trials/1")["measurements"]
            return [(point["step"], point["metrics"]) for point in measured]

        self.wait_until("three values are there", lambda: len(points()) == 3)
        self.assertEqual(points(), [(100, {"loss": 3}), (200, {"loss": 2}), (200, {"accuracy": 0.5})])
        [trial] = self.trials()
        self.assertEqual((trial["state"], trial["step"], trial["metrics"]), ("running", 200, {"loss": 2, "accuracy": 0.5}))
        go_on.touch()
        self.assertEqual(run.wait(timeout=60), 0)
        self.assertEqual(points()[3:], [(300, {"loss": 1})])

    def test_exit_0_without_the_metric_names_what_was_seen_where(self) -> None:
        self.tell("say acc=0.5")
        self.append(f"train/{EVENTS}", scalar("epoch_accuracy", 1, 0.75))
        self.tell("say I am done")
        reason = self.run_one("accuracy", code=1, goal="MAXIMIZE")["reason"]
        for word in ('never reported "accuracy"', "epoch_accuracy", "I am done", "accuracy=0.5", "hyperparameterMetricTag"):
            self.assertIn(word, reason)

    def test_garbage_that_is_called_an_event_file_hurts_nobody(self) -> None:
        dice = random.Random(5)
        good = RMSE + ACCURACY + scalar("loss", 5, 2)
        for i in range(60):
            bad = bytearray(good * 3)
            for _ in range(dice.randrange(1, 6)):
                bad[dice.randrange(len(bad))] = dice.randrange(256)
            self.append(f"{i % 7}/{EVENTS}.{i}", bytes(bad[: dice.randrange(1, len(bad))]) if i % 3 else dice.randbytes(500))
        self.tell("say rmse=0.5 step=9000000000000000000")
        self.assertEqual(self.run_one("rmse")["objective"], 0.5)


class GiantEventFile(DaemonCase):
    def test_a_giant_event_file_is_read_in_the_memory_of_a_small_one(self) -> None:
        giant = self.folder / "giant"
        graph = struct.pack("<Q", GIANT // 2 - 1)
        with giant.open("wb") as file:  # two records of zeros that take no space on the disk
            for _ in range(2):
                file.write(graph + struct.pack("<I", masked_crc(graph)))
                file.seek(GIANT // 2 - 1, 1)
                file.write(bytes(4))
            file.write(scalar("loss", 7, 0.25))
        self.write_trainer('#!/bin/sh\nmkdir -p "$TUNER_TRIAL_DIR" && mv "$GIANT" "$TUNER_TRIAL_DIR/events.tfevents.1"\n')
        study = self.folder / "giant.yaml"
        study.write_text(
            f"trainingInput:\n  command: [./trainer.sh]\n  env: {{GIANT: {giant}}}\n  hyperparameters:\n"
            "    goal: MINIMIZE\n    hyperparameterMetricTag: loss\n    maxTrials: 1\n    algorithm: RANDOM_SEARCH\n"
            "    params:\n    - {parameterName: x, type: DOUBLE, minValue: 0, maxValue: 1}\n"
        )
        self.start_daemon()
        sampler = Sampler(self.daemon_pid())
        sampler.start()
        began = time.monotonic()
        self.tuner("run", "--quiet", str(study))
        sampler.stop()
        [trial] = self.study_trials("giant-1")
        self.assertEqual((trial["objective"], trial["step"]), (0.25, 7))
        print(f"{GIANT >> 20} MiB in {time.monotonic() - began:.1f} s, shim {sampler.shim_kib} kB", flush=True)
        if not SANITIZED:
            self.assertLessEqual(sampler.shim_kib, SHIM_KIB)


if __name__ == "__main__":
    unittest.main(verbosity=2)
