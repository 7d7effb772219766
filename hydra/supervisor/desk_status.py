"""What the outside sees of a running desk: one frozen picture, made from snapshots that actors publish."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ActorRow:
    """One actor of the tree. `why` is the reason of its last end, empty if it never ended."""

    name: str
    state: str
    incarnation: int
    restarts: int
    mailbox: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionRow:
    """One position with its mark. Money in account currency; `mark` None while no quote is known."""

    symbol: str
    quantity: Decimal
    average_price: Decimal
    mark: Decimal | None
    unrealized: Decimal | None
    realized: Decimal
    commissions: Decimal
    quote_age_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRow:
    """One order whose end is not proven."""

    order_ref: str
    symbol: str
    side: str
    quantity: Decimal
    filled: Decimal
    limit: Decimal
    state: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalRow:
    """One signal that has not ended, and the child that works it."""

    signal_id: str
    symbol: str
    side: str
    quantity: Decimal
    purpose: str
    child: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRow:
    """One of the latest alerts."""

    at: datetime
    kind: str
    about: str
    severity: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """The figures of a run. `exit_reason` says why it ended; `unexplained` are reasons for exit code 1."""

    signals: int
    orders: int
    fills: int
    restarts: int
    reconciliations: int
    mismatches: int
    terminal: dict[str, int]
    violations: int
    open_differences: tuple[str, ...]
    exit_reason: str
    unexplained: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskStatus:
    """The whole picture. `market_at` is market time (the gateway's clock); `speed` market seconds per second."""

    market_at: datetime
    speed: float
    run: int
    account: str
    link: str
    link_text: str
    session: int
    session_open: bool
    trading: str
    trading_by: str
    trading_reason: str
    equity: Decimal | None
    day_pnl: Decimal | None
    cash: Decimal
    reconciled_at: datetime | None
    reconciled_text: str
    differences: tuple[str, ...]
    breakers: tuple[str, ...]
    actors: tuple[ActorRow, ...]
    positions: tuple[PositionRow, ...]
    orders: tuple[OrderRow, ...]
    signals: tuple[SignalRow, ...]
    alerts: tuple[AlertRow, ...]
    summary: Summary
