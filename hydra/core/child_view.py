"""What a child knows when it decides: journaled truth of its parent, and a little of its own that may be
lost.

Everything that matters is in the journal. Losing `ChildMemory` costs at most a repeated cancel or a wait.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from hydra.config.trading import RiskConfig, RoutingConfig
from hydra.core.book import Book
from hydra.core.instants import after_s
from hydra.core.risk_view import closing_signals
from hydra.core.rules_state import state_allows
from hydra.records import OrderRecord, ParentRecord, TradingStatus
from hydra.values import (
    ZERO,
    OrderState,
    OrderWant,
    ParentOrder,
    PatienceStep,
    Purpose,
    Quote,
    Slice,
)

WANT_GRACE_S = 30.0
"""A wish unanswered so long after its validity was lost on the way; if it comes yet, it is refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildMemory:
    """A child's own: asked of risk and not answered, when a cancel was asked, when the last refusal came,
    quote.

    `listening_since` is the later of the child's start and the opening of the broker session.
    """

    listening_since: datetime
    pending: OrderWant | None = None
    cancel_asked: Mapping[str, datetime] = field(default_factory=dict)
    refused_at: datetime | None = None
    quote: Quote | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildRules:
    """The configuration that a child obeys."""

    routing: RoutingConfig
    risk: RiskConfig
    delayed_allowed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildView:
    """All that `next_step` looks at. `orders` are all of the parent, by slice and attempt. `flattening`: an operator's
    flatten stands."""

    record: ParentRecord
    orders: tuple[OrderRecord, ...]
    tick: Decimal
    trading: TradingStatus
    flattening: bool
    session_live: bool
    breakers: tuple[str, ...]
    closing: tuple[str, ...]
    in_maintenance: bool
    memory: ChildMemory
    rules: ChildRules

    @property
    def parent(self) -> ParentOrder:
        """The recorded plan."""
        return self.record.parent

    @property
    def filled(self) -> Decimal:
        """Executed so far, by executions only."""
        return sum((order.filled for order in self.orders), ZERO)

    @property
    def average_price(self) -> Decimal | None:
        """Average execution price, None before the first fill."""
        filled = self.filled
        return sum((order.paid for order in self.orders), ZERO) / filled if filled else None

    @property
    def unended(self) -> tuple[OrderRecord, ...]:
        """Orders whose end is not proven."""
        return tuple(order for order in self.orders if not order.state.is_final)

    @property
    def may_fill(self) -> Decimal:
        """What may still fill, worst case."""
        return sum((order.open_quantity for order in self.orders), ZERO)

    @property
    def is_allowed(self) -> bool:
        """Whether the trading state lets this parent's orders through."""
        return state_allows(self.parent.purpose, self.trading.state, flattening=self.flattening)

    @property
    def barred(self) -> str | None:
        """Why this parent may have nothing at the market now; its orders are withdrawn until that ends."""
        if not self.is_allowed:
            return f"trading is {self.trading.state}: {self.trading.reason}"
        if self.breakers and self.parent.purpose is Purpose.OPEN:
            return f"open circuit breaker: {', '.join(self.breakers)}"
        if self.closing and self.parent.purpose is Purpose.OPEN:
            return f"{', '.join(self.closing)} is closing {self.parent.symbol}"
        return None

    @property
    def unreachable(self) -> str | None:
        """Why nothing can be sent now, though it may be wanted."""
        if not self.session_live:
            return "no session with the broker is live"
        if self.tick <= 0:
            return f"{self.parent.symbol} is not a qualified instrument"
        return "the gateway's maintenance window is open" if self.in_maintenance else None

    def awaited(self, now: datetime) -> OrderWant | None:
        """The wish that risk or the journal has still to answer."""
        want = self.memory.pending
        if want is None or any(order.order_ref == want.order_ref for order in self.orders):
            return None
        return want if now < lapses_at(want) else None

    def slice_at(self, now: datetime) -> Slice | None:
        """The slice whose turn it is: the last one that is due."""
        due = [piece for piece in self.parent.slices if piece.due_at <= now]
        return due[-1] if due else None

    def slice_ends_at(self, piece: Slice) -> datetime:
        """When the next slice is due, or the parent ends."""
        later = (other.due_at for other in self.parent.slices if other.slice_n > piece.slice_n)
        return min(later, default=self.parent.ends_at)

    def orders_in(self, slice_n: int) -> tuple[OrderRecord, ...]:
        """The orders of one slice, by attempt."""
        return tuple(order for order in self.orders if order.intent.want.slice_n == slice_n)

    def step_of(self, order: OrderRecord) -> PatienceStep:
        """The patience step that an order of ours was placed with."""
        want = order.intent.want
        earlier = (
            other for other in self.orders_in(want.slice_n) if other.intent.want.attempt_n < want.attempt_n
        )
        return self.step_after(sum(1 for other in earlier if not is_fruitless(other)))

    def step_after(self, tried_n: int) -> PatienceStep:
        """The step to take after so many tries; the last one repeats (urgent parents)."""
        return self.parent.steps[min(tried_n, len(self.parent.steps) - 1)]


def is_fruitless(order: OrderRecord) -> bool:
    """Ended without a fill and not by our own cancel: it tried nothing, so its step is still to be taken."""
    ended_otherwise = order.state.is_final and order.state is not OrderState.FILLED
    return ended_otherwise and order.filled == 0 and order.cancel_sent_at is None


def lapses_at(want: OrderWant) -> datetime:
    """From when on an unanswered wish counts as lost."""
    return after_s(want.valid_until, WANT_GRACE_S)


def child_view(
    book: Book, parent_ref: str, memory: ChildMemory, *, rules: ChildRules, in_maintenance: bool
) -> ChildView | None:
    """The view of an open parent, from the book alone; None once the parent has ended."""
    record = book.parents.get(parent_ref)
    if record is None:
        return None
    card = book.instruments.get(record.parent.symbol)
    return ChildView(
        record=record,
        orders=book.orders_of(parent_ref),
        tick=card.instrument.tick if card is not None else ZERO,
        trading=book.trading,
        flattening=bool(book.flatten_by),
        session_live=book.session_live,
        breakers=tuple(book.breakers),
        closing=closing_signals(book, record.parent.symbol),
        in_maintenance=in_maintenance,
        memory=memory,
        rules=rules,
    )
