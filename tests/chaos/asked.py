"""What was asked of tuner and what it acknowledged: the other side of invariant I1."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

# What a study may be after a call that was acknowledged. It ends, or pauses after three failures, by itself.
OUTCOMES = {
    "create": {"running", "finished", "paused"},
    "resume": {"running", "finished", "paused"},
    "stop": {"paused"},
    "stop_now": {"paused"},
    "cancel": {"cancelled", "finished"},
}


@dataclass
class AskedStudy:
    """A call whose answer never came may have been carried out or not: then both are allowed."""

    file: Path
    log: Path
    shape: str
    max_trials: int
    parallel: int
    id: str | None = None  # once it is known
    acknowledged: bool = False
    deleted: str = "no"  # maybe, yes
    stopped_attempts: bool = False  # whether anything ever asked for its attempts' end
    states: set[str] = field(default_factory=lambda: set(OUTCOMES["create"]))
    most_trials: int = 0
    most_parallel: int = 0
    limits: set[tuple[int, int]] = field(default_factory=set)
    seen: dict[int, tuple[str, float | None]] = field(default_factory=dict)  # terminal trials as a GET showed them

    def __post_init__(self) -> None:
        self.most_trials, self.most_parallel = self.max_trials, self.parallel
        self.limits = {(self.max_trials, self.parallel)}

    def note_call(self, what: str, answered: bool) -> None:
        self.states = OUTCOMES[what] | (set() if answered else self.states)
        self.stopped_attempts |= what in ("stop_now", "cancel")

    def note_limits(self, trials: int, parallel: int, answered: bool) -> None:
        self.most_trials = max(self.most_trials, trials)
        self.most_parallel = max(self.most_parallel, parallel)
        self.limits = {(trials, parallel)} | (set() if answered else self.limits)
