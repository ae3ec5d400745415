"""`tuner jobs` as a lab types it (acceptance cases of contract.md section 7)."""

import json
import os
import shutil
import signal
import subprocess
import unittest
import urllib.error
import urllib.request
from pathlib import Path

from harness import TunerCase

CASES = Path(__file__).resolve().parents[1] / "cases" / "study_yaml"

# A module of a package, as the lab has one: says how it was called, and reports what --plan wants of its trial.
TASK = """\
import json, os, signal, sys, time
trial = os.environ.get("CLOUD_ML_TRIAL_ID", "")
plan = json.loads(next(a for a in sys.argv if a.startswith("--plan=")).removeprefix("--plan="))
what = plan.get(trial, plan.get("*"))
if what == "stubborn":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
def note(file, **more):
    with open(file, "a") as log:
        log.write(json.dumps({"trial": trial, "at": time.monotonic()} | more) + "\\n")
note(plan["log"], argv=sys.argv[1:], job=os.environ["CLOUD_ML_JOB_ID"], pid=os.getpid())
print("hello from trial " + trial, flush=True)
if what == "wait":
    time.sleep(600)
while what == "stubborn" and not os.path.exists(plan["go"]):
    time.sleep(0.02)
if what == "fail":
    sys.exit("ValueError: no good")
if what is not None and what != "silent":
    print(json.dumps({"rmse": what, "step": 10}), flush=True)
time.sleep(plan.get("seconds", 0))
note(plan["log"] + ".ends")
"""

# The lab's own way: a flag by argparse, and a folder of its own below --output_dir by what TF_CONFIG says.
LAB_TASK = """\
import argparse, json, os, sys
parser = argparse.ArgumentParser()
parser.add_argument("--output_dir", required=True)
parser.add_argument("--batch_size", type=int, default=512)
parser.add_argument("--job-dir", default="junk")
args = parser.parse_args()
task = json.loads(os.environ.get("TF_CONFIG", "{}")).get("task", {})
folder = os.path.join(args.output_dir, task.get("trial", ""))
os.makedirs(folder, exist_ok=True)
with open(os.path.join(folder, "seen"), "w") as seen:
    json.dump({"argv": sys.argv[1:], "task": task, "id": os.environ["CLOUD_ML_TRIAL_ID"], "dir": os.path.realpath(folder)}, seen)
print(json.dumps({"rmse": args.batch_size, "step": 1}), flush=True)
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

    def called(self, of: str = "") -> list[dict]:
        """What the trainers said of themselves when they began, or (".ends") ended."""
        file = Path(str(self.calls) + of)
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []

    def submit(self, job: str, plan: dict, *flags: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        return self.tuner(
            "ml-engine", "jobs", "submit", "training", job, "--region=us-central1", "--module-name=trainer.task",
            "--package-path=lab/trainer", "--staging-bucket=gs://b", "--runtime-version=1.8", *flags,
            "--", "--plan=" + json.dumps(plan | {"log": str(self.calls)}), code=code,
        )

    def refused_by_rest(self, config: str) -> str:
        """Why the daemon, which must be there, answers 400 when it is asked for a job of this file."""
        document = json.loads((self.folder / config).read_text()) | {"jobId": "refused"}
        document["trainingInput"]["command"] = ["/bin/true"]
        request = urllib.request.Request(
            (self.data_dir / "daemon").read_text().split()[0] + "/v1/projects/p/jobs", json.dumps(document).encode(),
            {"Authorization": "Bearer " + (self.data_dir / "token").read_text().strip(), "Content-Type": "application/json"},
        )
        with self.assertRaises(urllib.error.HTTPError) as answer:
            urllib.request.urlopen(request, timeout=60)
        error = json.loads(answer.exception.read())["error"]
        answer.exception.close()
        self.assertEqual([answer.exception.code, error["status"]], [400, "INVALID_ARGUMENT"])
        return error["message"]

    def describe(self, job: str, *flags: str) -> dict:
        return json.loads(self.tuner("jobs", "describe", job, "--format=json", *flags).stdout)

    def value(self, job: str, field: str) -> str:
        return self.tuner("jobs", "describe", job, f"--format=value({field})").stdout.strip()

    def wait_for_end(self, job: str) -> dict:
        self.wait_until(f"job {job} has ended", lambda: self.value(job, "state") in ("SUCCEEDED", "FAILED", "CANCELLED"))
        return self.describe(job)


class LabJobs(JobCase):
    """The lab's study, and what a trainer written for the legacy service sees."""

    def test_a1_a2_the_labs_file_gives_twenty_trials_five_at_once_best_first(self) -> None:
        scores = {str(n): 1 + (n * 7 % 20) / 100 for n in range(1, 21)}  # of trial 20 the best
        shutil.copy(CASES / "good" / "q01_babyweight.yaml", self.folder / "hyperparam.yaml")
        self.submit("lab", scores | {"seconds": 0.2}, "--config=hyperparam.yaml")
        job = self.wait_for_end("lab")
        starts, ends = self.called(), self.called(".ends")
        self.assertEqual(sorted(int(call["trial"]) for call in starts), list(range(1, 21)), "exactly twenty starts")
        self.assertEqual(len(ends), 20)
        alive = most = 0
        for _, change in sorted([(call["at"], 1) for call in starts] + [(call["at"], -1) for call in ends]):
            alive += change
            most = max(most, alive)
        self.assertLessEqual(most, 5)
        output = job["trainingOutput"]
        self.assertEqual([job["state"], output["completedTrialCount"]], ["SUCCEEDED", "20"])
        self.assertIs(output["isHyperparameterTuningJob"], True)
        self.assertEqual([t["trialId"] for t in output["trials"]], sorted(scores, key=scores.get))
        self.assertEqual([t["finalMetric"]["objectiveValue"] for t in output["trials"]], sorted(scores.values()))
        best = output["trials"][0]
        self.assertEqual(self.value("lab", "trainingOutput.trials.trialId.slice(0)"), best["trialId"])
        for name in ("batch_size", "nembeds", "nnsize"):
            shown = self.value("lab", f"trainingOutput.trials.hyperparameters.{name}.slice(0)")
            self.assertEqual(shown, best["hyperparameters"][name])
            [call] = [call for call in starts if call["trial"] == best["trialId"]]
            self.assertIn(f"--{name}={shown}", call["argv"])

    def test_a9_a_grid_of_three_by_two_ends_after_six_trials(self) -> None:
        grid = [
            {"parameterName": "n", "type": "INTEGER", "minValue": 1, "maxValue": 3},
            {"parameterName": "c", "type": "CATEGORICAL", "categoricalValues": ["a", "b"]},
        ]
        config = self.write_config(algorithm="GRID_SEARCH", maxTrials=10, maxParallelTrials=2, params=grid)
        self.submit("grid", {"*": 1}, f"--config={config}")
        job = self.wait_for_end("grid")
        points = [tuple(t["hyperparameters"].values()) for t in job["trainingOutput"]["trials"]]
        self.assertEqual(sorted(points), sorted((c, n) for n in "123" for c in "ab"))
        self.assertEqual([job["state"], job["trainingOutput"]["completedTrialCount"]], ["SUCCEEDED", "6"])
        grid[0]["type"] = "DOUBLE"
        refused = self.submit("no_grid", {}, "--config=" + self.write_config(algorithm="GRID_SEARCH", params=grid), code=1)
        self.assertIn("GRID_SEARCH needs finitely many values, but these are of type DOUBLE: n", refused.stderr)

    def test_a12_a13_a_tuned_flag_wins_and_the_labs_trainer_writes_to_its_trials_folder(self) -> None:
        (self.folder / "lab" / "trainer" / "task.py").write_text(LAB_TASK)
        forty = [{"parameterName": "batch_size", "type": "DISCRETE", "discreteValues": [40]}]
        out = self.folder / "J"
        self.tuner(
            "jobs", "submit", "training", "j13", "--module-name=trainer.task", "--package-path=lab/trainer", f"--job-dir={out}",
            "--config=" + self.write_config(params=forty, maxTrials=1), "--",
            f"--output_dir={out}", "--batch_size=128",
        )
        job = self.wait_for_end("j13")
        self.assertEqual(job["trainingOutput"]["trials"][0]["finalMetric"]["objectiveValue"], 40)
        varied = [{"parameterName": "batch_size", "type": "INTEGER", "minValue": 8, "maxValue": 64}]
        self.tuner(
            "jobs", "submit", "training", "j13b", "--module-name=trainer.task", "--package-path=lab/trainer", f"--job-dir={out}/",
            "--config=" + self.write_config(params=varied, maxTrials=2), "--", f"--output_dir={out}", "--batch_size=128",
        )
        self.wait_for_end("j13b")
        seen = json.loads((out / "2" / "seen").read_text())
        self.assertEqual(seen["argv"][:3], [f"--output_dir={out}", "--batch_size=128", f"--job-dir={out}/2"])
        self.assertEqual([seen["task"]["trial"], seen["id"]], ["2", "2"])
        self.assertEqual(seen["dir"], os.path.realpath(out / "2"))


class WrongConfigs(JobCase):
    def test_a7_a8_a_wrong_field_is_refused_by_command_and_by_rest(self) -> None:
        lr = {"parameterName": "lr", "type": "DOUBLE", "minValue": 0, "maxValue": 1, "scaleType": "UNIT_LOG_SCALE"}
        n = {"parameterName": "n", "type": "INTEGER", "minValue": 1.5, "maxValue": 3}
        self.submit("good", {"1": 1}, "--config=" + self.write_config(maxTrials=1))  # so that a daemon is there
        for name, parameter, words in (("lr", lr, "strictly positive"), ("n", n, "must be a whole number")):
            config = self.write_config(params=[parameter])
            refused = self.submit("bad", {}, f"--config={config}", code=1)
            self.assertIn(words, refused.stderr)
            self.assertIn(f"(parameter {name})", refused.stderr)
            self.assertIn(words, self.refused_by_rest(config))
        self.wait_for_end("good")
        self.assertEqual(self.tuner("jobs", "list", "--format=value(jobId)").stdout, "good\n")


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
        config = self.write_config(maxTrials=9, maxParallelTrials=3, maxFailedTrials=5)
        self.submit("j23", {"1": "wait", "2": "wait", "*": "fail"}, "--config", config)
        job = self.wait_for_end("j23")
        self.assertEqual([job["state"], len(self.called())], ["FAILED", 7])
        last = next(t for t in job["trainingOutput"]["trials"] if t["trialId"] == "7")["hyperparameters"]
        self.assertTrue(job["errorMessage"].startswith(
            "Hyperparameter Tuning Trial #7 failed. 5 total hyperparameter trial failures were seen, out of 7 trials attempted which "
            "reaches the user-specified limit of 5.The last trial to fail was #7, with parameters: "
            f"batch_size={last['batch_size']}, nnsize={last['nnsize']}, .  The trial's error message was: The replica master 0 exited "
            "with a non-zero status of 1. Termination reason: Error. \n"
        ), job["errorMessage"])
        self.assertIn("ValueError: no good", job["errorMessage"])
        self.wait_until("the two that ran are gone", lambda: not any(self.is_alive(call["pid"]) for call in self.called()))

    def test_a24_one_failed_trial_does_not_fail_the_job(self) -> None:
        plan = {str(n): n for n in range(1, 21)} | {"7": "fail"}
        self.submit("j24", plan, "--config", self.write_config(maxTrials=20, maxParallelTrials=5))
        job = self.wait_for_end("j24")
        trials = {t["trialId"]: t for t in job["trainingOutput"]["trials"]}
        self.assertEqual([job["state"], job["trainingOutput"]["completedTrialCount"], len(trials)], ["SUCCEEDED", "19", 20])
        self.assertEqual(trials["7"]["state"], "FAILED")

    def test_a26_a_cancelled_job_ends_for_good(self) -> None:
        go = self.folder / "go"
        plan = {"1": 1, "2": "stubborn", "*": "wait", "go": str(go)}
        self.submit("j26", plan, "--config", self.write_config(maxTrials=9, maxParallelTrials=5))
        self.wait_until("five trials run", lambda: len(self.called()) >= 6)
        self.wait_until("one has ended", lambda: self.describe("j26")["trainingOutput"]["completedTrialCount"] == "1")
        cancelled = self.tuner("jobs", "cancel", "j26")
        self.assertEqual(cancelled.stdout + cancelled.stderr, "")
        self.assertEqual(self.value("j26", "state"), "CANCELLING", "one does not listen")
        go.touch()
        job = self.wait_for_end("j26")
        self.assertEqual(job["state"], "CANCELLED")
        self.assertEqual([call["pid"] for call in self.called() if self.is_alive(call["pid"])], [])
        self.assertIn("endTime", job)
        self.assertEqual([t["trialId"] for t in job["trainingOutput"]["trials"] if t["state"] == "SUCCEEDED"], ["1"])
        self.tuner("jobs", "cancel", "j26")
        self.assertEqual(self.tuner("jobs", "cancel", "nowhere", code=1).stdout, "")

    def test_a27_a_job_goes_on_from_an_earlier_one(self) -> None:
        config = self.write_config(maxTrials=10, maxParallelTrials=5, algorithm="ALGORITHM_UNSPECIFIED")
        self.submit("old", {str(n): 20 - n for n in range(1, 10)} | {"10": "fail"}, "--config", config)
        self.wait_for_end("old")
        config = self.write_config(maxTrials=5, algorithm="ALGORITHM_UNSPECIFIED", resumePreviousJobId="old")
        self.submit("new", {str(n): n for n in range(11, 16)}, "--config", config)
        job = self.wait_for_end("new")
        self.assertEqual([t["trialId"] for t in job["trainingOutput"]["trials"]], ["11", "12", "13", "14", "15"])
        self.assertEqual([job["state"], job["trainingOutput"]["completedTrialCount"]], ["SUCCEEDED", "5"])
        trials = {t["id"]: t for t in json.loads(self.tuner("trials", "new", "--format", "json").stdout)}
        self.assertEqual([trials[n]["objective"] for n in range(1, 16)], [*range(19, 10, -1), None, *range(11, 16)])
        # The first trials of a study that knows nothing are of a design; these are of a model of the old ones.
        self.assertEqual([trials[n]["origin"] for n in range(11, 16)], ["model"] * 5)
        other = self.write_config(maxTrials=2, resumePreviousJobId="old", params=PARAMETERS[:1])
        refused = self.submit("other", {}, "--config", other, code=1)
        self.assertIn("asked another question", refused.stderr)
        self.assertIn("nnsize", refused.stderr)
        self.assertIn("asked another question", self.refused_by_rest(other))

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
