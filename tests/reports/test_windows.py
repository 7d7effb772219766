"""Which events are in which report."""

from __future__ import annotations

from datetime import date

import pytest

from hydra.core.instants import EPOCH, after_s
from hydra.reports.windows import Window, next_window, session_reporting
from tests.reports.pages import HALF_DAY, MONDAY, Pages, compared, ny

FRIDAY_BEFORE = date(2026, 11, 20)
SATURDAY = date(2026, 11, 21)
TUESDAY = date(2026, 11, 24)


def seqs(window: Window | None) -> list[int]:
    assert window is not None
    return [stored.seq for stored in window.events]


def on(pages: Pages, day: date, clock: str) -> Pages:
    pages.day = day
    return pages.add(clock, compared())


@pytest.mark.parametrize(
    ("day", "clock", "reported"),
    [
        (MONDAY, "00:00", MONDAY),
        (MONDAY, "16:00:59", MONDAY),
        (MONDAY, "16:01", TUESDAY),
        (SATURDAY, "12:00", MONDAY),
        (HALF_DAY, "13:00:59", HALF_DAY),
        (HALF_DAY, "13:01", date(2026, 11, 30)),
        (date(2026, 11, 26), "12:00", HALF_DAY),
    ],
)
def test_an_event_is_in_the_report_of_the_first_session_that_is_cut_later(
    day: date, clock: str, reported: date
) -> None:
    assert reported == session_reporting(ny(clock, day)).day


def test_a_window_is_cut_one_minute_after_the_close_and_the_next_begins_there() -> None:
    pages = Pages().add("09:20", compared()).add("16:00:59", compared()).add("16:01", compared())
    window = next_window(pages.events, EPOCH)
    assert [1, 2] == seqs(window)
    assert window is not None and window.is_over
    assert [3, 4] == seqs(next_window(on(pages, TUESDAY, "10:00").events[2:], EPOCH))


def test_what_was_recorded_between_two_sessions_is_in_the_next_report() -> None:
    pages = on(on(Pages(FRIDAY_BEFORE).add("17:00", compared()), SATURDAY, "12:00"), MONDAY, "09:30")
    assert [1, 2, 3] == seqs(next_window(pages.events, EPOCH))


def test_a_session_on_whose_day_nothing_was_recorded_has_no_report() -> None:
    pages = on(on(Pages(FRIDAY_BEFORE).add("17:00", compared()), TUESDAY, "09:30"), TUESDAY, "18:00")
    window = next_window(pages.events, EPOCH)
    assert [1, 2] == seqs(window)
    assert window is not None and TUESDAY == window.session.day


def test_without_an_event_of_a_sessions_own_day_there_is_no_window() -> None:
    assert next_window([], ny("18:00")) is None
    assert next_window(Pages(SATURDAY).add("12:00", compared()).events, ny("18:00")) is None


def test_a_window_is_over_only_when_everything_up_to_its_cut_is_known_to_be_there() -> None:
    events = Pages().add("10:00", compared()).events
    cut_at = ny("16:01")
    assert [False, True] == [
        window.is_over
        for until in (after_s(cut_at, -0.000001), cut_at)
        if (window := next_window(events, until)) is not None
    ]
