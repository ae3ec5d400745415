"""The kinds of study that a round is made of: small, quick, random search, each with a seed of its own."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

from oracle import MAX_RETRIES

MOST_TRIALS = 16  # of any study, whatever its limits are changed to
MOST_PARALLEL = 3


@dataclass(frozen=True)
class Shape:
    name: str
    trainer: tuple[str, ...]  # flags of the mock trainer
    max_trials: int
    parallel: int


SHAPES = {
    shape.name: shape
    for shape in (
        Shape("steady", ("--interval-ms=20", "--json=4"), 8, 2),
        Shape("chatty", ("--interval-ms=4", "--steps=20"), 8, 2),
        Shape("quick", ("--interval-ms=0", "--json=2", "--sleep-ms=15"), 12, 3),
        Shape("long", ("--interval-ms=60", "--json=4"), 5, 2),
        Shape("stragglers", ("--escape=setsid", "--escape=daemon", "--interval-ms=10", "--json=3"), 4, 2),
    )
}
WEIGHTS = {"steady": 4, "chatty": 3, "quick": 3, "long": 3, "stragglers": 2}

PARAMETERS = """\
    - {parameterName: x, type: DOUBLE, minValue: 0, maxValue: 1}
    - {parameterName: n, type: INTEGER, minValue: 1, maxValue: 9}
    - {parameterName: choice, type: CATEGORICAL, categoricalValues: [one, two]}
"""


def seed_of(shape: Shape, seed: int) -> int:
    return random.Random(f"{seed}/{shape.name}").randrange(2**63)


def write_study(file: Path, shape: Shape, seed: int, trainer: Path, log: Path, quick: bool = False) -> None:
    """`quick`: trainers that only report and end, for the undisturbed study."""
    flags = ("--json=1",) if quick else shape.trainer
    words = [str(trainer), f"--log={log}", "--metric=loss", "--log-steps", *flags]
    file.write_text(
        "trainingInput:\n"
        f"  command: [{', '.join(words)}]\n"
        f"  maxRetries: {MAX_RETRIES}\n"
        "  terminationGrace: 2s\n"
        "  hyperparameters:\n"
        "    goal: MINIMIZE\n"
        "    hyperparameterMetricTag: loss\n"
        "    algorithm: RANDOM_SEARCH\n"
        f"    maxTrials: {MOST_TRIALS if quick else shape.max_trials}\n"
        f"    maxParallelTrials: {1 if quick else shape.parallel}\n"
        f"    seed: {seed_of(shape, seed)}\n"
        f"    params:\n{PARAMETERS}"
    )
