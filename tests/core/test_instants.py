"""Instants and wall clocks, on the days when New York's clock changes and while freezegun is active."""

from datetime import UTC, date, datetime, time, timedelta, timezone

from freezegun import freeze_time
from hypothesis import given, settings
from hypothesis import strategies as st

from hydra.core.instants import NEW_YORK, after_s, at_wall, from_us, seconds_between, to_us, wall

REAL = type(from_us(0))


@given(st.integers(min_value=0, max_value=4 * 10**15))
@settings(deadline=None, max_examples=50)
def test_microseconds_become_an_instant_and_back(at_us: int) -> None:
    assert to_us(from_us(at_us)) == at_us


def test_an_instant_of_another_zone_is_the_same_instant() -> None:
    at = datetime(2026, 11, 23, 10, 0, tzinfo=timezone(timedelta(hours=-5)))
    assert from_us(to_us(at)) == datetime(2026, 11, 23, 15, 0, tzinfo=UTC)


def test_the_hour_that_new_york_lives_twice_keeps_its_two_offsets_inside_a_freeze() -> None:
    with freeze_time("2026-11-01 06:30:00") as frozen:
        now = datetime.now(UTC)
        second = wall(now, NEW_YORK)
        frozen.move_to("2026-11-01 05:30:00")
        first = wall(datetime.now(UTC), NEW_YORK)
    assert [str(first.utcoffset()), str(second.utcoffset())] == ["-1 day, 20:00:00", "-1 day, 19:00:00"]
    assert (first.hour, first.minute, second.hour, second.minute) == (1, 30, 1, 30)


def test_what_comes_out_of_a_freeze_is_a_real_datetime() -> None:
    with freeze_time("2026-11-23 15:00:00"):
        fake = datetime.now(UTC)
        results = [wall(fake, NEW_YORK), at_wall(date(2026, 11, 23), time(9, 30), NEW_YORK), after_s(fake, 1)]
        kinds = [type(result) for result in results]
    assert type(fake) is not REAL
    assert kinds == [REAL, REAL, REAL]


def test_nine_thirty_in_new_york_is_an_hour_later_in_winter() -> None:
    summer = at_wall(date(2026, 10, 30), time(9, 30), NEW_YORK)
    winter = at_wall(date(2026, 11, 2), time(9, 30), NEW_YORK)
    assert (summer.hour, winter.hour) == (13, 14)


def test_seconds_are_counted_to_the_microsecond_and_backward() -> None:
    start = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
    assert seconds_between(start, after_s(start, -1.25)) == -1.25
