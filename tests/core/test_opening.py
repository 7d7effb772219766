"""The first page of a journal."""

from __future__ import annotations

import pytest

from hydra.messages import decisions as d
from hydra.messages.sync import Reconciled
from hydra.values import TradingState
from tests.core.books import AAPL, D
from tests.core.paper_journal import PaperJournal, sync
from tests.core.telling import NOBODY, execution, figures, open_line, position_line, qualified, session_opened


def first(foreign: str = "pause") -> PaperJournal:
    journal = PaperJournal(foreign=foreign)
    journal.tell(session_opened(), qualified(), sync("risk"))
    return journal


def test_a_flat_account_opens_the_books_with_its_cash() -> None:
    journal = first()
    journal.answer(figures=figures(5_000))
    assert (True, D(5_000), {}) == (journal.book.opening, journal.book.cash, journal.book.positions)
    assert "hydra" == journal.events(d.OpeningBalance)[0].by
    assert 1 == len(journal.told(Reconciled, "risk"))


@pytest.mark.parametrize("changes", [{"figures": NOBODY}, {"unsettled": (AAPL,)}, {"missing": ("positions",)}])
def test_they_stay_shut_while_the_account_cannot_be_told(changes: dict[str, object]) -> None:
    journal = first()
    journal.answer(**changes)
    assert ([], []) == (journal.events(d.OpeningBalance), journal.told(Reconciled))
    journal.advance(1.1)
    journal.answer()
    assert (True, 1) == (journal.book.opening, len(journal.told(Reconciled)))


def test_executions_before_the_opening_are_absorbed() -> None:
    journal = first()
    earlier = execution("x1.01", "", 5)
    journal.answer(executions=(earlier,))
    journal.look(executions=(earlier,))
    assert (D(100_000), {}, {}) == (journal.book.cash, journal.book.positions, journal.book.differences)
    assert TradingState.ACTIVE is journal.book.trading.state


def test_a_position_found_there_pauses_and_says_what_to_do() -> None:
    journal = first()
    journal.answer(positions=(position_line(30),))
    journal.look(positions=(position_line(30),))
    assert (TradingState.PAUSED, {}) == (journal.book.trading.state, journal.book.positions)
    found = journal.events(d.DifferenceFound)
    assert ["foreign_position"] == [one.difference.kind for one in found]
    assert "foreign_positions = 'adopt'" in found[0].difference.text


def test_it_can_be_adopted() -> None:
    journal = first("adopt")
    journal.answer(positions=(position_line(30, "90"),))
    held = journal.book.positions[AAPL]
    assert (D(30), D(90), "AAPL#1") == (held.quantity, held.average_price, held.episode)
    assert (TradingState.ACTIVE, {}) == (journal.book.trading.state, journal.book.differences)


def test_it_can_be_left_alone() -> None:
    journal = first("ignore")
    journal.answer(positions=(position_line(30),))
    journal.look(positions=(position_line(30),))
    assert ({}, [AAPL], {}) == (journal.book.positions, list(journal.book.ignored), journal.book.differences)


def test_orders_found_there_pause() -> None:
    journal = first()
    journal.answer(open_orders=(open_line("", 77),))
    assert [] == journal.told(Reconciled)
    journal.advance(2)
    journal.answer(open_orders=(open_line("", 77),))
    assert (TradingState.PAUSED, ["order/77"]) == (journal.book.trading.state, list(journal.book.differences))
    assert 1 == len(journal.told(Reconciled))
