"""Submitting a study from a shell, and using it when it is over: plain runs first."""

import json
import unittest

from harness import TunerCase

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


if __name__ == "__main__":
    unittest.main()
