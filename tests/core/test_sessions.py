"""Sessions of the NYSE, of instruments, and the maintenance window."""

from datetime import UTC, date, datetime, time

import pytest
from freezegun import freeze_time

from hydra.core.sessions import (
    in_close_margin,
    in_maintenance,
    next_nyse_session,
    next_session,
    nyse_session,
    session_at,
    trading_day,
)
from hydra.values import SessionHours


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def hours(first: str, last: str) -> SessionHours:
    return SessionHours(open_at=at(first), close_at=at(last))


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 11, 23), hours("2026-11-23 14:30", "2026-11-23 21:00")),
        (date(2026, 10, 30), hours("2026-10-30 13:30", "2026-10-30 20:00")),
        (date(2026, 11, 2), hours("2026-11-02 14:30", "2026-11-02 21:00")),
        (date(2026, 3, 6), hours("2026-03-06 14:30", "2026-03-06 21:00")),
        (date(2026, 3, 9), hours("2026-03-09 13:30", "2026-03-09 20:00")),
        (date(2026, 11, 27), hours("2026-11-27 14:30", "2026-11-27 18:00")),
        (date(2026, 12, 24), hours("2026-12-24 14:30", "2026-12-24 18:00")),
        (date(2012, 7, 3), hours("2012-07-03 13:30", "2012-07-03 17:00")),
        (date(2026, 11, 26), None),
        (date(2026, 4, 3), None),
        (date(2026, 11, 22), None),
        (date(2025, 1, 9), None),
    ],
)
def test_the_nyse_opens_as_its_calendar_says(day: date, expected: SessionHours | None) -> None:
    assert nyse_session(day) == expected


@pytest.mark.parametrize(
    ("after", "opens_at"),
    [
        ("2026-11-23 14:29:59", "2026-11-23 14:30"),
        ("2026-11-23 14:30:00", "2026-11-24 14:30"),
        ("2026-11-25 22:00", "2026-11-27 14:30"),
        ("2026-12-31 22:00", "2027-01-04 14:30"),
    ],
)
def test_the_next_session_skips_what_is_open_or_closed(after: str, opens_at: str) -> None:
    assert next_nyse_session(at(after)).open_at == at(opens_at)


def test_the_trading_day_is_new_yorks() -> None:
    assert trading_day(at("2026-11-24 04:59:59")) == date(2026, 11, 23)
    assert trading_day(at("2026-11-24 05:00")) == date(2026, 11, 24)


def test_the_trading_day_is_right_inside_a_freeze() -> None:
    with freeze_time("2026-11-02 04:30:00"):
        day = trading_day(datetime.now(UTC))
    assert day.isoformat() == "2026-11-01"


def test_a_session_contains_its_open_and_not_its_close() -> None:
    day = hours("2026-11-23 14:30", "2026-11-23 21:00")
    instants = ["2026-11-23 14:29:59", "2026-11-23 14:30", "2026-11-23 20:59:59", "2026-11-23 21:00"]
    assert [session_at((day,), at(text)) for text in instants] == [None, day, day, None]


def test_the_next_session_of_an_instrument_is_the_earliest_that_opens_later() -> None:
    days = (hours("2026-11-25 14:30", "2026-11-25 21:00"), hours("2026-11-24 14:30", "2026-11-24 21:00"))
    assert next_session(days, at("2026-11-23 22:00")) == days[1]
    assert next_session(days, at("2026-11-25 14:30")) is None


def test_the_close_margin_begins_so_long_before_the_close() -> None:
    day = hours("2026-11-23 14:30", "2026-11-23 21:00")
    answers = [in_close_margin(day, at(text), 120.0) for text in ("2026-11-23 20:57:59", "2026-11-23 20:58")]
    assert answers == [False, True]


@pytest.mark.parametrize(
    ("instant", "expected"),
    [
        ("2026-11-24 04:39:59", False),
        ("2026-11-24 04:40", True),
        ("2026-11-24 05:00", True),
        ("2026-11-24 05:49:59", True),
        ("2026-11-24 05:50", False),
        ("2026-11-24 15:00", False),
        ("2026-10-30 03:40", True),
        ("2026-10-30 04:50", False),
        ("2026-11-01 03:45", True),
        ("2026-11-02 04:45", True),
    ],
)
def test_maintenance_follows_new_yorks_clock_across_midnight(instant: str, expected: bool) -> None:
    assert in_maintenance(at(instant), time(23, 40), time(0, 50)) is expected


def test_a_window_inside_one_day_and_an_empty_one() -> None:
    noon = at("2026-11-23 17:00")
    assert in_maintenance(noon, time(12, 0), time(12, 1))
    assert not in_maintenance(noon, time(12, 0), time(12, 0))
