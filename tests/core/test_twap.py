"""Slices: what they hold together, and when they are due."""

import random
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hydra.core.twap import SLICE_ROOM_MIN_S, slices, split
from hydra.values import Slice
from tests.core.books import NOW, D, later


def plan(
    quantity: int, *, n: int = 6, horizon_s: float = 1200.0, jitter: float = 0.2, seed: int = 1
) -> tuple[Slice, ...]:
    rng = random.Random(seed)
    return slices(D(quantity), n=n, start=NOW, horizon_s=horizon_s, jitter=jitter, rng=rng)


@pytest.mark.parametrize(
    ("quantity", "n", "parts"),
    [
        (13, 5, (3, 3, 3, 2, 2)),
        (10, 5, (2, 2, 2, 2, 2)),
        (3, 5, (1, 1, 1)),
        (1, 1, (1,)),
        (7, 1, (7,)),
    ],
)
def test_the_remainder_goes_to_the_early_slices(quantity: int, n: int, parts: tuple[int, ...]) -> None:
    assert split(D(quantity), n) == tuple(map(D, parts))


@pytest.mark.parametrize(("quantity", "n"), [("0", 3), ("-1", 3), ("1.5", 3), ("5", 0)])
def test_what_cannot_be_split_is_an_error(quantity: str, n: int) -> None:
    with pytest.raises(ValueError, match="cannot split"):
        split(Decimal(quantity), n)


@given(quantity=st.integers(1, 10**7), n=st.integers(1, 200))
@settings(deadline=None, max_examples=150)
def test_slices_hold_exactly_the_parent_and_differ_by_at_most_one(quantity: int, n: int) -> None:
    parts = split(D(quantity), n)
    assert sum(parts) == quantity
    assert len(parts) == min(n, quantity)
    assert max(parts) - min(parts) <= 1
    assert list(parts) == sorted(parts, reverse=True)


@given(
    quantity=st.integers(1, 1000),
    n=st.integers(1, 50),
    horizon_s=st.floats(10, 23_400),
    jitter=st.floats(0, 0.5),
    seed=st.integers(0, 9999),
)
@settings(deadline=None, max_examples=150)
def test_slices_are_due_in_order_from_the_start_and_before_the_end(
    quantity: int, n: int, horizon_s: float, jitter: float, seed: int
) -> None:
    made = plan(quantity, n=n, horizon_s=horizon_s, jitter=jitter, seed=seed)
    assert [piece.slice_n for piece in made] == list(range(1, len(made) + 1))
    assert made[0].due_at == NOW
    assert all(first.due_at < second.due_at for first, second in pairwise(made))
    assert made[-1].due_at < later(horizon_s)
    assert sum(piece.quantity for piece in made) == quantity


def test_each_slice_is_shifted_by_at_most_the_jitter() -> None:
    made = plan(600)
    shifts = [abs((piece.due_at - later(200 * i)).total_seconds()) for i, piece in enumerate(made)]
    assert max(shifts) <= 40
    assert max(shifts) > 1


def test_without_jitter_slices_are_even() -> None:
    assert [piece.due_at for piece in plan(600, jitter=0.0)] == [later(200 * i) for i in range(6)]


def test_the_same_seed_makes_the_same_plan_and_another_one_another() -> None:
    assert plan(600) == plan(600)
    assert plan(600) != plan(600, seed=2)


def test_a_short_horizon_has_fewer_slices() -> None:
    assert len(plan(600, horizon_s=SLICE_ROOM_MIN_S * 2.5)) == 2
