"""`tuner jobs` as a lab types it (acceptance cases of contract.md section 7)."""

import json
import os
import signal
import subprocess
import unittest
from pathlib import Path

from harness import TunerCase

# A module of a package, as the lab has one: says how it was called, and reports what --plan wants of its trial.
TASK = """\
import json, os, sys, time
trial = os.environ.get("CLOUD_ML_TRIAL_ID", "")
plan = json.loads(next(a for a in sys.argv if a.startswith("--plan=")).removeprefix("--plan="))
with open(plan["log"], "a") as log:
    log.write(json.dumps({"trial": trial, "argv": sys.argv[1:], "job": os.environ["CLOUD_ML_JOB_ID"]}) + "\\n")
print("hello from trial " + trial, flush=True)
what = plan.get(trial, plan.get("*"))
if what == "wait":
    time.sleep(600)
if what == "fail":
    sys.exit("ValueError: no good")
if what is not None and what != "silent":
    print(json.dumps({"rmse": what, "step": 10}), flush=True)
"""

PARAMETERS = [
    {"parameterName": "batch_size", "type": "INTEGER", "minValue": 8, "maxValue": 512, "scaleType": "UNIT_LOG_SCALE"},
    {"parameterName": "nnsize", "type": "INTEGER", "minValue": 64, "maxValue": 512, "scaleType": "UNIT_LOG_SCALE"},
]


class JobCase(TunerCase):
    def setUp(self) -> None:
        super().setUp()
        package = self.folder / "lab" / "trainer"
        package.mkdir(parents=True)
        (package / "__init__.py").touch()
        (package / "task.py").write_text(TASK)
        self.calls = self.folder / "calls.log"

    def tearDown(self) -> None:
        address = self.data_dir / "daemon"
        if address.exists():  # the detached daemon of this test; it would end by itself
            pid = int(address.read_text().split()[1])
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            self.wait_until("the daemon is gone", lambda: not self.is_alive(pid))
        super().tearDown()

    def is_alive(self, pid: int) -> bool:
        try:
            return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] not in "ZX"
        except OSError:
            return False

    def write_config(self, name: str = "hyperparam.yaml", **hyperparameters) -> str:
        spec = {"goal": "MINIMIZE", "hyperparameterMetricTag": "rmse", "algorithm": "RANDOM_SEARCH", "params": PARAMETERS}
        document = {"trainingInput": {"scaleTier": "STANDARD_1", "hyperparameters": spec | hyperparameters}}
        (self.folder / name).write_text(json.dumps(document))
        return name

    def submit(self, job: str, plan: dict, *flags: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        return self.tuner(
            "ml-engine", "jobs", "submit", "training", job, "--region=us-central1", "--module-name=trainer.task",
            "--package-path=lab/trainer", "--staging-bucket=gs://b", "--runtime-version=1.8", *flags,
            "--", "--plan=" + json.dumps(plan | {"log": str(self.calls)}), code=code,
        )

    def describe(self, job: str, *flags: str) -> dict:
        return json.loads(self.tuner("jobs", "describe", job, "--format=json", *flags).stdout)

    def value(self, job: str, field: str) -> str:
        return self.tuner("jobs", "describe", job, f"--format=value({field})").stdout.strip()

    def wait_for_end(self, job: str) -> dict:
        self.wait_until(f"job {job} has ended", lambda: self.value(job, "state") in ("SUCCEEDED", "FAILED", "CANCELLED"))
        return self.describe(job)


class Jobs(JobCase):
    def test_a2_the_best_trial_is_the_first_and_its_values_can_be_taken_out(self) -> None:
        submitted = self.submit("j2", {"1": 3, "2": 1, "3": 2}, "--config=" + self.write_config(maxTrials=3, maxParallelTrials=3))
        self.assertIn("Job [j2] submitted successfully.", submitted.stderr)
        self.assertRegex(submitted.stdout, r"^jobId: j2\nstate: (QUEUED|RUNNING)\n")
        job = self.wait_for_end("j2")
        trials = job["trainingOutput"]["trials"]
        self.assertEqual([t["trialId"] for t in trials], ["2", "3", "1"])
        self.assertEqual([t["finalMetric"]["objectiveValue"] for t in trials], [1, 2, 3])
        self.assertEqual(job["state"], "SUCCEEDED")
        self.assertEqual(job["trainingOutput"]["completedTrialCount"], "3")
        self.assertIs(job["trainingOutput"]["isHyperparameterTuningJob"], True)
        self.assertEqual(self.value("j2", "trainingOutput.trials.trialId.slice(0)"), "2")
        self.assertEqual(self.value("j2", "trainingOutput.trials.finalMetric.objectiveValue.slice(0)"), "1.0")
        for name in ("batch_size", "nnsize"):
            self.assertEqual(self.value("j2", f"trainingOutput.trials.hyperparameters.{name}.slice(0)"), trials[0]["hyperparameters"][name])
        self.assertIn("  completedTrialCount: '3'\n", self.tuner("jobs", "describe", "j2").stdout)
        self.assertIn("OBJECTIVE_VALUE", self.tuner("jobs", "describe", "j2", "--summarize").stdout)

    def test_a3_a_trial_without_a_metric_is_last_and_still_counted(self) -> None:
        config = self.write_config(goal="MAXIMIZE", maxTrials=5, maxParallelTrials=5)
        self.submit("j3", {"1": 1, "2": 5, "3": "silent", "4": 2, "5": 4}, "--config", config)
        job = self.wait_for_end("j3")
        trials = job["trainingOutput"]["trials"]
        self.assertEqual([t["trialId"] for t in trials], ["2", "5", "4", "1", "3"])
        self.assertNotIn("finalMetric", trials[4])
        self.assertEqual([job["state"], job["trainingOutput"]["completedTrialCount"]], ["SUCCEEDED", "5"])

    def test_a23_max_failed_trials_ends_the_job_with_the_legacy_message(self) -> None:
        self.submit("j23", {"*": "fail"}, "--config", self.write_config(maxTrials=9, maxParallelTrials=1, maxFailedTrials=5))
        job = self.wait_for_end("j23")
        self.assertEqual(job["state"], "FAILED")
        last = next(t for t in job["trainingOutput"]["trials"] if t["trialId"] == "5")["hyperparameters"]
        self.assertTrue(job["errorMessage"].startswith(
            "Hyperparameter Tuning Trial #5 failed. 5 total hyperparameter trial failures were seen, out of 5 trials attempted which "
            "reaches the user-specified limit of 5.The last trial to fail was #5, with parameters: "
            f"batch_size={last['batch_size']}, nnsize={last['nnsize']}, .  The trial's error message was: The replica master 0 exited "
            "with a non-zero status of 1. Termination reason: Error. \n"
        ), job["errorMessage"])
        self.assertIn("ValueError: no good", job["errorMessage"])

    def test_a24_one_failed_trial_does_not_fail_the_job(self) -> None:
        plan = {str(n): n for n in range(1, 21)} | {"7": "fail"}
        self.submit("j24", plan, "--config", self.write_config(maxTrials=20, maxParallelTrials=5))
        job = self.wait_for_end("j24")
        trials = {t["trialId"]: t for t in job["trainingOutput"]["trials"]}
        self.assertEqual([job["state"], job["trainingOutput"]["completedTrialCount"], len(trials)], ["SUCCEEDED", "19", 20])
        self.assertEqual(trials["7"]["state"], "FAILED")

    def test_a26_a_cancelled_job_ends_for_good(self) -> None:
        self.submit("j26", {"1": 1, "*": "wait"}, "--config", self.write_config(maxTrials=9, maxParallelTrials=3))
        self.wait_until("trials run", lambda: self.calls.exists() and len(self.calls.read_text().splitlines()) >= 4)
        self.wait_until("one has ended", lambda: self.describe("j26")["trainingOutput"]["completedTrialCount"] == "1")
        cancelled = self.tuner("jobs", "cancel", "j26")
        self.assertEqual(cancelled.stdout + cancelled.stderr, "")
        self.assertIn(self.value("j26", "state"), ("CANCELLING", "CANCELLED"))
        job = self.wait_for_end("j26")
        self.assertEqual(job["state"], "CANCELLED")
        self.assertIn("endTime", job)
        self.assertEqual([t["trialId"] for t in job["trainingOutput"]["trials"] if t["state"] == "SUCCEEDED"], ["1"])
        self.tuner("jobs", "cancel", "j26")
        self.assertEqual(self.tuner("jobs", "cancel", "nowhere", code=1).stdout, "")

    def test_a27_a_job_goes_on_from_an_earlier_one(self) -> None:
        config = self.write_config(maxTrials=4, maxParallelTrials=4, algorithm="ALGORITHM_UNSPECIFIED")
        self.submit("old", {"1": 4, "2": 3, "3": 2, "4": "fail"}, "--config", config)
        self.wait_for_end("old")
        config = self.write_config(maxTrials=2, algorithm="ALGORITHM_UNSPECIFIED", resumePreviousJobId="old")
        self.submit("new", {"5": 1, "6": 5}, "--config", config)
        job = self.wait_for_end("new")
        self.assertEqual([t["trialId"] for t in job["trainingOutput"]["trials"]], ["5", "6"])
        self.assertEqual([job["state"], job["trainingOutput"]["completedTrialCount"]], ["SUCCEEDED", "2"])
        trials = {t["id"]: t for t in json.loads(self.tuner("trials", "new", "--format", "json").stdout)}
        self.assertEqual([trials[n]["objective"] for n in range(1, 7)], [4, 3, 2, None, 1, 5])
        other = self.write_config(maxTrials=2, resumePreviousJobId="old", params=PARAMETERS[:1])
        refused = self.submit("other", {}, "--config", other, code=1)
        self.assertIn("asked another question", refused.stderr)
        self.assertIn("nnsize", refused.stderr)

    def test_a31_flags_win_arguments_are_kept_and_an_id_is_used_once(self) -> None:
        config = self.write_config(maxTrials=1)
        done = self.tuner(
            "jobs", "submit", "training", "j31", f"--config={config}", "--scale-tier=basic", "--module-name", "trainer.task",
            "--package-path", str(self.folder / "lab/trainer"), "--labels=team=a", "--job-dir=gs://b/out", "--worker-count=3",
            "--", "--config=x", "--region=y", f'--plan={{"1": 1, "log": "{self.calls}"}}',
        )
        self.assertIn("Job [j31] submitted successfully.", done.stderr)
        job = self.wait_for_end("j31")
        given = job["trainingInput"]
        self.assertEqual(given["scaleTier"], "BASIC")
        self.assertEqual(given["args"][:2], ["--config=x", "--region=y"])
        self.assertEqual([given["jobDir"], given["workerCount"], given["pythonModule"]], ["gs://b/out", "3", "trainer.task"])
        self.assertEqual(given["hyperparameters"]["params"][0]["minValue"], 8.0)
        self.assertEqual(job["labels"], {"team": "a"})
        call = json.loads(self.calls.read_text().splitlines()[0])
        self.assertEqual([call["job"], call["argv"][:2]], ["j31", ["--config=x", "--region=y"]])
        self.assertIn("--job-dir=gs://b/out/1", call["argv"])
        self.assertIn("ALREADY_EXISTS", self.submit("j31", {}, "--config", config, code=1).stderr)
        self.tuner("delete", "j31")
        self.assertIn("ALREADY_EXISTS", self.submit("j31", {}, "--config", config, code=1).stderr)

    def test_a32_nothing_is_created_for_packages_that_are_none(self) -> None:
        (self.folder / "bare").mkdir()
        (self.folder / "a").mkdir()
        for place in ("t.tar.gz", "a/t.tar.gz"):
            (self.folder / place).touch()
        line = ("jobs", "submit", "training", "j32", "--module-name=trainer.task")
        for flags, words in (
            (["--package-path=bare"], "is not a valid Python package because it does not contain an `__init__.py` file"),
            (["--packages=t.tar.gz,a/t.tar.gz"], "Cannot upload multiple packages with the same filename: [t.tar.gz]"),
            ([], "Non-custom jobs must have packages."),
        ):
            self.assertIn(words, self.tuner(*line, *flags, code=1).stderr)
        self.assertFalse(self.data_dir.exists())

    def test_a_job_without_hyperparameters_is_one_plain_run_whose_logs_can_be_followed(self) -> None:
        done = self.submit("plain", {"*": 1}, "--job-dir=out", "--stream-logs")
        self.assertIn("state: SUCCEEDED", done.stdout)
        self.assertRegex(done.stderr, r"(?m)^INFO\t\S+ \S+ \S+\tmaster-replica-0\t1?\thello from trial $")
        job = self.describe("plain")
        self.assertNotIn("isHyperparameterTuningJob", job["trainingOutput"])
        call = json.loads(self.calls.read_text())
        self.assertEqual(call["trial"], "")
        self.assertIn("--job-dir=out", call["argv"])
        failed = self.submit("plain_2", {"*": "fail"}, "--stream-logs", code=1)
        self.assertIn("state: FAILED", failed.stdout)
        self.assertIn("The replica master 0 exited with a non-zero status of 1.", self.describe("plain_2")["errorMessage"])

    def test_logs_of_all_trials_are_one_stream_that_ends_with_the_job(self) -> None:
        self.submit("logs", {"1": 1, "2": 2, "3": 3}, "--config", self.write_config(maxTrials=3, maxParallelTrials=1))
        lines = self.tuner("jobs", "stream-logs", "logs", "--polling-interval=0.1").stdout.splitlines()
        hello = {line.split("\t")[3] for line in lines if "hello from trial" in line}
        self.assertEqual(hello, {"1", "2", "3"})
        listed = self.tuner("ai-platform", "jobs", "list", "--filter=jobId:log* AND state:SUCCEEDED").stdout
        self.assertRegex(listed, r"(?m)^logs +SUCCEEDED ")

    def test_a_folder_can_stand_for_the_bucket(self) -> None:
        self.submit("mapped", {"1": 1}, "--config", self.write_config(maxTrials=1), "--job-dir=gs://b/out", f"--gs-root={self.folder}")
        job = self.wait_for_end("mapped")
        self.assertEqual(job["trainingInput"]["jobDir"], "gs://b/out")
        self.assertIn(f"--job-dir={self.folder}/b/out/1", json.loads(self.calls.read_text())["argv"])

    def test_a_detached_run_returns_at_once_and_its_study_ends_by_itself(self) -> None:
        file = self.write_study(trials=2, parallel=1, duration=1)
        done = self.tuner("run", "--detach", str(file))
        study = done.stdout.strip()
        self.assertIn(f"tuner show {study}", done.stderr)
        self.wait_until("the study has ended", lambda: '"finished"' in self.tuner("show", study, "--format=json").stdout)
        self.assertEqual([t["state"] for t in self.trials()], ["completed"] * 2)

    def test_a_problem_of_the_file_has_the_files_own_line(self) -> None:
        (self.folder / "bad.yaml").write_text("trainingInput:\n  hyperparameters:\n    maxTrials: 0\n    params: []\n")
        refused = self.submit("bad", {}, "--config=bad.yaml", code=1)
        self.assertRegex(refused.stderr, r"ERROR: \(tuner\.jobs\.submit\.training\) bad\.yaml:\d+:\d+: ")
        self.assertIn("letters, digits and underscores", self.submit("bad-name", {}, code=1).stderr)


if __name__ == "__main__":
    unittest.main()
