"""Trainers that report over HTTP and in no other way, each with its own trial's token."""

import json
import sys
import unittest

from daemon_case import DaemonCase

# Reports a curve, tries what it must not, and says what came of it. It finds the daemon again when that was restarted.
TRAINER = f"#!{sys.executable}" + """
import json, os, pathlib, sys, time, urllib.error, urllib.request

trial = int(os.environ["TUNER_TRIAL"])
folder = pathlib.Path(os.environ["MEETING"])
x = float([flag for flag in sys.argv if flag.startswith("--x=")][0][4:])


def post(of, verb, body, token):
    while True:  # between two daemons, and until the second one has taken the trial over
        try:
            status, answer = post_once(of, verb, body, token)
            if status != 503:
                return status, answer
        except OSError:
            pass
        time.sleep(0.02)


def post_once(of, verb, body, token):
    url = pathlib.Path(os.environ["TUNER_API_FILE"]).read_text().split()[0]
    request = urllib.request.Request(
        f"{url}/v1/studies/{os.environ['TUNER_STUDY']}/trials/{of}:{verb}", json.dumps(body).encode(),
        {"Authorization": f"Bearer {token}"})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def meet(word):
    (folder / f"{word}-{trial}").write_text(os.environ["TUNER_TRIAL_TOKEN"])
    other = folder / f"{word}-{3 - trial}"
    while not other.exists():
        time.sleep(0.02)
    return other.read_text()


mine = os.environ["TUNER_TRIAL_TOKEN"]
said = [post(trial, "measure", {"step": 1, "metrics": {"loss": x + 2, "accuracy": 0.25}}, mine)]
theirs = meet("first")
said += [post(3 - trial, "measure", {"step": 9, "metrics": {"loss": -1}}, mine)]
said += [post(trial, "measure", {"step": 9, "metrics": {"loss": -1}}, theirs)]
meet("refused")
while os.environ.get("WAIT") and not (folder / "go on").exists():
    time.sleep(0.02)
print(json.dumps({"loss": x + 1, "step": 2}), flush=True)
said += [post(trial, "measure", {"step": 3, "metrics": {"loss": x + 0.5}}, mine) for _ in range(2)]
said += [post(trial, "complete", {"objective": x, "step": 4}, mine)]
meet("last")
(folder / f"said-{trial}").write_text(json.dumps(said))
"""


class Reporting(DaemonCase):
    def setUp(self) -> None:
        super().setUp()
        self.write_trainer(TRAINER)
        self.meeting = self.folder / "meeting"
        self.meeting.mkdir()

    def study(self, wait: str = "") -> str:
        file = self.write_study(trials=2, parallel=2, algorithm="RANDOM_SEARCH")
        env = f'env: {{MEETING: "{self.meeting}", WAIT: "{wait}", '
        file.write_text(file.read_text().replace("env: {", env))
        return str(file)

    def check(self) -> None:
        for number in (1, 2):
            if not (self.meeting / f"said-{number}").exists():
                print(self.tuner("trials").stdout, self.tuner("logs", "-", str(number), code=None))
            said = json.loads((self.meeting / f"said-{number}").read_text())
            self.assertEqual([status for status, _ in said], [200, 403, 403, 200, 200, 200])
            self.assertEqual(said[0][1], {"shouldStop": False})
            trial = self.get(f"/v1/studies/-/trials/{number}")
            x = trial["parameters"]["x"]
            self.assertEqual(trial["objective"], x)
            curve = sorted((m["step"], m["metrics"]["loss"]) for m in trial["measurements"])
            self.assertEqual(curve, [(1, x + 2), (2, x + 1), (3, x + 0.5), (4, x)])

    def test_two_trials_report_with_their_own_tokens_only(self) -> None:
        self.start_daemon()
        self.tuner("run", self.study())
        self.check()

    def test_a_token_outlives_the_daemon(self) -> None:
        self.start_daemon()
        run = self.start("run", self.study("yes"))
        met = lambda: all((self.meeting / f"refused-{number}").exists() for number in (1, 2))
        self.wait_until("both trainers have met", met)
        self.kill(run)  # or it would be the next daemon
        self.kill_daemon()
        self.start_daemon()
        (self.meeting / "go on").touch()
        over = lambda: self.get("/v1/studies/-")["state"] == "finished"
        self.wait_until("the study is finished", over)
        self.check()


if __name__ == "__main__":
    unittest.main()
