"""What the tests of examples/trainers share: a study with one of them, and a look at what it said meanwhile."""

from __future__ import annotations

import json
import urllib.request

from example_case import ExampleCase

STEPS = 20


class TrainerCase(ExampleCase):
    def setUp(self) -> None:
        super().setUp()
        self.trainers = self.examples / "trainers"

    def tune(self, *trainer: str) -> None:
        """Runs a study with this trainer; each of its trials must have said how every step went."""
        self.shell('tuner run hyperparam.yaml --name shown -- "$@"', self.trainers, *trainer)
        trials = self.trials()
        self.assertEqual([t["state"] for t in trials], ["completed"] * 6, trials)
        self.assertEqual({t["step"] for t in trials}, {STEPS})
        server = self.start("serve", "--port", "0")
        url = server.stdout.readline().split()[-1]
        for number in range(1, 7):
            call = urllib.request.Request(f"{url}/v1/studies/shown-1/trials/{number}")
            call.add_header("Authorization", f"Bearer {self.tuner('token').stdout.strip()}")
            with urllib.request.urlopen(call, timeout=60) as answer:
                measured = json.load(answer)["measurements"]
            self.assertEqual([m["step"] for m in measured], list(range(1, STEPS + 1)))
