"""What the trainers themselves wrote about their lives, in a file that tuner never touches.

One line each: "start UUID TRIAL ATTEMPT BOOTTIME_MS PID", "step … PID STEP VALUE" once a step is written, "end …".
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Execution:
    """One attempt as its trainer saw it. A killed one has no `ended`; `last` is the last sign of life."""

    uuid: str
    trial: int
    attempt: int
    started: int
    starts: int = 1
    steps: list[tuple[int, float]] = field(default_factory=list)
    ended: int | None = None
    last: int = 0
    line: int = 0  # where its start stands in the log
    last_line: int = 0


def read_witness(text: str) -> dict[str, Execution]:
    """By uuid, in order of their starts."""
    found: dict[str, Execution] = {}
    for number, line in enumerate(text.splitlines()):
        word, uuid, trial, attempt, ms, _, *more = line.split()
        if word == "start":
            if uuid in found:
                found[uuid].starts += 1
            else:
                found[uuid] = Execution(uuid, int(trial), int(attempt), int(ms), line=number)
        execution = found[uuid]
        execution.last = int(ms)
        execution.last_line = number
        if word == "step":
            execution.steps.append((int(more[0]), float(more[1])))
        elif word == "end":
            execution.ended = int(ms)
    return found


def most_at_once(executions: list[Execution]) -> int:
    """The largest number of trainers alive at one moment, by their own clocks; a killed one as far as it is seen."""
    changes = [(e.started, 1) for e in executions] + [(e.last, -1) for e in executions]
    alive = most = 0
    for _, change in sorted(changes):
        alive += change
        most = max(most, alive)
    return most
