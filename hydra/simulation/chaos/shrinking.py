"""Making a failing plan small: what is left is what it takes. It only asks whether a plan still fails.

First the faults, for they are what a person reads; then lengths and options; the schedule last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

from hydra.simulation.chaos.plan import ChaosPlan
from hydra.simulation.faults.base import Fault

T = TypeVar("T")
Fails = Callable[[ChaosPlan], bool]


class Attempts:
    """At most so many questions; afterwards nothing fails any more, so that every search ends where it stands."""

    def __init__(self, fails: Fails, limit: int) -> None:
        self._fails = fails
        self._limit = limit
        self.asked = 0

    def __call__(self, plan: ChaosPlan) -> bool:
        if self.asked >= self._limit:
            return False
        self.asked += 1
        return self._fails(plan)


def minimal(items: Sequence[T], still: Callable[[tuple[T, ...]], bool]) -> tuple[T, ...]:
    """A part of the items for which `still` holds and which has no smaller one by leaving out one item (delta debugging,
    Zeller and Hildebrandt 2002). `still` holds for all of them and is not asked about that again."""
    kept, pieces = tuple(items), 2
    while len(kept) > 1:
        smaller = next((rest for rest in _complements(kept, pieces) if still(rest)), None)
        if smaller is not None:
            kept, pieces = smaller, max(2, pieces - 1)
        elif pieces >= len(kept):
            break
        else:
            pieces = min(len(kept), pieces * 2)
    return () if len(kept) == 1 and still(()) else kept


def _complements(items: tuple[T, ...], pieces: int) -> Iterator[tuple[T, ...]]:
    size = -(-len(items) // pieces)
    for begin in range(0, len(items), size):
        yield items[:begin] + items[begin + size :]


def shrunk(plan: ChaosPlan, fails: Attempts) -> ChaosPlan:
    """The smallest plan found that still fails; `plan` itself fails."""
    plan = _with_fewer_faults(plan, fails)
    for simpler in (_without_knobs, _fifo, _shorter, _with_shorter_faults):
        plan = simpler(plan, fails)
    return _with_fewer_faults(plan, fails)


def _with_fewer_faults(plan: ChaosPlan, fails: Attempts) -> ChaosPlan:
    return replace(plan, faults=minimal(plan.faults, lambda faults: fails(replace(plan, faults=faults))))


def _without_knobs(plan: ChaosPlan, fails: Attempts) -> ChaosPlan:
    keys = minimal(sorted(plan.knobs), lambda keys: fails(replace(plan, knobs={key: plan.knobs[key] for key in keys})))
    return replace(plan, knobs={key: plan.knobs[key] for key in keys})


def _fifo(plan: ChaosPlan, fails: Attempts) -> ChaosPlan:
    simpler = replace(plan, policy="fifo")
    return simpler if plan.policy != "fifo" and fails(simpler) else plan


def _shorter(plan: ChaosPlan, fails: Attempts) -> ChaosPlan:
    """End soon after the last fault."""
    last_s = max((fault.at_s + fault.for_s for fault in plan.faults), default=0.0)
    for extra_s in (30.0, 300.0, 900.0):
        shorter = replace(plan, minutes=round((last_s + extra_s) / 60.0, 1))
        if shorter.minutes < plan.minutes and fails(shorter):
            return shorter
    return plan


def _with_shorter_faults(plan: ChaosPlan, fails: Attempts) -> ChaosPlan:
    for index, fault in enumerate(plan.faults):
        plan = _halved(plan, index, fault, fails)
    return plan


def _halved(plan: ChaosPlan, index: int, fault: Fault, fails: Attempts) -> ChaosPlan:
    while fault.for_s > 1.0:
        fault = replace(fault, for_s=round(fault.for_s / 2.0, 3))
        shorter = replace(plan, faults=(*plan.faults[:index], fault, *plan.faults[index + 1 :]))
        if not fails(shorter):
            break
        plan = shorter
    return plan

