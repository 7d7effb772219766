"""A child's whole world in one seeded loop: risk, journal, broker and market that refuse, lose, doubt and delay.

Every truth goes through the real Book. The laws are asserted at each step of the child.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal

from hydra.config.trading import RiskConfig
from hydra.core.book import Book
from hydra.core.child_steps import Cancel, Finish, Place, Wait, order_ref_of, want_of
from hydra.core.child_view import ChildMemory, ChildRules, ChildView, child_view
from hydra.core.children import next_step
from hydra.core.permits import content_hash
from hydra.core.prices import is_on_tick
from hydra.messages import decisions as d
from hydra.messages import facts as f
from hydra.messages.base import Event
from hydra.values import (
    ZERO,
    Execution,
    Intent,
    OrderState,
    OrderWant,
    ParentEnd,
    ParentOrder,
    Quote,
    TradingState,
)
from tests.core.books import AAPL, D, book, later, quote, routing

STEPS_MAX = 4000
RULES = ChildRules(routing=routing(), risk=RiskConfig(), delayed_allowed=False)


@dataclass(kw_only=True)
class Venue:
    """`trouble` is the chance of each kind of bad luck; it ends with the parent's time, so that all can settle."""

    parent: ParentOrder
    rng: random.Random
    trouble: float = 0.1
    fills: float = 0.3
    partial: bool = True
    diligence: float = 0.5
    now: datetime = field(default_factory=lambda: later(0))
    book: Book = field(default_factory=book)
    placed: list[Place] = field(default_factory=list)
    steps: int = 0
    exec_n: int = 0
    memory: ChildMemory = field(default_factory=lambda: ChildMemory(listening_since=later(0)))

    def __post_init__(self) -> None:
        self.book.parents.clear()
        self.tell(d.ParentOpened(parent=self.parent))

    def run(self) -> Finish:
        """Until the child finishes; asserts the laws on the way."""
        while self.steps < STEPS_MAX:
            self.steps += 1
            self.hear_market()
            step = next_step(self.view(), self.now)
            match step:
                case Finish():
                    self.check_end(step)
                    return step
                case Place():
                    self.ask_risk(step)
                case Cancel():
                    self.ask_cancel(step)
                case Wait():
                    assert step.until is None or step.until > self.now
                    self.pass_time(step.until)
            self.happen()
        raise AssertionError(f"the child of {self.parent.parent_ref} never ended")

    def view(self) -> ChildView:
        found = child_view(self.book, self.parent.parent_ref, self.memory, rules=RULES, in_maintenance=False)
        assert found is not None
        again = child_view(
            Book.from_image(self.book.image()),
            self.parent.parent_ref,
            self.memory,
            rules=RULES,
            in_maintenance=False,
        )
        assert again == found
        return found

    def tell(self, event: Event) -> None:
        self.book.apply(self.book.seq + 1, self.now, event)

    def is_bad(self) -> bool:
        return self.now < self.parent.ends_at and self.rng.random() < self.trouble

    def pass_time(self, until: datetime | None) -> None:
        step_s = self.rng.choice([0.5, 3.0, 20.0])
        target = self.now + timedelta(seconds=step_s)
        self.now = target if until is None or self.is_bad() else min(until, target)

    def hear_market(self) -> None:
        if self.memory.quote is None or self.rng.random() < 0.8:
            middle = 10_000 + self.rng.randint(-30, 30)
            fresh: Quote = quote(str(D(middle - 1) / 100), str(D(middle + 1) / 100), self.now)
            self.memory = replace(self.memory, quote=fresh)

    def ask_risk(self, place: Place) -> None:
        self.check_place(place)
        self.placed.append(place)
        wanted = want_of(
            place, self.parent, origin="child", origin_sync=1, valid_until=self.now + timedelta(seconds=10)
        )
        self.memory = replace(self.memory, pending=wanted)

    def ask_cancel(self, cancel: Cancel) -> None:
        asked = {**self.memory.cancel_asked, cancel.order_ref: self.now}
        self.memory = replace(self.memory, cancel_asked=asked)
        if not self.is_bad():
            self.tell(f.CancelSent(session=1, order_ref=cancel.order_ref, reason=cancel.reason))

    def happen(self) -> None:
        """What may happen between two steps of the child."""
        if self.memory.pending is not None and self.rng.random() < 0.6:
            self.answer(self.memory.pending)
        if self.is_bad():
            self.forget()
        if self.book.session_live and self.is_bad():
            self.drop_session()
        elif not self.book.session_live and not self.is_bad():
            self.open_session()
        for order in list(self.book.unproven()):
            if order.order_ref in self.book.orders and self.rng.random() < self.diligence:
                self.work(order.order_ref)

    def answer(self, wanted: OrderWant) -> None:
        if self.is_bad():
            return
        self.memory = replace(self.memory, pending=None)
        if self.is_bad() or not self.book.session_live:
            self.tell(d.OrderRefused(want=wanted, by="risk", reasons=("no luck",)))
            self.memory = replace(self.memory, refused_at=self.now)
            return
        number = self.book.order_id_mark + 1
        intent = Intent(want=wanted, order_hash=content_hash(wanted), session=1, broker_order_id=number)
        self.tell(d.OrderIntended(intent=intent))

    def forget(self) -> None:
        """The child dies; a wish of the dead one is nobody's."""
        self.memory = ChildMemory(listening_since=self.now)

    def drop_session(self) -> None:
        self.tell(f.SessionClosed(session=self.book.session, reason="lost", planned=False))
        for order in self.book.unproven():
            self.tell(d.OrderDoubted(order_ref=order.order_ref, reason="session lost"))

    def open_session(self) -> None:
        self.tell(
            f.SessionOpened(
                session=self.book.session + 1,
                link_token=1,
                account="DU1",
                client_id=7,
                server_version=178,
                next_valid_id=1,
                clock_skew_s=0.0,
            )
        )
        self.memory = replace(self.memory, listening_since=self.now)

    def work(self, order_ref: str) -> None:
        order = self.book.orders[order_ref]
        if not self.book.session_live:
            return
        if order.state is OrderState.UNKNOWN:
            self.resolve(order_ref)
        elif order.cancel_sent_at is not None and not self.is_bad():
            self.end(order_ref, OrderState.CANCELLED)
        elif order.state is OrderState.INTENDED:
            self.tell(f.OrderWritten(session=1, order_ref=order_ref, broker_order_id=1))
        elif self.is_bad():
            self.tell(d.OrderDoubted(order_ref=order_ref, reason="silence"))
        elif self.rng.random() < self.fills:
            self.fill(order_ref)

    def resolve(self, order_ref: str) -> None:
        if self.is_bad():
            return
        state = self.rng.choice(["found", "REJECTED", "NEVER_REACHED", "CANCELLED", "fill"])
        if state == "found":
            self.tell(d.OrderFound(order_ref=order_ref, perm_id=9, broker_order_id=1, evidence="open"))
        elif state == "fill":
            self.fill(order_ref)
        else:
            self.end(order_ref, OrderState(state))

    def end(self, order_ref: str, state: OrderState) -> None:
        order = self.book.orders[order_ref]
        if state is not OrderState.CANCELLED and (order.filled or order.state is not OrderState.UNKNOWN):
            state = OrderState.CANCELLED
        if order.state is OrderState.INTENDED:
            self.tell(d.OrderDoubted(order_ref=order_ref, reason="silence"))
        self.tell(
            d.OrderEnded(order_ref=order_ref, state=state.value, filled=order.filled, evidence="listing")
        )

    def fill(self, order_ref: str) -> None:
        order = self.book.orders[order_ref]
        open_n = int(order.open_quantity)
        self.exec_n += 1
        terms = order.intent.want.terms
        self.tell(
            f.ExecutionReported(
                session=1,
                late=False,
                execution=Execution(
                    exec_id=f"e{self.exec_n}.01",
                    exec_root=f"e{self.exec_n}",
                    revision=1,
                    order_ref=order_ref,
                    perm_id=1,
                    broker_order_id=1,
                    client_id=7,
                    con_id=AAPL,
                    symbol="AAPL",
                    side=terms.side,
                    quantity=D(self.rng.randint(1, open_n) if self.partial else open_n),
                    price=terms.limit,
                    at=self.now,
                ),
            )
        )
        if self.book.orders[order_ref].open_quantity == 0:
            self.end_filled(order_ref)

    def end_filled(self, order_ref: str) -> None:
        filled = self.book.orders[order_ref].filled
        self.tell(d.OrderEnded(order_ref=order_ref, state="FILLED", filled=filled, evidence="executions"))

    def halt(self, state: TradingState) -> None:
        self.tell(d.TradingStateChanged(state=state, by="ann", reason="drill"))

    def mine(self) -> tuple[Decimal, Decimal]:
        """Filled, and what may fill."""
        orders = self.book.orders_of(self.parent.parent_ref)
        return (
            sum((order.filled for order in orders), ZERO),
            sum((order.open_quantity for order in orders), ZERO),
        )

    def check_place(self, place: Place) -> None:
        filled, may_fill = self.mine()
        ref = order_ref_of(self.parent.parent_ref, place.slice_n, place.attempt_n)
        siblings = [
            order
            for order in self.book.orders_of(self.parent.parent_ref)
            if order.intent.want.slice_n == place.slice_n and not order.state.is_final
        ]
        assert place.quantity >= 1
        assert filled + may_fill + place.quantity <= self.parent.quantity
        assert siblings == []
        assert ref not in self.book.orders
        assert self.now < self.parent.ends_at
        assert self.memory.pending is None or self.memory.pending.valid_until < self.now
        assert is_on_tick(place.limit, D("0.01"))
        assert self.book.session_live

    def check_end(self, finish: Finish) -> None:
        filled, may_fill = self.mine()
        assert finish.filled == filled <= self.parent.quantity
        assert finish.remainder == self.parent.quantity - filled
        assert may_fill == 0 or finish.end is ParentEnd.UNRESOLVED
        assert (finish.end is ParentEnd.DONE) is (filled == self.parent.quantity)
