"""Early stopping with real processes: a trial that leads nowhere is ended in the middle, with all it had started."""

import json
import os
import unittest

from harness import TunerCase

# Trials 1 to 6 report 2 + 100/step at ten steps, each a little better than the one before it: however slowly one of them
# reports, nothing can be said against it before its end. Trial 7 would report 100 for a minute, with a process of its own beside.
TRAINER = """\
#!/bin/sh
if [ "$TUNER_TRIAL" != 7 ]; then
    for step in 100 200 300 400 500 600 700 800 900 1000; do
        awk "BEGIN { printf \\"{\\\\\\"step\\\\\\": $step, \\\\\\"loss\\\\\\": %.6f}\\n\\", 2 - $TUNER_TRIAL / 10 + 100 / $step }"
    done
    exit 0
fi
sleep 1000 &
echo "child $!" >> "$TRAINER_LOG"
trap 'echo "asked to stop" >> "$TRAINER_LOG"; exit 0' TERM
step=100
while [ $step -lt $((100 + ${REPORTS:-900})) ]; do
    echo "{\\"step\\": $step, \\"loss\\": 100}"
    step=$((step + 1))
    sleep 0.05
done
kill %1
echo "came to its end" >> "$TRAINER_LOG"
"""


def is_alive(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


class EarlyStopping(TunerCase):
    def setUp(self) -> None:
        super().setUp()
        self.write_trainer(TRAINER)

    def run_study(self, asked: str, reports: int) -> list[dict]:
        file = self.write_study(trials=7, parallel=1)
        text = file.read_text().replace("    goal: MINIMIZE\n", f"    goal: MINIMIZE\n    {asked}\n")
        file.write_text(text.replace("env: {", f'env: {{REPORTS: "{reports}", '))
        self.tuner("run", str(file))
        return sorted(self.trials(), key=lambda trial: trial["id"])

    def test_a25_a_hopeless_trial_is_stopped_with_its_whole_group(self) -> None:
        trials = self.run_study("enableTrialEarlyStopping: true", reports=900)
        self.assertEqual([t["state"] for t in trials], ["completed"] * 6 + ["pruned"])
        hopeless = trials[6]
        self.assertEqual(hopeless["objective"], 100)
        self.assertLess(hopeless["step"], 999)
        self.assertRegex(hopeless["reason"], r"^stopped early at step \d+: its curve leads to .* with a probability of")
        self.assertGreater(hopeless["forecast"]["mean"], 50)
        study = json.loads(self.tuner("list", "--format", "json").stdout)[0]["id"]
        job = json.loads(self.tuner("jobs", "describe", study, "--format=json").stdout)["trainingOutput"]
        early = {t["trialId"]: t.get("isTrialStoppedEarly") for t in job["trials"]}
        self.assertEqual(early, {str(n): None for n in range(1, 7)} | {"7": True})
        log = self.log.read_text().splitlines()
        self.assertIn("asked to stop", log)
        self.assertNotIn("came to its end", log)
        child = int(next(line for line in log if line.startswith("child ")).split()[1])
        self.assertFalse(is_alive(child), "what the trainer had started is still there")

        with self.subTest("the table says why, and the best is one that has come to its end"):
            table = self.tuner("trials").stdout
            self.assertIn("pruned", table)
            self.assertIn("stopped early", table)
            self.assertNotIn("pruned", self.tuner("best").stdout)

    def test_a25_without_the_switch_nothing_is_stopped(self) -> None:
        trials = self.run_study("enableTrialEarlyStopping: false", reports=5)
        self.assertEqual([t["state"] for t in trials], ["completed"] * 7)
        self.assertIn("came to its end", self.log.read_text())

    def test_the_rungs_of_asha_are_shown(self) -> None:
        self.run_study("stopping: {type: ASHA, minSteps: 100}", reports=900)
        shown = self.tuner("show").stdout
        self.assertIn("cut-off", shown)
        rows = [line.split() for line in shown.splitlines() if line.strip()[:1].isdigit()]
        # 100, 300 and 900; rung 1 is reached at step 300.
        self.assertEqual([row[:2] for row in rows], [["0", "100"], ["1", "300"], ["2", "900"]])
        self.assertEqual(rows[0][2], "7")
        stopped = sum(int(row[4]) for row in rows)
        self.assertEqual(stopped, [t["state"] for t in self.trials()].count("pruned"))
        self.assertGreaterEqual(stopped, 1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
