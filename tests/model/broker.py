"""The broker of the model: PROTOCOL section 1's rules for one socket after another, on the real pure parts of hydra/broker.

One incarnation. It writes only what was committed for the very socket it holds, each ref at most once.
"""

from __future__ import annotations

from collections.abc import Callable

from hydra.broker.fills import SessionFills
from hydra.broker.orders import Fate, SessionOrders
from hydra.broker.snapshot import Activity
from hydra.broker.stamps import Stamp
from hydra.messages import commands as c
from hydra.messages import facts as f
from hydra.messages.base import Event
from hydra.messages.sync import BrokerSnapshot
from hydra.runtime.message import Message
from hydra.values import AccountFigures, CompletedOrderLine, Execution, Intent, OpenOrderLine, PositionLine
from tests.core.books import AAPL, NOW
from tests.core.paper_journal import rules
from tests.model.gateway import CLIENT, PARTS, CancelAll, CancelOrder, Inbound, ListPart, Outbound, PlaceOrder, Rows, Socket

QUIET_US = round(rules().reconcile.settle_quiet_s * 1e6)
TOKENS_PER_INCARNATION = 1_000


class Wire:
    """One socket and all that is known of it."""

    def __init__(self, socket: Socket) -> None:
        self.socket = socket
        self.stamp = Stamp(socket.token)
        self.orders = SessionOrders(CLIENT)
        self.fills = SessionFills()
        self.activity = Activity()
        self.listing: dict[str, tuple[object, ...]] = {}
        self.request_n = 0
        self.asked_us = 0
        self.buffered: dict[str, Intent] = {}


class ModelBroker:
    """`tell` leaves for the journal; it may be the last thing that this incarnation does."""

    def __init__(self, incarnation: int, tell: Callable[[Message], None]) -> None:
        self.tell = tell
        self.tokens = incarnation * TOKENS_PER_INCARNATION
        self.wire: Wire | None = None
        self.unnumbered: dict[int, Stamp] = {}
        self.latched = False

    # ---- sockets

    def next_token(self) -> int:
        self.tokens += 1
        return self.tokens

    def connected(self, socket: Socket) -> None:
        self.wire = Wire(socket)
        self.tell(
            f.SessionOpened(
                session=0,
                link_token=socket.token,
                account="DU1",
                client_id=CLIENT,
                server_version=178,
                next_valid_id=1,
                clock_skew_s=0.0,
            )
        )

    def disconnected(self, reason: str) -> None:
        """What the journal has not numbered yet waits for its number."""
        wire, self.wire = self.wire, None
        if wire is not None:
            if not wire.stamp.session:
                self.unnumbered[wire.stamp.token] = wire.stamp
            self._record(wire, f.SessionClosed(session=0, reason=reason, planned=False))

    def _record(self, wire: Wire, fact: Event) -> None:
        for numbered in wire.stamp.stamp(fact):
            self.tell(numbered)

    # ---- from the journal and the children

    def receive(self, message: Message, now_us: int) -> None:
        wire = self.wire
        match message:
            case c.LatchHalt(latched=latched):
                self.latched = latched
            case c.AcceptSession(link_token=token, session=session):
                self._accept(token, session)
            case c.TransmitOrder(intent=intent) if wire is not None:
                self._transmit(wire, intent)
            case c.CancelOrder() if wire is not None:
                self._cancel(wire, message)
            case c.CancelEverything(reason=reason) if wire is not None:
                self._write(wire, CancelAll())
                self._record(wire, f.GlobalCancelSent(session=0, reason=reason))
            case c.FetchSnapshot(request_n=request_n) if wire is not None and wire.stamp.session:
                wire.listing, wire.request_n, wire.asked_us = {}, request_n, now_us
                for part in PARTS:
                    self._write(wire, ListPart(request_n, part))
            case c.CloseSession(session=session) if wire is not None and wire.stamp.session == session:
                wire.socket.is_open = False

    def _accept(self, token: int, session: int) -> None:
        wire = self.wire
        is_present = wire is not None and wire.stamp.token == token
        stamp = wire.stamp if wire is not None and is_present else self.unnumbered.pop(token, None)
        if stamp is not None:
            for fact in stamp.accept(session):
                self.tell(fact)

    def may_write(self, wire: Wire, intent: Intent) -> bool:
        """The session check."""
        return intent.session == wire.stamp.session

    def is_first(self, wire: Wire, intent: Intent) -> bool:
        """The set of refs of this session."""
        return wire.orders.queue(intent)

    def _transmit(self, wire: Wire, intent: Intent) -> None:
        ref = intent.want.order_ref
        if not self.may_write(wire, intent):
            return
        if wire.orders.fate(ref) is Fate.CANCELLED_EARLY or (self.latched and wire.orders.fate(ref) is None):
            wire.orders.settle(ref, Fate.REFUSED)
            self._record(wire, f.OrderNotWritten(session=0, order_ref=ref, reason="cancelled or latched"))
        elif self.is_first(wire, intent):
            wire.orders.settle(ref, Fate.WRITTEN)
            wire.buffered[ref] = intent
            self._write(wire, PlaceOrder(intent))

    def _cancel(self, wire: Wire, message: c.CancelOrder) -> None:
        if wire.orders.fate(message.order_ref) is None:
            wire.orders.settle(message.order_ref, Fate.CANCELLED_EARLY)
        self._write(wire, CancelOrder(message.broker_order_id))
        self._record(wire, f.CancelSent(session=0, order_ref=message.order_ref, reason=message.reason))

    def _write(self, wire: Wire, message: Inbound) -> None:
        if wire.socket.is_open:
            wire.socket.unsent.append(message)

    # ---- from the wire

    def drained(self) -> None:
        """The transport's buffer is empty: what was written is written."""
        wire = self.wire
        if wire is None:
            return
        buffered, wire.buffered = wire.buffered, {}
        for ref, intent in buffered.items():
            number = intent.broker_order_id
            self._record(wire, f.OrderWritten(session=0, order_ref=ref, broker_order_id=number))

    def hear(self, news: Outbound, now_us: int) -> None:
        """One message of the gateway."""
        wire = self.wire
        if wire is None:
            return
        match news:
            case Rows():
                self._listed(wire, news, now_us)
            case f.ExecutionReported(execution=execution):
                wire.activity.note(execution.con_id, now_us)
                for fact in wire.fills.executed(execution, late=False):
                    self._record(wire, fact)
            case f.CommissionReported(commission=commission):
                for fact in wire.fills.cost(commission):
                    self._record(wire, fact)
            case Event():
                wire.activity.note(AAPL, now_us)
                self._record(wire, news)

    def _listed(self, wire: Wire, rows: Rows, now_us: int) -> None:
        if rows.request_n != wire.request_n:
            return
        wire.listing[rows.part] = rows.rows
        if rows.part != PARTS[-1]:
            return
        listing, wire.listing = wire.listing, {}
        executions = tuple(row for row in listing.get("executions", ()) if isinstance(row, Execution))
        wire.fills.listed(executions, ())
        figures = next(row for row in listing["values"] if isinstance(row, AccountFigures))
        self.tell(
            BrokerSnapshot(
                session=wire.stamp.session,
                request_n=rows.request_n,
                requested_at=NOW,
                missing=tuple(part for part in PARTS if part not in listing),
                unsettled=wire.activity.since(wire.asked_us - QUIET_US),
                open_orders=tuple(row for row in listing.get("open orders", ()) if isinstance(row, OpenOrderLine)),
                completed_orders=tuple(
                    row for row in listing.get("completed orders", ()) if isinstance(row, CompletedOrderLine)
                ),
                executions=executions,
                commissions=(),
                positions=tuple(row for row in listing.get("positions", ()) if isinstance(row, PositionLine)),
                figures=figures,
            )
        )
