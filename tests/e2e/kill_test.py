"""kill -9 of `tuner run` at random moments, again and again; the trainers' own log is the witness.

Every trial must run to its end exactly once, nothing may run twice at the same time, numbers are dense, and the
ranking is complete. A failing run prints its seed: `TUNER_KILL_SEED=N python3 tests/e2e/kill_test.py`.
"""

import os
import random
import time
import unittest

from harness import TRAINER, TunerCase, most_at_once

KILLS = int(os.environ.get("TUNER_KILLS", "50"))
SEED = int(os.environ.get("TUNER_KILL_SEED", random.SystemRandom().randrange(2**32)))
PARALLEL = 4


class Kill(TunerCase):
    def test_t02_killed_at_random_moments_nothing_is_lost_repeated_or_renumbered(self) -> None:
        rng = random.Random(SEED)
        print(f"seed {SEED}, {KILLS} kills", flush=True)
        trials = 8 * KILLS  # more than can end while it is being killed
        file = self.write_study(trials=trials, parallel=PARALLEL, duration=0.25, algorithm="RANDOM_SEARCH")
        for kill in range(KILLS):
            process = self.start("run", str(file))
            # From before the daemon is up to well into its work.
            time.sleep(rng.uniform(0.0, 0.6))
            self.assertIsNone(process.poll(), f"the study was over before kill {kill + 1}: make it longer")
            self.kill(process)
        self.tuner("run", str(file))

        executions = self.executions()
        by_trial: dict[int, int] = {}
        for execution in executions:
            by_trial[execution.trial] = by_trial.get(execution.trial, 0) + 1
            self.assertIsNotNone(execution.ended, f"trial {execution.trial} never got to its end")
        self.assertEqual(by_trial, {number: 1 for number in range(1, trials + 1)}, "each trial ran exactly once")
        self.assertLessEqual(most_at_once(executions), PARALLEL)

        stored = self.trials()
        self.assertEqual(sorted(t["id"] for t in stored), list(range(1, trials + 1)))
        self.assertEqual({t["state"] for t in stored}, {"completed"})
        self.assertEqual({t["id"]: t["objective"] for t in stored}, {e.trial: e.loss for e in executions})
        objectives = [t["objective"] for t in stored]
        self.assertEqual(objectives, sorted(objectives), "the ranking is complete and in order")


class KillOnce(TunerCase):
    def test_a28_killed_after_seven_of_twenty_trials_the_rest_is_done_and_the_seven_stand(self) -> None:
        gate = self.folder / "gate"
        waits = f'if [ "$TUNER_TRIAL" -gt 7 ]; then while [ ! -e {gate} ]; do sleep 0.02; done; fi'
        self.write_trainer(TRAINER.replace('sleep "${DURATION:-0}"', waits))
        file = self.write_study(trials=20, parallel=5)
        process = self.start("run", str(file))
        self.wait_until("seven have ended and five run", lambda: len(self.executions()) == 12)
        self.kill(process)
        before = {e.trial: e.loss for e in self.executions() if e.ended is not None}
        self.assertEqual(sorted(before), list(range(1, 8)))
        again = self.start("run", str(file))
        gate.touch()
        self.assertEqual(again.wait(timeout=120), 0)

        executions = self.executions()
        self.assertEqual(sorted(e.trial for e in executions), list(range(1, 21)), "each trial ran exactly once")
        self.assertLessEqual(most_at_once(executions), 5)
        trials = {t["id"]: t for t in self.trials()}
        self.assertEqual(sorted(trials), list(range(1, 21)))
        self.assertEqual({t["state"] for t in trials.values()}, {"completed"})
        self.assertEqual({number: trials[number]["objective"] for number in before}, before)


if __name__ == "__main__":
    unittest.main(verbosity=2)
