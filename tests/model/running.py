"""One seed, lived and judged: what a run of the model is from outside."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tests.model.laws import LawBroken
from tests.model.mutants import Mutant
from tests.model.town import Town

TRACE_LINES_MAX = 400


@dataclass(frozen=True, kw_only=True)
class Failure:
    """A broken law: `story` is the weather and the last lines of what happened."""

    seed: int
    sentence: str
    story: str

    def __str__(self) -> str:
        command = f"python -m tests.model --from {self.seed} --seeds 1"
        return f"{self.story}\nseed {self.seed}: {self.sentence}\nreplay: {command}"


def failure_of(town: Town, seed: int) -> Failure | None:
    """Live this life to its end."""
    try:
        town.live()
    except LawBroken as broken:
        lines = [line for line in town.trace if "market ->" not in line][-TRACE_LINES_MAX:]
        return Failure(seed=seed, sentence=str(broken), story="\n".join([f"weather: {town.weather}", *lines]))
    return None


def first_failure(mutant: Mutant) -> Failure | None:
    """The first of the mutant's seeds that finds it."""
    found = (failure_of(mutant.town(seed), seed) for seed in range(mutant.within))
    return next((failure for failure in found if failure is not None), None)


def lives(first: int, seeds: int) -> Iterator[tuple[Town, Failure | None]]:
    """The protocol as it is, seed after seed."""
    for seed in range(first, first + seeds):
        town = Town(seed)
        yield town, failure_of(town, seed)
