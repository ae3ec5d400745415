"""The example as a newcomer runs it: real data, the real trainer, twenty trials, and what comes of them."""

import re
import shutil
import statistics
import subprocess
import unittest
from datetime import datetime
from pathlib import Path

from harness import BIN_DIR, TunerCase

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "babyweight"


def seconds(time: str) -> float:
    return datetime.fromisoformat(time.replace("Z", "+00:00")).timestamp()


class Babyweight(TunerCase):
    def setUp(self) -> None:
        super().setUp()
        self.data_dir = self.folder / "tuner"
        self.file = self.folder / "hyperparam.yaml"
        shutil.copy(EXAMPLE / "hyperparam.yaml", self.file)
        subprocess.run([BIN_DIR / "babyweight-trainer", "generate", "--output-dir", self.folder / "data"], check=True, capture_output=True)

    def test_a35_twenty_trials_are_ranked_and_the_winner_is_real(self) -> None:
        self.tuner("run", str(self.file))
        trials = self.trials()
        self.assertEqual(len(trials), 20)
        self.assertLessEqual({t["state"] for t in trials}, {"completed", "pruned"})  # the lab's file asks for early stopping
        self.assertTrue(all(t["reason"].startswith("stopped early") for t in trials if t["state"] == "pruned"))
        objectives = [t["objective"] for t in trials if t["state"] == "completed"]
        self.assertEqual(objectives, sorted(objectives))
        self.assertGreaterEqual(objectives[0], 1.0, "nothing can be better than the noise of the data")
        self.assertLess(objectives[0], 1.1)

        changes = [(seconds(t["startTime"]), 1) for t in trials] + [(seconds(t["endTime"]), -1) for t in trials]
        alive = most = 0
        for _, change in sorted(changes):
            alive += change
            most = max(most, alive)
        self.assertLessEqual(most, 5)

        with self.subTest("retraining with the printed parameters gives the recorded objective"):
            flags = self.tuner("best", "--args").stdout.split()
            again = subprocess.run(
                [BIN_DIR / "babyweight-trainer", "train", "--train-data=data", "--output_dir=again", "--train_examples=1000", *flags],
                cwd=self.folder, check=True, capture_output=True, text=True,
            )
            rmse = float(re.findall(r'"rmse": ([0-9.]+)', again.stdout)[-1])
            self.assertAlmostEqual(rmse, objectives[0], places=6)

        with self.subTest("the winner beats the median of twenty random trials"):
            self.file.write_text(self.file.read_text().replace("    goal: MINIMIZE", "    algorithm: RANDOM_SEARCH\n    goal: MINIMIZE"))
            self.tuner("run", "--new", str(self.file))
            by_chance = [t["objective"] for t in self.trials()]
            self.assertEqual(len(by_chance), 20)
            self.assertNotIn(None, by_chance)
            print(f"best of 20: {objectives[0]:.5f}; 20 random: median {statistics.median(by_chance):.5f}, best {min(by_chance):.5f}")
            self.assertLess(objectives[0], statistics.median(by_chance))


if __name__ == "__main__":
    unittest.main(verbosity=2)
