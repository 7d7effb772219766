"""Where two runs that should be the same part ways: the first step that differs, with the steps before it.

It compares lines and understands none; whatever their number, it holds a few of them in memory.
"""

from __future__ import annotations

import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from hydra.simulation.world import SimulationPlan, simulate

CONTEXT_LINES = 5
SHOWN_CHARACTERS = 240
AROUND_CHARACTERS = 60
THE_END = "(the end)\n"

Hear = Callable[[str], object]
Run = Callable[[Hear], object]
"""Runs a world from beginning to end and tells each step as a line that ends with a newline, see Trace."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Divergence:
    """Steps count from 1. `before` are the last equal ones; a run that was over has THE_END for its line."""

    step: int
    before: tuple[str, ...]
    ours: str
    theirs: str

    def __str__(self) -> str:
        """Lines for a person; of long ones the beginning, and what stands around the first difference."""
        at = next((n for n, (here, there) in enumerate(zip(self.ours, self.theirs, strict=False)) if here != there), 0)
        shown = [f"  {_shown(line, 0)}" for line in self.before]
        lines = [f"step {self.step} differs at its character {at + 1}:", *shown]
        return "\n".join((*lines, f"- {_shown(self.ours, at)}", f"+ {_shown(self.theirs, at)}", ""))


def first_divergence(one: Run, other: Run) -> Divergence | None:
    """Run one, then the other; None when they were the same. The steps of the first wait in a temporary file meanwhile."""
    with tempfile.TemporaryFile("w+", encoding="utf-8", newline="\n") as steps:
        one(steps.write)
        steps.seek(0)
        comparison = _Comparison(steps)
        other(comparison.hear)
        return comparison.end()


def between_runs(plan: SimulationPlan) -> Divergence | None:
    """Of a plan that is simulated twice in this process; None when it is deterministic."""

    def run(hear: Hear) -> object:
        return simulate(plan, lambda days: None, hear)

    return first_divergence(run, run)


def between_files(one: Path, other: Path) -> Divergence | None:
    """Of two files of steps, as `hydra simulate --trace` writes them; None when they are the same."""
    with one.open(encoding="utf-8") as ours, other.open(encoding="utf-8") as theirs:
        comparison = _Comparison(ours)
        for line in theirs:
            comparison.hear(line)
        return comparison.end()


class _Comparison:
    def __init__(self, ours: Iterable[str]) -> None:
        self._ours: Iterator[str] = iter(ours)
        self._before: deque[str] = deque(maxlen=CONTEXT_LINES)
        self._steps_n = 0
        self._found: Divergence | None = None

    def hear(self, theirs: str) -> None:
        """The other's next step; after a difference nobody listens any more."""
        if self._found is None:
            ours = next(self._ours, THE_END)
            self._steps_n += 1
            if ours == theirs:
                self._before.append(ours)
            else:
                self._found = Divergence(step=self._steps_n, before=tuple(self._before), ours=ours, theirs=theirs)

    def end(self) -> Divergence | None:
        """The other run is over."""
        self.hear(THE_END)
        return self._found


def _shown(line: str, at: int) -> str:
    """Its beginning; and if that ends before the difference, what stands around it."""
    text = line.rstrip("\n")
    if len(text) <= SHOWN_CHARACTERS:
        return text
    if at < SHOWN_CHARACTERS:
        return f"{text[:SHOWN_CHARACTERS]}..."
    return f"{text[: SHOWN_CHARACTERS // 2]}... {text[at - AROUND_CHARACTERS : at + AROUND_CHARACTERS]}..."
