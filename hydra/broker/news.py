"""What a link tells of its socket, already in our own values: one frozen class per kind of news. Nothing decides here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum

from hydra.values import (
    Commission,
    CompletedOrderLine,
    Execution,
    Instrument,
    OpenOrderLine,
    PositionLine,
    QuoteKind,
    SessionHours,
)


class Part(Enum):
    """A listing that ends with a marker of its own. Only the last three carry a request id."""

    OPEN_ORDERS = "open orders"
    COMPLETED_ORDERS = "completed orders"
    POSITIONS = "positions"
    VALUES = "account values"
    GATEWAY_TIME = "gateway time"
    EXECUTIONS = "executions"
    CONTRACT = "contract details"
    BARS = "daily bars"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenOrderSeen:
    """An openOrder: in a listing, or on its own when an order was accepted or changed."""

    line: OpenOrderLine


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusSeen:
    """An orderStatus, of whatever order, known to us or not."""

    broker_order_id: int
    perm_id: int
    client_id: int
    status: str
    filled: Decimal
    remaining: Decimal
    why_held: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionSeen:
    """An execDetails: a row of a listing when it bears a request id of ours, live when it bears -1."""

    request_id: int
    account: str
    execution: Execution


@dataclass(frozen=True, slots=True, kw_only=True)
class CommissionSeen:
    """A commissionReport."""

    commission: Commission


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletedOrderSeen:
    """A completedOrder."""

    line: CompletedOrderLine


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionSeen:
    """A position, in a listing or after a change; quantity 0 means closed."""

    account: str
    line: PositionLine


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueSeen:
    """One account value; `amount` is None where it is no number or IB has none."""

    account: str
    tag: str
    currency: str
    amount: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TickSeen:
    """One tick of a subscription. A price of None says that there is none now; sizes likewise."""

    request_id: int
    tick_type: int
    price: Decimal | None
    size: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteKindSeen:
    """The market data type of a subscription."""

    request_id: int
    kind: QuoteKind


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractSeen:
    """One row of contract details."""

    request_id: int
    instrument: Instrument
    hours: tuple[SessionHours, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BarSeen:
    """One daily bar. `volume` in shares."""

    request_id: int
    day: date
    close: Decimal
    volume: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayTimeTold:
    """The gateway's clock, whole seconds."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """The end marker of a listing; `request_id` is 0 for the parts that carry none."""

    part: Part
    request_id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorSeen:
    """An error message; `target_id` is an order id, a request id or -1."""

    target_id: int
    code: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderGone:
    """The bytes of an order left: the transport's buffer was empty after it was written."""

    order_ref: str
    broker_order_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A message that matters could not be read: a fact is lost."""

    message_id: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SocketLost:
    """The socket is gone; the last news of a link."""

    reason: str


Row = (
    OpenOrderSeen
    | StatusSeen
    | ExecutionSeen
    | CommissionSeen
    | CompletedOrderSeen
    | PositionSeen
    | ValueSeen
    | ContractSeen
    | BarSeen
    | GatewayTimeTold
)
"""News that may be a row of a listing."""

News = Row | TickSeen | QuoteKindSeen | Ended | ErrorSeen | OrderGone | Unreadable | SocketLost
