"""docs/trainers.md: each trainer that it shows is tuned, and what it types works."""

import json
import subprocess

from example_case import ROOT, main, typed
from trainer_case import TrainerCase


class Trainers(TrainerCase):
    def test_what_the_document_types_works(self) -> None:
        self.shell(typed((ROOT / "docs" / "trainers.md").read_text()), self.folder)
        studies = json.loads(self.tuner("list", "--format", "json").stdout)
        self.assertEqual({study["state"] for study in studies}, {"finished"})
        self.assertEqual({study["counts"]["completed"] for study in studies}, {6})

    def test_shell(self) -> None:
        self.tune("./shell.sh")

    def test_plain_python(self) -> None:
        self.tune("python3", "python_plain.py")

    def test_reports_over_rest(self) -> None:
        self.tune("./rest.sh")

    def test_a_trainer_goes_on_where_its_checkpoint_is(self) -> None:
        self.tune("python3", "checkpoint.py")
        saved = self.folder / "saved"
        saved.mkdir()
        (saved / "state.json").write_text('{"step": 18, "w": 2.5, "velocity": 0.0}')
        done = subprocess.run(
            ["python3", "checkpoint.py", "--learning_rate=0.1"], cwd=self.trainers, capture_output=True, text=True,
            env=self.environment() | {"TUNER_CHECKPOINT_DIR": str(saved)},
        )
        self.assertEqual([json.loads(line)["step"] for line in done.stdout.splitlines()], [19, 20])

    def test_a_trial_that_is_run_again_finds_its_checkpoint(self) -> None:
        trainer = self.trainers / "checkpoint.py"
        halfway = 'state["step"] == 10 and os.environ["TUNER_ATTEMPT"] == "1"'
        trainer.write_text(trainer.read_text() + f"    if {halfway}:\n        sys.exit(1)\n")
        study = self.trainers / "hyperparam.yaml"
        study.write_text(study.read_text().replace("  jobDir: jobs\n", "  maxRetries: 1\n"))
        self.tuner("run", str(study), "--name", "again", "--", "python3", "checkpoint.py")
        self.assertEqual({(t["state"], t["attempts"], t["step"]) for t in self.trials()}, {("completed", 2, 20)})
        log = self.tuner("logs", "again-1", "1", "--attempt", "2").stdout
        self.assertEqual([json.loads(line)["step"] for line in log.splitlines()], list(range(11, 21)))


if __name__ == "__main__":
    main()
