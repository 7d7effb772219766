"""Why a parent order must end, and when nobody waits any longer for the proof. All from journaled truth."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hydra.core.child_view import ChildView, is_fruitless
from hydra.core.instants import after_s
from hydra.core.wording import number
from hydra.records import OrderRecord
from hydra.values import OrderState, ParentEnd, Slice, TradingState

REFUSALS_MAX = 6
FRUITLESS_MAX = 5
UNRESOLVED_S = 3600.0
"""Market time after which an order without a proven end makes its parent UNRESOLVED."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How the parent is to end, once nothing of it works."""

    end: ParentEnd
    reason: str


def reason_to_end(view: ChildView, now: datetime) -> Ending | None:
    """The first cause that applies, or None. A cause that goes away before the end is told is no cause."""
    parent = view.parent
    if view.filled >= parent.quantity:
        return Ending(ParentEnd.DONE, f"filled {number(view.filled)}")
    if view.trading.state is TradingState.HALTED and not view.is_allowed:
        return Ending(
            ParentEnd.CANCELLED_BY_OPERATOR, f"halted by {view.trading.by}: {view.trading.reason}"
        )
    if view.record.refusals_n >= REFUSALS_MAX:
        return Ending(
            ParentEnd.REFUSED, f"refused {view.record.refusals_n} times, last: {view.record.last_refusal}"
        )
    failed = _fruitless_run(view)
    if len(failed) >= FRUITLESS_MAX:
        return _failed(failed)
    if now >= parent.ends_at:
        return Ending(ParentEnd.EXPIRED, f"its time ended at {parent.ends_at.isoformat()}")
    return None


def _fruitless_run(view: ChildView) -> list[OrderRecord]:
    """The newest orders up to the last one that tried something, newest first."""
    failed: list[OrderRecord] = []
    for order in sorted(view.orders, key=lambda order: -order.intent.broker_order_id):
        if not is_fruitless(order):
            break
        failed.append(order)
    return failed


def _failed(failed: list[OrderRecord]) -> Ending:
    """The broker said no, or our own road to it is broken."""
    last = failed[0]
    said_no = last.state in (OrderState.REJECTED, OrderState.CANCELLED)
    end = ParentEnd.REJECTED_BY_BROKER if said_no else ParentEnd.ROUTING_FAILED
    word = last.last_error or last.last_status or last.doubt or "no reason told"
    return Ending(end, f"{len(failed)} orders in a row ended {last.state} or alike, last: {word}")


def gave_up(view: ChildView, piece: Slice) -> bool:
    """Whether every step was taken in this slice. Urgent parents do not give up before their end."""
    tried_n = sum(1 for order in view.orders_in(piece.slice_n) if not is_fruitless(order))
    return tried_n >= len(view.parent.steps) and not view.parent.urgent


def unresolved_at(view: ChildView) -> datetime:
    """From when on the parent is UNRESOLVED: long after its orders should have ended, on a live session."""
    rested = (after_s(order.intended_at, view.step_of(order).wait_s) for order in view.unended)
    return after_s(max(view.memory.listening_since, *rested), UNRESOLVED_S)
