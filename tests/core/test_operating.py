"""The operator's word on trading."""

from __future__ import annotations

import pytest

from hydra.messages import commands as c
from hydra.messages import decisions as d
from hydra.values import OrderState, TradingState
from tests.core.books import D
from tests.core.paper_journal import PaperJournal, trading
from tests.core.telling import commit, completed_line, position_line, status


def change(state: TradingState, *, force: bool = False, reply_to: str = "ask-1") -> c.ChangeTrading:
    return c.ChangeTrading(state=state, by="ann", reason="drill", force=force, reply_to=reply_to)


def answers(journal: PaperJournal) -> list[tuple[bool, str]]:
    return [(said.obeyed, said.text) for said in journal.told(c.VerbAnswered)]


def differing(quantity: int = 30) -> PaperJournal:
    """Trading is paused: two listings agree on a position that nobody traded."""
    journal = trading()
    journal.look(positions=(position_line(quantity),))
    journal.advance(2)
    journal.answer(positions=(position_line(quantity),))
    journal.sent.clear()
    return journal


@pytest.mark.parametrize("state", list(TradingState))
def test_trading_goes_to_the_state_that_a_person_names(state: TradingState) -> None:
    journal = trading()
    journal.tell(change(state))
    assert (state, "ann", "drill") == (
        journal.book.trading.state,
        journal.book.trading.by,
        journal.book.trading.reason,
    )
    assert [(True, f"trading is {state}")] == answers(journal)
    assert f"go {state}" == journal.events(d.OperatorActed)[-1].verb


def test_a_halt_latches_the_broker_and_cancels_everything_and_a_resume_releases_it() -> None:
    journal = trading()
    journal.tell(change(TradingState.HALTED))
    assert ([True], 1) == ([one.latched for one in journal.told(c.LatchHalt)], len(journal.told(c.CancelEverything)))
    journal.sent.clear()
    journal.tell(change(TradingState.ACTIVE, reply_to="ask-2"))
    assert ([False], 0) == ([one.latched for one in journal.told(c.LatchHalt)], len(journal.told(c.CancelEverything)))


def test_a_resume_is_refused_while_a_difference_is_open_and_names_it() -> None:
    journal = differing()
    journal.tell(change(TradingState.ACTIVE))
    assert TradingState.PAUSED is journal.book.trading.state
    (obeyed, text) = answers(journal)[0]
    assert (False, True, True) == (obeyed, "the account holds 30 AAPL" in text, "--force" in text)


def test_a_forced_resume_accepts_exactly_what_is_open() -> None:
    journal = differing()
    journal.tell(change(TradingState.ACTIVE, force=True))
    assert (TradingState.ACTIVE, {}, ["position/AAPL"]) == (
        journal.book.trading.state,
        journal.book.differences,
        list(journal.book.accepted),
    )
    record = journal.book.settled["position/AAPL"]
    assert ("accepted", "ann", "drill") == (record.how, record.by, record.reason)
    journal.look(positions=(position_line(30),))
    journal.look(positions=(position_line(30),))
    assert TradingState.ACTIVE is journal.book.trading.state
    journal.look(positions=(position_line(31),))
    journal.look(positions=(position_line(31),))
    assert (TradingState.PAUSED, "31") == (
        journal.book.trading.state,
        journal.book.differences["position/AAPL"].theirs,
    )


def test_a_difference_that_went_back_to_what_was_accepted_is_silent_again() -> None:
    journal = differing()
    journal.tell(change(TradingState.ACTIVE, force=True))
    for quantity in (31, 31, 30):
        journal.look(positions=(position_line(quantity),))
    assert ({}, ["position/AAPL"]) == (journal.book.differences, list(journal.book.accepted))


def test_an_accepted_difference_that_went_away_is_raised_when_it_comes_back() -> None:
    journal = differing()
    journal.tell(change(TradingState.ACTIVE, force=True))
    journal.look()
    assert {} == journal.book.accepted
    for _ in range(2):
        journal.look(positions=(position_line(30),))
    assert TradingState.PAUSED is journal.book.trading.state


def test_a_resume_re_arms_the_breakers() -> None:
    journal = trading()
    journal.tell(d.BreakerTripped(breaker="daily_loss", value=D(3), limit=D(2), text="loss"))
    assert TradingState.REDUCING is journal.book.trading.state
    journal.tell(change(TradingState.ACTIVE))
    assert ({}, TradingState.ACTIVE) == (journal.book.breakers, journal.book.trading.state)


def test_a_verb_told_twice_is_used_once() -> None:
    journal = differing()
    forced = change(TradingState.ACTIVE, force=True)
    journal.tell(forced)
    for _ in range(2):
        journal.look(positions=(position_line(99),))
    journal.tell(forced)
    assert (TradingState.PAUSED, ["position/AAPL"]) == (
        journal.book.trading.state,
        list(journal.book.differences),
    )
    assert [True, False] == [obeyed for obeyed, _ in answers(journal)]


def test_accepting_that_an_order_is_over_elsewhere_ends_it() -> None:
    journal = trading()
    journal.tell(commit(as_of_seq=journal.book.seq), status())
    for _ in range(2):
        journal.look(completed_orders=(completed_line(filled=40),))
    assert "fills_missing" == journal.book.differences["order/s1.1.1"].kind
    journal.tell(change(TradingState.ACTIVE, force=True))
    order = journal.book.orders["s1.1.1"]
    assert (OrderState.CANCELLED, D(0)) == (order.state, order.filled)
    assert "accepted by ann" in journal.events(d.OrderEnded)[-1].evidence
