"""Tests of hydra/simulation/chaos/shrinking.py: what is left of a failing plan is what it takes, and nothing else."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from hydra.simulation.chaos.plan import ChaosPlan
from hydra.simulation.chaos.shrinking import Attempts, minimal, shrunk
from hydra.simulation.faults.base import Fault

PLAN = ChaosPlan(seed=1, begins_us=0, minutes=70.0, workload="busy", quote_interval_s=10, policy="random")


def fault(number: int, for_s: float = 64.0) -> Fault:
    return Fault(kind="actor.kill", at_s=10.0 * number, for_s=for_s, target=str(number))


def numbers(plan: ChaosPlan) -> list[int]:
    return [int(each.target) for each in plan.faults]


@given(st.lists(st.integers(0, 40), unique=True, min_size=1, max_size=40), st.data())
def test_what_is_minimal_is_exactly_what_is_needed_whenever_that_does_not_depend_on_the_rest(
    items: list[int], data: st.DataObject
) -> None:
    needed = data.draw(st.lists(st.sampled_from(items), unique=True))
    found = minimal(items, lambda kept: all(each in kept for each in needed))
    assert sorted(needed) == sorted(found)


@given(st.lists(st.integers(0, 20), unique=True, min_size=1, max_size=20), st.integers(1, 20))
def test_nothing_can_be_left_out_of_what_is_minimal(items: list[int], enough: int) -> None:
    def still(kept: tuple[int, ...]) -> bool:
        return sum(kept) >= min(enough, sum(items))

    found = minimal(items, still)
    assert still(found)
    assert [] == [each for each in found if still(tuple(other for other in found if other != each))]


def test_a_plan_is_left_with_the_faults_the_lengths_and_the_options_that_it_takes() -> None:
    plan = replace(PLAN, faults=tuple(fault(number) for number in range(20)), knobs={"broker.settle_s": 2.0, "a.b": 1.0})

    def fails(tried: ChaosPlan) -> bool:
        lengths = {int(each.target): each.for_s for each in tried.faults}
        return lengths.get(3, 0.0) >= 10.0 and 17 in lengths and "broker.settle_s" in tried.knobs

    small = shrunk(plan, Attempts(fails, 200))
    assert [3, 17] == numbers(small)
    assert [16.0, 1.0] == [each.for_s for each in small.faults]
    assert {"broker.settle_s": 2.0} == small.knobs
    assert ("fifo", True) == (small.policy, small.minutes < 10.0)


def test_a_schedule_that_is_needed_stays() -> None:
    assert "random" == shrunk(PLAN, Attempts(lambda tried: tried.policy == "random", 200)).policy


def test_shrinking_ends_with_its_attempts_where_it_stands() -> None:
    plan = replace(PLAN, faults=tuple(fault(number) for number in range(20)))
    attempts = Attempts(lambda tried: True, 3)
    small = shrunk(plan, attempts)
    assert (3, True) == (attempts.asked, 0 < len(small.faults) < 20)
