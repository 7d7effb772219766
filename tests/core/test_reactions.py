"""What follows from an event by law, told to a journal whose session 1 works order s1.1.1 of 100 AAPL."""

from __future__ import annotations

import pytest

from hydra.messages import commands as c
from hydra.messages import decisions as d
from hydra.messages.base import Event
from hydra.values import ZERO, Difference, OrderState, ParentEnd, SignalEnd, TradingState
from tests.core.books import D, want
from tests.core.paper_journal import PaperJournal, trading
from tests.core.telling import (
    commit,
    error,
    figures,
    fill,
    not_written,
    position_line,
    session_closed,
    session_opened,
    status,
    written,
)

REF = "s1.1.1"


def working(*told: Event) -> PaperJournal:
    journal = trading()
    journal.tell(commit(as_of_seq=journal.book.seq))
    journal.tell(*told)
    return journal


def state(*told: Event) -> OrderState:
    return working(*told).book.orders[REF].state


def verdicts(journal: PaperJournal) -> list[str]:
    return [verdict.state for verdict in journal.events(d.OrderEnded)]


@pytest.mark.parametrize("word", ["Cancelled", "ApiCancelled"])
def test_a_cancelled_status_with_the_fills_we_know_is_an_end(word: str) -> None:
    journal = working(status(), fill(quantity=30), status(word, filled=30))
    assert (OrderState.CANCELLED, D(30)) == (journal.book.orders[REF].state, journal.events(d.OrderEnded)[0].filled)


@pytest.mark.parametrize("filled", [0, 29, 31])
def test_a_cancelled_status_with_other_fills_is_a_doubt(filled: int) -> None:
    assert OrderState.UNKNOWN is state(status(), fill(quantity=30), status("Cancelled", filled=filled))


def test_a_doubted_cancellation_is_an_end_when_its_fills_have_come() -> None:
    told = [status(), status("Cancelled", filled=30), fill(quantity=30), status("Cancelled", filled=30)]
    assert OrderState.CANCELLED is state(*told)


def test_inactive_is_a_doubt() -> None:
    assert OrderState.UNKNOWN is state(status(), status("Inactive", why_held="locate"))


@pytest.mark.parametrize("effect", ["order_dead", "order_unknown"])
def test_no_error_ends_an_order(effect: str) -> None:
    journal = working(status(), error(201, effect))
    assert (OrderState.UNKNOWN, []) == (journal.book.orders[REF].state, verdicts(journal))


@pytest.mark.parametrize("effect", ["notice", "warning", "modify_refused", "unknown"])
def test_other_errors_do_not_even_doubt_it(effect: str) -> None:
    assert OrderState.WORKING is state(status(), error(399, effect))


def test_a_status_filled_alone_ends_nothing() -> None:
    assert OrderState.WORKING is state(status(), status("Filled", filled=100))


def test_executions_that_cover_the_quantity_end_an_order_filled() -> None:
    assert OrderState.FILLED is state(fill("e1.01", quantity=60), fill("e2.01", quantity=40))


def test_more_than_was_intended_breaks_a_law() -> None:
    journal = working(fill("e1.01", quantity=60), fill("e2.01", quantity=41))
    assert "s1.1.1 filled 101, more than its quantity 100" in journal.events(d.LawViolated)[0].text
    assert "critical" == journal.events(d.AlertRaised)[0].severity


def test_the_end_of_a_session_doubts_everything_unproven() -> None:
    journal = trading()
    for n in (1, 2, 3):
        journal.tell(commit(want(order_ref=f"s1.1.{n}"), as_of_seq=journal.book.seq))
    journal.tell(status(ref="s1.1.2"), status("Cancelled", ref="s1.1.3"), session_closed())
    assert ["s1.1.1", "s1.1.2"] == [doubt.order_ref for doubt in journal.events(d.OrderDoubted)]


def test_what_the_broker_never_wrote_is_not_written() -> None:
    journal = working(not_written())
    assert (OrderState.NOT_WRITTEN, ["NOT_WRITTEN"]) == (journal.book.orders[REF].state, verdicts(journal))


def test_that_answer_counts_after_the_session_ended_too() -> None:
    assert OrderState.NOT_WRITTEN is state(session_closed(), not_written())


@pytest.mark.parametrize("before", [written(), status()])
def test_an_order_that_was_written_and_was_not_breaks_a_law(before: Event) -> None:
    journal = working(before, not_written())
    assert ([], 1) == (verdicts(journal), len(journal.events(d.LawViolated)))


def test_a_parent_ends_its_signal() -> None:
    over = d.ParentEnded(
        parent_ref="s1", end=ParentEnd.EXPIRED, filled=ZERO, remainder=D(100), average_price=None, reason="time"
    )
    journal = trading()
    journal.tell(over)
    assert [SignalEnd.EXPIRED] == [ended.end for ended in journal.events(d.SignalEnded)]
    assert {} == journal.book.signals


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (TradingState.ACTIVE, TradingState.PAUSED),
        (TradingState.REDUCING, TradingState.PAUSED),
        (TradingState.PAUSED, TradingState.PAUSED),
        (TradingState.HALTED, TradingState.HALTED),
    ],
)
def test_a_difference_pauses_and_never_loosens(before: TradingState, after: TradingState) -> None:
    gap = Difference(item="cash", kind="cash", symbol="", ours="1", theirs="2", text="cash differs")
    journal = trading()
    journal.tell(d.TradingStateChanged(state=before, by="ann", reason="drill"))
    journal.tell(d.DifferenceFound(difference=gap))
    assert after is journal.book.trading.state
    assert ("difference", "cash") == (journal.events(d.AlertRaised)[0].kind, journal.events(d.AlertRaised)[0].about)


@pytest.mark.parametrize("before", list(TradingState))
def test_a_breaker_reduces_and_never_loosens(before: TradingState) -> None:
    journal = trading()
    journal.tell(d.TradingStateChanged(state=before, by="ann", reason="drill"))
    journal.tell(d.BreakerTripped(breaker="daily_loss", value=D(3), limit=D(2), text="loss"))
    expected = TradingState.REDUCING if before is TradingState.ACTIVE else before
    assert expected is journal.book.trading.state


def test_somebody_elses_execution_is_counted_and_pauses() -> None:
    journal = trading()
    journal.tell(fill("x1.01", ref="", quantity=5))
    assert D(5) == journal.book.positions[265598].quantity
    assert (TradingState.PAUSED, ["execution/x1.01"]) == (
        journal.book.trading.state,
        list(journal.book.differences),
    )


def test_it_stays_open_whatever_the_listings_show() -> None:
    journal = trading()
    journal.tell(fill("x1.01", ref="", quantity=5))
    for _ in range(3):
        journal.look(positions=(position_line(5),), figures=figures(99_500))
    assert ["execution/x1.01"] == list(journal.book.differences)


def test_executions_before_the_books_are_opened_are_absorbed() -> None:
    journal = PaperJournal()
    journal.tell(session_opened())
    journal.tell(fill("x1.01", ref=""))
    assert ([], TradingState.ACTIVE) == (journal.events(d.DifferenceFound), journal.book.trading.state)


def test_a_late_fill_of_a_forgotten_order_of_ours_is_counted_without_a_pause() -> None:
    over = d.ParentEnded(
        parent_ref="s1", end=ParentEnd.EXPIRED, filled=ZERO, remainder=D(100), average_price=None, reason="time"
    )
    journal = working(status(), status("Cancelled"), over, fill(quantity=10))
    assert {} == journal.book.orders
    assert (D(10), TradingState.ACTIVE) == (journal.book.positions[265598].quantity, journal.book.trading.state)


def called_dead(verdict: str, *told: Event) -> PaperJournal:
    ended = d.OrderEnded(order_ref=REF, state=verdict, filled=ZERO, evidence="absent")
    doubt = d.OrderDoubted(order_ref=REF, reason="silence")
    return working(doubt, ended, *told)


DEAD = ["REJECTED", "NOT_WRITTEN", "NEVER_REACHED"]


@pytest.mark.parametrize("verdict", DEAD)
@pytest.mark.parametrize("sign", [status(), fill(quantity=10)])
def test_an_order_that_was_called_dead_and_lives_pauses_and_its_truth_is_taken(verdict: str, sign: Event) -> None:
    journal = called_dead(verdict, sign, sign)
    assert (OrderState.WORKING, TradingState.PAUSED) == (journal.book.orders[REF].state, journal.book.trading.state)
    assert [("wrong_verdict", verdict)] == [
        (found.difference.kind, found.difference.ours) for found in journal.events(d.DifferenceFound)
    ]


@pytest.mark.parametrize("verdict", DEAD)
def test_so_does_one_that_was_forgotten_since(verdict: str) -> None:
    over = d.ParentEnded(
        parent_ref="s1", end=ParentEnd.EXPIRED, filled=ZERO, remainder=D(100), average_price=None, reason="time"
    )
    journal = called_dead(verdict, over, fill(quantity=10))
    assert TradingState.PAUSED is journal.book.trading.state


def test_a_wrong_verdict_that_a_person_accepted_is_not_raised_again() -> None:
    journal = called_dead("NEVER_REACHED", status())
    forced = c.ChangeTrading(state=TradingState.ACTIVE, by="ann", reason="", force=True, reply_to="")
    journal.tell(forced)
    journal.tell(status("PreSubmitted"))
    assert TradingState.ACTIVE is journal.book.trading.state


def test_a_correction_of_a_closed_day_is_a_difference_and_no_fill() -> None:
    journal = working(fill("e1.01", quantity=100))
    day = d.DayStarted(day=journal.now.date().replace(day=24), equity=D(1))
    journal.tell(day, fill("e1.02", quantity=90), fill("e1.02", quantity=90))
    assert D(100) == journal.book.positions[265598].quantity
    assert (["execution/e1.02"], "late_correction") == (
        list(journal.book.differences),
        journal.book.differences["execution/e1.02"].kind,
    )
    assert TradingState.PAUSED is journal.book.trading.state
