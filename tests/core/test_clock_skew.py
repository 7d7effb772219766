"""The gateway's clock beside ours: what may not be opened, and one alert for as long as they differ."""

from __future__ import annotations

import pytest

from hydra.core.book import Book
from hydra.core.clock_skew import objection
from hydra.core.risk import Approved, gate
from hydra.messages.decisions import AlertRaised
from tests.core.books import NOW
from tests.core.paper_journal import PaperJournal, connected
from tests.core.risk_cases import exit_want, holding
from tests.core.telling import session_closed, session_opened, time_seen

LIMIT_S = 5.0


def alerts(journal: PaperJournal) -> list[AlertRaised]:
    return [alert for alert in journal.events(AlertRaised) if alert.kind == "clock"]


@pytest.mark.parametrize("skew_s", [0.0, 4.9, 5.0, -5.0])
def test_a_clock_within_the_limit_holds_nothing_back(skew_s: float) -> None:
    assert objection(skew_s, LIMIT_S) is None


@pytest.mark.parametrize(
    ("skew_s", "said"),
    [
        (5.1, "the gateway's clock is 5.1 s ahead of ours, limit 5 s"),
        (-600.0, "the gateway's clock is 600 s behind ours, limit 5 s"),
        (float("nan"), "the gateway's clock is nan s ahead of ours, limit 5 s"),
        (None, "the gateway's clock was never read"),
    ],
)
def test_a_clock_over_the_limit_or_unread_holds_back_with_the_numbers(skew_s: float | None, said: str) -> None:
    assert said == objection(skew_s, LIMIT_S)


def test_an_exit_goes_out_whatever_the_clock_says() -> None:
    view = holding()
    view.book.clock_skew_s = 30.0
    assert isinstance(gate(exit_want(), view, NOW), Approved)


def test_the_last_reading_counts_from_the_first_word_of_a_socket_on() -> None:
    journal = PaperJournal()
    assert journal.book.clock_skew_s is None
    journal.tell(session_opened(clock_skew_s=30.0))
    assert 30.0 == journal.book.clock_skew_s
    journal.tell(time_seen(2.0))
    assert 2.0 == journal.book.clock_skew_s


def test_the_reading_travels_with_the_book_and_over_a_restart() -> None:
    journal = connected()
    journal.tell(time_seen(30.0))
    for book in (Book.from_image(journal.book.image()), journal.new_process().book):
        assert (30.0, 0.0) == (book.clock_skew_s, book.clock_skew_before_s)


def test_one_alert_is_raised_while_the_clocks_differ() -> None:
    journal = connected()
    assert [] == alerts(journal)
    journal.tell(time_seen(30.0), time_seen(31.0))
    expected = ("critical", "nothing is opened: the gateway's clock is 30 s ahead of ours, limit 5 s")
    assert [expected] == [(alert.severity, alert.text) for alert in alerts(journal)]


def test_neither_another_socket_nor_another_process_repeats_it() -> None:
    journal = PaperJournal()
    journal.tell(session_opened(clock_skew_s=30.0))
    journal.tell(time_seen(30.0), session_closed())
    journal.tell(session_opened(2, clock_skew_s=29.0))
    later = journal.new_process()
    later.tell(session_opened(1, clock_skew_s=28.0))
    assert 1 == len(alerts(later))


def test_a_clock_that_was_right_meanwhile_is_told_of_again() -> None:
    journal = connected()
    journal.tell(time_seen(30.0), time_seen(0.0), time_seen(-30.0))
    assert 2 == len(alerts(journal))
