"""Asking, coalescing, answering: who waits gets one answer, and never while a first sighting is open."""

from __future__ import annotations

import pytest

from hydra.core.reconciling import LOOKS_MAX
from hydra.messages import commands as c
from hydra.messages import decisions as d
from hydra.messages import facts as f
from hydra.messages.sync import Reconciled
from hydra.values import OrderState
from tests.core.books import AAPL, D
from tests.core.paper_journal import PaperJournal, connected, sync, trading
from tests.core.telling import (
    commission,
    commit,
    completed_line,
    execution,
    figures,
    fill,
    open_line,
    position_line,
    session_closed,
    session_opened,
    snapshot,
    status,
)

HELD = {"positions": (position_line(5),)}


def asked_n(journal: PaperJournal) -> int:
    return len(journal.told(c.FetchSnapshot, "broker"))


def answered(journal: PaperJournal, who: str = "risk") -> list[int]:
    return [answer.sync_n for answer in journal.told(Reconciled, who)]


def quiet() -> PaperJournal:
    journal = connected()
    journal.sent.clear()
    return journal


# ---- asking


def test_many_who_wait_need_one_listing() -> None:
    journal = quiet()
    journal.tell(*(sync(who) for who in ("risk", "router", "monitor", "exit")))
    assert 1 == asked_n(journal)
    journal.answer()
    assert ([1], [1], [1], [1], 1) == (
        *(answered(journal, who) for who in ("risk", "router", "monitor", "exit")),
        asked_n(journal),
    )


def test_an_actor_that_asks_again_and_again_costs_nothing() -> None:
    journal = quiet()
    for _ in range(4):
        journal.tell(sync("risk"))
        journal.advance(0.4)
    assert 1 == asked_n(journal)


def test_whoever_asks_after_the_second_look_came_early_does_not_wait_for_it() -> None:
    journal = quiet()
    journal.look(**HELD)
    journal.look()
    before = asked_n(journal)
    journal.tell(sync("risk"))
    assert before + 1 == asked_n(journal)


def test_only_the_newest_question_is_answered() -> None:
    journal = quiet()
    journal.tell(sync("risk", 1), sync("risk", 2))
    journal.answer()
    assert [2] == answered(journal)
    journal.tell(sync("risk", 3))
    journal.answer()
    assert [2, 3] == answered(journal)


def test_a_reason_that_comes_while_a_listing_is_made_begins_another_one() -> None:
    journal = quiet()
    restored = f.BrokerNoticed(session=1, code=1102, text="", effect="connection")
    journal.tell(c.ReconcileNow(reason="scheduled"), restored, restored)
    assert 1 == asked_n(journal)
    journal.answer()
    assert 2 == asked_n(journal)
    journal.answer()
    assert (2, ["scheduled", "connectivity restored (1102)"]) == (
        asked_n(journal),
        [done.reason for done in journal.events(d.ReconciliationDone)[-2:]],
    )


def test_without_a_session_everybody_waits_for_the_next_one() -> None:
    journal = quiet()
    journal.tell(session_closed(), sync("risk"), c.ReconcileNow(reason="scheduled"))
    assert 0 == asked_n(journal)
    journal.tell(session_opened(2))
    assert 1 == asked_n(journal)
    journal.answer()
    assert [1] == answered(journal)


def test_a_listing_that_does_not_come_is_asked_for_again() -> None:
    journal = quiet()
    journal.tell(sync("risk"))
    journal.advance(4.9)
    assert 1 == asked_n(journal)
    journal.advance(0.2)
    assert 2 == asked_n(journal)
    journal.answer()
    assert [1] == answered(journal)


@pytest.mark.parametrize("machine_s", [0.1, 1000.3, 98765.4321, 123456.7])
def test_it_is_given_up_at_any_reading_of_the_clock(machine_s: float) -> None:
    journal = quiet()
    journal.machine_s = machine_s
    journal.timers.clear()
    journal.tell(sync("risk"))
    journal.advance(5)
    assert 2 == asked_n(journal)


# ---- which listings count


def test_a_listing_that_was_given_up_is_ignored() -> None:
    journal = quiet()
    journal.tell(sync("risk"))
    late = journal.listing(**HELD)
    journal.advance(5.1)
    assert [] == journal.tell(late)


def test_a_listing_of_another_request_or_session_is_ignored() -> None:
    journal = quiet()
    journal.tell(sync("risk"))
    assert [] == journal.tell(snapshot(journal.request_n - 1), snapshot(journal.request_n + 1))
    assert [] == journal.answer(session=2)


def test_a_listing_that_an_earlier_incarnation_asked_for_is_ignored() -> None:
    journal = PaperJournal()
    journal.tell(session_opened())
    old = journal.listing()
    journal.crash()
    assert [] == journal.tell(old)


def test_a_listing_told_twice_counts_once() -> None:
    journal = quiet()
    journal.tell(sync("risk"))
    listing = journal.listing()
    assert 1 == len(journal.tell(listing, listing))


def test_an_incomplete_listing_proves_nothing_and_is_asked_for_again() -> None:
    journal = trading()
    journal.tell(commit(as_of_seq=journal.book.seq), status())
    journal.tell(sync("exit"), session_opened(2))
    assert [] == journal.answer(missing=("executions",), completed_orders=(completed_line(),))
    assert (OrderState.UNKNOWN, []) == (journal.book.orders["s1.1.1"].state, answered(journal, "exit"))
    journal.sent.clear()
    journal.advance(1)
    assert 1 == asked_n(journal)


# ---- repairing


def test_executions_that_nobody_told_are_taken_from_the_listing_before_anything_is_compared() -> None:
    journal = trading()
    journal.tell(commit(as_of_seq=journal.book.seq), status())
    journal.look(
        executions=(execution(quantity=100),),
        commissions=(commission().commission,),
        completed_orders=(completed_line(word="Filled", filled=100),),
        positions=(position_line(100),),
        figures=figures(89_999),
    )
    order = journal.book.orders["s1.1.1"]
    assert (OrderState.FILLED, D(100), D(89_999)) == (order.state, order.filled, journal.book.cash)
    assert ([], 1) == (journal.events(d.DifferenceFound), journal.events(d.ReconciliationDone)[-1].repaired_n)
    assert journal.events(f.ExecutionReported)[0].late


def test_a_listed_correction_of_a_closed_day_is_no_new_fill() -> None:
    journal = connected()
    journal.tell(fill("x1.01", "", 5, "100"), d.DayStarted(day=journal.now.date(), equity=D(1)))
    journal.look(executions=(execution("x1.02", "", 4),), positions=(position_line(5),), figures=figures(99_500))
    assert (D(5), True) == (
        journal.book.positions[AAPL].quantity,
        journal.events(f.ExecutionReported)[-1].of_closed_day,
    )
    assert "late_correction" == journal.book.differences["execution/x1.02"].kind


def test_reconciling_twice_changes_nothing() -> None:
    journal = trading()
    journal.tell(commit(as_of_seq=journal.book.seq), status(), fill(quantity=40))
    listing = {
        "open_orders": (open_line(filled=D(40)),),
        "executions": (execution(quantity=40),),
        "positions": (position_line(40),),
        "figures": figures(96_000),
    }
    journal.look(**listing)
    again = journal.look(**listing)
    assert [d.ReconciliationDone] == [type(event) for event in again]
    assert 0 == journal.events(d.ReconciliationDone)[-1].repaired_n


# ---- answering


def test_nobody_is_answered_while_a_first_sighting_is_open() -> None:
    journal = quiet()
    journal.tell(sync("risk"))
    journal.answer(**HELD)
    assert [] == answered(journal)
    journal.tell(sync("risk"))
    assert 1 == asked_n(journal)
    journal.advance(1.6)
    assert 2 == asked_n(journal)
    journal.answer(**HELD)
    assert ([1], ["position/AAPL"]) == (answered(journal), list(journal.book.differences))


def test_a_first_sighting_in_a_symbol_that_turned_busy_is_still_open() -> None:
    journal = quiet()
    journal.tell(sync("risk"))
    journal.answer(**HELD)
    journal.advance(1.6)
    journal.answer(unsettled=(AAPL,), **HELD)
    assert [] == answered(journal)
    journal.advance(1.6)
    journal.answer()
    assert ([1], {}) == (answered(journal), journal.book.differences)


def test_busy_symbols_do_not_hold_the_answer_and_stay_unverified() -> None:
    journal = quiet()
    journal.tell(sync("risk"))
    journal.answer(unsettled=(AAPL, 4711))
    assert ([1], ["4711", "AAPL"]) == (answered(journal), list(journal.book.unverified))


def test_busy_symbols_are_asked_again_until_they_are_judged() -> None:
    journal = quiet()
    journal.look(unsettled=(AAPL,))
    for _ in range(3):
        before = asked_n(journal)
        journal.advance(1.6)
        assert before + 1 == asked_n(journal)
        journal.answer(unsettled=(AAPL,))
    since = journal.book.unverified["AAPL"]
    journal.advance(1.6)
    journal.answer()
    assert ({}, True) == (journal.book.unverified, since < journal.now)
    before = asked_n(journal)
    journal.advance(10)
    assert before == asked_n(journal)


def test_whatever_changes_all_the_time_the_answer_comes_and_names_the_symbol() -> None:
    journal = quiet()
    journal.tell(sync("risk"))
    for n in range(1, LOOKS_MAX):
        journal.answer(positions=(position_line(n),))
        assert [] == answered(journal)
        journal.advance(1.6)
    journal.answer(positions=(position_line(99),))
    assert ([1], ["AAPL"]) == (answered(journal), list(journal.book.unverified))


def test_memory_of_what_is_settled_goes() -> None:
    journal = quiet()
    journal.tell(sync("risk"))
    journal.answer(**HELD)
    journal.advance(1.6)
    journal.answer()
    mind = journal.mind.reconciling
    assert ({}, {}, {}, None, "", "", False) == (
        mind.waiting,
        mind.weighing.claimed,
        mind.absences.since_s,
        mind.asked,
        mind.reason,
        mind.again,
        mind.will_look,
    )
