"""The nouns of the house: frozen values that messages carry and the pure core computes with.

Nothing here knows of actors, wires or files. Prices, quantities and money are `Decimal`; instants are aware UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

ZERO = Decimal(0)


class Side(StrEnum):
    """Direction of an order or an execution."""

    BUY = "BUY"
    SELL = "SELL"

    @property
    def sign(self) -> int:
        """+1 for a buy, -1 for a sell."""
        return 1 if self is Side.BUY else -1


class Purpose(StrEnum):
    """Why an order exists. Only OPEN may add exposure; EXIT and FLATTEN are reduce-only."""

    OPEN = "OPEN"
    EXIT = "EXIT"
    FLATTEN = "FLATTEN"


class TradingState(StrEnum):
    """What may go to the wire (PRODUCT section 2). Ordered from free to shut."""

    ACTIVE = "ACTIVE"
    REDUCING = "REDUCING"
    PAUSED = "PAUSED"
    HALTED = "HALTED"


class LinkState(StrEnum):
    """Where the brokerage link stands."""

    DISCONNECTED = "DISCONNECTED"
    CONNECTING = "CONNECTING"
    SYNCING = "SYNCING"
    READY = "READY"
    DEGRADED = "DEGRADED"
    SUSPENDED = "SUSPENDED"
    FAILED = "FAILED"


class OrderState(StrEnum):
    """Life of one wire order. UNKNOWN is first class: it counts at worst case and blocks its slice."""

    INTENDED = "INTENDED"
    WRITTEN = "WRITTEN"
    WORKING = "WORKING"
    UNKNOWN = "UNKNOWN"
    FILLED = "FILLED"
    CANCELLED = "CANCELLED"
    REJECTED = "REJECTED"
    NOT_WRITTEN = "NOT_WRITTEN"
    NEVER_REACHED = "NEVER_REACHED"

    @property
    def is_final(self) -> bool:
        """Whether evidence has ended this order."""
        return self in _FINAL_ORDER_STATES


_FINAL_ORDER_STATES = frozenset(
    {
        OrderState.FILLED,
        OrderState.CANCELLED,
        OrderState.REJECTED,
        OrderState.NOT_WRITTEN,
        OrderState.NEVER_REACHED,
    }
)


class ChildKind(StrEnum):
    """Which child actor works a parent order."""

    PATIENCE = "PATIENCE"
    TWAP = "TWAP"


class ParentEnd(StrEnum):
    """How the routing of a parent order ended."""

    DONE = "DONE"
    EXPIRED = "EXPIRED"
    CANCELLED_BY_OPERATOR = "CANCELLED_BY_OPERATOR"
    REFUSED = "REFUSED"
    REJECTED_BY_BROKER = "REJECTED_BY_BROKER"
    ROUTING_FAILED = "ROUTING_FAILED"
    UNRESOLVED = "UNRESOLVED"


class SignalEnd(StrEnum):
    """The one terminal state of a signal."""

    EXECUTED = "EXECUTED"
    REJECTED_BY_CORRELATION = "REJECTED_BY_CORRELATION"
    REJECTED_BY_HEAT = "REJECTED_BY_HEAT"
    REJECTED_BY_CIRCUIT_BREAKER = "REJECTED_BY_CIRCUIT_BREAKER"
    REJECTED_BY_SIZING = "REJECTED_BY_SIZING"
    REJECTED_BY_BROKER = "REJECTED_BY_BROKER"
    REJECTED_BY_STATE = "REJECTED_BY_STATE"
    REJECTED_BY_LIMIT = "REJECTED_BY_LIMIT"
    EXPIRED = "EXPIRED"
    CANCELLED_BY_OPERATOR = "CANCELLED_BY_OPERATOR"
    ROUTING_FAILED = "ROUTING_FAILED"
    UNRESOLVED = "UNRESOLVED"


class Resolution(StrEnum):
    """What a person may do with a difference: take the broker's side over, leave it as it is, or close it at the broker."""

    ADOPT = "adopt"
    IGNORE = "ignore"
    CLOSE = "close"


class QuoteKind(StrEnum):
    """IB market data type (reqMarketDataType): only LIVE may price an order unless the config says otherwise."""

    LIVE = "LIVE"
    FROZEN = "FROZEN"
    DELAYED = "DELAYED"
    DELAYED_FROZEN = "DELAYED_FROZEN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """One tradable contract as contract details describe it; `con_id` is the key everywhere."""

    con_id: int
    symbol: str
    sec_type: str
    exchange: str
    primary_exchange: str
    currency: str
    local_symbol: str
    trading_class: str
    multiplier: Decimal
    tick: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionHours:
    """One liquid session of an instrument, half open [open_at, close_at)."""

    open_at: datetime
    close_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """Top of book. `at` is market time of arrival; sizes in shares or contracts; `last` may be unknown."""

    con_id: int
    symbol: str
    bid: Decimal
    ask: Decimal
    bid_size: Decimal
    ask_size: Decimal
    last: Decimal | None
    kind: QuoteKind
    at: datetime

    @property
    def mid(self) -> Decimal:
        """Half way between bid and ask, unrounded."""
        return (self.bid + self.ask) / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """What a strategy, an exit rule or the operator wants done, once. `signal_id` is unique for ever."""

    signal_id: str
    source: str
    symbol: str
    side: Side
    quantity: Decimal
    purpose: Purpose
    urgent: bool
    episode: str
    reason: str
    at: datetime
    valid_until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """One piece of a parent: for TWAP a quantity and its due time, for patience one step of one quantity."""

    slice_n: int
    quantity: Decimal
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PatienceStep:
    """One attempt of patience: where the limit stands between mid (0) and the far touch (1), and for how long."""

    attempt_n: int
    aggression: Decimal
    wait_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ParentOrder:
    """A signal on its way to the market. `parent_ref` equals its signal_id: one parent per signal.

    TWAP has `slices`, each worked by `steps`; PATIENCE has exactly one slice. Nothing is sent at or after `ends_at`.
    """

    parent_ref: str
    signal_id: str
    kind: ChildKind
    con_id: int
    symbol: str
    side: Side
    quantity: Decimal
    purpose: Purpose
    episode: str
    urgent: bool
    arrival_price: Decimal
    participation: Decimal | None
    slices: tuple[Slice, ...]
    steps: tuple[PatienceStep, ...]
    opened_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderTerms:
    """What goes on the wire: always a limit order."""

    con_id: int
    symbol: str
    side: Side
    quantity: Decimal
    limit: Decimal
    tif: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderWant:
    """A child's wish for one wire order. `order_ref` is unique per (parent, slice, attempt), sent as IB's orderRef."""

    order_ref: str
    parent_ref: str
    slice_n: int
    attempt_n: int
    purpose: Purpose
    episode: str
    terms: OrderTerms
    bid: Decimal
    ask: Decimal
    quote_at: datetime
    origin: str
    origin_sync: int
    valid_until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """Risk's one-time leave for exactly one order. It dies with the sync that made it."""

    order_ref: str
    order_hash: str
    risk_sync: int
    as_of_seq: int
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """A committed order: the only thing the broker may write. Bound to one session (one socket)."""

    want: OrderWant
    order_hash: str
    session: int
    broker_order_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """One fill as the wire told it. `exec_root` + `revision` (`.01`, `.02` corrects) identify it (ib-gateway-behaviour 4.4).

    `order_ref` is empty for executions that are not ours (manual, assignment, liquidation).
    """

    exec_id: str
    exec_root: str
    revision: int
    order_ref: str
    perm_id: int
    broker_order_id: int
    client_id: int
    con_id: int
    symbol: str
    side: Side
    quantity: Decimal
    price: Decimal
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Commission:
    """Cost of one execution; may arrive any time after it, or never."""

    exec_id: str
    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenOrderLine:
    """One row of the broker's open orders."""

    order_ref: str
    perm_id: int
    broker_order_id: int
    client_id: int
    con_id: int
    symbol: str
    side: Side
    quantity: Decimal
    limit: Decimal | None
    status: str
    filled: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletedOrderLine:
    """One row of the broker's completed orders. It bears no order id (ib-wire-protocol 4.2): join on order_ref, perm_id."""

    order_ref: str
    perm_id: int
    con_id: int
    symbol: str
    side: Side
    status: str
    filled: Decimal
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionLine:
    """One row of the broker's positions. `average_cost` is IB's avgCost: per share, multiplier and commission included."""

    con_id: int
    symbol: str
    quantity: Decimal
    average_cost: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFigures:
    """Money as the broker states it; None where it did not."""

    net_liquidation: Decimal | None
    cash: Decimal | None
    buying_power: Decimal | None
    cushion: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing on which we and the broker disagree. `item` names it: `position/AAPL`, `order/REF`, `cash`."""

    item: str
    kind: str
    symbol: str
    ours: str
    theirs: str
    text: str
