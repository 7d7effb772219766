"""How figures and instants of a running hydra are written for a person. Pure; instants are shown in New York's time."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from hydra.core.instants import NEW_YORK, seconds_between, wall
from hydra.core.sessions import next_nyse_session, nyse_session, trading_day
from hydra.supervisor.desk_status import DeskStatus, Summary

UNKNOWN = "-"
_MINUTE_S, _HOUR_S, _DAY_S = 60, 3600, 86_400


def money(amount: Decimal | None) -> str:
    """`1,234.56`; a dash where it is not known."""
    return UNKNOWN if amount is None else f"{amount:,.2f}"


def signed(amount: Decimal | None) -> str:
    """`+12.00` or `-0.50`; a dash where it is not known."""
    return UNKNOWN if amount is None else f"{amount:+,.2f}"


def shares(quantity: Decimal) -> str:
    """`1,200`, with decimals only where there are any."""
    return f"{quantity.normalize():,f}"


def clock(at: datetime) -> str:
    """`10:31:07`, New York."""
    return f"{wall(at, NEW_YORK):%H:%M:%S}"


def moment(at: datetime) -> str:
    """`Mon 2012-06-04 10:31:07`, New York."""
    return f"{wall(at, NEW_YORK):%a %Y-%m-%d %H:%M:%S}"


def lasting(seconds: float) -> str:
    """The two largest parts of a duration: `2 d 3 h`, `5 min 10 s`, `4 s`."""
    rest = round(seconds)
    parts = []
    for length, name in ((_DAY_S, "d"), (_HOUR_S, "h"), (_MINUTE_S, "min"), (1, "s")):
        count, rest = divmod(rest, length)
        if count:
            parts.append(f"{count} {name}")
    return " ".join(parts[:2]) or "0 s"


def market(status: DeskStatus) -> str:
    """Whether the market is open, and until or from when; the wait is in real time."""
    now = status.market_at
    today = nyse_session(trading_day(now))
    regular = today is not None and today.open_at <= now < today.close_at
    if status.session_open:
        until = f", closes {clock(today.close_at)[:5]} New York" if today is not None and regular else ""
        return f"market open{until}"
    if regular:
        return "market hours not known yet: waiting for the broker"
    opens = next_nyse_session(now).open_at
    wait = lasting(seconds_between(now, opens) / status.speed)
    return f"market closed, opens {moment(opens)[:-3]} New York (in {wait})"


def trading(status: DeskStatus) -> str:
    """The trading state with who set it and why."""
    who = f" by {status.trading_by}" if status.trading_by else ""
    why = f": {status.trading_reason}" if status.trading_reason else ""
    return f"{status.trading}{who}{why}"


def reconciled(status: DeskStatus) -> str:
    """The last comparison with the broker."""
    when = f"{clock(status.reconciled_at)} " if status.reconciled_at else ""
    return f"{when}{status.reconciled_text}"


def counts(summary: Summary) -> str:
    """The figures of a run in one line."""
    return (
        f"{summary.signals} signals, {summary.orders} orders, {summary.fills} fills, "
        f"{summary.restarts} restarts, {summary.reconciliations} reconciliations, "
        f"{summary.mismatches} mismatches"
    )
