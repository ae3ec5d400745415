"""Submitting a study from a shell, and using it when it is over: plain runs first."""

import json
import re
import shlex
import signal
import subprocess
import tarfile
import unittest
import zipfile

from harness import BIN_DIR, TunerCase

# Writes down what it was given: its arguments, one a line, and its environment.
WITNESS = """\
#!/bin/sh
for argument; do echo "$argument" >> argv; done
env | sort > environment
"""


class PlainRun(TunerCase):
    def write_job(self, extra: str = "") -> str:
        (self.folder / "config.yaml").write_text(
            f"trainingInput:\n  command: [./trainer.sh]\n  args: [--epochs=3]\n  jobDir: J\n  {extra}\n"
        )
        return "config.yaml"

    def environment_seen(self) -> dict[str, str]:
        return dict(line.split("=", 1) for line in (self.folder / "environment").read_text().splitlines())

    def test_a14_a_job_without_hyperparameters_runs_once_as_no_trial(self) -> None:
        self.write_trainer(WITNESS)
        done = self.tuner("run", self.write_job(), "--", "--more")
        self.assertEqual((self.folder / "argv").read_text(), "--epochs=3\n--more\n--job-dir=J\n")
        seen = self.environment_seen()
        self.assertNotIn("trial", json.loads(seen["TF_CONFIG"])["task"])
        for name in ("CLOUD_ML_TRIAL_ID", "CLOUD_ML_HP_METRIC_TAG", "CLOUD_ML_HP_METRIC_FILE"):
            self.assertNotIn(name, seen)
        self.assertEqual(done.stdout, "")
        self.assertRegex(done.stderr, r"finished +\S+-1 in .*: 1 completed\n")
        study = json.loads(self.tuner("show", "--format", "json").stdout)
        self.assertEqual((study["goal"], study["metric"], study["best"]), (None, None, None))
        trial = json.loads(self.tuner("trials", "--format", "json").stdout)[0]
        self.assertEqual((trial["state"], trial["objective"], trial["parameters"]), ("completed", None, {}))
        self.assertNotIn("rank", trial)
        self.assertIn("plain run", self.tuner("show").stdout)
        self.assertIn("plain run", self.tuner("best", code=3).stderr)
        self.assertNotIn("rank", self.tuner("trials").stdout)

    def test_a_failing_plain_run_says_why_and_exits_with_1(self) -> None:
        self.write_trainer("#!/bin/sh\necho no data >&2\nexit 7\n")
        failed = self.tuner("run", self.write_job(), code=1)
        self.assertIn("exited with code 7", failed.stderr)
        self.assertIn("no data", failed.stderr)

    def test_an_ended_plain_run_is_run_again_and_never_more_than_once(self) -> None:
        self.write_trainer("#!/bin/sh\necho ran >> ran\n")
        job = self.write_job()
        self.tuner("run", job)
        self.tuner("run", job)
        self.assertEqual((self.folder / "ran").read_text(), "ran\nran\n")
        self.assertEqual(len(json.loads(self.tuner("list", "--format", "json").stdout)), 2)
        refused = self.tuner("run", "--max-trials", "3", job, code=2)
        self.assertIn("a job without hyperparameters has one trial", refused.stderr)

    def test_a_plain_run_is_retried_as_its_file_says(self) -> None:
        self.write_trainer("#!/bin/sh\necho again >> tries\ntest $(wc -l < tries) = 3\n")
        self.tuner("run", self.write_job("maxRetries: 2"))
        self.assertEqual((self.folder / "tries").read_text(), "again\n" * 3)

    def test_a_plain_file_is_explained(self) -> None:
        self.assertIn("a plain run", self.tuner("validate", self.write_job()).stdout)


TASK = """\
import sys, time, pathlib
from trainer import model
print("argv0", pathlib.Path(sys.argv[0]).name, "spec", __spec__.name)
open("argv", "a").write(" ".join(sys.argv[1:]) + "\\n")
print("code", model.NAME)
print(f"loss={model.LOSS}")
"""


class Packages(TunerCase):
    def setUp(self) -> None:
        super().setUp()
        self.package = self.folder / "trainer"
        self.package.mkdir()
        (self.package / "__init__.py").touch()
        (self.package / "task.py").write_text(TASK)
        self.write_model("first", 1)

    def write_model(self, name: str, loss: float) -> None:
        (self.package / "model.py").write_text(f"NAME = {name!r}\nLOSS = {loss}\n")

    def write_job(self, trials: int, extra: str = "") -> str:
        file = self.write_study(trials=trials, parallel=1, extra=extra)
        file.write_text(file.read_text().replace("command: [./trainer.sh]", "pythonModule: trainer.task"))
        return str(file)

    def logs(self, trial: int, study: str = "") -> str:
        return self.tuner("logs", *([study] if study else []), str(trial)).stdout

    def test_a_package_runs_by_its_module_and_trials_use_the_copy_although_the_source_changes(self) -> None:
        self.tuner("run", self.write_job(1), "--package-path", "trainer")
        self.write_model("second", 0)
        goes_on = self.tuner("run", self.write_job(2), "--package-path", "trainer/")
        self.assertIn("the packages have changed since", goes_on.stderr)
        for trial in (1, 2):
            self.assertIn("code first", self.logs(trial))
            self.assertIn("argv0 task.py spec trainer.task", self.logs(trial))
        self.assertRegex((self.folder / "argv").read_text(), r"^--x=\S+\n--x=\S+\n$")
        self.tuner("run", "--new", self.write_job(1), "--package-path", "trainer")
        self.assertIn("code second", self.logs(1))

    def test_what_no_study_needs_of_staged_packages_goes_when_a_daemon_starts(self) -> None:
        self.tuner("run", self.write_job(1), "--package-path", "trainer")
        store = self.data_dir / "packages"
        [first] = store.iterdir()
        self.write_model("second", 0)
        self.tuner("run", "--new", self.write_job(1), "--package-path", "trainer")
        [second] = set(store.iterdir()) - {first}
        draft = store / (first.name + ".aB3xYz")  # as a kill in the middle leaves it
        draft.mkdir()
        (draft / "half").touch()
        self.tuner("run", self.write_job(2), "--package-path", "trainer")
        self.assertEqual(set(store.iterdir()), {first, second}, "the draft went, and what studies name stayed")
        [oldest, _] = sorted(study["id"] for study in json.loads(self.tuner("list", "--format", "json").stdout))
        self.assertIn("code first", self.logs(1, oldest))
        self.tuner("delete", oldest)
        self.tuner("run", self.write_job(3), "--package-path", "trainer")
        self.assertEqual(list(store.iterdir()), [second])
        self.assertIn("code second", self.logs(3))

    def test_a_file_lists_its_packages_and_what_cannot_be_fetched_is_said(self) -> None:
        job = self.write_job(1, extra="packageUris: [trainer, 'gs://bucket/a-0.1.tar.gz']")
        self.assertIn("gs://bucket/a-0.1.tar.gz is not fetched", self.tuner("run", job).stderr)
        self.assertIn("code first", self.logs(1))

    def test_built_archives_are_unpacked(self) -> None:
        with tarfile.open(self.folder / "trainer-0.1.tar.gz", "w:gz") as archive:
            archive.add(self.package, "trainer-0.1/trainer")
        with zipfile.ZipFile(self.folder / "trainer-0.1-py3-none-any.whl", "w", zipfile.ZIP_DEFLATED) as wheel:
            for path in self.package.glob("*.py"):
                wheel.write(path, f"trainer/{path.name}")
        self.package.rename(self.folder / "gone")
        for number, archive in enumerate(("trainer-0.1.tar.gz", "trainer-0.1-py3-none-any.whl"), 1):
            self.tuner("run", "--new", self.write_job(1), "--packages", archive)
            self.assertIn("code first", self.logs(1))

    def test_a32_what_is_no_package_is_refused_and_nothing_is_created(self) -> None:
        (self.package / "__init__.py").unlink()
        refused = self.tuner("run", self.write_job(1), "--package-path", "trainer", code=2)
        self.assertIn("it does not contain an `__init__.py` file", refused.stderr)
        refused = self.tuner("run", self.write_job(1), "--package-path", "nowhere", code=2)
        self.assertIn("is not a valid directory", refused.stderr)
        refused = self.tuner("run", self.write_job(1), "--packages", "a/x.tar.gz,b/x.tar.gz", code=2)
        self.assertIn("Cannot upload multiple packages with the same filename: [x.tar.gz]", refused.stderr)
        self.assertEqual(json.loads(self.tuner("list", "--format", "json").stdout), [])
        self.assertFalse((self.data_dir / "packages").exists())

    def test_flags_win_over_the_file(self) -> None:
        job = self.write_job(1, extra="jobDir: J")
        self.assertIn("needs a masterType", self.tuner("run", job, "--scale-tier", "custom", code=2).stderr)
        self.tuner("run", job, "--package-path", "trainer", "--job-dir", "K/", "--", "--x=9", "[1,2]")
        self.assertRegex((self.folder / "argv").read_text(), r"^--x=9 \[1,2\] --job-dir=K/1 --x=0\S*\n$")

    def test_a_module_without_a_file_is_a_plain_run(self) -> None:
        self.tuner("run", "--module-name", "trainer.task", "--package-path", "trainer", "--job-dir", "J", "--", "--all")
        self.assertEqual((self.folder / "argv").read_text(), "--all --job-dir=J\n")


class WithoutAFile(TunerCase):
    LINE = (
        "run", "--minimize", "loss", "--trials", "6", "--parallel", "3", "--seed", "1", "--",
        "./trainer.sh", "--x", "~uniform(0,1)", "--y=~choice(a,b)", "--more",
    )

    def setUp(self) -> None:
        super().setUp()
        self.write_trainer(
            '#!/bin/sh\necho "$@" >> argv\nfor flag; do case $flag in --x=*) echo "loss=${flag#--x=}";; esac; done\n'
        )

    def test_a_study_on_the_command_line_runs_and_the_same_line_goes_on_with_it(self) -> None:
        done = self.tuner(*self.LINE)
        self.assertIn("trainer-1", done.stderr)
        lines = (self.folder / "argv").read_text().splitlines()
        self.assertEqual(len(lines), 6)
        for line in lines:
            self.assertRegex(line, r"^--more --x=\S+ --y=[ab]$")
        self.tuner(*self.LINE)
        more = [word if word != "6" else "8" for word in self.LINE]
        self.tuner(*more)
        self.assertEqual(len((self.folder / "argv").read_text().splitlines()), 8)
        studies = json.loads(self.tuner("list", "--format", "json").stdout)
        self.assertEqual([study["id"] for study in studies], ["trainer-1"])
        other = [word.replace("(0,1)", "(0,2)") for word in self.LINE]
        self.assertIn("--new", self.tuner(*other, code=4).stderr)

    def test_a_mistake_is_shown_with_a_caret(self) -> None:
        refused = self.tuner("run", "--minimize", "loss", "--trials", "2", "--", "./trainer.sh", "--x", "~log(0,1)", code=2)
        self.assertIn("--x ~log(0,1)\n         ^", refused.stderr)

    def test_a_saved_file_is_the_same_study(self) -> None:
        line = [word if word != "3" else "1" for word in self.LINE]  # one after the other: the same suggestions
        save = ["run", "--save", "study.yaml", *line[1:]]
        self.tuner(*save)
        self.assertFalse((self.folder / "argv").exists())
        self.assertIn("file exists", self.tuner(*save, code=4).stderr.lower())
        self.tuner("run", "study.yaml")
        first = sorted((self.folder / "argv").read_text().splitlines())
        (self.folder / "argv").unlink()
        self.tuner(*line)
        self.assertEqual(sorted((self.folder / "argv").read_text().splitlines()), first)


class DryRun(TunerCase):
    def test_it_shows_the_first_trial_as_it_will_be_and_leaves_no_trace(self) -> None:
        self.write_trainer(WITNESS + "echo loss=1\n")
        file = self.write_study(trials=1, parallel=1, extra="jobDir: J\n  args: ['--note=a b']")
        shown = self.tuner("run", "--dry-run", str(file), "--", "--more")
        self.assertFalse(self.data_dir.exists())
        self.assertFalse((self.folder / "argv").exists())
        self.assertIn("nothing was started", shown.stderr)
        self.assertIn("first trials", shown.stdout)
        for line in ("TUNER_API_URL=http://HOST:PORT", f"TUNER_API_FILE={self.data_dir}/daemon", "TUNER_TRIAL_TOKEN=TOKEN"):
            self.assertIn(f"  {line}\n", shown.stdout)
        command = re.search(r"trial 1 runs in (.*)\n  (.*)\n", shown.stdout)
        environment = re.findall(r"^  (\w+)=(.*)$", shown.stdout, re.MULTILINE)
        expected = dict((name, shlex.split(value)[0] if value else "") for name, value in environment)
        self.tuner("run", str(file), "--", "--more")
        argv = shlex.split(command.group(2))
        self.assertEqual(command.group(1), str(self.folder))
        self.assertEqual((self.folder / "argv").read_text().splitlines()[: len(argv) - 1], argv[1:])
        seen = {}
        for line in (self.folder / "environment").read_text().splitlines():
            name, equals, value = line.partition("=")
            seen[name] = value
        for name, value in expected.items():
            if name not in ("PWD", "_", "TUNER_API_URL", "TUNER_TRIAL_TOKEN"):
                self.assertEqual(seen.get(name), value, name)

    def test_it_shows_what_resources_add(self) -> None:
        self.data_dir.mkdir(mode=0o700)
        (self.data_dir / "tuner.yaml").write_text("machine: {cpus: 8, gpus: 2, memory: 8GiB}\n")
        file = self.write_study(trials=1, parallel=1, extra="resources: {cpus: 3, gpus: 1, memory: 1GiB}")
        shown = self.tuner("run", "--dry-run", str(file)).stdout
        lines = ("CUDA_VISIBLE_DEVICES=0", "TUNER_GPUS=0", "OMP_NUM_THREADS=3", "TUNER_CPUS=3", f"TUNER_MEMORY_BYTES={1 << 30}")
        for line in lines:
            self.assertIn(f"  {line}\n", shown)
        self.write_trainer(WITNESS + "echo loss=1\n")
        self.tuner("run", str(file))
        self.assertLessEqual(set(lines), set((self.folder / "environment").read_text().splitlines()))

    def test_a_program_that_is_not_there_is_found_out(self) -> None:
        (self.folder / "config.yaml").write_text("trainingInput: {command: [./nowhere]}\n")
        self.assertIn("there is no program", self.tuner("run", "--dry-run", "config.yaml", code=2).stderr)


class Retraining(TunerCase):
    def setUp(self) -> None:
        super().setUp()
        self.write_trainer(
            '#!/bin/sh\necho "$@" >> argv\necho to stderr >&2\n'
            'for flag; do case $flag in --x=*) echo "loss=${flag#--x=}";; --fail) exit 3;; esac; done\n'
        )
        self.tuner("run", str(self.write_study(trials=4, parallel=1, extra="args: [--few]\n  jobDir: J")))
        (self.folder / "argv").unlink()

    def test_the_trainer_runs_once_more_with_the_winner_and_its_output_is_shown(self) -> None:
        best = json.loads(self.tuner("best", "--format", "json").stdout)
        done = self.tuner("train", "--", "--all")
        flag = f"--x={best['parameters']['x']:.17g}"
        self.assertEqual((self.folder / "argv").read_text(), f"--few {flag} --all --job-dir=J/train\n")
        self.assertEqual(done.stdout, f"loss={flag.removeprefix('--x=')}\n")
        self.assertIn("to stderr", done.stderr)
        self.assertEqual(json.loads(self.tuner("list", "--format", "json").stdout)[-1]["best"], None)

    def test_only_the_job_dir_comes_after_what_stands_behind_the_dashes(self) -> None:
        self.tuner("train", "--", "--x=9", "--job-dir=X")
        self.assertRegex((self.folder / "argv").read_text(), r"^--few --x=0\S* --x=9 --job-dir=X --job-dir=J/train\n$")
        self.assertIn("only --job-dir comes after it", self.tuner("train", "--help").stdout)

    def test_ctrl_c_is_answered_with_the_right_words_alone(self) -> None:
        self.write_trainer('#!/bin/sh\necho begun > begun\necho begun\nexec sleep 600\n')
        train = self.start("train")
        self.wait_until("the trainer runs", lambda: (self.folder / "begun").exists())
        self.assertEqual(train.stdout.readline(), "begun\n")  # so its output is being followed
        train.send_signal(signal.SIGINT)
        err = train.communicate(timeout=60)[1]
        self.assertIn("stopping: ", err)
        self.assertNotIn("error", err)
        self.assertNotIn("went away", err)

    def test_another_trial_and_job_dir_and_the_exit_code_of_a_failure(self) -> None:
        trials = {trial["id"]: trial["parameters"]["x"] for trial in self.trials()}
        study = json.loads(self.tuner("show", "--format", "json").stdout)["id"]
        self.tuner("train", study, "--trial", "2", "--job-dir", "K")
        self.assertEqual((self.folder / "argv").read_text(), f"--few --x={trials[2]:.17g} --job-dir=K\n")
        failed = self.tuner("train", study, "--", "--fail", code=1)
        self.assertIn("exited with code 3", failed.stderr)
        self.assertIn("has no trial 9", self.tuner("train", study, "--trial", "9", code=3).stderr)


class WhatATrainerGets(TunerCase):
    def test_its_environment_is_what_is_allowed_and_what_the_file_adds(self) -> None:
        self.write_trainer(WITNESS + "echo loss=1\n")
        file = self.write_study(trials=1, extra="jobDir: J/")
        done = subprocess.run(
            ["env", "AWS_SECRET_ACCESS_KEY=secret", "TUNER_TOKEN=secret", "OMP_NUM_THREADS=3", "LC_ALL=C", str(BIN_DIR / "tuner"), "run", str(file)],
            cwd=self.folder, env=self.environment(), capture_output=True, text=True, timeout=120,
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        text = (self.folder / "environment").read_text()
        self.assertNotIn("secret", text)
        for line in ("OMP_NUM_THREADS=3", "LC_ALL=C", "CLOUD_ML_TRIAL_ID=1", "PYTHONUNBUFFERED=1", "DURATION=0.0"):
            self.assertIn(line + "\n", text)
        self.assertRegex((self.folder / "argv").read_text(), r"^--job-dir=J/1\n--x=")

    def test_a_rerun_finds_its_checkpoints(self) -> None:
        self.write_trainer(
            '#!/bin/sh\nmkdir -p "$TUNER_CHECKPOINT_DIR"\n'
            'test -f "$TUNER_CHECKPOINT_DIR/weights" && { echo loss=1; exit 0; }\n'
            'touch "$TUNER_CHECKPOINT_DIR/weights"\nexit 1\n'
        )
        self.tuner("run", str(self.write_study(trials=1, extra="maxRetries: 1")))
        self.assertEqual(self.trials()[0]["attempts"], 2)


if __name__ == "__main__":
    unittest.main()
