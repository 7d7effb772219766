"""Where limits stand."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hydra.core.patience import fitted, limit_of, steps, total_s, urgent_steps
from hydra.values import PatienceStep, Side
from tests.core.books import D, quote


def limit(aggression: str, side: Side, bid: str = "99.90", ask: str = "100.10") -> Decimal:
    step = PatienceStep(attempt_n=0, aggression=D(aggression), wait_s=1.0)
    return limit_of(step, side=side, quote=quote(bid, ask), cross_collar=D("0.002"), tick=D("0.01"))


@pytest.mark.parametrize(
    ("waits", "aggressions"),
    [
        ((120.0, 60.0, 30.0), ("0", "0.5", "1")),
        ((60.0, 30.0), ("0", "1")),
        ((30.0,), ("1",)),
    ],
)
def test_steps_go_evenly_from_the_middle_to_the_marketable_side(
    waits: tuple[float, ...], aggressions: tuple[str, ...]
) -> None:
    assert [(step.aggression, step.wait_s) for step in steps(waits)] == list(
        zip(map(D, aggressions), waits, strict=True)
    )


def test_urgent_steps_are_marketable_at_once_and_widen() -> None:
    assert [step.aggression for step in urgent_steps()] == [D(1), D(2), D(3)]


@pytest.mark.parametrize(
    ("aggression", "side", "price"),
    [
        ("0", Side.BUY, "100.00"),
        ("0.5", Side.BUY, "100.05"),
        ("1", Side.BUY, "100.30"),
        ("2", Side.BUY, "100.50"),
        ("0", Side.SELL, "100.00"),
        ("0.5", Side.SELL, "99.95"),
        ("1", Side.SELL, "99.71"),
        ("3", Side.SELL, "99.31"),
    ],
)
def test_a_step_stands_where_its_aggression_says(aggression: str, side: Side, price: str) -> None:
    assert limit(aggression, side) == D(price)


def test_a_passive_step_never_rounds_toward_the_market() -> None:
    assert limit("0", Side.BUY, "99.99", "100.00") == D("99.99")
    assert limit("0", Side.SELL, "99.99", "100.00") == D("100.00")


@given(cents=st.integers(1, 100_000), spread=st.integers(0, 200), side=st.sampled_from(Side))
@settings(deadline=None, max_examples=100)
def test_each_step_reaches_at_least_as_far_as_the_one_before(cents: int, spread: int, side: Side) -> None:
    bid, ask = str(D(cents) / 100), str(D(cents + spread) / 100)
    reached = [limit(a, side, bid, ask) * side.sign for a in ("0", "0.25", "0.5", "1", "2", "3")]
    assert reached == sorted(reached)


def test_waits_shrink_in_proportion_to_fit_their_room_and_never_grow() -> None:
    planned = steps((120.0, 60.0, 30.0))
    assert [step.wait_s for step in fitted(planned, 105.0)] == [60.0, 30.0, 15.0]
    assert fitted(planned, 1000.0) == planned
    assert total_s(planned) == 210.0
