"""The RouterActor: turns admitted signals into parents and keeps one child actor per open parent.

The journal knows every parent and slice, so after any restart the children are simply started again from it.
"""

from __future__ import annotations

from dataclasses import dataclass

from hydra.config import CalendarConfig
from hydra.core.child_steps import parent_ref_of
from hydra.core.child_view import ChildRules
from hydra.core.routing import Market, Unroutable, plan_parent
from hydra.core.wording import number
from hydra.messages.base import Event
from hydra.messages.commands import CancelOrder, QuoteChanged, WindDown, WorkDue
from hydra.messages.decisions import (
    AlertRaised,
    BreakerRearmed,
    BreakerTripped,
    OrderDoubted,
    OrderEnded,
    OrderFound,
    OrderIntended,
    OrderRefused,
    ParentEnded,
    ParentOpened,
    SignalAdmitted,
    SignalEnded,
    TradingStateChanged,
)
from hydra.messages.facts import (
    CancelSent,
    ExecutionReported,
    InstrumentQualified,
    OrderStatusReported,
    SessionClosed,
    SessionOpened,
)
from hydra.messages.sync import JournalUp, Recorded
from hydra.records import ParentRecord, SignalRecord
from hydra.runtime.actor import Context
from hydra.runtime.message import Lifecycle, Message
from hydra.runtime.spec import ChildSpec, Restart
from hydra.supervisor.child import ChildActor, ChildPlan
from hydra.supervisor.syncing import SyncingActor
from hydra.values import ZERO, ParentEnd, Quote, SignalEnd

CHILDREN = "routing"
RETRY_S = 5.0
TRY_AGAIN = "try to route again"
OF_ONE_PARENT = (
    OrderIntended,
    OrderRefused,
    OrderDoubted,
    OrderFound,
    OrderEnded,
    OrderStatusReported,
    CancelSent,
    ExecutionReported,
    ParentEnded,
)


OF_ALL_PARENTS = (
    TradingStateChanged,
    BreakerTripped,
    BreakerRearmed,
    SessionOpened,
    SessionClosed,
    InstrumentQualified,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RouterPlan:
    """`want_ttl_s` is how long a child's wish stays valid, in market seconds."""

    rules: ChildRules
    calendar: CalendarConfig
    want_ttl_s: float


class RouterActor(SyncingActor):
    """One parent per admitted signal, one child per open parent."""

    def __init__(self, context: Context, plan: RouterPlan) -> None:
        super().__init__(context)
        self.plan = plan
        self.quotes: dict[int, Quote] = {}
        self.children: dict[str, str] = {}
        self.planned: set[str] = set()
        self.will_retry = False
        self.abandoned: dict[str, str] = {}
        self.journal_up: JournalUp | None = None
        self.winding_down = ""

    def came_alive(self) -> None:
        self._pass_on_journal_up()
        self.planned.clear()
        self.children = {ref: name for ref, name in self.children.items() if ref in self.book.parents}
        for record in tuple(self.book.parents.values()):
            self._start_child(record)
        for signal in tuple(self.book.signals.values()):
            self._route(signal)

    def receive(self, message: Message) -> None:
        if isinstance(message, JournalUp):
            self.journal_up = message
        super().receive(message)

    def _pass_on_journal_up(self) -> None:
        """Children synchronise after the router, never before it: they hear events only through it, and those up to its own
        sync it never passes on."""
        news, self.journal_up = self.journal_up, None
        if news is not None:
            for child in tuple(self.children.values()):
                self.context.tell(child, news)

    def heard(self, recorded: Recorded) -> None:
        event = recorded.event
        match event:
            case SignalAdmitted(signal_id=signal_id):
                self._route(self.book.signals[signal_id])
            case ParentOpened(parent=parent):
                self._start_child(self.book.parents[parent.parent_ref])
        if isinstance(event, OF_ALL_PARENTS):
            for child in tuple(self.children.values()):
                self.context.tell(child, recorded)
        parent_ref = _parent_of(event)
        if parent_ref in self.children:
            self.context.tell(self.children[parent_ref], recorded)
        if isinstance(event, ParentEnded):
            self.children.pop(event.parent_ref, None)
            self.abandoned.pop(event.parent_ref, None)
        elif parent_ref in self.abandoned:
            self._wind_up(parent_ref)

    def handle(self, message: Message) -> None:
        match message:
            case QuoteChanged(quote=quote):
                self._take_quote(quote, message)
            case WorkDue(what=what) if what == TRY_AGAIN:
                self.will_retry = False
                for signal in tuple(self.book.signals.values()):
                    self._route(signal)
            case Lifecycle(kind="gave_up", name=name, reason=reason):
                self._abandon(name, reason)
            case Lifecycle():
                pass
            case WindDown(reason=reason):
                self.winding_down = reason
                for child in tuple(self.children.values()):
                    self.context.tell(child, message)
                for signal in tuple(self.book.signals.values()):
                    self._route(signal)
            case _:
                super().handle(message)

    def _take_quote(self, quote: Quote, message: QuoteChanged) -> None:
        first = quote.con_id not in self.quotes
        self.quotes[quote.con_id] = quote
        for parent_ref, child in tuple(self.children.items()):
            record = self.book.parents.get(parent_ref)
            if record is not None and record.parent.con_id == quote.con_id:
                self.context.tell(child, message)
        if first:
            for signal in tuple(self.book.signals.values()):
                self._route(signal)

    def _route(self, record: SignalRecord) -> None:
        """Plan a parent for a signal that has none yet; what cannot be routed for now is tried again."""
        signal = record.signal
        ref = signal.signal_id
        if record.admitted is None or ref in self.book.parents or ref in self.planned:
            return
        if self.winding_down:
            self._end(ref, SignalEnd.CANCELLED_BY_OPERATOR, f"the run is ending: {self.winding_down}")
            return
        card = self.book.instruments.get(signal.symbol)
        quote = self.quotes.get(card.instrument.con_id) if card is not None else None
        now = self.context.clock.now()
        market = Market(card=card, quote=quote, now=now)
        plan = plan_parent(record, market, self.plan.rules.routing, self.context.random("routing"))
        if not isinstance(plan, Unroutable):
            self.planned.add(ref)
            self.context.tell("journal", ParentOpened(parent=plan))
        elif plan.for_now and now < signal.valid_until:
            self._try_again()
        else:
            self._end(ref, SignalEnd.EXPIRED, plan.reason)

    def _try_again(self) -> None:
        """One reminder for all: with one for each, every reminder would make as many as there are signals."""
        if not self.will_retry:
            self.will_retry = True
            self.context.after(RETRY_S / self.context.clock.speed, WorkDue(what=TRY_AGAIN))

    def _end(self, signal_id: str, end: SignalEnd, reason: str) -> None:
        self.planned.add(signal_id)
        event = SignalEnded(signal_id=signal_id, end=end, filled=ZERO, average_price=None, reason=reason)
        self.context.tell("journal", event)

    def _start_child(self, record: ParentRecord) -> None:
        ref = record.parent.parent_ref
        name = f"router/{ref}"
        if ref in self.children:
            return
        self.children[ref] = name
        plan = ChildPlan(
            parent_ref=ref,
            rules=self.plan.rules,
            calendar=self.plan.calendar,
            want_ttl_s=self.plan.want_ttl_s,
            quote=self.quotes.get(record.parent.con_id),
            winding_down=self.winding_down,
        )
        spec = ChildSpec(
            name=name,
            build=lambda context: ChildActor(context, plan),
            why=f"works {record.parent.kind} parent {ref}",
            restart=Restart.TRANSIENT,
            give_up_after=self.plan.rules.routing.child_restarts_max,
            listener="router",
        )
        self.context.start_child(CHILDREN, spec)

    def _abandon(self, name: str, reason: str) -> None:
        """A child that keeps dying: its orders are cancelled, its parent ends ROUTING_FAILED once they are proven dead."""
        ref = name.removeprefix("router/")
        if ref not in self.book.parents:
            return
        self.abandoned[ref] = reason
        text = f"the child of {ref} died more than {self.plan.rules.routing.child_restarts_max} times: {reason}"
        self.context.tell("journal", AlertRaised(kind="child", about=ref, severity="critical", text=text))
        for order in self.book.orders_of(ref):
            if not order.state.is_final:
                self.context.tell(
                    "broker",
                    CancelOrder(
                        order_ref=order.order_ref,
                        broker_order_id=order.intent.broker_order_id,
                        reason="its child gave up",
                    ),
                )
        self._wind_up(ref)

    def _wind_up(self, ref: str) -> None:
        record = self.book.parents.get(ref)
        orders = self.book.orders_of(ref)
        if record is None or any(not order.state.is_final for order in orders):
            return
        filled = sum((order.filled for order in orders), ZERO)
        paid = sum((order.paid for order in orders), ZERO)
        remainder = record.parent.quantity - filled
        self.context.tell(
            "journal",
            ParentEnded(
                parent_ref=ref,
                end=ParentEnd.ROUTING_FAILED,
                filled=filled,
                remainder=remainder,
                average_price=paid / filled if filled else None,
                reason=f"child gave up with {number(remainder)} left: {self.abandoned[ref]}",
            ),
        )


def _parent_of(event: Event) -> str:
    """The parent that an event of one order or parent belongs to; empty for all other events."""
    if not isinstance(event, OF_ONE_PARENT):
        return ""
    match event:
        case OrderIntended(intent=intent):
            return intent.want.parent_ref
        case OrderRefused(want=want):
            return want.parent_ref
        case ParentEnded(parent_ref=parent_ref):
            return parent_ref
        case ExecutionReported(execution=execution):
            order_ref = execution.order_ref
        case _:
            order_ref = event.subject
    return parent_ref_of(order_ref)
