"""examples/early-stopping: a trainer that says how it stands after every epoch."""

from example_case import ExampleCase, main


class EarlyStopping(ExampleCase):
    def test_the_readme_runs_and_epochs_are_saved(self) -> None:
        self.need("sklearn")
        self.set_trials("early-stopping/hyperparam.yaml", 12)
        self.run_readme("early-stopping")
        trials = self.trials()
        self.assertEqual(len(trials), 12)
        self.assertLessEqual({t["state"] for t in trials}, {"completed", "pruned"})
        self.assertEqual((trials[0]["state"], trials[0]["step"]), ("completed", 81))
        steps = sum(t["step"] for t in trials)
        print(f"{steps} of {12 * 81} epochs")
        self.assertLess(steps, 12 * 81)


if __name__ == "__main__":
    main()
