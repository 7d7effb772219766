"""A child before one question: parents, its orders so far, its memory, and what it answers."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from hydra.config.trading import RiskConfig
from hydra.core import patience
from hydra.core.book import Book
from hydra.core.child_steps import Step
from hydra.core.child_view import ChildMemory, ChildRules, child_view
from hydra.core.children import next_step
from hydra.records import OrderRecord
from hydra.values import (
    ChildKind,
    OrderState,
    Purpose,
    Side,
    Slice,
)
from tests.core.books import NOW, D, later, order, parent, quote, routing, want

TWAP = parent(
    kind=ChildKind.TWAP,
    quantity=D(13),
    slices=tuple(
        Slice(slice_n=n + 1, quantity=D(size), due_at=later(60 * n)) for n, size in enumerate((3, 3, 3, 2, 2))
    ),
    steps=patience.fitted(patience.steps((120.0, 60.0, 30.0)), 50.0),
    ends_at=later(300),
)
URGENT = parent(
    purpose=Purpose.EXIT, side=Side.SELL, episode="AAPL#1", urgent=True, steps=patience.urgent_steps()
)


def memory(**changes: Any) -> ChildMemory:
    return replace(ChildMemory(listening_since=NOW, quote=quote()), **changes)


def step(of: Book, now: datetime = NOW, mine: ChildMemory | None = None, **changes: Any) -> Step:
    rules = ChildRules(routing=routing(), risk=RiskConfig(), delayed_allowed=False)
    mine = mine if mine is not None else memory(quote=quote(at=now))
    view = child_view(of, "s1", mine, rules=rules, in_maintenance=False)
    assert view is not None
    return next_step(replace(view, **changes), now)


def attempt(
    n: int, slice_n: int = 1, quantity: int = 100, limit: str = "99.99", **changes: Any
) -> OrderRecord:
    wanted = want(quantity, limit, order_ref=f"s1.{slice_n}.{n}", slice_n=slice_n, attempt_n=n)
    number = slice_n * 100 + n
    record = order(wanted, **{"intended_at": NOW, **changes})
    return replace(record, intent=replace(record.intent, broker_order_id=number))


def cancelled(n: int, **changes: Any) -> OrderRecord:
    return attempt(n, **{"state": OrderState.CANCELLED, "cancel_sent_at": NOW, **changes})


def fruitless(n: int, state: OrderState = OrderState.REJECTED, **changes: Any) -> OrderRecord:
    return attempt(n, state=state, **changes)
