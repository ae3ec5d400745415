"""examples/babyweight/lab.sh: the cloud lab from start to end, with small data."""

import json
import re
import statistics

from example_case import ExampleCase, main


class Lab(ExampleCase):
    def setUp(self) -> None:
        super().setUp()
        self.need("numpy")
        if not re.search(r"^ +jobs ", self.tuner("--help").stdout, re.MULTILINE):
            self.skipTest("tuner jobs is not there yet")

    def test_the_lab_runs_from_its_data_to_the_predictions_of_the_winner(self) -> None:
        said = self.shell(
            "examples/babyweight/lab.sh lab", self.folder,
            BIRTHS="10000", FULL_EXAMPLES="50", HP_EXAMPLES="20", OMP_NUM_THREADS="1",
        )
        lab = self.folder / "lab"
        parts = dict(re.findall(r"^== (.*)\n((?:(?!== ).*\n)*)", said, re.MULTILINE))

        with self.subTest("both predictions are tables of the two instances, in order"):
            for part in ("What that model says about a boy and a girl", "What the tuned model says"):
                self.assertRegex(parts[part], r"KEY +PREDICTIONS\nb1 +\[\d.*\]\ng1 +\[\d.*\]\n")

        with self.subTest("the plain jobs wrote to their folders, without a trial's number"):
            for folder in ("trained_model", "trained_model_tuned"):
                self.assertTrue(list((lab / "bucket" / "babyweight" / folder / "eval").glob("*tfevents*")))

        studies = json.loads(self.tuner("list", "--format", "json").stdout)
        [hyper] = [study["id"] for study in studies if "hp" in study["id"]]
        trials = json.loads(self.tuner("trials", hyper, "--format", "json").stdout)
        with self.subTest("twenty trials, each in the folder of its number"):
            self.assertEqual(len(trials), 20)
            self.assertLessEqual({t["state"] for t in trials}, {"completed", "pruned"})
            for number in range(1, 21):
                self.assertTrue(list((lab / "bucket" / "babyweight" / "hyperparam" / str(number) / "eval").iterdir()))

        with self.subTest("the winner is better than the median, and its flags were those of the last job"):
            objectives = [t["objective"] for t in trials if t["state"] == "completed"]
            print(f"rmse of the tuning job: best {objectives[0]:.4f}, median {statistics.median(objectives):.4f}")
            self.assertLess(objectives[0], statistics.median(objectives))


if __name__ == "__main__":
    main()
