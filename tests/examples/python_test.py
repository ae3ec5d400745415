"""examples/python: an unchanged scikit-learn script is tuned."""

import re

from example_case import ExampleCase, main


class Python(ExampleCase):
    def test_the_readme_runs_and_the_winner_beats_the_default_flags(self) -> None:
        self.need("sklearn")
        self.set_trials("python/hyperparam.yaml", 10)
        said = self.run_readme("python")
        accuracies = [float(value) for value in re.findall(r"^accuracy=(.*)$", said, re.MULTILINE)]
        self.assertEqual(len(accuracies), 2, said)
        default, tuned = accuracies
        trials = self.trials()
        self.assertEqual([t["state"] for t in trials], ["completed"] * 10)
        self.assertEqual(tuned, trials[0]["objective"], "retraining gives the recorded objective")
        print(f"accuracy with default flags {default:.4f}, tuned {tuned:.4f}")
        self.assertGreater(tuned, default)


if __name__ == "__main__":
    main()
