"""Facts that the broker's side reports and the journal records. Each bears the session (socket) that saw it.

Executions and commissions count from any session; statuses and errors only from the current one (PROTOCOL section 2).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from hydra.messages.base import Event
from hydra.values import Commission, Execution, Instrument, LinkState, SessionHours


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkChanged(Event):
    """The brokerage link moved to another state, and why."""

    state: LinkState
    reason: str
    planned: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionOpened(Event):
    """A socket is ready to trade; `session` is the journal's number for it, `link_token` the broker's."""

    session: int
    link_token: int
    account: str
    client_id: int
    server_version: int
    next_valid_id: int
    clock_skew_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionClosed(Event):
    """The socket of a session, or its BrokerActor, is gone."""

    session: int
    reason: str
    planned: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class InstrumentQualified(Event):
    """Contract details of one configured symbol, its liquid hours and its average daily volume (shares; None: unknown)."""

    session: int
    instrument: Instrument
    hours: tuple[SessionHours, ...]
    average_daily_volume: Decimal | None
    prior_close: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InstrumentUnknown(Event):
    """The broker does not know a configured symbol (error 200), or it is ambiguous."""

    session: int
    symbol: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketDataNoticed(Event):
    """Market data of a symbol changed kind: delayed, missing, restored. Text is the broker's, or ours when it is silent."""

    session: int
    symbol: str
    kind: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderWritten(Event):
    """The bytes of an order left for the socket and the transport's buffer is empty."""

    session: int
    order_ref: str
    broker_order_id: int

    @property
    def fact_id(self) -> str:
        return f"written/{self.order_ref}"

    @property
    def subject(self) -> str:
        return self.order_ref


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderNotWritten(Event):
    """The broker did not put the order on the wire and never will."""

    session: int
    order_ref: str
    reason: str

    @property
    def fact_id(self) -> str:
        return f"not-written/{self.order_ref}"

    @property
    def subject(self) -> str:
        return self.order_ref


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderStatusReported(Event):
    """What an orderStatus or openOrder said of one order. Repetitions are normal and recorded once per change."""

    session: int
    order_ref: str
    broker_order_id: int
    perm_id: int
    client_id: int
    status: str
    filled: Decimal
    remaining: Decimal
    why_held: str

    @property
    def subject(self) -> str:
        return self.order_ref


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderErrorReported(Event):
    """An error code that names one order. `effect` is the class of the code table: notice, order_dead, order_unknown ..."""

    session: int
    order_ref: str
    broker_order_id: int
    code: int
    text: str
    effect: str

    @property
    def subject(self) -> str:
        return self.order_ref


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerNoticed(Event):
    """An error or notice that names no order: 1100, 1102, 2110, pacing ..."""

    session: int
    code: int
    text: str
    effect: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelSent(Event):
    """A cancel of one order was written to the wire, or the order was refused before it was written."""

    session: int
    order_ref: str
    reason: str

    @property
    def subject(self) -> str:
        return self.order_ref


@dataclass(frozen=True, slots=True, kw_only=True)
class GlobalCancelSent(Event):
    """One global cancel was written to the wire."""

    session: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionReported(Event):
    """One execution, live or from a listing; `late` says that it was found by a listing, not heard live.

    `of_closed_day`: it corrects one of a day that our books have closed, so it is recorded and changes nothing by itself.
    """

    session: int
    execution: Execution
    late: bool
    of_closed_day: bool = False

    @property
    def fact_id(self) -> str:
        return f"execution/{self.execution.exec_id}"

    @property
    def subject(self) -> str:
        return self.execution.order_ref


@dataclass(frozen=True, slots=True, kw_only=True)
class CommissionReported(Event):
    """The cost of one execution."""

    session: int
    commission: Commission

    @property
    def fact_id(self) -> str:
        return f"commission/{self.commission.exec_id}"

    @property
    def subject(self) -> str:
        return self.commission.exec_id


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayTimeSeen(Event):
    """The gateway's clock beside ours; recorded only when the skew passes the limit."""

    session: int
    gateway_at: datetime
    skew_s: float
