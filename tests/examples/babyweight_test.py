"""examples/babyweight: what its README says to type, with fewer trials. At full size: tests/e2e/babyweight_test.py."""

from example_case import ExampleCase, main


class Babyweight(ExampleCase):
    def test_the_readme_runs(self) -> None:
        self.need("numpy")
        self.set_trials("babyweight/hyperparam.yaml", 4)
        said = self.run_readme("babyweight")
        self.assertLessEqual({t["state"] for t in self.trials()}, {"completed", "pruned"})
        self.assertRegex(said, r"KEY +PREDICTIONS\nb1 +\[[678]\..*\]\ng1 +\[[678]\..*\]\n")
        self.assertRegex(said, r"Saving dict for global step 2858: .*rmse = 1\.")


if __name__ == "__main__":
    main()
