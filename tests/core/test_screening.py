"""Which facts count."""

from __future__ import annotations

import pytest

from hydra.core.screening import counts, dated
from hydra.messages import decisions as d
from hydra.messages.base import Event
from hydra.records import SignalRecord
from hydra.values import ZERO, ParentEnd, SignalEnd
from tests.core.books import D, book, parent, signal
from tests.core.telling import commission, error, fill, not_written, session_closed, status, time_seen, written

LIVE_ONLY: list[Event] = [status(), error(201, "order_dead"), written(), session_closed(), time_seen(30.0)]
ANY_SESSION: list[Event] = [fill(session=9), commission(session=9), not_written(session=9)]


@pytest.mark.parametrize("event", LIVE_ONLY)
def test_what_a_session_says_of_orders_and_the_time_counts_while_it_lives(event: Event) -> None:
    assert counts(book(), event)


@pytest.mark.parametrize("event", LIVE_ONLY)
def test_it_does_not_count_once_the_session_is_over(event: Event) -> None:
    made = book()
    made.session_live = False
    assert not counts(made, event)


@pytest.mark.parametrize("event", LIVE_ONLY)
def test_it_does_not_count_from_another_session(event: Event) -> None:
    made = book()
    made.session = 2
    assert not counts(made, event)


@pytest.mark.parametrize("event", ANY_SESSION)
def test_executions_commissions_and_refusals_count_from_any_session(event: Event) -> None:
    assert counts(book(), event)


ADMITTED = d.SignalAdmitted(signal_id="s1", quantity=D(1), text="")
ENDED = d.SignalEnded(signal_id="s1", end=SignalEnd.EXPIRED, filled=ZERO, average_price=None, reason="")
OPENED = d.ParentOpened(parent=parent())
OVER = d.ParentEnded(
    parent_ref="s1", end=ParentEnd.DONE, filled=ZERO, remainder=ZERO, average_price=None, reason=""
)


@pytest.mark.parametrize(
    ("event", "unknown", "known", "routed"),
    [(ADMITTED, False, True, True), (ENDED, False, True, False), (OPENED, False, True, True), (OVER, False, False, True)],
)
def test_what_is_said_of_a_signal_or_parent_counts_while_it_is_there(
    event: Event, unknown: bool, known: bool, routed: bool
) -> None:
    """`routed`: the signal has an open parent, with which it will end."""
    made = book()
    made.parents.clear()
    assert unknown is counts(made, event)
    made.signals["s1"] = SignalRecord(signal=signal(), admitted=None)
    assert known is counts(made, event)
    both = book()
    both.signals = made.signals
    assert routed is counts(both, event)


@pytest.mark.parametrize(
    ("exec_id", "known", "expected"),
    [
        ("e1.01", {"execution/e1.01"}, False),
        ("e1.02", {"execution/e1.01"}, True),
        ("e1.03", {"execution/e1.02"}, True),
        ("e1.02", set(), False),
        ("e1.02", {"execution/e1.02", "execution/e2.01"}, False),
    ],
)
def test_a_correction_of_a_closed_day_is_known_by_its_earlier_revision(
    exec_id: str, known: set[str], expected: bool
) -> None:
    assert expected is dated(book(), fill(exec_id), known.__contains__).of_closed_day


def test_a_correction_of_today_is_an_ordinary_one() -> None:
    made = book()
    made.apply(51, signal().at, fill("e1.01"))
    assert not dated(made, fill("e1.02"), lambda fact_id: True).of_closed_day
