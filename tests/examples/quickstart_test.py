"""examples/quickstart, and the trainer of the repository's README: what is said to be typed works."""

import json
import re
import textwrap

from example_case import ROOT, ExampleCase, main


class Quickstart(ExampleCase):
    def test_the_readme_runs_and_ends_near_the_minimum(self) -> None:
        said = self.run_readme("quickstart")
        without_a_file = self.trials()
        self.assertEqual([t["state"] for t in without_a_file], ["completed"] * 20)
        trials = json.loads(self.tuner("trials", "quickstart", "--format", "json").stdout)
        self.assertEqual({t["state"] for t in trials}, {"completed"})
        self.assertEqual(len(trials), 30, "20 and ten more, of one study")
        self.assertLess(trials[0]["objective"], 1)
        self.assertIn("loss=", said, "the trainer itself, with the winner's flags")

    def test_the_trainer_of_the_repositorys_readme_works(self) -> None:
        readme = (ROOT / "README.md").read_text()
        blocks = {
            title: textwrap.dedent(text)
            for title, text in re.findall(r"^(`\S+`|Then):\n\n((?: {4}.*\n|\n)+)", readme, re.MULTILINE)
        }
        (self.folder / "train.sh").write_text(blocks["`train.sh`"])
        (self.folder / "train.sh").chmod(0o755)
        (self.folder / "hyperparam.yaml").write_text(blocks["`hyperparam.yaml`"])
        loss = float(re.findall(r"^loss=(.*)$", self.shell(blocks["Then"], self.folder), re.MULTILINE)[-1])
        self.assertLess(loss, 0.05)


if __name__ == "__main__":
    main()
