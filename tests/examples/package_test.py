"""examples/babyweight/package: a trainer in the lab's layout, with and without a service around it."""

import json
import re
import subprocess

from example_case import BIN_DIR, ExampleCase, main

TENSORBOARD_TAG = b"\x0a\x04rmse\x15"  # Summary.Value: tag "rmse", then a simple_value


class Package(ExampleCase):
    def setUp(self) -> None:
        super().setUp()
        self.need("numpy")
        self.package = self.examples / "babyweight" / "package"
        self.bucket = self.folder / "bucket"
        preproc = self.bucket / "babyweight" / "preproc"
        subprocess.run(
            [BIN_DIR / "babyweight-trainer", "generate", "--output-dir", preproc, "--births=4000"],
            check=True, capture_output=True,
        )

    def train(self, *flags: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """The trainer by itself: nothing of a service is in its environment but what the test puts there."""
        return subprocess.run(
            ["python3", "-m", "trainer.task", f"--bucket={self.bucket}", "--output_dir=out", *flags],
            cwd=self.package, env={"PATH": self.environment()["PATH"]} | variables, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=120,
        )

    def test_it_runs_with_no_service_present(self) -> None:
        done = self.train("--pattern=00000-of-", "--train_examples=1", "--eval_steps=1", "--job-dir=./tmp")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"(?m)^Saving dict for global step 2: .*rmse = \d")
        self.assertTrue(list((self.package / "out" / "eval").glob("events.out.tfevents.*")))
        self.assertFalse((self.package / "tmp").exists(), "--job-dir is parsed and dropped")

    def test_a_trial_writes_to_the_folder_of_its_number(self) -> None:
        service = json.dumps({"cluster": {}, "task": {"type": "master", "index": 0, "trial": "7"}})
        done = self.train("--train_examples=1", "--batch_size=40", "--nnsize=64", TF_CONFIG=service)
        self.assertEqual(done.returncode, 0, done.stderr)
        [events] = (self.package / "out" / "7" / "eval").glob("events.out.tfevents.*")
        self.assertEqual(events.read_bytes().count(TENSORBOARD_TAG), 9, "a point at every third of 25 steps")

    def test_the_later_of_two_flags_wins_and_an_unknown_one_is_refused(self) -> None:
        done = self.train("--train_examples=1", "--batch_size=500", "--batch_size=100", "--nnsize", "16", "8")
        self.assertIn("global step 10:", done.stdout)
        self.assertEqual(self.train("--nbeds=3").returncode, 2)

    def test_missing_data_are_named(self) -> None:
        done = self.train("--pattern=nowhere")
        self.assertEqual(done.returncode, 1)
        self.assertIn("train*nowhere*", done.stderr)

    def test_an_exported_model_answers_instances_alone_and_wherever_it_lies(self) -> None:
        self.train("--train_examples=100", "--nembeds=8", "--nnsize=32")
        [export] = (self.package / "out" / "export" / "exporter").iterdir()
        self.assertRegex(export.name, r"^\d{10}$")
        moved = export.rename(self.folder / "model")
        command = json.loads((moved / "predict.json").read_text())["command"]
        done = subprocess.run(
            [word.replace("{model_dir}", str(moved)) for word in command], env=self.environment(), cwd="/",
            input=(self.examples / "babyweight" / "inputs.json").read_text(), capture_output=True, text=True, timeout=60,
        )
        rows = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual([row["key"] for row in rows], ["b1", "g1"])
        boy, girl = (row["predictions"][0] for row in rows)
        self.assertTrue(6 < girl < boy < 9, rows)

    def test_tuner_tunes_it_by_module_name(self) -> None:
        study = self.package / "hyperparam.yaml"
        lab = (self.examples / "babyweight" / "hyperparam.yaml").read_text()
        lab = re.sub(r"  command:.*\n", "  pythonModule: trainer.task\n", lab)
        lab = lab.replace("--train-data=data", f"--bucket={self.bucket}").replace("examples=1000", "examples=20")
        study.write_text(lab)
        self.tuner("run", str(study), "--max-trials", "6")
        trials = self.trials()
        self.assertEqual(len(trials), 6)
        self.assertLessEqual({t["state"] for t in trials}, {"completed", "pruned"})  # the lab's file asks for early stopping
        self.assertLess(trials[0]["objective"], 1.3)
        for number in range(1, 7):
            self.assertTrue(list((self.package / "jobs" / str(number) / "eval").glob("*tfevents*")))


if __name__ == "__main__":
    main()
