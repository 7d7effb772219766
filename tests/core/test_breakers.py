"""The daily loss breaker: its arithmetic, its evidence, and that it trips once."""

from dataclasses import replace
from typing import Any

import pytest

from hydra.core.breakers import Loss, check_daily_loss, day_loss, equity, mark_of, marks
from hydra.messages.decisions import BreakerTripped
from hydra.records import BreakerRecord
from tests.core.books import AAPL, NOW, D, book, card, later, position, quote

LIMIT = D("0.02")


def loss_at(bid: str, ask: str) -> Loss | None:
    made = book(held=position(1000, "100"))
    made.cash = D(0)
    return day_loss(made, marks(made, {AAPL: quote(bid, ask)}, now=NOW, stale_s=15.0))


MARKS = [
    (quote("90", "92"), card(), "91", "quote"),
    (quote("90", "92", later(-16)), card(), "100", "prior close"),
    (quote("92", "90"), card(), "100", "prior close"),
    (None, card(), "100", "prior close"),
    (None, card(prior_close=None), "95", "average price"),
    (None, card(prior_close=D(0)), "95", "average price"),
    (None, None, "95", "average price"),
]


@pytest.mark.parametrize(("given", "known", "price", "basis"), MARKS)
def test_a_position_is_marked_by_the_best_evidence_there_is(
    given: Any, known: Any, price: str, basis: str
) -> None:
    mark = mark_of(position(average="95"), given, known, now=NOW, stale_s=15.0)
    assert (mark.price, mark.basis) == (D(price), basis)


def test_equity_is_cash_and_every_position_at_its_mark_and_multiplier() -> None:
    made = book(held=position(-3, "100", multiplier=D(50)))
    assert equity(made, marks(made, {AAPL: quote("99", "101")}, now=NOW, stale_s=15.0)) == D(85_000)


@pytest.mark.parametrize(
    ("bid", "ask", "trips"), [("98.01", "98.01", False), ("98", "98", True), ("90", "90", True)]
)
def test_it_trips_at_the_limit_and_not_before(bid: str, ask: str, trips: bool) -> None:
    assert (check_daily_loss(book(), loss_at(bid, ask), LIMIT) is not None) is trips


def test_it_says_the_loss_its_limit_and_what_was_not_marked_by_a_quote() -> None:
    made = book(held=position(1000, "97"))
    made.cash = D(0)
    made.instruments = {}
    loss = day_loss(made, marks(made, {}, now=NOW, stale_s=15.0))
    assert check_daily_loss(made, loss, LIMIT) == BreakerTripped(
        breaker="daily_loss",
        value=D("-0.03"),
        limit=D("-0.02"),
        text="daily loss 3 % of 100,000 reached the limit 2 %: equity 97,000; "
        "without a quote: AAPL by average price",
    )


def test_an_open_breaker_does_not_trip_again() -> None:
    made = book()
    made.breakers = {"daily_loss": BreakerRecord(breaker="daily_loss", value=D(0), limit=D(0), since=NOW)}
    assert check_daily_loss(made, loss_at("50", "50"), LIMIT) is None


def test_without_the_days_equity_there_is_no_loss_to_judge() -> None:
    made = book()
    made.day = None
    assert day_loss(made, {}) is None
    assert check_daily_loss(made, None, LIMIT) is None


def test_flat_positions_need_no_mark() -> None:
    made = book(held=replace(position(), quantity=D(0)))
    assert marks(made, {}, now=NOW, stale_s=15.0) == {}
    assert equity(made, {}) == D(100_000)
