"""When the market is open: New York's trading day, NYSE sessions with half days, an instrument's own hours.

An instrument's hours (from contract details) decide about its orders; the NYSE calendar says what a day is.
All instants are real aware UTC datetimes. It never looks at a clock.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import lru_cache

import holidays

from hydra.core.instants import NEW_YORK, after_s, at_wall, wall
from hydra.values import SessionHours

NYSE_OPEN = time(9, 30)
NYSE_CLOSE = time(16, 0)
NYSE_CLOSE_HALF_DAY = time(13, 0)
_SEARCH_DAYS_MAX = 30
_SATURDAY = 5


def trading_day(at: datetime) -> date:
    """The exchange's calendar day of an instant: New York's, so counters turn at New York's midnight."""
    return wall(at, NEW_YORK).date()


def next_midnight(at: datetime) -> datetime:
    """The instant when the exchange's next day begins."""
    return at_wall(trading_day(at) + timedelta(days=1), time(0), NEW_YORK)


def nyse_session(day: date) -> SessionHours | None:
    """The regular session of a day, None on weekends and holidays (source: holidays, XNYS)."""
    iso = day.isoformat()
    if day.weekday() >= _SATURDAY or iso in _days_of(day.year, "public"):
        return None
    close = NYSE_CLOSE_HALF_DAY if iso in _days_of(day.year, "half_day") else NYSE_CLOSE
    return SessionHours(open_at=at_wall(day, NYSE_OPEN, NEW_YORK), close_at=at_wall(day, close, NEW_YORK))


def next_nyse_session(after: datetime) -> SessionHours:
    """The first session that opens later than this instant."""
    day = trading_day(after)
    for _ in range(_SEARCH_DAYS_MAX):
        session = nyse_session(day)
        if session is not None and session.open_at > after:
            return session
        day += timedelta(days=1)
    raise ValueError(f"no NYSE session within {_SEARCH_DAYS_MAX} days after {after.isoformat()}")


def session_at(hours: tuple[SessionHours, ...], at: datetime) -> SessionHours | None:
    """The session that contains this instant; the close itself is outside."""
    return next((session for session in hours if session.open_at <= at < session.close_at), None)


def next_session(hours: tuple[SessionHours, ...], at: datetime) -> SessionHours | None:
    """The earliest of these sessions that opens later than this instant."""
    later = [session for session in hours if session.open_at > at]
    return min(later, key=lambda session: session.open_at, default=None)


def in_close_margin(session: SessionHours, at: datetime, margin_s: float) -> bool:
    """Whether the close is nearer than the margin, or past."""
    return after_s(at, margin_s) >= session.close_at


def in_maintenance(at: datetime, start: time, end: time) -> bool:
    """Whether New York's clock stands in [start, end), which may span midnight; start == end is no window."""
    now = wall(at, NEW_YORK).time()
    if start <= end:
        return start <= now < end
    return now >= start or now < end


@lru_cache(maxsize=512)
def _days_of(year: int, category: str) -> frozenset[str]:
    """ISO days; text, because a frozen clock's dates and real ones share no class but share their text."""
    calendar = holidays.financial_holidays("XNYS", years=[year], categories=(category,))
    return frozenset(day.isoformat() for day in calendar)
