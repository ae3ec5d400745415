"""examples/quickstart: what its README says to type works, and finds the minimum."""

from example_case import ExampleCase, main


class Quickstart(ExampleCase):
    def test_the_readme_runs_and_ends_near_the_minimum(self) -> None:
        said = self.run_readme("quickstart")
        trials = self.trials()
        self.assertEqual({t["state"] for t in trials}, {"completed"})
        self.assertEqual(len(trials), 30, "20 and ten more, of one study")
        self.assertLess(trials[0]["objective"], 1)
        self.assertIn("loss=", said, "the trainer itself, with the winner's flags")


if __name__ == "__main__":
    main()
