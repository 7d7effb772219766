"""Which sightings count: two settled listings that agree; and when a difference is gone."""

from __future__ import annotations

from typing import Any

import pytest

from hydra.core.weighing import Scope
from hydra.messages import commands as c
from hydra.messages import decisions as d
from hydra.values import Difference, TradingState
from tests.core.books import AAPL, D, instrument
from tests.core.paper_journal import PaperJournal, connected
from tests.core.telling import NOBODY, figures, fill, open_line, position_line, qualified, session_opened

IBM = 8314
HELD = {"positions": (position_line(5),)}


def open_items(journal: PaperJournal) -> list[str]:
    return list(journal.book.differences)


def found(journal: PaperJournal, **listing: Any) -> PaperJournal:
    """After two listings."""
    journal.look(**listing)
    journal.look(**listing)
    return journal


def test_a_first_sighting_does_not_count() -> None:
    journal = connected()
    journal.look(**HELD)
    assert ([], TradingState.ACTIVE) == (open_items(journal), journal.book.trading.state)


def test_a_second_one_that_agrees_does() -> None:
    journal = found(connected(), **HELD)
    assert (["position/AAPL"], TradingState.PAUSED) == (open_items(journal), journal.book.trading.state)


def test_one_that_comes_too_soon_after_it_does_not() -> None:
    """The model check found it (seed 17): two listings within the lag of positions agreed on what was not so."""
    journal = connected()
    journal.look(**HELD)
    for _ in range(3):
        journal.tell(c.ReconcileNow(reason="again"))
        journal.answer(**HELD)
        journal.advance(0.3)
    assert [] == open_items(journal)
    journal.look(**HELD)
    assert ["position/AAPL"] == open_items(journal)


def test_two_that_do_not_agree_do_not() -> None:
    journal = connected()
    for quantity in (5, 6, 7):
        journal.look(positions=(position_line(quantity),))
    assert [] == open_items(journal)


def test_one_that_is_not_seen_again_was_none() -> None:
    journal = connected()
    for listing in (HELD, {}, HELD):
        journal.look(**listing)
    assert [] == open_items(journal)


def test_an_unsettled_listing_in_between_neither_confirms_nor_forgets() -> None:
    journal = connected()
    for listing in (HELD, {**HELD, "unsettled": (AAPL,)}, HELD):
        journal.look(**listing)
    assert ["position/AAPL"] == open_items(journal)


def test_what_one_session_saw_does_not_count_in_the_next() -> None:
    journal = connected()
    journal.look(**HELD)
    journal.tell(session_opened(2))
    journal.answer(**HELD)
    assert [] == open_items(journal)


def test_a_difference_is_raised_once_while_it_stays_the_same() -> None:
    journal = connected()
    for _ in range(5):
        journal.look(**HELD)
    assert 1 == len(journal.events(d.DifferenceFound))


def test_a_changed_one_is_raised_again() -> None:
    journal = found(connected(), **HELD)
    found(journal, positions=(position_line(6),))
    assert (2, "6") == (len(journal.events(d.DifferenceFound)), journal.book.differences["position/AAPL"].theirs)


def test_a_difference_that_is_judged_and_not_seen_is_gone_but_trading_stays_paused() -> None:
    journal = found(connected(), **HELD)
    journal.look()
    assert ([], TradingState.PAUSED) == (open_items(journal), journal.book.trading.state)
    assert ["hydra"] == [gone.by for gone in journal.events(d.DifferenceResolved)]


def test_a_busy_symbol_is_not_judged_and_another_one_is() -> None:
    journal = connected()
    journal.tell(qualified(instrument=instrument(con_id=IBM, symbol="IBM")))
    ibm = position_line(9, con_id=IBM, symbol="IBM")
    found(journal, positions=(position_line(5), ibm))
    journal.look(unsettled=(AAPL,))
    assert ["position/AAPL"] == open_items(journal)


@pytest.mark.parametrize("blind", [{"figures": NOBODY}, {"unsettled": (1,)}])
def test_a_listing_that_cannot_judge_cash_does_not_resolve_it(blind: dict[str, object]) -> None:
    journal = found(connected(), figures=figures(50_000))
    journal.look(**blind)
    assert ["cash"] == open_items(journal)
    journal.look()
    assert [] == open_items(journal)


def test_a_gap_in_cash_is_one_difference_while_both_sides_move_on() -> None:
    journal = found(connected(), figures=figures(99_000))
    journal.tell(fill("x1.01", "", 10, "100"))
    moved = {"figures": figures(98_000), "positions": (position_line(10),)}
    found(journal, **moved)
    assert ["cash", "execution/x1.01"] == [one.difference.item for one in journal.events(d.DifferenceFound)]


def test_an_unknown_order_is_gone_when_it_is_no_longer_listed() -> None:
    journal = found(connected(), open_orders=(open_line("", 77),))
    assert ["order/77"] == open_items(journal)
    journal.look()
    assert [] == open_items(journal)


@pytest.mark.parametrize(("policy", "held", "ignored"), [("adopt", D(5), 0), ("ignore", D(0), 1)])
def test_the_policy_settles_a_foreign_position_at_the_second_sighting(policy: str, held: object, ignored: int) -> None:
    journal = connected(policy)
    journal.look(**HELD)
    assert [] == journal.events(d.ForeignSettled)
    journal.look(**HELD)
    assert (1, held, ignored) == (
        len(journal.events(d.ForeignSettled)),
        journal.book.position(AAPL, "AAPL").quantity,
        len(journal.book.ignored),
    )
    found(journal, **HELD)
    assert ([], TradingState.ACTIVE, 1) == (
        open_items(journal),
        journal.book.trading.state,
        len(journal.events(d.ForeignSettled)),
    )


SCOPE = Scope(busy=("IBM",), undecided=("s1.1.1",), has_cash=False)


@pytest.mark.parametrize(
    ("item", "symbol", "expected"),
    [
        ("position/AAPL", "AAPL", True),
        ("position/IBM", "IBM", False),
        ("average/AAPL", "AAPL", True),
        ("average/IBM", "IBM", False),
        ("order/s1.1.1", "IBM", False),
        ("order/s1.1.2", "IBM", True),
        ("cash", "", False),
        ("execution/e1.01", "AAPL", False),
        ("verdict/s1.1.1", "AAPL", False),
    ],
)
def test_only_what_a_listing_judged_can_be_gone(item: str, symbol: str, expected: bool) -> None:
    one = Difference(item=item, kind="k", symbol=symbol, ours="", theirs="", text="")
    assert expected is SCOPE.covers(one)
