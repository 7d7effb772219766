"""What is open, what is remembered, and what taking the broker's side over does to our books."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from hydra.core.book import Book
from hydra.messages import decisions as d
from hydra.messages.base import Event
from hydra.values import ZERO, Difference, PositionLine
from tests.core.books import AAPL, D, later
from tests.core.telling import commission, fill, position_line, qualified

GAP = Difference(item="position/AAPL", kind="wrong_quantity", symbol="AAPL", ours="1", theirs="2", text="AAPL differs")
EXTERNAL = Difference(item="execution/e1.01", kind="external_execution", symbol="AAPL", ours="", theirs="", text="")


def folded(*events: Event) -> Book:
    book = Book()
    for n, event in enumerate(events):
        book.apply(n + 1, later(n), event)
    return book


def found(difference: Difference = GAP) -> d.DifferenceFound:
    return d.DifferenceFound(difference=difference)


def resolved(how: str, item: str = GAP.item) -> d.DifferenceResolved:
    return d.DifferenceResolved(item=item, by="ann", how=how, reason="looked")


def taken(line: PositionLine | None = None, cash: Decimal | None = None) -> d.BrokerSideAdopted:
    return d.BrokerSideAdopted(item="x", by="ann", reason="it is ours", line=line, cash=cash)


def test_an_ignored_difference_is_remembered_with_who_and_why_and_when() -> None:
    book = folded(found(), resolved("accepted"))
    record = book.settled[GAP.item]
    assert ({}, "accepted", "ann", "looked", later(0), later(1)) == (
        book.found,
        record.how,
        record.by,
        record.reason,
        record.since,
        record.settled_at,
    )


@pytest.mark.parametrize("how", ["adopted", "closed", "no longer seen"])
@pytest.mark.parametrize("before", [[], [resolved("accepted")]])
def test_what_is_adopted_closed_or_gone_is_forgotten_also_if_it_was_ignored(before: list[Event], how: str) -> None:
    book = folded(found(), *before, resolved(how))
    assert ({}, {}, {}, {}) == (book.differences, book.accepted, book.found, book.settled)


@pytest.mark.parametrize("how", ["accepted", "adopted", "closed"])
def test_what_no_listing_can_see_again_is_remembered_however_a_person_settled_it_until_the_day_turns(how: str) -> None:
    told = [found(EXTERNAL), resolved(how, EXTERNAL.item)]
    book = folded(*told)
    assert (["execution/e1.01"], how) == (list(book.accepted), book.settled[EXTERNAL.item].how)
    book = folded(*told, d.DayStarted(day=date(2026, 11, 24), equity=D(5)))
    assert ({}, {}) == (book.accepted, book.settled)


def test_a_changed_difference_that_goes_back_to_what_was_ignored_leaves_the_first_record() -> None:
    book = folded(found(), resolved("accepted"), found(), resolved("again as it was accepted"))
    assert ({}, later(0), later(1)) == (book.found, book.settled[GAP.item].since, book.settled[GAP.item].settled_at)


TAKEN: list[tuple[int, int, str, str]] = [
    (100, 130, "90", "AAPL#1"),
    (100, 70, "90", "AAPL#1"),
    (100, -20, "90", "AAPL#2"),
    (100, 0, "0", ""),
    (0, 25, "90", "AAPL#1"),
]


@pytest.mark.parametrize(("ours", "theirs", "average", "episode"), TAKEN)
def test_a_position_is_taken_over_with_its_average_and_its_episode_goes_on_while_its_direction_stays(
    ours: int, theirs: int, average: str, episode: str
) -> None:
    before = [fill(ref="", quantity=ours), commission()] if ours else []
    book = folded(qualified(), *before, taken(position_line(theirs, "90")))
    record = book.positions[AAPL]
    assert (D(theirs), D(average), episode) == (record.quantity, record.average_price, record.episode)
    assert (record, {}) == (book.position_bases[AAPL], book.executions)
    assert record.commissions == (D(1) if ours else ZERO)


def test_a_commission_that_comes_after_its_execution_was_absorbed_is_still_paid() -> None:
    book = folded(fill(ref=""), taken(position_line(90, "90")), commission())
    assert (D(-10_001), D(90)) == (book.cash, book.positions[AAPL].quantity)


@pytest.mark.parametrize("position_first", [True, False])
def test_a_commission_that_comes_after_cash_was_taken_over_is_paid_already(position_first: bool) -> None:
    """The broker's cash contained it when it was listed, and it was subtracted a second time."""
    took = [taken(position_line(90, "90")), taken(cash=D(-10_001))]
    book = folded(fill(ref=""), *(took if position_first else took[::-1]), commission(amount="1"))
    assert (D(-10_001), {}) == (book.cash, book.late_costs)
    book = folded(fill(ref=""), taken(cash=D(-10_001)), commission(amount="1"), commission("e1.02", "1.5"))
    assert (D("-10_001.5"), D("1.5")) == (book.cash, book.positions[AAPL].commissions)


def test_to_take_over_a_contract_of_which_a_part_was_ignored_leaves_nothing_ignored() -> None:
    ignored = d.ForeignSettled(line=position_line(5), how="ignore", by="policy")
    book = folded(ignored, taken(position_line(8)))
    assert ({}, D(8)) == (book.ignored, book.positions[AAPL].quantity)


def test_to_take_over_is_neither_profit_nor_loss_of_the_day() -> None:
    began = [qualified(), d.DayStarted(day=date(2026, 11, 23), equity=D(100_000))]
    assert D(95_000) == folded(*began, taken(cash=D(-5_000))).day_equity
    assert D(103_000) == folded(*began, taken(position_line(30, "90"))).day_equity, "marked at the prior close of 100"
    lost_fill = folded(*began, taken(position_line(30, "100")), taken(cash=D(-3_000)))
    assert D(100_000) == lost_fill.day_equity


def test_before_the_first_day_there_is_no_equity_to_move() -> None:
    assert ZERO == folded(taken(cash=D(7))).day_equity
