"""Instants as texts of the protocol and back. Market time is integer microseconds of UTC; no clock is read
here.
"""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

SECOND_US = 1_000_000
HOUR_US = 3_600 * SECOND_US
EXCHANGE_ZONE = "US/Eastern"
# From this server version on, times of executions carry their zone; before, they are local, with two spaces.
ZONED_TIMES_SINCE = 174
TEXTS_MAX = 4096

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def at(us: int, zone: str = EXCHANGE_ZONE) -> datetime:
    """The aware local time of an instant."""
    return (_EPOCH + timedelta(microseconds=us)).astimezone(ZoneInfo(zone))


def exchange_day(us: int) -> date:
    """The date in New York."""
    return _day_of_hour(us // HOUR_US)


@lru_cache(maxsize=TEXTS_MAX)  # asked at every step of the tape
def _day_of_hour(hour: int) -> date:
    """New York is whole hours away from UTC, so an hour of UTC lies in one of its days."""
    return at(hour * HOUR_US).date()


def midnight_us(us: int) -> int:
    """The instant at which New York's current date began."""
    return (at(us).replace(hour=0, minute=0, second=0, microsecond=0) - _EPOCH) // _MICROSECOND


@lru_cache(maxsize=TEXTS_MAX)  # listings tell the same instants again
def zoned_text(us: int, zone: str) -> str:
    """`20120604 09:30:05 US/Eastern`, as in the version frame and in completed orders."""
    return f"{at(us, zone):%Y%m%d %H:%M:%S} {zone}"


def execution_text(us: int, zone: str, version: int) -> str:
    """The time of an execution: with its zone from version 174 on, with two spaces and without zone
    before.
    """
    return zoned_text(us, zone) if version >= ZONED_TIMES_SINCE else f"{at(us, zone):%Y%m%d  %H:%M:%S}"


def clock_text(us: int) -> str:
    """`2012-06-05 09:30:00 US/Eastern`, as in warnings for people."""
    return f"{at(us):%Y-%m-%d %H:%M:%S} {EXCHANGE_ZONE}"


def parse_text(text: str, zone: str) -> int:
    """Microseconds of `yyyymmdd[ hh:mm:ss][ zone]` or `yyyymmdd-hh:mm:ss` (UTC). Raises ValueError."""
    parts = text.split()
    if not parts or len(parts) > 3:
        raise ValueError(f"{text!r} is not a time of the form yyyymmdd hh:mm:ss zone")
    if len(parts) == 1 and "-" in text:
        return _us(datetime.strptime(text, "%Y%m%d-%H:%M:%S").replace(tzinfo=UTC))
    clock = parts[1] if len(parts) > 1 else "00:00:00"
    return _us(
        datetime.strptime(f"{parts[0]} {clock}", "%Y%m%d %H:%M:%S").replace(tzinfo=_zone(parts[2:], zone))
    )


def _zone(named: list[str], default: str) -> ZoneInfo:
    """Raises ValueError for a name that is no time zone."""
    name = named[0] if named else default
    try:
        return ZoneInfo(name)
    except (LookupError, OSError) as error:
        raise ValueError(f"{name!r} is not a time zone") from error


def _us(instant: datetime) -> int:
    return (instant - _EPOCH) // _MICROSECOND
