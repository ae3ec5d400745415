"""examples/early-stopping: a trainer that says how it stands after every epoch."""

from example_case import ExampleCase, main


class EarlyStopping(ExampleCase):
    def test_the_readme_runs(self) -> None:
        self.need("sklearn")
        self.set_trials("early-stopping/hyperparam.yaml", 8)
        self.run_readme("early-stopping")
        trials = self.trials()
        self.assertEqual(len(trials), 8)
        self.assertEqual(trials[0]["state"], "completed")
        self.assertEqual(trials[0]["step"], 81)


if __name__ == "__main__":
    main()
