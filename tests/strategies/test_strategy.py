"""Wishes, what a strategy may see, and how a wish becomes a signal."""

import random
from datetime import datetime
from typing import Any

import pytest

from hydra.core.instants import after_s
from hydra.strategies.strategy import Strategy, StrategyView, Wish, wish_to_signal
from hydra.values import Purpose, Side, Signal
from tests.core.books import HOURS, NOW, D, later, quote, signal


def view(now: datetime = NOW, **changes: Any) -> StrategyView:
    plain: dict[str, Any] = {"now": now, "session": HOURS[0], "positions": {}, "open_signals": ()}
    return StrategyView(**(plain | changes))


@pytest.mark.parametrize("sizes", [{}, {"quantity": D(1), "notional": D(1)}])
def test_a_wish_has_a_quantity_or_a_notional(sizes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="needs a quantity or a notional"):
        Wish(symbol="AAPL", side=Side.BUY, reason="r", **sizes)


def test_a_wish_becomes_a_signal_with_an_id_of_its_own() -> None:
    wish = Wish(symbol="AAPL", side=Side.SELL, reason="dear", quantity=D(7), valid_s=30.0)
    now = after_s(NOW, 0.25)
    assert wish_to_signal(wish, "mine", quote(), n=0, now=now) == Signal(
        signal_id="mine-AAPL-20261123-150000250",
        source="mine",
        symbol="AAPL",
        side=Side.SELL,
        quantity=D(7),
        purpose=Purpose.OPEN,
        urgent=False,
        episode="",
        reason="dear",
        at=now,
        valid_until=later(30.25),
    )


def test_the_second_wish_of_a_quote_has_another_id() -> None:
    wish = Wish(symbol="AAPL", side=Side.BUY, reason="r", quantity=D(1))
    assert wish_to_signal(wish, "mine", quote(), n=1, now=NOW).signal_id == "mine-AAPL-20261123-150000000-1"


@pytest.mark.parametrize(("notional", "quantity"), [("10000", 99), ("100.5", 1), ("99", 0)])
def test_a_notional_becomes_whole_shares_at_the_middle(notional: str, quantity: int) -> None:
    wish = Wish(symbol="AAPL", side=Side.BUY, reason="r", notional=D(notional))
    assert wish_to_signal(wish, "mine", quote("100", "101"), n=0, now=NOW).quantity == quantity


def test_a_symbol_is_busy_until_all_its_signals_have_ended() -> None:
    seen = view(open_signals=(signal(symbol="IBM"),))
    assert (seen.is_busy("IBM"), seen.is_busy("AAPL")) == (True, False)


def test_a_symbol_without_a_position_is_flat() -> None:
    seen = view(positions={"IBM": D(5)})
    assert (seen.position("IBM"), seen.position("AAPL")) == (D(5), D(0))


def test_a_strategy_without_on_quote_says_so() -> None:
    with pytest.raises(NotImplementedError, match="strategy mine: Strategy does not define on_quote"):
        Strategy("mine", ("AAPL",), {}, random.Random(1)).on_quote(quote(), view())


@pytest.mark.parametrize(
    "wrong",
    [
        {"quantity": D("NaN")},
        {"quantity": D("Infinity")},
        {"quantity": D("1e13")},
        {"quantity": 12.5},
        {"quantity": D(1), "side": "BUY"},
        {"quantity": D(1), "symbol": 7},
        {"quantity": D(1), "reason": None},
    ],
)
def test_what_could_not_be_recorded_cannot_be_wished(wrong: dict[str, Any]) -> None:
    right: dict[str, Any] = {"symbol": "IBM", "side": Side.BUY, "reason": "test"}
    with pytest.raises(ValueError, match=r"a wish for .*: expected"):
        Wish(**(right | wrong))
