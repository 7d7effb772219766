"""Which piece of the journal one report covers. It reads no clock and no file.

A session's report is cut one minute after its close. It begins where the report before it was cut, so nothing that is
recorded between two sessions is lost, and what is recorded later never changes a report that was written.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from hydra.core.instants import EPOCH, NEW_YORK, after_s, at_wall
from hydra.core.sessions import nyse_session, trading_day
from hydra.journal.rows import StoredEvent
from hydra.values import SessionHours

AFTER_CLOSE_S = 60.0
_SEARCH_DAYS_MAX = 30
_MIDNIGHT = time(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSession:
    """One session of NYSE and the instant at which its report is cut."""

    day: date
    hours: SessionHours

    @property
    def cut_at(self) -> datetime:
        """Events recorded from here on belong to the next report."""
        return after_s(self.hours.close_at, AFTER_CLOSE_S)

    @property
    def begins_at(self) -> datetime:
        """New York's midnight: a day without an event from here to the cut has no report."""
        return at_wall(self.day, _MIDNIGHT, NEW_YORK)


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The events of one report, at least one of them of the session's own day. `is_over`: no event can join it any more."""

    session: ReportSession
    events: tuple[StoredEvent, ...]
    is_over: bool


def session_reporting(at: datetime) -> ReportSession:
    """The session in whose report an event of this instant is: the first whose cut is later."""
    day = trading_day(at)
    for _ in range(_SEARCH_DAYS_MAX):
        hours = nyse_session(day)
        if hours is not None:
            session = ReportSession(day=day, hours=hours)
            if at < session.cut_at:
                return session
        day += timedelta(days=1)
    raise ValueError(f"no NYSE session within {_SEARCH_DAYS_MAX} days after {at.isoformat()}")


def next_window(events: Iterable[StoredEvent], until: datetime) -> Window | None:
    """The first window of these events (in the journal's order), None when there is no event of a session's day.

    It is over when it is known that everything up to its cut is there: `until` has reached the cut, or an event after
    it follows. A day on which nothing was recorded has no window; what was recorded before it joins the next one.
    """
    taken: list[StoredEvent] = []
    session: ReportSession | None = None
    cut_at = EPOCH
    for stored in events:
        if stored.at >= cut_at:
            if session is not None and _has_own(session, taken):
                return Window(session=session, events=tuple(taken), is_over=True)
            session = session_reporting(stored.at)
            cut_at = session.cut_at
        taken.append(stored)
    if session is None or not _has_own(session, taken):
        return None
    return Window(session=session, events=tuple(taken), is_over=until >= cut_at)


def _has_own(session: ReportSession, taken: list[StoredEvent]) -> bool:
    return any(stored.at >= session.begins_at for stored in reversed(taken))
