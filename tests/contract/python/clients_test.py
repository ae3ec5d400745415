"""The real clients: what other people's trainers report with, from PyPI, under a real tuner (contract.md 3.5 and 3.6).

PyTorch's SummaryWriter hands its events to tensorboard's EventFileWriter, and TensorFlow 2's tf.summary.scalar makes the
Summary of tensorboard's scalar plugin: both are written here by these very parts, without half a gigabyte of framework.
The frameworks themselves are tried where TUNER_PYTHON_ENV names an environment that has them.
The clients live in the environment that `setup` makes; without it every test is skipped and ctest says so.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests" / "e2e"))

from harness import BIN_DIR, TunerCase  # noqa: E402

PYTHON = Path(os.environ.get("TUNER_PYTHON_ENV", ROOT / "build" / "python")) / "bin" / "python3"
SKIPPED = 77

# What every trainer below begins with.
PREAMBLE = """\
import argparse, os, pathlib, time
parser = argparse.ArgumentParser()
parser.add_argument("--x", type=float)
parser.add_argument("--job-dir", default=".")
args = parser.parse_args()
metric_file = pathlib.Path(os.environ["CLOUD_ML_HP_METRIC_FILE"])
kept = metric_file.parent.parent / "metrics"  # what tuner has taken notice of

def wait_for(line, meanwhile=lambda: None):
    deadline = time.monotonic() + 60
    while line not in kept.read_text():
        if time.monotonic() > deadline:
            raise SystemExit(f"{line!r} was not noticed: {kept.read_text()}")
        meanwhile()
        time.sleep(0.02)

"""

# Prints, for each run below a log directory, its scalars.
TENSORBOARD = """\
import json, sys
from tensorboard.backend.event_processing.event_multiplexer import EventMultiplexer
runs = EventMultiplexer().AddRunsFromDirectory(sys.argv[1])
runs.Reload()
print(json.dumps({
    run: {tag: [[s.step, s.value] for s in runs.Scalars(run, tag)] for tag in tags["scalars"]}
    for run, tags in runs.Runs().items()
}))
"""


class Clients(TunerCase):
    def tune(self, trainer: str, metric: str, goal: str = "MINIMIZE", trials: int = 1, parallel: int = 1) -> list[dict]:
        (self.folder / "task.py").write_text(PREAMBLE + textwrap.dedent(trainer))
        study = {
            "trainingInput": {
                "command": [str(PYTHON), "task.py"],
                "jobDir": "jobs",
                "hyperparameters": {
                    "goal": goal, "hyperparameterMetricTag": metric, "maxTrials": trials, "maxParallelTrials": parallel,
                    "algorithm": "RANDOM_SEARCH", "seed": 1,
                    "params": [{"parameterName": "x", "type": "DOUBLE", "minValue": 0, "maxValue": 1}],
                },
            }
        }
        (self.folder / "said.json").write_text(json.dumps(study))
        self.tuner("run", "--quiet", "said.json", code=None)
        found = self.trials()
        self.assertEqual([trial["state"] for trial in found], ["completed"] * trials, found)
        return found

    def need(self, module: str) -> None:
        if subprocess.run([PYTHON, "-c", f"import {module}"], capture_output=True).returncode != 0:
            self.skipTest(f"{PYTHON} has no {module}")

    def trial_log(self, trial: int) -> str:
        return self.tuner("logs", "said-1", str(trial)).stdout

    def read_by_tensorboard(self, folder: Path) -> dict:
        read = subprocess.run([PYTHON, "-c", TENSORBOARD, folder], capture_output=True, text=True, timeout=120)
        self.assertEqual(read.returncode, 0, read.stderr)
        return json.loads(read.stdout)

    def test_a15_hypertune_reports_two_hundred_times(self) -> None:
        [trial] = self.tune(
            """\
            import hypertune
            client = hypertune.HyperTune()
            for step in range(200):
                client.report_hyperparameter_tuning_metric("t", step / 10, step)
            lines = metric_file.read_text().splitlines()
            print(len(lines), "lines:", lines[0])
            """,
            "t", goal="MAXIMIZE",
        )
        self.assertEqual((trial["objective"], trial["step"]), (19.9, 199))
        [legacy] = json.loads(self.tuner("jobs", "describe", "said-1", "--format=json").stdout)["trainingOutput"]["trials"]
        self.assertEqual(legacy["finalMetric"], {"trainingStep": "199", "objectiveValue": 19.9})
        self.assertRegex(self.trial_log(1), r'100 lines: .*"global_step": "100"')

    def test_a16_trials_in_parallel_do_not_mix(self) -> None:
        trials = self.tune(
            """\
            import hypertune
            client = hypertune.HyperTune()
            for step in range(1, 20):
                client.report_hyperparameter_tuning_metric("t", args.x + 20 - step, step)
                time.sleep(0.01)
            client.report_hyperparameter_tuning_metric("t", args.x, 20)
            print("file", metric_file)
            """,
            "t", trials=6, parallel=3,
        )
        for trial in trials:
            self.assertEqual(trial["objective"], trial["parameters"]["x"])
        self.assertEqual(len({self.trial_log(number).split()[-1] for number in range(1, 7)}), 6)

    def test_a17_a_metric_file_caught_in_the_middle_of_its_rewriting(self) -> None:
        [trial] = self.tune(
            """\
            import hypertune
            client = hypertune.HyperTune()
            for step in (1, 2):
                client.report_hyperparameter_tuning_metric("t", 9, step)
            wait_for('"global_step": "2"')
            whole = metric_file.read_text()
            for part in ("", whole[:40], whole[:-5]):
                metric_file.write_text(part)
                time.sleep(0.3)  # a look or two, at whatever is there
            client.report_hyperparameter_tuning_metric("t", args.x, 3)
            """,
            "t",
        )
        self.assertEqual((trial["objective"], trial["step"]), (trial["parameters"]["x"], 3))

    def test_a_metric_without_a_tag_has_the_legacy_name(self) -> None:
        [trial] = self.tune(
            """\
            import hypertune
            hypertune.HyperTune().report_hyperparameter_tuning_metric("", args.x)
            """,
            "training/hptuning/metric",
        )
        self.assertEqual((trial["objective"], trial["step"]), (trial["parameters"]["x"], 0))

    def test_tensorboardx_is_read_while_it_writes(self) -> None:
        [trial] = self.tune(
            """\
            from tensorboardX import SummaryWriter
            with SummaryWriter(args.job_dir) as writer:
                writer.add_text("note", "no scalar")
                writer.add_histogram("weights", [1.0, 2.0, 3.0], 0)
                for step in (1, 2, 3):
                    writer.add_scalar("val/rmse", 4 - step, step)
                    # Its flush() waits for no event that is still in its queue, so more than once.
                    wait_for(f"e {step} {4 - step} val/rmse", meanwhile=writer.flush)
            """,
            "val/rmse",
        )
        self.assertEqual((trial["objective"], trial["step"]), (1, 3))

    def test_the_writer_of_pytorch(self) -> None:
        [trial] = self.tune(
            """\
            from tensorboard.compat.proto.event_pb2 import Event
            from tensorboard.compat.proto.summary_pb2 import Summary
            from tensorboard.summary.writer.event_file_writer import EventFileWriter
            for folder, first in (("train", 10), ("val", 5)):
                writer = EventFileWriter(os.path.join(args.job_dir, folder))
                for step in range(3):
                    value = Summary.Value(tag="loss", simple_value=first - step)
                    writer.add_event(Event(wall_time=time.time(), step=step, summary=Summary(value=[value])))
                writer.close()
            """,
            "loss",
        )
        self.assertEqual((trial["objective"], trial["step"]), (3, 2))
        self.assertIn("/jobs/1/val counts", self.trial_log(1))

    def test_the_scalars_of_tensorflow_2(self) -> None:
        [trial] = self.tune(
            """\
            from tensorboard.compat.proto.event_pb2 import Event
            from tensorboard.plugins.scalar.summary_v2 import scalar_pb
            from tensorboard.summary.writer.event_file_writer import EventFileWriter
            for folder, first in (("train", 0.5), ("validation", 0.25)):
                writer = EventFileWriter(os.path.join(args.job_dir, folder), filename_suffix=".v2")
                for step in range(3):
                    summary = scalar_pb("epoch_accuracy", first + step / 8)
                    writer.add_event(Event(wall_time=time.time(), step=step, summary=summary))
                writer.close()
            """,
            "epoch_accuracy", goal="MAXIMIZE",
        )
        self.assertEqual((trial["objective"], trial["step"]), (0.5, 2))

    def test_tensorflow_itself_where_it_is_installed(self) -> None:
        self.need("tensorflow")
        [trial] = self.tune(
            """\
            import tensorflow as tf
            for folder, first in (("train", 0.5), ("validation", 0.25)):
                writer = tf.summary.create_file_writer(os.path.join(args.job_dir, folder))
                with writer.as_default():
                    for step in range(3):
                        tf.summary.scalar("epoch_accuracy", first + step / 8, step=step)
                        tf.summary.histogram("weights", [1.0, 2.0], step=step)
                writer.close()
            """,
            "epoch_accuracy", goal="MAXIMIZE",
        )
        self.assertEqual((trial["objective"], trial["step"]), (0.5, 2))

    def test_pytorch_itself_where_it_is_installed(self) -> None:
        self.need("torch")
        [trial] = self.tune(
            """\
            from torch.utils.tensorboard import SummaryWriter
            with SummaryWriter(args.job_dir) as writer:
                for step in (1, 2, 3):
                    writer.add_scalar("loss", 4 - step, step, new_style=step == 3)
            """,
            "loss",
        )
        self.assertEqual((trial["objective"], trial["step"]), (1, 3))

    def test_tensorboard_shows_a_curve_for_each_trial_of_babyweight(self) -> None:
        subprocess.run(
            [BIN_DIR / "babyweight-trainer", "generate", "--output-dir=shards", "--births=4000"], cwd=self.folder, check=True,
            capture_output=True,
        )
        study = (ROOT / "examples" / "babyweight" / "hyperparam.yaml").read_text()
        study = study.replace("train-data=data", "train-data=shards").replace("[babyweight-trainer", f"[{BIN_DIR}/babyweight-trainer")
        study = study.replace("train_examples=1000", "train_examples=30").replace("maxTrials: 20", "maxTrials: 4")
        (self.folder / "hyperparam.yaml").write_text(study)
        self.tuner("run", "--quiet", "hyperparam.yaml")
        runs = self.read_by_tensorboard(self.folder / "jobs")
        for trial in self.trials():
            curve = runs[f"{trial['id']}/eval"]["rmse"]
            self.assertGreaterEqual(len(curve), 1)
            step, value = curve[-1]
            self.assertEqual(step, trial["step"])
            self.assertAlmostEqual(value, trial["objective"], 5)
        self.assertEqual(sum(run.endswith("/eval") for run in runs), 4)


if __name__ == "__main__":
    if not PYTHON.exists():
        print(f"SKIPPED: there is no {PYTHON}; tests/contract/python/setup makes it")
        sys.exit(SKIPPED)
    unittest.main(verbosity=2)
