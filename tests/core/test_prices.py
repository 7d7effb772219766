"""Prices on the tick."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hydra.core.prices import crossing, distance_beyond, is_on_tick, passive, toward_market, usable
from hydra.values import Side
from tests.core.books import D, quote

TICKS = st.sampled_from([D("0.01"), D("0.05"), D("0.25"), D("0.0001")])
PRICES = st.decimals(min_value="0.05", max_value="5000", places=6)


@pytest.mark.parametrize(
    ("side", "price", "calm", "eager"),
    [
        (Side.BUY, "100.005", "100.00", "100.01"),
        (Side.SELL, "100.005", "100.01", "100.00"),
        (Side.BUY, "100.01", "100.01", "100.01"),
        (Side.SELL, "100.01", "100.01", "100.01"),
    ],
)
def test_a_buy_rounds_down_to_be_passive_and_up_to_trade(
    side: Side, price: str, calm: str, eager: str
) -> None:
    assert passive(side, D(price), D("0.01")) == D(calm)
    assert toward_market(side, D(price), D("0.01")) == D(eager)


@given(price=PRICES, tick=TICKS, side=st.sampled_from(Side))
@settings(deadline=None, max_examples=100)
def test_rounding_stays_within_one_tick_and_on_its_side(price: Decimal, tick: Decimal, side: Side) -> None:
    calm, eager = passive(side, price, tick), toward_market(side, price, tick)
    assert is_on_tick(calm, tick)
    assert is_on_tick(eager, tick)
    assert 0 <= (price - calm) * side.sign < tick
    assert 0 <= (eager - price) * side.sign < tick


@given(beyond=st.decimals(min_value=0, max_value="0.05", places=4), side=st.sampled_from(Side))
@settings(deadline=None, max_examples=50)
def test_a_crossing_price_is_marketable_and_within_its_bound(beyond: Decimal, side: Side) -> None:
    market = quote("99.99", "100.01")
    limit = crossing(side, market, beyond=beyond, tick=D("0.01"))
    touch = market.ask if side is Side.BUY else market.bid
    assert 0 <= distance_beyond(side, limit, touch) <= beyond


def test_a_crossing_price_reaches_a_touch_that_is_off_the_tick() -> None:
    assert crossing(Side.BUY, quote("99.990", "100.013"), beyond=D(0), tick=D("0.01")) == D("100.02")


@pytest.mark.parametrize(
    ("bid", "ask", "expected"),
    [
        ("99.99", "100.01", True),
        ("100", "100", True),
        ("100.01", "99.99", False),
        ("0", "100", False),
        ("-1", "100", False),
        ("NaN", "100", False),
        ("99", "Infinity", False),
    ],
)
def test_only_positive_uncrossed_numbers_are_a_quote(bid: str, ask: str, expected: bool) -> None:
    assert usable(quote(bid, ask)) is expected


def test_a_tick_of_zero_puts_no_price_on_it() -> None:
    assert not is_on_tick(D(100), D(0))
