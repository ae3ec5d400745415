"""docs/trainers.md: the trainers that need a package. ctest runs each by itself, to say which were skipped for want of it."""

from example_case import main
from trainer_case import TrainerCase


class Frameworks(TrainerCase):
    def test_hypertune(self) -> None:
        self.need("hypertune")
        self.tune("python3", "python_hypertune.py")


if __name__ == "__main__":
    main()
