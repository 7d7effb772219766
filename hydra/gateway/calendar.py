"""Sessions of the New York Stock Exchange: which days, from when to when; no clock is read here.

Instants are integer microseconds since 1970 (UTC). No function here constructs a `datetime` by its class
name: under freezegun that name means a look-alike, while arithmetic on a real one stays real.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from holidays import financial_holidays
from holidays.constants import HALF_DAY

_NEW_YORK = ZoneInfo("America/New_York")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

_Wall = tuple[int, int]  # hour and minute in New York

_OPEN = (9, 30)
_CLOSE = (16, 0)
_HALF_DAY_CLOSE = (13, 0)
_PRE_MARKET_OPEN = (4, 0)
_AFTER_HOURS_CLOSE = (20, 0)
_HALF_DAY_AFTER_HOURS_CLOSE = (17, 0)

_CLOSED_STRETCH_MAX = 30  # days; the longest since 1933 had six, in September 2001

_HOLIDAYS = financial_holidays("NYSE")
_HALF_DAYS = financial_holidays("NYSE", categories=(HALF_DAY,))


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Regular trading hours of one exchange day: open included, close excluded."""

    day: date
    open_us: int
    close_us: int
    is_half: bool

    @property
    def open_at(self) -> datetime:
        """The open as aware UTC datetime."""
        return _instant_at(self.open_us)

    @property
    def close_at(self) -> datetime:
        """The close as aware UTC datetime."""
        return _instant_at(self.close_us)


def session_of(day: date) -> Session | None:
    """Return the session of a New York calendar day, None on weekends and holidays."""
    return _session_on(day.toordinal())


@cache  # bounded by the days that are asked for, 0.3 kB each
def _session_on(ordinal: int) -> Session | None:
    day = _day(ordinal)
    if day.weekday() >= 5 or day in _HOLIDAYS:
        return None
    is_half = day in _HALF_DAYS
    close = _HALF_DAY_CLOSE if is_half else _CLOSE
    return Session(day=day, open_us=_local_us(day, _OPEN), close_us=_local_us(day, close), is_half=is_half)


def session_at(us: int) -> Session | None:
    """Return the session that is open at this instant, None when the exchange is closed."""
    session = session_of(_exchange_day(us))
    return session if session is not None and session.open_us <= us < session.close_us else None


def next_session(after_us: int) -> Session:
    """Return the first session that opens after this instant."""
    ordinal = _exchange_day(after_us).toordinal()
    for step in range(_CLOSED_STRETCH_MAX):
        session = _session_on(ordinal + step)
        if session is not None and session.open_us > after_us:
            return session
    raise ValueError(f"no session opens within {_CLOSED_STRETCH_MAX} days after {_instant_at(after_us)}")


def liquid_hours_text(day: date, days: int = 6) -> str:
    """Return the regular hours of `days` calendar days from `day`, as contract details print them."""
    return ";".join(_hours_text(each, _OPEN, _CLOSE, _HALF_DAY_CLOSE) for each in _calendar_days(day, days))


def trading_hours_text(day: date, days: int = 6) -> str:
    """As `liquid_hours_text`, with the hours before the open and after the close."""
    return ";".join(
        _hours_text(each, _PRE_MARKET_OPEN, _AFTER_HOURS_CLOSE, _HALF_DAY_AFTER_HOURS_CLOSE)
        for each in _calendar_days(day, days)
    )


def _exchange_day(us: int) -> date:
    return _day(_instant_at(us).astimezone(_NEW_YORK).toordinal())


def _instant_at(us: int) -> datetime:
    return _EPOCH + timedelta(microseconds=us)


def _day(ordinal: int) -> date:
    return _EPOCH_DAY + timedelta(days=ordinal - _EPOCH_DAY.toordinal())


_EPOCH_DAY = _EPOCH.date()


def _local_us(day: date, wall: _Wall) -> int:
    local = _EPOCH.replace(year=day.year, month=day.month, day=day.day, hour=wall[0], minute=wall[1], tzinfo=_NEW_YORK)
    return (local - _EPOCH) // _MICROSECOND


def _calendar_days(day: date, days: int) -> Iterator[date]:
    return (_day(day.toordinal() + step) for step in range(days))


def _hours_text(day: date, opening: _Wall, close: _Wall, half_close: _Wall) -> str:
    session = session_of(day)
    stamp = f"{day:%Y%m%d}"
    if session is None:
        return f"{stamp}:CLOSED"
    end = half_close if session.is_half else close
    return f"{stamp}:{opening[0]:02}{opening[1]:02}-{stamp}:{end[0]:02}{end[1]:02}"
