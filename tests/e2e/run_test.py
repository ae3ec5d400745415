"""`tuner run`, from a user's chair: run, look, come back."""

import json
import os
import re
import signal
import socket
import subprocess
import unittest
import urllib.error
import urllib.request

from harness import TunerCase, most_at_once


VIZIER_STUDY = """\
displayName: choice
maxTrialCount: 12
parallelTrialCount: 3
studySpec:
  algorithm: RANDOM_SEARCH
  metrics: [{metricId: loss, goal: MINIMIZE}]
  parameters:
  - parameterId: optimizer
    categoricalValueSpec: {values: [adam, sgd]}
    conditionalParameterSpecs:
    - parentCategoricalValues: {values: [sgd]}
      parameterSpec: {parameterId: momentum, doubleValueSpec: {minValue: 0.1, maxValue: 0.9}}
  - parameterId: batch
    discreteValueSpec: {values: [16, 32]}
trialJobSpec:
  workerPoolSpecs:
  - machineSpec: {machineType: n1-standard-4}
    containerSpec: {imageUri: local, command: [./trainer.sh], args: [--epochs=3]}
"""


class Run(TunerCase):
    def test_a_study_runs_to_its_end_and_prints_the_ranking(self) -> None:
        file = self.write_study(trials=12, parallel=3, duration=0.1)
        done = self.tuner("run", str(file))
        trials = self.trials()
        self.assertEqual(len(trials), 12)
        self.assertEqual({t["state"] for t in trials}, {"completed"})
        self.assertEqual(sorted(t["id"] for t in trials), list(range(1, 13)))
        objectives = [t["objective"] for t in trials]
        self.assertEqual(objectives, sorted(objectives))
        best = json.loads(self.tuner("best", "--format", "json").stdout)
        self.assertEqual(best["objective"], min(objectives))
        self.assertIn("loss", done.stdout)

    def test_never_more_trials_run_at_once_than_asked_for(self) -> None:
        self.tuner("run", str(self.write_study(trials=15, parallel=4, duration=0.2)))
        executions = self.executions()
        self.assertEqual(len(executions), 15)
        self.assertLessEqual(most_at_once(executions), 4)

    def test_the_objective_is_what_the_trainer_said(self) -> None:
        self.tuner("run", str(self.write_study()))
        said = {e.trial: e.loss for e in self.executions()}
        self.assertEqual({t["id"]: t["objective"] for t in self.trials()}, said)

    def test_the_best_trial_can_be_run_again_from_its_arguments(self) -> None:
        self.tuner("run", str(self.write_study()))
        arguments = self.tuner("best", "--args").stdout.split()
        self.assertEqual(len(arguments), 1)
        again = subprocess.run(
            ["./trainer.sh", *arguments], cwd=self.folder, capture_output=True, text=True, check=True,
            env=self.environment() | {"TRAINER_LOG": "/dev/null"},
        )
        best = json.loads(self.tuner("best", "--format", "json").stdout)
        self.assertEqual(float(again.stdout.strip().removeprefix("loss=")), best["objective"])

    def test_a_second_run_of_a_finished_file_prints_the_same_ranking_and_runs_nothing(self) -> None:
        file = self.write_study()
        first = self.tuner("run", str(file))
        second = self.tuner("run", str(file))
        self.assertEqual(len(self.executions()), 6)
        self.assertIn(first.stdout.strip().splitlines()[0], second.stdout)

    def test_raising_max_trials_continues_the_study(self) -> None:
        self.tuner("run", str(self.write_study(trials=4)))
        self.tuner("run", str(self.write_study(trials=9)))
        self.assertEqual(sorted(t["id"] for t in self.trials()), list(range(1, 10)))
        self.assertEqual(len(json.loads(self.tuner("list", "--format", "json").stdout)), 1)

    def test_a_changed_search_space_is_explained_and_names_new(self) -> None:
        self.tuner("run", str(self.write_study(trials=2)))
        wider = self.write_study(trials=2, parameters="- {parameterName: x, type: DOUBLE, minValue: 0, maxValue: 2}")
        refused = self.tuner("run", str(wider), code=4)
        self.assertIn("--new", refused.stderr)
        self.assertIn("x (real 0 to 2)", refused.stderr)
        self.tuner("run", "--new", str(wider))
        studies = json.loads(self.tuner("list", "--format", "json").stdout)
        self.assertEqual(len(studies), 2)

    def test_equal_seeds_and_results_give_equal_trials(self) -> None:
        file = self.write_study(trials=10, parallel=1)
        self.tuner("run", str(file))
        first = [t["parameters"] for t in sorted(self.trials(), key=lambda t: t["id"])]
        self.tuner("run", "--new", str(file))
        second = [t["parameters"] for t in sorted(self.trials(), key=lambda t: t["id"])]
        self.assertEqual(first, second)

    def test_a_bad_file_is_refused_with_its_place_and_nothing_is_stored(self) -> None:
        file = self.write_study(parameters="- {parameterName: x, type: DOUBLE, minValue: 2, maxValue: 1}")
        refused = self.tuner("run", str(file), code=2)
        self.assertRegex(refused.stderr, r"hyperparam\.yaml:\d+:\d+: maxValue 1 is less than minValue 2")
        self.tuner("list")
        self.assertEqual(json.loads(self.tuner("list", "--format", "json").stdout), [])

    def test_a_missing_file_is_named(self) -> None:
        refused = self.tuner("run", "nowhere.yaml", code=2)
        self.assertIn("nowhere.yaml", refused.stderr)

    def test_a_trainer_that_never_reports_fails_with_what_it_said(self) -> None:
        self.write_trainer("#!/bin/sh\necho accuracy=0.5\n")
        done = self.tuner("run", str(self.write_study()), code=1)
        self.assertIn("never reported \"loss\"", done.stderr + done.stdout)
        self.assertIn("accuracy", done.stderr + done.stdout)
        trials = self.trials()
        self.assertLess(len(trials), 6, "T-39: the budget is not burnt")

    def test_a_command_after_the_dashes_stands_before_the_arguments_of_the_file(self) -> None:
        file = self.write_study(trials=1, extra="args: [--epochs=3]")
        file.write_text(file.read_text().replace("command: [./trainer.sh]", ""))
        self.write_trainer("#!/bin/sh\necho $* > argv\necho loss=1\n")
        self.tuner("run", str(file), "--", "/bin/sh", "trainer.sh", "--data=d")
        self.assertRegex((self.folder / "argv").read_text(), r"^--data=d --epochs=3 --x=\S+$")

    def test_a_file_of_the_vizier_dialect_runs_and_inactive_parameters_are_absent(self) -> None:
        file = self.folder / "study.yaml"
        file.write_text(VIZIER_STUDY)
        self.write_trainer('#!/bin/sh\necho "$@" >> argv\necho loss=1\n')
        done = self.tuner("run", "--seed", "1", str(file))
        self.assertIn("machineType", done.stderr)
        lines = (self.folder / "argv").read_text().splitlines()
        self.assertEqual(len(lines), 12)
        for line in lines:
            self.assertRegex(line, r"^--epochs=3 --optimizer=(adam|sgd --momentum=0\S*) --batch=(16|32)$")
        self.assertEqual({line.split()[1] for line in lines}, {"--optimizer=adam", "--optimizer=sgd"})

    def test_a_trainer_that_cannot_be_found_is_named(self) -> None:
        file = self.write_study()
        file.write_text(file.read_text().replace("./trainer.sh", "no-such-trainer"))
        done = self.tuner("run", str(file), code=1)
        self.assertIn("no-such-trainer", done.stderr + done.stdout)


class ComeBack(TunerCase):
    def test_ctrl_c_stops_politely_and_the_next_run_goes_on(self) -> None:
        file = self.write_study(trials=8, parallel=2, duration=0.4)
        process = self.start("run", str(file))
        self.wait_until("two trials have ended", lambda: len([e for e in self.executions() if e.ended]) >= 2)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130, err)
        self.assertIn("tuner run", err)
        self.tuner("run", str(file))
        trials = self.trials()
        self.assertEqual(sorted(t["id"] for t in trials), list(range(1, 9)))
        self.assertEqual({t["state"] for t in trials}, {"completed"})
        ended = [e.trial for e in self.executions() if e.ended]
        self.assertEqual(sorted(ended), list(range(1, 9)), "every trial ended exactly once")

    def test_resume_goes_on_with_an_interrupted_study_and_follows_it(self) -> None:
        file = self.write_study(trials=4, parallel=2, duration=0.4)
        process = self.start("run", str(file))
        self.wait_until("two trainers run", lambda: len(self.executions()) >= 2)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
        self.tuner("resume")
        self.assertEqual([t["state"] for t in self.trials()], ["completed"] * 4)

    def test_running_trainers_survive_a_killed_tuner_and_are_adopted(self) -> None:
        file = self.write_study(trials=2, parallel=2, duration=1.0)
        process = self.start("run", str(file))
        self.wait_until("both trainers run", lambda: len(self.executions()) == 2)
        self.kill(process)
        self.tuner("run", str(file))
        executions = self.executions()
        self.assertEqual([(e.trial, e.attempt) for e in sorted(executions, key=lambda e: e.trial)], [(1, 1), (2, 1)])
        self.assertTrue(all(t["attempts"] == 1 for t in self.trials()))

    def test_a_trainer_that_ended_while_nobody_looked_is_not_run_again(self) -> None:
        file = self.write_study(trials=2, parallel=2, duration=0.5)
        process = self.start("run", str(file))
        self.wait_until("both trainers run", lambda: len(self.executions()) == 2)
        self.kill(process)
        self.wait_until("both trainers have ended", lambda: all(e.ended for e in self.executions()))
        self.tuner("run", str(file))
        self.assertEqual(len(self.executions()), 2)
        self.assertEqual({t["state"] for t in self.trials()}, {"completed"})


class Look(TunerCase):
    def test_the_ranked_trials_come_over_rest_while_the_study_runs(self) -> None:
        server = self.start("serve", "--port", "0")
        url = re.search(r"listening on (http://\S+)", server.stdout.readline()).group(1)
        file = self.write_study(trials=20, parallel=2, duration=0.3)
        runner = self.start("run", str(file))
        token = self.tuner("token").stdout.strip()

        def get(path: str, bearer: str | None = token) -> dict:
            headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
            with urllib.request.urlopen(urllib.request.Request(url + path, headers=headers), timeout=10) as answer:
                return json.load(answer)

        self.wait_until("three trials are on record", lambda: (get("/v1/studies")["studies"] or [{}])[0].get("counts", {}).get("completed", 0) >= 3)
        studies = get("/v1/studies")["studies"]
        self.assertEqual([s["state"] for s in studies], ["running"])
        trials = get(f"/v1/studies/{studies[0]['id']}/trials?orderBy=objective&pageSize=20")["trials"]
        done = [t["objective"] for t in trials if t["state"] == "completed"]
        self.assertGreaterEqual(len(done), 3)
        self.assertEqual(done, sorted(done))
        best = get(f"/v1/studies/{studies[0]['id']}/best")["objective"]
        self.assertLessEqual(best, done[0], "a trial may have ended between the two questions")
        with self.assertRaises(urllib.error.HTTPError) as refused:
            get("/v1/studies", bearer=None)
        self.assertEqual(refused.exception.code, 401)
        self.assertEqual(runner.poll(), None, "the run follows the server")
        self.tuner("stop", "--now")
        runner.communicate(timeout=60)
        server.send_signal(signal.SIGTERM)
        self.assertEqual(server.wait(timeout=10), 0)

    def test_the_logs_of_a_trial_can_be_read(self) -> None:
        self.tuner("run", str(self.write_study(trials=1)))
        self.assertRegex(self.tuner("logs", "hyperparam.yaml", "1").stdout, r"^loss=")

    def test_what_does_not_exist_ends_with_code_3(self) -> None:
        self.tuner("run", str(self.write_study(trials=1)))
        self.tuner("show", "nothing-7", code=3)

    def test_t23_a_port_that_is_taken_is_named_with_its_holder_and_the_way_out(self) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            refused = self.tuner("serve", "--port", str(port), code=5)
        self.assertIn(str(port), refused.stderr)
        self.assertIn(f"by process {os.getpid()} (python", refused.stderr)
        self.assertIn("--port 0", refused.stderr)

    def test_a_damaged_database_is_refused_and_kept(self) -> None:
        self.tuner("run", str(self.write_study(trials=1)))
        database = self.data_dir / "tuner.db"
        damaged = b"this is no database, it is a letter" * 100
        database.write_bytes(damaged)
        refused = self.tuner("list", code=2)
        self.assertIn("tuner.db", refused.stderr)
        self.assertEqual(database.read_bytes(), damaged)

    def test_a_second_daemon_on_one_data_directory_is_refused(self) -> None:
        server = self.start("serve", "--port", "0")
        server.stdout.readline()
        refused = self.tuner("serve", "--port", "0", code=75)
        self.assertIn(str(server.pid), refused.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
