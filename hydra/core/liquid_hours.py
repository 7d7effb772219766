"""Reads IB's `liquidHours` and `timeZoneId` into sessions. It guesses nothing: unreadable text is an error.

Forms: `20261123:0930-20261123:1600;20261124:CLOSED`, the older `20180323:0400-2000`, several spans of a day
joined by a comma, and a span that ends on the next day. Source: ib-wire-protocol, contractData; IBApi
ContractDetails.
"""

from __future__ import annotations

import re
from datetime import date, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hydra.core.instants import at_wall
from hydra.errors import HydraError
from hydra.values import SessionHours

_SPAN = re.compile(r"(?:(\d{8}):)?(\d{2})(\d{2})-(?:(\d{8}):)?(\d{2})(\d{2})")

ZONES = {
    "EST": "America/New_York",
    "EST5EDT": "America/New_York",
    "US/Eastern": "America/New_York",
    "CST": "America/Chicago",
    "CST6CDT": "America/Chicago",
    "US/Central": "America/Chicago",
    "MET": "Europe/Berlin",
    "GMT": "Europe/London",
    "JST": "Asia/Tokyo",
    "HKT": "Asia/Hong_Kong",
}
"""IB's own names of exchange zones. tzdata's `EST` is five hours all year, which no exchange is."""


class UnreadableHours(HydraError):
    """The broker's hours of an instrument make no sense."""


def parse_liquid_hours(text: str, time_zone_id: str) -> tuple[SessionHours, ...]:
    """All sessions in the text, ordered by opening; raises UnreadableHours with the text that is wrong."""
    zone = _zone(time_zone_id)
    sessions: list[SessionHours] = []
    for entry in filter(None, (part.strip() for part in text.split(";"))):
        day_text, _, rest = entry.partition(":")
        day = _day(day_text, entry)
        if rest.upper() != "CLOSED":
            sessions.extend(_session(span, day, zone) for span in rest.split(","))
    return tuple(sorted(sessions, key=lambda session: session.open_at))


def _session(span: str, day: date, zone: ZoneInfo) -> SessionHours:
    found = _SPAN.fullmatch(span.strip())
    if found is None:
        raise UnreadableHours(f"liquid hours {span!r} of {day}: expected HHMM-HHMM or HHMM-YYYYMMDD:HHMM")
    first_day, open_h, open_m, last_day, close_h, close_m = found.groups()
    opens_on = _day(first_day, span) if first_day else day
    closes_on = _day(last_day, span) if last_day else opens_on
    opening, closing = _clock(open_h, open_m, span), _clock(close_h, close_m, span)
    if not last_day and closing <= opening:
        closes_on += timedelta(days=1)
    open_at, close_at = at_wall(opens_on, opening, zone), at_wall(closes_on, closing, zone)
    if close_at <= open_at:
        raise UnreadableHours(f"liquid hours {span!r} of {day}: the close is not after the open")
    return SessionHours(open_at=open_at, close_at=close_at)


def _day(text: str, whole: str) -> date:
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        raise UnreadableHours(f"liquid hours {whole!r}: expected a day YYYYMMDD, not {text!r}") from None


def _clock(hour: str, minute: str, whole: str) -> time:
    try:
        return time(int(hour), int(minute))
    except ValueError:
        raise UnreadableHours(f"liquid hours {whole!r}: {hour}{minute} is no time of day") from None


def _zone(time_zone_id: str) -> ZoneInfo:
    name = time_zone_id.partition("(")[0].strip()
    try:
        return ZoneInfo(ZONES.get(name, name))
    except (ZoneInfoNotFoundError, ValueError):
        raise UnreadableHours(f"time zone {time_zone_id!r} of an instrument is unknown") from None
