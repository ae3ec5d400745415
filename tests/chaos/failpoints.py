"""The failpoints of failpoints.txt: what each needs to be reached, and in which order a round tries them."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Failpoint:
    name: str
    needs: str
    passes: int  # the most times that a process may come by before it crashes


def read_failpoints(path: Path = Path(__file__).with_name("failpoints.txt")) -> list[Failpoint]:
    rows = [line.split() for line in path.read_text().splitlines() if line.strip() and not line.startswith("#")]
    return [Failpoint(name, needs, int(passes)) for name, needs, passes, *_ in rows]


class Agenda:
    """The failpoints of one round, in the order in which it tries them; one that was tried goes to the end."""

    def __init__(self, wanted: list[Failpoint], rng: random.Random) -> None:
        self._queue = list(wanted)
        self._rng = rng

    def take(self, conditions: set[str]) -> Failpoint | None:
        """The next failpoint that can be reached now. Those that need a rare condition go first."""
        now = [f for f in self._queue if f.needs in conditions]
        if not now:
            return None
        fresh = [f for f in now if f.needs == "fresh"]
        intent = [f for f in now if f.needs == "intent"]
        chosen = now[0]
        if fresh:
            chosen = fresh[0]
        elif intent and self._rng.random() < 0.2:
            chosen = intent[0]
        self._queue.remove(chosen)
        self._queue.append(chosen)
        return chosen
