"""Sessions: one socket, one number, one end, and what it says counts only while it lives."""

from __future__ import annotations

import pytest

from hydra.messages import commands as c
from hydra.messages import facts as f
from hydra.values import OrderState
from tests.core.books import D
from tests.core.paper_journal import PaperJournal, connected, lifecycle, ordered, trading
from tests.core.telling import (
    fill,
    session_closed,
    session_opened,
    status,
)

REF = "s1.1.1"


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


def test_a_restarted_journal_says_again_that_a_session_is_over() -> None:
    """The model check found it (seed 110): told neither the number of its socket nor its end, a broker waited for ever."""
    journal = connected()
    journal.tell(lifecycle("broker", "down"))
    journal.sent.clear()
    journal.crash()
    told = [(type(send.message).__name__, send.message.session) for send in journal.sent]  # type: ignore[attr-defined]
    assert [("AcceptSession", 1), ("CloseSession", 1)] == told


def test_a_restarted_journal_that_never_saw_a_session_has_nothing_to_say() -> None:
    journal = PaperJournal()
    journal.crash()
    assert [] == journal.told(c.AcceptSession)
