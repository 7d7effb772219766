"""What the journal's fold remembers: one frozen record per order, signal, parent, position ... and the image of them all.

A record is replaced, never changed. `BookImage` is how the whole travels from the journal to an actor that synchronises.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from hydra.values import (
    ZERO,
    CompletedOrderLine,
    Difference,
    Execution,
    Instrument,
    Intent,
    OpenOrderLine,
    OrderState,
    ParentOrder,
    PositionLine,
    SessionHours,
    Side,
    Signal,
    TradingState,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRecord:
    """One intent and what became of it. `filled` comes from executions only, `reported_filled` is the status's word."""

    intent: Intent
    state: OrderState
    filled: Decimal
    paid: Decimal
    perm_ids: tuple[int, ...]
    reported_filled: Decimal
    last_status: str
    last_error: str
    cancel_sent_at: datetime | None
    doubt: str
    intended_at: datetime
    changed_at: datetime

    @property
    def order_ref(self) -> str:
        """Our name of the order."""
        return self.intent.want.order_ref

    @property
    def open_quantity(self) -> Decimal:
        """What may still fill, worst case: nothing once the order's end is proven."""
        return ZERO if self.state.is_final else max(ZERO, self.intent.want.terms.quantity - self.filled)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionRecord:
    """The newest revision of one execution, with its commission when it has come. Kept while its day lasts."""

    exec_root: str
    revision: int
    order_ref: str
    con_id: int
    symbol: str
    side: Side
    quantity: Decimal
    price: Decimal
    commission: Decimal | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionRecord:
    """Our position in one contract, by executions and what was adopted; `average_price` without commission, multiplier.

    `episode` changes each time the position leaves flat: `AAPL#3`. `opened_at` is the first fill of the episode.
    """

    con_id: int
    symbol: str
    quantity: Decimal
    average_price: Decimal
    multiplier: Decimal
    realized: Decimal
    commissions: Decimal
    episode: str
    episode_n: int
    opened_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalRecord:
    """A signal that has not ended. `admitted` is the quantity risk let in, None before."""

    signal: Signal
    admitted: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParentRecord:
    """A parent that has not ended, and how often its wishes were refused."""

    parent: ParentOrder
    refusals_n: int
    last_refusal: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InstrumentCard:
    """A qualified contract with its sessions; `qualified_at` says how old the knowledge is."""

    instrument: Instrument
    hours: tuple[SessionHours, ...]
    average_daily_volume: Decimal | None
    prior_close: Decimal | None
    qualified_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TradingStatus:
    """The trading state with who, when and why."""

    state: TradingState
    by: str
    reason: str
    since: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerRecord:
    """An open circuit breaker."""

    breaker: str
    value: Decimal
    limit: Decimal
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconciliationRecord:
    """The last reconciliation that was completed."""

    at: datetime
    reason: str
    session: int
    differences_n: int
    repaired_n: int
    unverified: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OurSide:
    """What our books said about one difference when it was found. `left_out` counts older rows that were too many."""

    cash: Decimal
    positions: tuple[PositionRecord, ...]
    ignored: tuple[PositionLine, ...]
    orders: tuple[OrderRecord, ...]
    executions: tuple[ExecutionRecord, ...]
    left_out: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerSide:
    """What the broker said about it: the rows of the listing that was asked for at `listed_at`, or, where that is None, the
    execution that told of it between two listings. `cash` is None where it was not stated."""

    listed_at: datetime | None
    cash: Decimal | None
    positions: tuple[PositionLine, ...]
    open_orders: tuple[OpenOrderLine, ...]
    completed_orders: tuple[CompletedOrderLine, ...]
    executions: tuple[Execution, ...]
    left_out: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceRecord:
    """A difference that was found at `since`, with both sides of that time (None in journals that did not keep them yet).

    `how` it was settled, by whom, at what time and why: empty, and None, while it is open.
    """

    difference: Difference
    since: datetime
    ours: OurSide | None
    theirs: BrokerSide | None
    how: str = ""
    by: str = ""
    reason: str = ""
    settled_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Counts over the whole journal that reports and summaries show."""

    signals: int = 0
    orders: int = 0
    fills: int = 0
    restarts: int = 0
    reconciliations: int = 0
    mismatches: int = 0
    violations: int = 0
    alerts: int = 0


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class BookImage:
    """The whole fold as a value, as of event `seq`."""

    seq: int
    run: int
    session: int
    session_live: bool
    link_token: int
    clock_skew_s: float | None
    clock_skew_before_s: float | None
    account: str
    client_id: int
    client_since: int
    gate_seq: int
    order_id_mark: int
    trading: TradingStatus
    flatten_by: str
    opening: bool
    cash: Decimal
    day: date | None
    day_equity: Decimal
    instruments: tuple[InstrumentCard, ...]
    signals: tuple[SignalRecord, ...]
    parents: tuple[ParentRecord, ...]
    orders: tuple[OrderRecord, ...]
    executions: tuple[ExecutionRecord, ...]
    positions: tuple[PositionRecord, ...]
    position_bases: tuple[PositionRecord, ...]
    ignored: tuple[PositionLine, ...]
    breakers: tuple[BreakerRecord, ...]
    differences: tuple[Difference, ...]
    accepted: tuple[Difference, ...]
    found: tuple[DifferenceRecord, ...]
    settled: tuple[DifferenceRecord, ...]
    late_costs: tuple[tuple[str, bool], ...]
    unverified: tuple[tuple[str, datetime], ...]
    last_reconciliation: ReconciliationRecord | None
    disorderly_runs: int
    open_runs: tuple[datetime, ...]
    tally: Tally
    terminal: tuple[tuple[str, int], ...]

    def __repr__(self) -> str:
        return f"BookImage(seq={self.seq}, orders={len(self.orders)}, positions={len(self.positions)})"
