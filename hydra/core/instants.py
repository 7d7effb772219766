"""Instants as integers and back, and wall clocks, correct while freezegun is active. It never asks the
time.

freezegun replaces the name `datetime` in every module, and its `FakeDatetime.astimezone` loses the fold: on
the first Sunday of November one hour of New York happens twice at the same offset (freezegun#422).
Everything here goes through the difference to a real epoch, whose arithmetic yields real datetimes whatever
came in.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

NEW_YORK = ZoneInfo("America/New_York")


def _real_epoch() -> datetime:
    """1970 as the real class, even when this module is first imported inside a freeze."""
    real = next(cls for cls in datetime.__mro__ if cls.__module__ == "datetime")
    epoch = real(1970, 1, 1, tzinfo=UTC)
    assert isinstance(epoch, datetime)
    return epoch


EPOCH = _real_epoch()
_MICROSECOND = timedelta(microseconds=1)


def to_us(at: datetime) -> int:
    """Microseconds since 1970 of an aware instant."""
    return (at - EPOCH) // _MICROSECOND


def from_us(at_us: int) -> datetime:
    """The real, aware UTC datetime of microseconds since 1970."""
    return EPOCH + timedelta(microseconds=at_us)


def wall(at: datetime, zone: ZoneInfo) -> datetime:
    """What the clock on a wall of `zone` shows at this instant, fold included."""
    return from_us(to_us(at)).astimezone(zone)


def at_wall(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """The UTC instant when the clock of `zone` shows this; the first one of an hour that happens twice."""
    local = EPOCH.replace(
        year=day.year,
        month=day.month,
        day=day.day,
        hour=clock.hour,
        minute=clock.minute,
        second=clock.second,
        tzinfo=zone,
    )
    return from_us(to_us(local.astimezone(UTC)))


def after_s(at: datetime, seconds: float) -> datetime:
    """The instant so many seconds later (earlier, when negative), real UTC, to the microsecond."""
    return from_us(to_us(at) + round(seconds * 1_000_000))


def seconds_between(start: datetime, end: datetime) -> float:
    """Seconds from start to end, negative when end is earlier."""
    return ((end - EPOCH) - (start - EPOCH)).total_seconds()
