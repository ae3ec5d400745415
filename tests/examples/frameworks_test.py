"""Trainers that need a package, and TensorBoard itself. ctest runs each test alone, to say which were skipped for want of it."""

import subprocess

from example_case import BIN_DIR, main
from trainer_case import TrainerCase

READ_BY_TENSORBOARD = """\
import sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

reader = EventAccumulator(sys.argv[1]).Reload()
for scalar in reader.Scalars("rmse"):
    print(scalar.step, scalar.value)
"""


class Frameworks(TrainerCase):
    def test_hypertune(self) -> None:
        self.need("hypertune")
        self.tune("python3", "python_hypertune.py")

    def test_tensorboard_reads_what_the_babyweight_package_writes(self) -> None:
        self.need("tensorboard")
        self.need("numpy")
        package = self.examples / "babyweight" / "package"
        data = self.folder / "bucket" / "babyweight" / "preproc"
        generate = [BIN_DIR / "babyweight-trainer", "generate", "--output-dir", data, "--births=4000"]
        subprocess.run(generate, check=True, capture_output=True)
        said = self.shell(
            'python3 -m trainer.task --bucket="$1" --output_dir=out --train_examples=5 --nnsize=16 --batch_size=50',
            package, str(self.folder / "bucket"),
        )
        self.assertEqual(said.count("Saving dict"), 10)
        curve = self.shell('python3 -c "$1" out/eval', package, READ_BY_TENSORBOARD)
        self.assertEqual([line.split()[0] for line in curve.splitlines()], [str(10 * n) for n in range(1, 11)])
        self.assertAlmostEqual(float(curve.split()[-1]), float(said.split()[-1]), places=5)


if __name__ == "__main__":
    main()
