"""Each rule of the order protocol (PROTOCOL sections 1 and 2) as a claim about the journal's mind."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from hydra.messages import commands as c
from hydra.messages import decisions as d
from hydra.messages import facts as f
from hydra.messages.sync import Reconciled
from hydra.runtime.message import Message
from hydra.values import OrderState, ParentEnd, SignalEnd, TradingState
from tests.core.books import D, parent, quote, signal, want
from tests.core.paper_journal import PaperJournal, connected, lifecycle, sync, trading
from tests.core.telling import (
    commit,
    completed_line,
    fill,
    open_line,
    session_closed,
    session_opened,
    status,
    written,
)

REF = "s1.1.1"


def handed(journal: PaperJournal) -> list[tuple[str, int]]:
    """Which intents went to the broker, for which session."""
    sent = journal.told(c.TransmitOrder, "broker")
    return [(transmit.intent.want.order_ref, transmit.intent.session) for transmit in sent]


def permitted(journal: PaperJournal, ref: str = REF, **changes: Any) -> c.CommitOrder:
    return commit(want(order_ref=ref), as_of_seq=journal.book.seq, **changes)


def ordered() -> PaperJournal:
    journal = trading()
    journal.tell(permitted(journal))
    return journal


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


# ---- sessions


def test_sessions_are_numbered_by_the_journal() -> None:
    journal = connected()
    journal.tell(session_closed())
    journal.tell(session_opened(2))
    assert [(1, 1), (2, 2)] == [
        (accepted.link_token, accepted.session) for accepted in journal.told(c.AcceptSession, "broker")
    ]


def test_a_session_is_accepted_before_anything_is_asked_of_it() -> None:
    journal = PaperJournal()
    journal.tell(session_opened())
    assert ["AcceptSession", "FetchSnapshot"] == [type(send.message).__name__ for send in journal.sent]


def test_a_socket_gets_one_number_however_often_it_is_announced() -> None:
    journal = ordered()
    journal.tell(session_opened(1))
    assert (1, True, OrderState.INTENDED) == (
        journal.book.session,
        journal.book.session_live,
        journal.book.orders[REF].state,
    )
    journal.tell(session_opened(2), session_opened(1))
    assert 2 == journal.book.session


def test_a_new_socket_ends_the_session_before_it() -> None:
    journal = ordered()
    journal.tell(session_opened(2))
    assert ["a new socket replaced it"] == [closed.reason for closed in journal.events(f.SessionClosed)]
    assert (2, True, OrderState.UNKNOWN) == (
        journal.book.session,
        journal.book.session_live,
        journal.book.orders[REF].state,
    )


@pytest.mark.parametrize("kind", ["down", "stopped"])
def test_a_broker_that_ended_ended_its_session(kind: str) -> None:
    journal = ordered()
    journal.tell(lifecycle("broker", kind))  # type: ignore[arg-type]
    assert (False, OrderState.UNKNOWN) == (journal.book.session_live, journal.book.orders[REF].state)
    assert [1] == [closing.session for closing in journal.told(c.CloseSession, "broker")]


def test_the_death_of_others_leaves_the_session_alone() -> None:
    journal = ordered()
    journal.tell(lifecycle("risk", "down"))
    assert journal.book.session_live


def test_a_session_ends_once() -> None:
    journal = ordered()
    journal.tell(session_closed(), session_closed(), lifecycle("broker", "down"))
    assert 1 == len(journal.events(f.SessionClosed))


def test_a_status_of_an_older_session_is_ignored_and_its_executions_count() -> None:
    journal = ordered()
    journal.tell(session_opened(2))
    journal.tell(status(session=1), fill(quantity=40, session=1))
    order = journal.book.orders[REF]
    assert (OrderState.UNKNOWN, D(40)) == (order.state, order.filled)


def test_a_status_of_the_current_session_counts_for_an_order_of_an_older_one() -> None:
    journal = ordered()
    journal.tell(session_opened(2))
    journal.tell(status(session=2))
    assert OrderState.WORKING is journal.book.orders[REF].state


def test_an_order_under_two_perm_ids_is_looked_at() -> None:
    journal = ordered()
    journal.tell(status(perm_id=901))
    journal.sent.clear()
    journal.tell(status(perm_id=902))
    assert 1 == len(journal.told(c.FetchSnapshot))


@pytest.mark.parametrize(("code", "asked"), [(1100, 0), (1101, 1), (1102, 1), (2104, 0)])
def test_a_restored_connection_is_a_reason_to_compare(code: int, asked: int) -> None:
    journal = trading()
    journal.tell(f.BrokerNoticed(session=1, code=code, text="", effect="connection"))
    assert asked == len(journal.told(c.FetchSnapshot))


# ---- halts, runs, signals


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
