"""One session's report as a frozen value: what the JSON artifact holds, field by field. It computes nothing.

Money is in US dollars, rounded to cents; prices and quantities are exact unless a field says otherwise; basis
points are rounded to 0.01. Where a figure cannot be known it is None.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionPart:
    """The NYSE session and the piece of the journal that the report covers: events `first_seq` to `last_seq`.

    `is_over` is False for a report made while the session was still going on.
    """

    open_at: datetime
    close_at: datetime
    half_day: bool
    is_over: bool
    first_seq: int
    last_seq: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalLine:
    """One signal. `end` is empty while it has not ended; `admitted` is None when risk did not let it in."""

    signal_id: str
    source: str
    purpose: str
    symbol: str
    side: str
    quantity: Decimal
    reason: str
    received_at: datetime
    admitted: Decimal | None
    end: str
    ended_at: datetime | None
    filled: Decimal
    average_price: Decimal | None
    end_reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalsPart:
    """Every signal that came in or was still open, in exactly one of four lists. `received_n` counts those that came in."""

    received_n: int
    executed: tuple[SignalLine, ...]
    rejected: tuple[SignalLine, ...]
    ended_otherwise: tuple[SignalLine, ...]
    still_open: tuple[SignalLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """One committed order and where it stood at the end. `word` is the evidence of its end, or why it is in doubt."""

    order_ref: str
    signal_id: str
    symbol: str
    side: str
    quantity: Decimal
    limit: Decimal
    intended_at: datetime
    state: str
    filled: Decimal
    word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusalLine:
    """A wish for an order that was refused; nothing was sent."""

    at: datetime
    order_ref: str
    symbol: str
    side: str
    quantity: Decimal
    by: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FillLine:
    """One execution, its newest revision. Slippage in basis points, positive is worse for us.

    `value` is quantity times price times multiplier, in money. `quote_mid` is the middle of the quote on which the order
    was decided, `arrival_mid` that on which its parent was planned; both None for an execution that is not ours.
    `late`: found by a listing, not heard live.
    """

    exec_id: str
    revision: int
    order_ref: str
    signal_id: str
    symbol: str
    side: str
    quantity: Decimal
    price: Decimal
    value: Decimal
    commission: Decimal | None
    executed_at: datetime
    late: bool
    arrival_mid: Decimal | None
    quote_mid: Decimal | None
    slippage_bp: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TradesPart:
    """Orders, refused wishes and fills. `slippage_bp` is the mean over the fills that have one, weighted by their money."""

    orders: tuple[OrderLine, ...]
    refused: tuple[RefusalLine, ...]
    fills: tuple[FillLine, ...]
    bought: Decimal
    sold: Decimal
    slippage_bp: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerLine:
    """A breaker opened (`tripped`) or was closed again (`rearmed`, by whom)."""

    at: datetime
    breaker: str
    what: str
    by: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TradingLine:
    """What may go to the wire changed: to what, by whom, why."""

    at: datetime
    state: str
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskPart:
    """The result and what endangered it. `result` is realized minus commissions plus `unrealized_change`.

    Everything is valued at the newest price in the journal (`basis` says so in words); `drawdown` is the deepest fall
    of the result from its highest point, seen only where the journal holds a price. `day_equity` is the baseline that
    risk recorded at the turn of the day, None where it did not; fractions are of it.
    """

    result: Decimal
    realized: Decimal
    unrealized_change: Decimal
    commissions: Decimal
    unrealized: Decimal
    equity: Decimal | None
    day_equity: Decimal | None
    result_fraction: Decimal | None
    drawdown: Decimal
    drawdown_fraction: Decimal | None
    basis: str
    trading_state: str
    trading: tuple[TradingLine, ...]
    breakers: tuple[BreakerLine, ...]
    breakers_open: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldingLine:
    """One position at the end. `mark_basis` says what the mark is; `realized` is this report's share only."""

    symbol: str
    con_id: int
    quantity: Decimal
    average_price: Decimal
    mark: Decimal
    mark_basis: str
    mark_at: datetime | None
    unrealized: Decimal
    realized: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldingsPart:
    """What hydra held at the end, what it closed on the way (quantity 0), what lies in the account but is not its own."""

    held: tuple[HoldingLine, ...]
    closed: tuple[HoldingLine, ...]
    not_ours: tuple[tuple[str, Decimal], ...]
    cash: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunLine:
    """One process. `started_at` is None when it began before this report, `ended_at` when no orderly end is recorded.

    `end` is ended, died (a later run began without its end) or none recorded.
    """

    run: int
    version: str
    started_at: datetime | None
    ended_at: datetime | None
    end: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RestartLine:
    """One actor that started again, how often, and each cause once."""

    actor: str
    restarts_n: int
    causes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorLine:
    """All errors of one code and effect: how often, the first instant, the first words."""

    code: int
    effect: str
    times: int
    first_at: datetime
    first_text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertLine:
    """One alert."""

    at: datetime
    severity: str
    kind: str
    about: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkLine:
    """A session (one socket) opened or closed."""

    at: datetime
    session: int
    what: str
    planned: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceLine:
    """A difference to the broker that was found (`by` empty) or resolved."""

    at: datetime
    item: str
    what: str
    by: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthPart:
    """How the system itself fared. `disconnects_n` counts sessions that ended unplanned."""

    runs: tuple[RunLine, ...]
    restarts: tuple[RestartLine, ...]
    given_up: tuple[str, ...]
    links: tuple[LinkLine, ...]
    disconnects_n: int
    reconciliations_n: int
    repaired_n: int
    differences: tuple[DifferenceLine, ...]
    differences_open: tuple[str, ...]
    errors: tuple[ErrorLine, ...]
    violations: tuple[str, ...]
    alerts: tuple[AlertLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RegimePart:
    """The state of the whole market; `missing` says why there is none."""

    vix: Decimal | None
    regime: str | None
    missing: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyReport:
    """One session. `headline` is the whole of it in a sentence; `traded` and `losing` are what it says."""

    day: date
    headline: str
    traded: bool
    losing: bool
    session: SessionPart
    signals: SignalsPart
    trades: TradesPart
    risk: RiskPart
    holdings: HoldingsPart
    health: HealthPart
    regime: RegimePart
