"""Runs, halts, signals: what the journal makes of its own process and of those who want something."""

from __future__ import annotations

import pytest

from hydra.messages import commands as c
from hydra.messages import decisions as d
from hydra.values import SignalEnd, TradingState
from tests.core.books import D, quote, signal
from tests.core.paper_journal import PaperJournal, connected, lifecycle, trading
from tests.core.telling import session_opened


def test_a_socket_that_opens_while_halted_is_latched_before_it_is_accepted() -> None:
    journal = connected()
    journal.tell(d.TradingStateChanged(state=TradingState.HALTED, by="ann", reason="drill"))
    journal.sent.clear()
    journal.tell(session_opened(2))
    names = [type(send.message).__name__ for send in journal.sent if send.to == "broker"]
    assert ["LatchHalt", "AcceptSession"] == [name for name in names if name in ("LatchHalt", "AcceptSession")]


def test_a_restarted_journal_latches_again_what_was_halted() -> None:
    journal = connected()
    journal.tell(d.TradingStateChanged(state=TradingState.HALTED, by="ann", reason="drill"))
    journal.sent.clear()
    journal.crash()
    assert [True] == [latch.latched for latch in journal.told(c.LatchHalt)]


def test_a_message_that_was_set_aside_pauses_trading() -> None:
    journal = trading()
    journal.tell(lifecycle("journal", "poisoned"))
    assert (TradingState.PAUSED, 1) == (journal.book.trading.state, len(journal.events(d.LawViolated)))


def test_it_never_loosens_a_halt() -> None:
    journal = trading()
    journal.tell(d.TradingStateChanged(state=TradingState.HALTED, by="ann", reason="drill"))
    journal.tell(lifecycle("journal", "poisoned"))
    assert TradingState.HALTED is journal.book.trading.state


def runs(journal: PaperJournal, n: int, *, apart_s: float) -> PaperJournal:
    for _ in range(n):
        journal.advance(apart_s)
        journal = journal.new_process()
    return journal


@pytest.mark.parametrize(
    ("crashes", "apart_s", "expected"),
    [(3, 60, TradingState.ACTIVE), (4, 60, TradingState.HALTED), (6, 1500, TradingState.ACTIVE)],
)
def test_more_than_three_crashed_runs_in_an_hour_start_halted(
    crashes: int, apart_s: float, expected: TradingState
) -> None:
    journal = runs(PaperJournal(), crashes, apart_s=apart_s)
    assert (crashes + 1, expected) == (journal.book.run, journal.book.trading.state)


def test_runs_that_ended_in_order_do_not_count() -> None:
    journal = PaperJournal()
    for _ in range(6):
        journal.tell(c.EndRun(reason="SIGTERM", reply_to="main"))
        journal = journal.new_process()
    assert (0, TradingState.ACTIVE) == (journal.book.disorderly_runs, journal.book.trading.state)


def test_the_end_of_a_run_is_answered_and_recorded_once() -> None:
    journal = PaperJournal()
    end = c.EndRun(reason="SIGTERM", reply_to="main")
    journal.tell(end, end)
    assert (1, 2) == (len(journal.events(d.RunEnded)), len(journal.told(c.VerbAnswered, "main")))


def test_a_signal_is_received_once() -> None:
    journal = connected()
    journal.tell(c.SubmitSignal(signal=signal()), c.SubmitSignal(signal=signal()))
    assert 1 == len(journal.events(d.SignalReceived))


def test_while_the_run_winds_down_a_signal_ends_as_it_comes() -> None:
    journal = connected()
    journal.tell(c.WindDown(reason="ctrl-c"), c.SubmitSignal(signal=signal()), c.SubmitSignal(signal=signal()))
    assert [SignalEnd.REJECTED_BY_STATE] == [ended.end for ended in journal.events(d.SignalEnded)]


def test_what_risk_says_of_a_signal_that_has_ended_is_no_matter() -> None:
    journal = connected()
    journal.tell(c.WindDown(reason="ctrl-c"), c.SubmitSignal(signal=signal()))
    assert [] == journal.tell(d.SignalAdmitted(signal_id="s1", quantity=D(1), text=""))


def test_a_message_that_the_journal_does_not_know_is_an_error() -> None:
    with pytest.raises(TypeError, match="QuoteChanged"):
        connected().tell(c.QuoteChanged(quote=quote()))
