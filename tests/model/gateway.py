"""The model of a gateway and its sockets. Its ledger is the truth that the laws are held against.

An order is accepted a while before it can be listed; positions lag behind executions; acknowledgements may be lost; a new
socket of a client is served only when the bytes of its old one have arrived or are lost.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from hydra.messages import facts as f
from hydra.messages.base import Event
from hydra.values import (
    ZERO,
    AccountFigures,
    Commission,
    CompletedOrderLine,
    Execution,
    Intent,
    OpenOrderLine,
    PositionLine,
)
from tests.core.books import AAPL, D, later

CLIENT = 7
PARTS = ("open orders", "completed orders", "executions", "positions", "values")
LISTED_LATE_S_MAX = 8.0
POSITION_LAG_S = 0.5
CASH = D(100_000)


@dataclass(frozen=True)
class PlaceOrder:
    intent: Intent


@dataclass(frozen=True)
class CancelOrder:
    broker_order_id: int


@dataclass(frozen=True)
class CancelAll:
    """The global cancel."""


@dataclass(frozen=True)
class ListPart:
    request_n: int
    part: str


@dataclass(frozen=True)
class Rows:
    """One part of a listing; `rows` are lines, executions, or figures."""

    request_n: int
    part: str
    rows: tuple[object, ...]


Inbound = PlaceOrder | CancelOrder | CancelAll | ListPart
Outbound = Rows | Event


@dataclass(eq=False)
class Socket:
    """`unsent` waits in the client's transport; `sent` and `back` are on the wire. Lost bytes never arrive."""

    token: int
    unsent: list[Inbound] = field(default_factory=list)
    sent: list[Inbound] = field(default_factory=list)
    back: list[Outbound] = field(default_factory=list)
    is_open: bool = True


@dataclass
class Ticket:
    """One order at the gateway."""

    intent: Intent
    perm_id: int
    listed_at_s: float
    status: str = "Submitted"
    filled: int = 0

    @property
    def quantity(self) -> int:
        return int(self.intent.want.terms.quantity)

    @property
    def is_live(self) -> bool:
        return self.status == "Submitted"

    @property
    def ref(self) -> str:
        return self.intent.want.order_ref


class Gateway:
    """`accepted` is called with each order that arrives, before anything else happens to it."""

    def __init__(
        self, rng: random.Random, accepted: Callable[[Intent, Socket], None], *, mutes: float, rejects: float
    ) -> None:
        self.rng = rng
        self.accepted = accepted
        self.mutes = mutes
        self.rejects = rejects
        self.tickets: dict[str, Ticket] = {}
        self.executions: list[tuple[float, Execution]] = []
        self.hidden: dict[str, None] = {}
        self.socket: Socket | None = None

    # ---- sockets

    def connect(self, token: int) -> Socket:
        self.socket = Socket(token)
        return self.socket

    def lose(self) -> None:
        """The socket breaks: a part of what is on the wire still arrives, the rest and everything unsent is lost."""
        socket = self.socket
        if socket is None or not socket.is_open:
            return
        socket.is_open = False
        socket.unsent.clear()
        del socket.sent[self.rng.randint(0, len(socket.sent)) :]
        socket.back.clear()

    @property
    def is_free(self) -> bool:
        """Whether the gateway has let go of the last socket."""
        return self.socket is None or (not self.socket.is_open and not self.socket.sent)

    # ---- work

    def read(self, now_s: float) -> str:
        """Take one message from the wire."""
        socket = self.socket
        assert socket is not None
        message = socket.sent.pop(0)
        match message:
            case PlaceOrder(intent=intent):
                self._place(intent, socket, now_s)
            case CancelOrder(broker_order_id=number):
                self._cancel(number, socket)
            case CancelAll():
                for ticket in [one for one in self.tickets.values() if one.is_live]:
                    self._cancel(ticket.intent.broker_order_id, socket)
            case ListPart():
                self._say(socket, Rows(message.request_n, message.part, self._rows(message.part, now_s)))
        return type(message).__name__

    def fill(self, now_s: float) -> str:
        """The market fills a part of one live order."""
        live = [ticket for ticket in self.tickets.values() if ticket.is_live]
        ticket = self.rng.choice(live)
        quantity = self.rng.randint(1, ticket.quantity - ticket.filled)
        ticket.filled += quantity
        n = len(self.executions) + 1
        terms = ticket.intent.want.terms
        execution = Execution(
            exec_id=f"e{n}.01",
            exec_root=f"e{n}",
            revision=1,
            order_ref=ticket.ref,
            perm_id=ticket.perm_id,
            broker_order_id=ticket.intent.broker_order_id,
            client_id=CLIENT,
            con_id=AAPL,
            symbol="AAPL",
            side=terms.side,
            quantity=D(quantity),
            price=terms.limit,
            at=later(now_s),
        )
        self.executions.append((now_s, execution))
        if ticket.filled == ticket.quantity:
            ticket.status = "Filled"
        fill = f.ExecutionReported(session=0, execution=execution, late=False)
        cost = f.CommissionReported(
            session=0, commission=Commission(exec_id=execution.exec_id, amount=D("0.01"), currency="USD")
        )
        told = [fill, cost]
        if self.rng.random() < 0.3:
            told.append(fill)
        self._tell_all(told, ticket)
        return f"{quantity} of {ticket.ref}"

    def _place(self, intent: Intent, socket: Socket, now_s: float) -> None:
        self.accepted(intent, socket)
        lag_s = self.rng.choice([0.0, 0.0, 0.3, self.rng.uniform(0, LISTED_LATE_S_MAX)])
        ticket = Ticket(intent, perm_id=900 + len(self.tickets), listed_at_s=now_s + lag_s)
        self.tickets[intent.want.order_ref] = ticket
        if self.rng.random() < self.rejects:
            ticket.status = "Inactive"
            if self.rng.random() < 0.5:
                self.hidden[ticket.ref] = None
            error = f.OrderErrorReported(
                session=0,
                order_ref=ticket.ref,
                broker_order_id=intent.broker_order_id,
                code=201,
                text="rejected",
                effect="order_dead",
            )
            self._say(socket, error)
            return
        self._tell_all([], ticket)

    def _cancel(self, number: int, socket: Socket) -> None:
        ticket = next((one for one in self.tickets.values() if one.intent.broker_order_id == number), None)
        if ticket is None or not ticket.is_live:
            error = f.OrderErrorReported(
                session=0,
                order_ref="" if ticket is None else ticket.ref,
                broker_order_id=number,
                code=10147,
                text="not found",
                effect="order_unknown",
            )
            self._say(socket, error)
            return
        ticket.status = "Cancelled"
        self._tell_all([], ticket)

    def _tell_all(self, told: list[Event], ticket: Ticket) -> None:
        """Whatever the client hears: executions and the status, each of which may get lost."""
        status = f.OrderStatusReported(
            session=0,
            order_ref=ticket.ref,
            broker_order_id=ticket.intent.broker_order_id,
            perm_id=ticket.perm_id,
            client_id=CLIENT,
            status=ticket.status,
            filled=D(ticket.filled),
            remaining=D(ticket.quantity - ticket.filled),
            why_held="",
        )
        news = [*told, status]
        if self.rng.random() < 0.2:
            news.insert(0, news.pop())
        for event in news:
            if self.socket is not None and self.rng.random() >= self.mutes:
                self._say(self.socket, event)

    def _say(self, socket: Socket, news: Outbound) -> None:
        if socket.is_open:
            socket.back.append(news)

    # ---- listings

    def _rows(self, part: str, now_s: float) -> tuple[object, ...]:
        if part == "open orders":
            shown = [one for one in self.tickets.values() if one.is_live and one.listed_at_s <= now_s]
            return tuple(self._open_line(ticket) for ticket in shown)
        if part == "completed orders":
            over = [one for one in self.tickets.values() if not one.is_live and one.ref not in self.hidden]
            return tuple(self._completed_line(ticket) for ticket in over if ticket.listed_at_s <= now_s)
        if part == "executions":
            return tuple(execution for _, execution in self.executions)
        if part == "positions":
            return self._position(now_s - POSITION_LAG_S)
        return (self.figures(),)

    def _position(self, as_of_s: float) -> tuple[PositionLine, ...]:
        known = [one for at_s, one in self.executions if at_s <= as_of_s]
        quantity = sum((one.side.sign * one.quantity for one in known), ZERO)
        if not quantity:
            return ()
        paid = sum((one.quantity * one.price for one in known), ZERO)
        return (PositionLine(con_id=AAPL, symbol="AAPL", quantity=quantity, average_cost=paid / quantity),)

    def figures(self) -> AccountFigures:
        cash = CASH
        for _, one in self.executions:
            cash -= one.side.sign * one.quantity * one.price + D("0.01")
        return AccountFigures(net_liquidation=None, cash=cash, buying_power=None, cushion=None)

    def _open_line(self, ticket: Ticket) -> OpenOrderLine:
        terms = ticket.intent.want.terms
        return OpenOrderLine(
            order_ref=ticket.ref,
            perm_id=ticket.perm_id,
            broker_order_id=ticket.intent.broker_order_id,
            client_id=CLIENT,
            con_id=AAPL,
            symbol="AAPL",
            side=terms.side,
            quantity=terms.quantity,
            limit=terms.limit,
            status=ticket.status,
            filled=D(ticket.filled),
        )

    def _completed_line(self, ticket: Ticket) -> CompletedOrderLine:
        return CompletedOrderLine(
            order_ref=ticket.ref,
            perm_id=ticket.perm_id,
            con_id=AAPL,
            symbol="AAPL",
            side=ticket.intent.want.terms.side,
            status=ticket.status,
            filled=D(ticket.filled),
            text="",
        )
