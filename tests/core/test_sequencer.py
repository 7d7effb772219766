"""Committing, handing over, synchronising (PROTOCOL sections 1 and 2): each rule a claim about the journal's mind."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hydra.messages import commands as c
from hydra.messages import decisions as d
from hydra.messages import facts as f
from hydra.messages.sync import Reconciled
from hydra.runtime.message import Message
from hydra.values import OrderState, ParentEnd, TradingState
from tests.core.books import D, parent, signal, want
from tests.core.paper_journal import PaperJournal, connected, handed, ordered, permitted, sync, trading
from tests.core.telling import (
    completed_line,
    fill,
    open_line,
    session_closed,
    session_opened,
    status,
    time_seen,
    written,
)

REF = "s1.1.1"


# ---- committing


def test_a_permitted_order_is_committed_and_then_handed_to_its_session() -> None:
    journal = ordered()
    intent = journal.events(d.OrderIntended)[0].intent
    assert (REF, 1, 1) == (intent.want.order_ref, intent.session, intent.broker_order_id)
    assert [(REF, 1)] == handed(journal)


def test_nothing_leaves_before_the_commit() -> None:
    journal = trading()
    for stop in journal.turn([permitted(journal)]):
        if stop == "before commit":
            assert ([], []) == (journal.sent, journal.events(d.OrderIntended))
    assert [(REF, 1)] == handed(journal)


def test_an_order_ref_is_committed_once() -> None:
    journal = ordered()
    journal.tell(permitted(journal), permitted(journal))
    assert (1, 1, 0) == (
        len(journal.events(d.OrderIntended)),
        len(handed(journal)),
        len(journal.events(d.OrderRefused)),
    )


def test_a_refused_order_ref_is_never_committed() -> None:
    journal = trading()
    journal.tell(d.OrderRefused(want=want(), by="risk", reasons=("too big",)))
    journal.tell(permitted(journal))
    assert [] == journal.events(d.OrderIntended)


def test_an_order_that_may_not_be_committed_is_refused_with_every_reason() -> None:
    journal = trading()
    late = permitted(journal)
    journal.tell(session_closed())
    journal.tell(late)
    refused = journal.events(d.OrderRefused)[0]
    assert ("journal", 2) == (refused.by, len(refused.reasons))
    assert (1, []) == (journal.book.parents["s1"].refusals_n, handed(journal))


@pytest.mark.parametrize(
    "gate",
    [
        d.TradingStateChanged(state=TradingState.ACTIVE, by="ann", reason=""),
        d.BreakerTripped(breaker="daily_loss", value=D(3), limit=D(2), text=""),
        d.BreakerRearmed(breaker="daily_loss", by="ann", reason=""),
        fill("x1.01", ref="", quantity=1),
        session_opened(2),
        time_seen(30.0),
    ],
)
def test_a_permit_older_than_a_gate_event_is_void(gate: Message) -> None:
    journal = trading()
    old = permitted(journal)
    journal.tell(gate)
    journal.tell(old)
    assert ([], 1) == (journal.events(d.OrderIntended), len(journal.events(d.OrderRefused)))


def test_a_permit_of_an_older_sync_of_risk_is_void() -> None:
    journal = trading()
    old = permitted(journal)
    journal.tell(sync("risk", 2))
    journal.tell(old)
    assert [] == journal.events(d.OrderIntended)


def test_a_wish_of_an_older_sync_of_its_child_is_void() -> None:
    journal = trading()
    old = permitted(journal)
    journal.tell(sync("router/s1", 2, fresh=True))
    journal.tell(old)
    assert [] == journal.events(d.OrderIntended)


def test_nobody_is_synchronised_with_a_journal_that_was_restarted() -> None:
    journal = trading()
    old = permitted(journal)
    journal.crash()
    journal.tell(old)
    assert [] == journal.events(d.OrderIntended)


def test_order_ids_rise_above_everything_that_was_ever_seen() -> None:
    journal = connected()
    journal.tell(session_opened(2, next_valid_id=40))
    journal.tell(status(ref="", broker_order_id=60, session=2))
    assert 60 == journal.book.order_id_mark
    journal.answer(open_orders=(open_line("stray", broker_order_id=70),))
    assert 71 == next_order_id(journal)


def next_order_id(journal: PaperJournal) -> int:
    journal.tell(sync("risk"), sync("router/s1", fresh=True))
    journal.tell(c.SubmitSignal(signal=signal()))
    journal.tell(d.ParentOpened(parent=parent()))
    journal.tell(permitted(journal))
    return journal.events(d.OrderIntended)[-1].intent.broker_order_id


def test_order_ids_survive_the_process() -> None:
    journal = ordered().new_process()
    journal.tell(session_opened())
    journal.answer(completed_orders=(completed_line(),))
    journal.tell(sync("risk"), sync("router/s1", fresh=True))
    journal.tell(permitted(journal, "s1.1.2"))
    assert [1, 2] == [intended.intent.broker_order_id for intended in journal.events(d.OrderIntended)]


# ---- hand-over


def test_a_restarted_journal_hands_over_again_what_its_session_has_not_answered() -> None:
    journal = ordered()
    journal.tell(permitted(journal, "s1.2.1"))
    journal.tell(written())
    journal.sent.clear()
    journal.crash()
    assert [("s1.2.1", 1)] == handed(journal)
    assert [1] == [accepted.session for accepted in journal.told(c.AcceptSession)]


def test_a_crash_between_commit_and_hand_over_forgets_nothing() -> None:
    journal = trading()
    for stop in journal.turn([permitted(journal)]):
        if stop == "after commit":
            break
    journal.crash()
    assert [(REF, 1)] == handed(journal)


def test_a_crash_before_the_commit_leaves_nothing() -> None:
    journal = trading()
    for stop in journal.turn([permitted(journal)]):
        if stop == "before commit":
            break
    journal.crash()
    assert ([], []) == (handed(journal), journal.events(d.OrderIntended))


def test_no_intent_is_handed_to_a_later_session() -> None:
    journal = ordered()
    journal.tell(session_closed())
    journal.sent.clear()
    journal.tell(session_opened(2))
    journal.crash()
    assert [] == handed(journal)


def test_a_new_process_hands_over_nothing_and_doubts_what_was_open() -> None:
    journal = ordered().new_process()
    assert (False, OrderState.UNKNOWN, []) == (
        journal.book.session_live,
        journal.book.orders[REF].state,
        handed(journal),
    )
    assert "the process that held it ended without closing it" == journal.events(f.SessionClosed)[-1].reason


@pytest.mark.parametrize(("answers", "doubts"), [((), 1), ((written(),), 1), ((written(), status()), 0)])
def test_an_order_without_an_acknowledgement_is_doubted_after_the_probe_time(
    answers: tuple[Message, ...], doubts: int
) -> None:
    journal = ordered()
    for answer in answers:
        journal.tell(answer)
    journal.advance(1.9)
    assert [] == journal.events(d.OrderDoubted)
    journal.advance(0.2)
    assert doubts == len(journal.events(d.OrderDoubted))


def test_a_doubt_asks_for_a_listing_at_once() -> None:
    journal = ordered()
    journal.sent.clear()
    journal.advance(2.1)
    assert 1 == len(journal.told(c.FetchSnapshot, "broker"))


@pytest.mark.parametrize("answers", [(), (written(),)])
def test_a_restarted_journal_still_doubts_what_nobody_acknowledged(answers: tuple[Message, ...]) -> None:
    journal = ordered()
    journal.tell(*answers)
    journal.crash()
    journal.advance(2.1)
    assert [REF] == [doubt.order_ref for doubt in journal.events(d.OrderDoubted)]


# ---- synchronising


def test_a_fresh_child_is_answered_at_once() -> None:
    journal = trading()
    journal.tell(sync("router/s2", 5, fresh=True))
    answers = journal.told(Reconciled, "router/s2")
    assert [(5, journal.book.seq)] == [(answer.sync_n, answer.seq) for answer in answers]
    assert [] == journal.told(c.FetchSnapshot)


def test_an_answer_shows_the_book_as_of_its_number() -> None:
    journal = trading()
    journal.tell(sync("router/s2", 5, fresh=True), c.SubmitSignal(signal=signal(signal_id="s9")))
    answer = journal.told(Reconciled, "router/s2")[0]
    assert (answer.seq, False) == (
        answer.book.seq,
        any(record.signal.signal_id == "s9" for record in answer.book.signals),
    )
    assert answer.seq < journal.book.seq


def test_syncs_of_children_are_forgotten_with_their_parents() -> None:
    journal = trading()
    assert ["risk", "router/s1"] == list(journal.mind.syncs)
    over = d.ParentEnded(
        parent_ref="s1", end=ParentEnd.EXPIRED, filled=D(0), remainder=D(100), average_price=None, reason=""
    )
    journal.tell(over)
    assert ["risk"] == list(journal.mind.syncs)


def test_time_is_only_what_the_journal_was_told() -> None:
    journal = trading()
    late = permitted(journal)
    journal.now += timedelta(seconds=11)
    journal.tell(late)
    assert "expired" in journal.events(d.OrderRefused)[0].reasons[0]
