"""Ask and tell: a client evaluates trials itself, in a shell or over HTTP, and a killed daemon takes none from it."""

import json
import shutil
import subprocess
import threading
import unittest
import urllib.error
import urllib.request
from pathlib import Path

from harness import BIN_DIR, TunerCase

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "ask"
SPACE = {
    "name": "space",
    "trainingInput": {
        "hyperparameters": {
            "goal": "MINIMIZE", "hyperparameterMetricTag": "loss", "maxTrials": 40, "seed": 1, "algorithm": "RANDOM_SEARCH",
            "params": [{"parameterName": "x", "type": "DOUBLE", "minValue": 0, "maxValue": 1}],
        }
    },
}


class AskAndTell(TunerCase):
    def serve(self) -> subprocess.Popen[str]:
        daemon = self.start("serve", "--port", "0")
        self.address = daemon.stdout.readline().split()[-1]
        self.token = (self.data_dir / "token").read_text().strip()
        return daemon

    def call(self, path: str, body: dict | None = None) -> dict:
        request = urllib.request.Request(
            f"{self.address}/v1/studies{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self.token}"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def refusal(self, path: str, body: dict) -> tuple[int, str]:
        with self.assertRaises(urllib.error.HTTPError) as caught:
            self.call(path, body)
        with caught.exception as answer:
            return answer.code, json.load(answer)["error"]["message"]

    def ask(self, client: str, count: int = 1) -> list[int]:
        trials = self.call("/space-1/trials:suggest", {"count": count, "client": client})["trials"]
        return [trial["id"] for trial in trials]

    def test_the_trial_of_a_client_that_died_goes_to_the_next_who_asks(self) -> None:
        self.serve()
        self.call("", SPACE | {"trainingInput": SPACE["trainingInput"] | {"stallTimeout": 1}})
        self.assertEqual(self.ask("dead"), [1])
        self.assertEqual(self.ask("alive"), [2])
        self.wait_until("trial 1 is taken back", lambda: self.call("/space-1/trials/1")["state"] == "pending")
        self.assertEqual(self.ask("another"), [1])
        completed = self.call("/space-1/trials/1:complete", {"objective": 0.5})
        # Its answer was lost on the way, so it tells again.
        self.assertEqual(self.call("/space-1/trials/1:complete", {"objective": 0.5}), completed)
        # The dead one was only slow: another has told, and it is told so.
        status, message = self.refusal("/space-1/trials/1:complete", {"objective": 0.75})
        self.assertEqual(status, 409)
        self.assertIn("is completed", message)

    def test_the_loop_of_the_example_ends_with_its_study_and_finds_the_minimum(self) -> None:
        shutil.copytree(EXAMPLE, self.folder / "ask")
        environment = self.environment()
        environment["PATH"] = f"{BIN_DIR}:{environment['PATH']}"
        done = subprocess.run(
            ["./loop.sh"], cwd=self.folder / "ask", env=environment, capture_output=True, text=True, timeout=300,
        )
        self.assertIn("is finished", done.stderr)
        trials = self.trials()
        self.assertEqual([trial["state"] for trial in trials], ["completed"] * 15)
        self.assertLess(min(trial["objective"] for trial in trials), 5)

    def test_a_file_without_a_command_is_not_run(self) -> None:
        shutil.copy(EXAMPLE / "space.yaml", self.folder)
        refused = self.tuner("run", "space.yaml", code=2)
        self.assertIn("tuner ask space.yaml", refused.stderr)

    def test_a_file_with_a_command_is_not_asked(self) -> None:
        self.write_study()
        refused = self.tuner("ask", "hyperparam.yaml", code=2)
        self.assertIn("take the command out", refused.stderr)

    def test_what_a_client_was_given_is_still_its_own_after_the_daemon_was_killed(self) -> None:
        daemon = self.serve()
        created = self.call("", SPACE)
        self.assertEqual((created["study"]["id"], created["outcome"]), ("space-1", "created"))
        self.assertEqual(self.ask("a", 2), [1, 2])
        said = {"step": 7, "metrics": {"loss": 0.5}}
        self.assertEqual(self.call("/space-1/trials/1:measure", said), {"shouldStop": False})
        self.kill(daemon)
        self.serve()
        self.assertEqual(self.ask("b"), [3])
        self.assertEqual(self.ask("a", 2), [1, 2])
        self.call("/space-1/trials/1:complete", {})
        trial = self.call("/space-1/trials/1")
        self.assertEqual((trial["state"], trial["objective"], trial["step"]), ("completed", 0.5, 7))
        self.assertEqual(self.ask("a", 2), [2, 4])

    def test_a_daemon_that_ends_politely_takes_nothing_from_a_client(self) -> None:
        daemon = self.serve()
        self.call("", SPACE)
        self.assertEqual(self.ask("a"), [1])
        daemon.terminate()
        daemon.wait(timeout=60)
        self.assertEqual(self.tuner("ask", "space-1", "--client", "a", "--args").stdout.split()[0], "1")
        self.assertEqual([trial["attempts"] for trial in self.trials()], [1])

    def test_a_paused_study_goes_on_when_it_is_resumed_and_asked(self) -> None:
        shutil.copy(EXAMPLE / "space.yaml", self.folder)
        self.tuner("ask", "space.yaml")
        self.tuner("stop", "space-1", "--now")
        self.assertIn("is paused", self.tuner("ask", "space-1", code=4).stderr)
        self.assertIn("goes on when it is asked", self.tuner("resume", "space-1").stderr)
        self.assertEqual(self.tuner("ask", "space-1", "--args").stdout.split()[0], "1")
        self.assertIn("given out to whoever asks", self.tuner("show").stdout)

    def test_t13_sixteen_trials_asked_for_at_once_are_sixteen_different_ones(self) -> None:
        self.serve()
        space = json.loads(json.dumps(SPACE))
        space["trainingInput"]["hyperparameters"]["algorithm"] = "ALGORITHM_UNSPECIFIED"  # by a model
        self.call("", space)
        for trial in self.ask("a", 6):
            self.call(f"/space-1/trials/{trial}:complete", {"objective": (trial - 3) ** 2})
        answer = self.call("/space-1/trials:suggest", {"count": 16})
        points = {trial["parameters"]["x"] for trial in answer["trials"]}
        self.assertEqual((len(points), answer["reason"]), (16, None))
        self.assertEqual({trial["origin"] for trial in answer["trials"]}, {"model"})

    def test_t14_fewer_trials_than_asked_for_come_with_a_reason(self) -> None:
        self.serve()
        self.call("", SPACE)
        answer = self.call("/space-1/trials:suggest", {"count": 50})
        self.assertEqual((len(answer["trials"]), answer["reason"]), (40, "max_trials"))

    def test_two_clients_at_once_never_get_the_same_trial(self) -> None:
        self.serve()
        self.call("", SPACE)
        taken: dict[str, list[int]] = {}

        def work(client: str) -> None:
            taken[client] = []
            while trials := self.ask(client):
                taken[client] += trials
                self.call(f"/space-1/trials/{trials[0]}:complete", {"objective": 0.5})
                if len(taken[client]) == 10:
                    return

        workers = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        self.assertEqual(sorted(sum(taken.values(), [])), list(range(1, 41)))
        self.wait_until("the study ends", lambda: self.call("/space-1")["state"] == "finished")
        self.assertEqual(self.refusal("/space-1/trials:suggest", {}), (409, "study space-1 is finished"))

    def test_a_result_that_a_user_brings_is_one_of_the_study(self) -> None:
        self.serve()
        self.call("", SPACE)
        brought = self.call("/space-1/trials", {"parameters": {"x": 0.25}, "objective": 0.125})
        self.assertEqual((brought["state"], brought["origin"]), ("completed", "user"))
        self.assertEqual(self.call("/space-1/best")["parameters"], {"x": 0.25})
        waiting = self.call("/space-1/trials", {"parameters": {"x": 0.75}})
        self.assertEqual(waiting["state"], "pending")
        self.assertEqual(self.call("/space-1/trials/2")["waiting"], "waits to be asked for")
        self.assertEqual(self.ask("a", 2), [2, 3])
        code, message = self.refusal("/space-1/trials", {"parameters": {"x": 2}})
        self.assertEqual(code, 400)
        self.assertIn("x", message)

    def test_a_trial_is_told_to_be_infeasible_or_stopped_early(self) -> None:
        self.serve()
        self.call("", SPACE)
        self.ask("a", 3)
        self.tuner("tell", "space-1", "1", "--infeasible", "--reason", "out of memory")
        self.assertEqual(self.call("/space-1/trials/1")["reason"], "out of memory")
        self.assertEqual(self.call("/space-1/trials/2:stop", {})["reason"], "stopped by its user")
        stopped = self.tuner("tell", "space-1", "2", "0.5", "--step", "3", "--intermediate")
        self.assertIn("trial 2 should stop", stopped.stderr)
        self.tuner("tell", "space-1", "2")
        trial = self.call("/space-1/trials/2")
        self.assertEqual((trial["state"], trial["objective"], trial["step"]), ("pruned", 0.5, 3))
        self.assertEqual(self.ask("a"), [3])


if __name__ == "__main__":
    unittest.main()
