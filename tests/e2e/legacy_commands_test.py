"""The legacy commands as a lab types them, with the tool's name replaced (acceptance cases of contract.md section 7)."""

import json
import subprocess
import unittest
from pathlib import Path

from harness import BIN_DIR, DEADLINE_S, TunerCase

INPUTS = """\
{"key":"b1","is_male":"True","mother_age":26.0,"plurality":"Single(1)","gestation_weeks":39}
{"key":"g1","is_male":"False","mother_age":26.0,"plurality":"Single(1)","gestation_weeks":39}
"""

# Answers each instance with its key and a list of one number, and says where its model is.
PREDICTOR = """\
import json, sys
for line in sys.stdin:
    print(json.dumps({"predictions": [7.5], "key": json.loads(line)["key"], "model": sys.argv[1]}))
"""


class LocalPredict(TunerCase):
    """A33."""

    def setUp(self) -> None:
        super().setUp()
        self.model = self.folder / "model"
        self.model.mkdir()
        (self.model / "predict.py").write_text(PREDICTOR)
        (self.model / "predict.json").write_text(json.dumps({"command": ["python3", "{model_dir}/predict.py", "{model_dir}"]}))

    def predict(self, text: str, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        (self.folder / "inputs.json").write_text(text)
        return self.tuner("local", "predict", "--model-dir=model", "--json-instances=inputs.json", *arguments, code=code)

    def test_a33_two_rows_come_in_order_with_sorted_columns(self) -> None:
        lines = self.predict(INPUTS).stdout.splitlines()
        self.assertEqual([line.split()[0] for line in lines], ["KEY", "b1", "g1"])
        self.assertEqual(lines[0].split(), ["KEY", "MODEL", "PREDICTIONS"])
        self.assertEqual(lines[1].split(), ["b1", str(self.model), "[7.5]"])

    def test_a33_a_byte_order_mark_is_fine(self) -> None:
        self.assertIn("b1", self.predict("\ufeff" + INPUTS).stdout)

    def test_a33_an_empty_line_is_refused(self) -> None:
        refused = self.predict(INPUTS + "\n" + INPUTS, code=1)
        self.assertIn("Empty line is not allowed in the instances file.", refused.stderr)
        self.assertEqual(refused.stdout, "")
        self.assertIn("No valid instance was found in input file.", self.predict("", code=1).stderr)
        self.assertIn("Input instances are not in JSON format.", self.predict("{", code=1).stderr)

    def test_a33_a_dash_is_stdin(self) -> None:
        done = subprocess.run(
            [BIN_DIR / "tuner", "ai-platform", "local", "predict", "--model-dir", "model", "--json-instances", "-"],
            cwd=self.folder, env=self.environment(), input=INPUTS, capture_output=True, text=True, timeout=DEADLINE_S,
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(len(done.stdout.splitlines()), 3)

    def test_the_command_can_be_given_and_its_failure_is_ours(self) -> None:
        done = self.predict(INPUTS, "--", "sh", "-c", "while read -r line; do echo 7; done")
        self.assertEqual(done.stdout, "7\n7\n")
        failed = self.predict(INPUTS, "--", "sh", "-c", "echo no such weights >&2; exit 3", code=1)
        self.assertIn("no such weights", failed.stderr)
        self.assertIn("exited with code 3", failed.stderr)
        self.assertIn("2 instances with 1 prediction", self.predict(INPUTS, "--", "echo", "7", code=1).stderr)

    def test_a_model_of_a_framework_is_loaded_by_the_users_python(self) -> None:
        (self.model / "predict.json").unlink()
        program = "import pickle\nfrom model_of_mine import Model\nwith open('model/model.pkl', 'wb') as f: pickle.dump(Model(), f)\n"
        (self.folder / "model_of_mine.py").write_text("class Model:\n    def predict(self, rows):\n        return [sum(r) for r in rows]\n")
        subprocess.run(["python3", "-c", program], cwd=self.folder, check=True, timeout=DEADLINE_S)
        self.assertEqual(self.predict("[1, 2]\n[3, 4.5]\n").stdout, "3\n7.5\n")

    def test_a_folder_that_does_not_say_how_to_predict_is_explained(self) -> None:
        (self.model / "predict.json").unlink()
        self.assertIn("predict.json", self.predict(INPUTS, code=1).stderr)
        self.assertIn("does not exist", self.tuner("local", "predict", "--model-dir=no", "--json-instances=inputs.json", code=1).stderr)
        self.tuner("local", "predict", "--model-dir=model", code=2)

    def test_the_lab_model_says_how_to_predict(self) -> None:
        trainer = BIN_DIR / "babyweight-trainer"
        for words in (["generate", "--output-dir=data", "--births=2000"], ["train", "--train-data=data", "--output_dir=out", "--train_examples=1"]):
            subprocess.run([trainer, *words], cwd=self.folder, check=True, capture_output=True, timeout=DEADLINE_S)
        (self.folder / "inputs.json").write_text(INPUTS)
        export = next((self.folder / "out/export/exporter").iterdir())
        for place in (export, export.parent, self.folder / "out"):
            done = self.tuner("local", "predict", f"--model-dir={place}", "--json-instances=inputs.json")
            table = [line.split() for line in done.stdout.splitlines()]
            self.assertEqual([row[0] for row in table], ["KEY", "b1", "g1"])
            self.assertEqual(table[0][1], "PREDICTIONS")
            self.assertRegex(table[1][1], r"^\[\d\.\d+\]$")


class LocalTrain(TunerCase):
    def setUp(self) -> None:
        super().setUp()
        package = self.folder / "lab" / "trainer"
        package.mkdir(parents=True)
        (package / "__init__.py").touch()
        (package / "task.py").write_text(
            "import json, os, sys\n"
            "seen = {'args': sys.argv[1:], 'cwd': os.getcwd(), 'tf': json.loads(os.environ['TF_CONFIG'])}\n"
            "seen['names'] = [n for n in os.environ if n.startswith(('CLOUD_ML_', 'TUNER_TRIAL'))]\n"
            "os.write(1, json.dumps(seen).encode() + b'\\n')\n"
            "sys.exit(int(sys.argv[1].partition('=')[2]))\n"
        )

    def train(self, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        return self.tuner("ml-engine", "local", "train", "--module-name=trainer.task", *arguments, code=code)

    def test_the_trainer_runs_beside_its_package_without_any_service(self) -> None:
        done = self.train("--package-path=lab/trainer", "--job-dir=out", "--", "--exit=0", "--region=x", "[1,2]", "--")
        seen = json.loads(done.stdout)
        self.assertEqual(seen["args"], ["--exit=0", "--region=x", "[1,2]", "--", "--job-dir", "out"])
        self.assertEqual(seen["cwd"], str((self.folder / "lab").resolve()))
        self.assertEqual(seen["tf"], {
            "job": {"job_name": "trainer.task", "args": seen["args"]}, "task": {}, "cluster": {}, "environment": "cloud",
        })
        self.assertEqual(seen["names"], [])
        self.assertFalse(self.data_dir.exists())

    def test_the_exit_code_is_the_trainers(self) -> None:
        self.train("--package-path=lab/trainer", "--", "--exit=7", code=7)

    def test_a_cluster_is_as_many_processes(self) -> None:
        done = self.train("--package-path=lab/trainer", "--distributed", "--worker-count=1", "--", "--exit=0")
        tasks = {tuple(json.loads(line)["tf"]["task"].values()) for line in done.stdout.splitlines()}
        self.assertIn(("chief", 0), tasks)  # the others are stopped when it has ended, perhaps before they speak
        self.assertLessEqual(tasks, {("chief", 0), ("ps", 0), ("ps", 1), ("worker", 0)})

    def test_a_flag_of_clusters_alone_is_warned_about(self) -> None:
        warned = self.train("--package-path=lab/trainer", "--worker-count=1", "--", "--exit=0")
        self.assertIn("--worker-count is ignored if --distributed is not provided.", warned.stderr)

    def test_a_folder_that_is_none_is_named(self) -> None:
        refused = self.train("--package-path=nowhere", "--", "--exit=0", code=1)
        self.assertIn("Source directory [nowhere] is not a valid directory.", refused.stderr)


if __name__ == "__main__":
    unittest.main()
