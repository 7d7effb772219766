"""Exchange sessions against published NYSE holidays and early closings."""

from datetime import UTC, date, datetime, timedelta

import pytest
from freezegun import freeze_time
from hypothesis import given, settings
from hypothesis import strategies as st

from hydra.gateway.calendar import (
    liquid_hours_text,
    next_session,
    session_at,
    session_of,
    trading_hours_text,
)

HOUR_US = 3_600_000_000

CLOSED = [
    *("2004-06-11", "2007-01-02", "2018-12-05"),  # mourning for Reagan, Ford, Bush
    *("2008-01-01", "2008-01-21", "2008-02-18", "2008-03-21", "2008-05-26", "2008-07-04", "2008-09-01"),
    *("2008-11-27", "2008-12-25"),
    *("2012-01-02", "2012-01-16", "2012-02-20", "2012-04-06", "2012-05-28", "2012-07-04", "2012-09-03"),
    *("2012-10-29", "2012-10-30", "2012-11-22", "2012-12-25"),  # the first two: Hurricane Sandy
    *("2024-01-01", "2024-01-15", "2024-02-19", "2024-03-29", "2024-05-27", "2024-06-19", "2024-07-04"),
    *("2024-09-02", "2024-11-28", "2024-12-25", "2025-01-09"),  # the last: mourning for Carter
    *("2012-06-02", "2012-06-03"),  # a weekend
]
HALF = [
    *("2008-07-03", "2008-11-28", "2008-12-24"),
    *("2012-07-03", "2012-11-23", "2012-12-24"),
    *("2024-07-03", "2024-11-29", "2024-12-24"),
]
SESSIONS_OF_YEAR = [(2004, 252), (2005, 252), (2006, 251), (2007, 251), (2008, 253), (2012, 250), (2024, 252)]


def utc(text: str) -> int:
    instant = datetime.fromisoformat(text).replace(tzinfo=UTC)
    return (instant - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


@pytest.mark.parametrize("day", CLOSED)
def test_the_exchange_is_closed_on_published_holidays(day: str) -> None:
    assert session_of(date.fromisoformat(day)) is None


@pytest.mark.parametrize("day", HALF)
def test_the_exchange_closes_at_one_on_published_half_days(day: str) -> None:
    session = session_of(date.fromisoformat(day))
    assert session is not None
    assert (True, int(3.5 * HOUR_US)) == (session.is_half, session.close_us - session.open_us)


@pytest.mark.parametrize(("year", "count"), SESSIONS_OF_YEAR)
def test_a_year_has_its_known_number_of_sessions(year: int, count: int) -> None:
    days = [date(year, 1, 1) + timedelta(days=step) for step in range(366)]
    assert count == sum(1 for day in days if day.year == year and session_of(day) is not None)


HOURS_IN_UTC = [  # the days around both changes of daylight saving time
    ("2012-03-09", "2012-03-09 14:30", "2012-03-09 21:00"),
    ("2012-03-12", "2012-03-12 13:30", "2012-03-12 20:00"),
    ("2012-11-02", "2012-11-02 13:30", "2012-11-02 20:00"),
    ("2012-11-05", "2012-11-05 14:30", "2012-11-05 21:00"),
    ("2006-10-30", "2006-10-30 14:30", "2006-10-30 21:00"),  # the older rule: last Sunday of October
    ("2012-11-23", "2012-11-23 14:30", "2012-11-23 18:00"),
]


@pytest.mark.parametrize(("day", "opens", "closes"), HOURS_IN_UTC)
def test_hours_follow_the_clocks_of_new_york(day: str, opens: str, closes: str) -> None:
    session = session_of(date.fromisoformat(day))
    assert session is not None
    assert (utc(opens), utc(closes)) == (session.open_us, session.close_us)
    assert datetime.fromisoformat(opens).replace(tzinfo=UTC) == session.open_at
    assert datetime.fromisoformat(closes).replace(tzinfo=UTC) == session.close_at


def test_the_open_belongs_to_the_session_and_the_close_does_not() -> None:
    session = session_of(date(2012, 6, 4))
    assert session is not None
    assert session == session_at(session.open_us)
    assert session == session_at(session.close_us - 1)
    assert session_at(session.open_us - 1) is None
    assert session_at(session.close_us) is None


NEXT = [
    ("2012-06-01 20:00", "2012-06-04"),  # over a weekend
    ("2012-06-04 13:29:59", "2012-06-04"),
    ("2012-06-04 13:30", "2012-06-05"),  # the open itself is not after the open
    ("2012-10-26 21:00", "2012-10-31"),  # over Hurricane Sandy
    ("2001-09-10 21:00", "2001-09-17"),
    ("2012-06-05 01:00", "2012-06-05"),  # already the next day in UTC, not yet in New York
]


@pytest.mark.parametrize(("after", "day"), NEXT)
def test_the_next_session_is_the_first_that_opens_later(after: str, day: str) -> None:
    assert date.fromisoformat(day) == next_session(utc(after)).day


@settings(deadline=None, max_examples=60)
@given(st.integers(utc("2004-01-01"), utc("2030-01-01")))
def test_no_session_lies_between_an_instant_and_the_next_session(us: int) -> None:
    coming = next_session(us)
    assert us < coming.open_us < coming.close_us
    day = datetime.fromtimestamp(us // 1_000_000, UTC).date() - timedelta(days=1)
    while day < coming.day:
        session = session_of(day)
        assert session is None or session.open_us <= us
        day += timedelta(days=1)


def test_hours_are_printed_as_contract_details_print_them() -> None:
    thanksgiving = date(2012, 11, 22)
    assert "20121122:CLOSED;20121123:0930-20121123:1300;20121124:CLOSED" == liquid_hours_text(thanksgiving, 3)
    assert "20121122:CLOSED;20121123:0400-20121123:1700" == trading_hours_text(thanksgiving, 2)
    assert "20121126:0930-20121126:1600" == liquid_hours_text(date(2012, 11, 26), 1)
    assert "20121126:0400-20121126:2000" == trading_hours_text(date(2012, 11, 26), 1)


def test_frozen_time_leaves_real_datetimes_in_sessions() -> None:
    with freeze_time("2012-06-04"):
        session = next_session(utc("1999-03-02"))
        kinds = (type(session.day), type(session.open_at))
    assert (date, datetime) == kinds
    assert date(1999, 3, 2) == session.day
