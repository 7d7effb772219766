"""Orders that no listing shows: doubt, evidence and settle_s (10 s), never the first absence."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from hydra.messages import commands as c
from hydra.messages import decisions as d
from hydra.messages.base import Event
from hydra.values import OrderState
from tests.core.books import want
from tests.core.paper_journal import PaperJournal, trading
from tests.core.telling import (
    commit,
    error,
    figures,
    fill,
    open_line,
    position_line,
    session_closed,
    session_opened,
    status,
    written,
)

REF = "s1.1.1"
S = OrderState


def lost(*told: Event, token: int = 2, **opened: Any) -> PaperJournal:
    """Order s1.1.1 was handed over in session 1, `told` was heard, the session was lost, session 2 is there."""
    journal = trading()
    journal.tell(commit(as_of_seq=journal.book.seq))
    journal.tell(*told)
    journal.tell(session_closed())
    journal.tell(session_opened(token, **opened))
    return journal


def look_for(journal: PaperJournal, seconds: float, **listing: Any) -> PaperJournal:
    """Every listing that is asked for within this time is empty."""
    until = journal.machine_s + seconds
    answer_all(journal, **listing)
    while journal.machine_s < until - 0.0001:
        journal.advance(min(0.5, until - journal.machine_s))
        answer_all(journal, **listing)
    return journal


def answer_all(journal: PaperJournal, **listing: Any) -> None:
    while journal.mind.reconciling.asked is not None:
        journal.answer(**listing)


def state(journal: PaperJournal) -> OrderState:
    return journal.book.orders[REF].state


def test_the_first_absence_is_no_verdict() -> None:
    assert S.UNKNOWN is state(look_for(lost(), 0))


def test_an_order_of_an_ended_session_never_reached_after_it_was_absent_for_settle_s() -> None:
    journal = lost()
    assert S.UNKNOWN is state(look_for(journal, 9.9))
    assert S.NEVER_REACHED is state(look_for(journal, 0.6))
    assert "of a later session" in journal.events(d.OrderEnded)[0].evidence


def test_absence_is_counted_anew_in_each_session() -> None:
    journal = look_for(lost(), 9)
    journal.tell(session_closed(2))
    journal.tell(session_opened(3))
    assert S.UNKNOWN is state(look_for(journal, 9))
    assert S.NEVER_REACHED is state(look_for(journal, 2))


def test_an_order_that_is_listed_in_between_was_not_absent() -> None:
    journal = look_for(lost(), 9)
    journal.look(open_orders=(open_line(),))
    assert (S.WORKING, {}) == (state(journal), journal.mind.reconciling.absences.since_s)


def test_incomplete_listings_prove_no_absence() -> None:
    journal = lost()
    for _ in range(30):
        journal.advance(1)
        if journal.mind.reconciling.asked is not None:
            journal.answer(missing=("completed orders",))
    assert (S.UNKNOWN, {}) == (state(journal), journal.mind.reconciling.absences.since_s)


def test_one_under_another_client_id_is_never_called_lost() -> None:
    journal = look_for(lost(client_id=8), 15)
    assert (S.UNKNOWN, "vanished_order") == (state(journal), journal.book.differences[f"order/{REF}"].kind)


def test_an_acknowledged_order_that_is_nowhere_is_a_difference_not_a_verdict() -> None:
    journal = look_for(lost(written(), status()), 15)
    assert (S.UNKNOWN, [], "vanished_order") == (
        state(journal),
        journal.events(d.OrderEnded),
        journal.book.differences[f"order/{REF}"].kind,
    )


def test_that_difference_goes_when_the_order_is_found() -> None:
    journal = look_for(lost(written(), status()), 15)
    journal.look(open_orders=(open_line(),))
    assert ({}, S.WORKING) == (journal.book.differences, state(journal))


def test_a_new_session_does_not_make_it_go() -> None:
    journal = look_for(lost(written(), status()), 15)
    journal.tell(session_closed(2))
    journal.tell(session_opened(3))
    assert [f"order/{REF}"] == list(look_for(journal, 5).book.differences)


def test_a_working_order_that_is_nowhere_is_doubted_and_then_a_difference() -> None:
    journal = trading()
    journal.tell(commit(as_of_seq=journal.book.seq), status())
    journal.look()
    assert S.UNKNOWN is state(journal)
    assert "vanished_order" == look_for(journal, 12).book.differences[f"order/{REF}"].kind


def test_a_mute_order_of_the_live_session_closes_it() -> None:
    journal = trading()
    journal.tell(commit(as_of_seq=journal.book.seq), written())
    journal.advance(2.1)
    look_for(journal, 9.9)
    assert [] == journal.told(c.CloseSession)
    look_for(journal, 0.6)
    assert (S.UNKNOWN, 1) == (state(journal), journal.told(c.CloseSession, "broker")[0].session)


@pytest.mark.parametrize(
    ("signs", "settled_s"),
    [
        ([error(201, "order_dead")], 1.0),
        ([status("Inactive"), error(201, "order_dead")], 1.0),
        ([status("Inactive")], 10.0),
    ],
)
def test_it_is_rejected_only_by_a_word_and_absence_together(signs: list[Event], settled_s: float) -> None:
    """Inactive alone once counted like an error: an order that was only held was called rejected after a second."""
    journal = trading()
    journal.tell(commit(as_of_seq=journal.book.seq), written(), status(), *signs)
    assert S.UNKNOWN is state(look_for(journal, settled_s - 0.1))
    assert S.REJECTED is state(look_for(journal, 1.6))


def test_absence_counts_from_the_last_word_of_an_order_that_has_not_ended() -> None:
    """A held order that each listing told only after its end was called rejected while the broker kept naming it."""
    journal = trading()
    journal.tell(commit(as_of_seq=journal.book.seq), written(), status("Inactive"))
    look_for(journal, 8)
    journal.tell(status("Inactive"))
    assert S.UNKNOWN is state(look_for(journal, 9.9))
    assert S.REJECTED is state(look_for(journal, 1.6))


def test_absence_before_a_proof_of_life_counts_for_nothing() -> None:
    """PreSubmitted, and an older Inactive after it: the seconds of before the proof of life made it rejected."""
    journal = trading()
    journal.tell(commit(as_of_seq=journal.book.seq), written(), status("Inactive"))
    look_for(journal, 9)
    journal.tell(status("PreSubmitted"), status("Inactive"))
    assert S.UNKNOWN is state(look_for(journal, 9.9))
    assert S.REJECTED is state(look_for(journal, 1.6))


def test_a_word_that_says_unknown_does_not_reject() -> None:
    journal = trading()
    journal.tell(commit(as_of_seq=journal.book.seq), written(), status(), error(10147, "order_unknown"))
    assert S.UNKNOWN is state(look_for(journal, 15))


def test_what_filled_in_part_before_it_was_rejected_is_cancelled() -> None:
    journal = trading()
    told = (written(), status(), fill(quantity=30), error(201, "order_dead"))
    journal.tell(commit(as_of_seq=journal.book.seq), *told)
    look_for(journal, 3, positions=(position_line(30),), figures=figures(97_000))
    assert S.CANCELLED is state(journal)


def test_a_rejection_that_was_none_can_end_once_more() -> None:
    """lean.ib#93: rejected, alive after all, rejected again; the second verdict must not be lost as a repetition."""
    journal = trading()
    journal.tell(commit(as_of_seq=journal.book.seq), written(), error(201, "order_dead"))
    assert S.REJECTED is state(look_for(journal, 3))
    journal.tell(status())
    assert S.WORKING is state(journal)
    journal.tell(error(201, "order_dead"))
    assert S.CANCELLED is state(look_for(journal, 3))


def test_a_day_order_of_yesterday_that_is_nowhere_has_expired() -> None:
    journal = lost(written(), status())
    journal.now += timedelta(days=1)
    assert S.CANCELLED is state(look_for(journal, 11))


def test_a_good_till_cancelled_one_has_not() -> None:
    journal = trading()
    journal.tell(commit(want(tif="GTC"), as_of_seq=journal.book.seq), written(), status())
    journal.tell(session_opened(2))
    journal.now += timedelta(days=1)
    assert S.UNKNOWN is state(look_for(journal, 11))
