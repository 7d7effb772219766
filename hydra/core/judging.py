"""What a complete listing says of orders: verdicts, doubts, absences, and orders on which we and the broker differ.

An order moves only rightwards through a listing (open, completed, executions), so it may be seen twice but never missed.
Absence alone is no verdict here: what follows from it, and when, stands in `absence.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hydra.core.book import Book
from hydra.core.orders import ENDED_STATUSES, FILLED, INACTIVE
from hydra.messages.base import Event
from hydra.messages.decisions import OrderDoubted, OrderEnded, OrderFound
from hydra.messages.sync import BrokerSnapshot
from hydra.records import OrderRecord
from hydra.values import CompletedOrderLine, Difference, OpenOrderLine, OrderState


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A listing under way: its number, when it was asked for (machine seconds), and our unproven orders by then."""

    request_n: int
    at_s: float
    unproven: frozenset[str]
    working: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderJudgement:
    """`absent` are UNKNOWN orders that no part of the listing shows. `verdicts` are to be recorded one by one."""

    verdicts: tuple[Event, ...]
    absent: tuple[OrderRecord, ...]
    differences: tuple[Difference, ...]


def asked(book: Book, *, request_n: int, at_s: float) -> Asked:
    """What a listing that begins now must account for."""
    unproven = book.unproven()
    return Asked(
        request_n=request_n,
        at_s=at_s,
        unproven=frozenset(order.order_ref for order in unproven),
        working=frozenset(order.order_ref for order in unproven if order.state is OrderState.WORKING),
    )


def judge_orders(book: Book, snapshot: BrokerSnapshot, request: Asked) -> OrderJudgement:
    """Every order whose end is not proven, and every order of the broker that we do not know."""
    listed = _open_by_ref(snapshot)
    completed = {line.order_ref: line for line in snapshot.completed_orders if line.order_ref}
    findings: list[Event | OrderRecord | Difference | None] = [
        _judge(order, listed.get(order.order_ref, ()), completed.get(order.order_ref), request)
        for order in book.unproven()
    ]
    strangers = _strangers(book, snapshot, request)
    return OrderJudgement(
        verdicts=tuple(found for found in findings if isinstance(found, Event)),
        absent=tuple(found for found in findings if isinstance(found, OrderRecord)),
        differences=(*(found for found in findings if isinstance(found, Difference)), *strangers),
    )


def _judge(
    order: OrderRecord, lines: tuple[OpenOrderLine, ...], completed: CompletedOrderLine | None, request: Asked
) -> Event | OrderRecord | Difference | None:
    if len({line.perm_id for line in lines}) > 1:
        return _doubled(order, lines)
    if lines:
        return _still_open(order, lines[0])
    if completed is not None:
        return _completed(order, completed)
    if order.state is OrderState.UNKNOWN:
        return order
    if order.state is OrderState.WORKING and order.order_ref in request.working:
        return OrderDoubted(order_ref=order.order_ref, reason="acknowledged, but in no part of a listing")
    return None  # on its way: written, or acknowledged, since the listing was asked for


def _open_by_ref(snapshot: BrokerSnapshot) -> Mapping[str, tuple[OpenOrderLine, ...]]:
    by_ref: dict[str, tuple[OpenOrderLine, ...]] = {}
    for line in snapshot.open_orders:
        by_ref[line.order_ref] = (*by_ref.get(line.order_ref, ()), line)
    return by_ref


def _still_open(order: OrderRecord, line: OpenOrderLine) -> OrderFound | None:
    if order.state is OrderState.WORKING and line.perm_id in order.perm_ids:
        return None
    return OrderFound(
        order_ref=order.order_ref,
        perm_id=line.perm_id,
        broker_order_id=line.broker_order_id,
        evidence=f"listed among open orders as {line.status}",
    )


def _completed(order: OrderRecord, line: CompletedOrderLine) -> Event | Difference | None:
    """Executions come after completed orders in a listing, so what it filled is known by now, or is missing.

    A Filled order has filled what its line says, which a correction may have made less than was wanted; a line that says
    nothing (0) means all of it.
    """
    terms = order.intent.want.terms
    is_filled = line.status == FILLED
    filled = terms.quantity if is_filled and not line.filled else line.filled
    if filled != order.filled:
        return Difference(
            item=f"order/{order.order_ref}",
            kind="fills_missing",
            symbol=terms.symbol,
            ours=str(order.filled),
            theirs=str(filled),
            text=f"order {order.order_ref} completed at the broker with {filled} filled, "
            f"but the executions we know add up to {order.filled}",
        )
    evidence = f"listed among completed orders as {line.status} {line.text}".strip()
    if line.status == INACTIVE and not order.filled:
        if order.state is not OrderState.UNKNOWN:
            return OrderDoubted(order_ref=order.order_ref, reason=evidence)
        return ended(order, OrderState.REJECTED, evidence)
    if is_filled:
        return ended(order, OrderState.FILLED, evidence)
    if line.status in ENDED_STATUSES or line.status == INACTIVE:
        return ended(order, OrderState.CANCELLED, evidence)
    return None


def ended(order: OrderRecord, state: OrderState, evidence: str) -> OrderEnded:
    """A verdict with what its executions make."""
    return OrderEnded(order_ref=order.order_ref, state=state.value, filled=order.filled, evidence=evidence)


def _doubled(order: OrderRecord, lines: tuple[OpenOrderLine, ...]) -> Difference:
    perms = ", ".join(str(line.perm_id) for line in lines)
    return Difference(
        item=f"order/{order.order_ref}",
        kind="two_live_orders",
        symbol=order.intent.want.terms.symbol,
        ours="1 order",
        theirs=f"permIds {perms}",
        text=f"order {order.order_ref} works twice at the broker, under permIds {perms}",
    )


def _strangers(book: Book, snapshot: BrokerSnapshot, request: Asked) -> tuple[Difference, ...]:
    """Open orders that we do not work: another client's, a person's in TWS, or one that we thought dead.

    One that was unproven when we asked, and is no more, ended while the listing was made.
    """
    return tuple(
        Difference(
            item=f"order/{line.order_ref or line.perm_id}",
            kind="unknown_order",
            symbol=line.symbol,
            ours="no such working order",
            theirs=f"{line.side} {line.quantity} {line.symbol} (permId {line.perm_id})",
            text=f"the broker works an order that we do not: {line.side} {line.quantity} {line.symbol} "
            f"(permId {line.perm_id}, orderRef {line.order_ref or 'none'}, client {line.client_id})",
        )
        for line in snapshot.open_orders
        if line.order_ref not in request.unproven and not works_for_us(book, line.order_ref)
    )


def works_for_us(book: Book, order_ref: str) -> bool:
    """Whether this is an order of ours whose end is not proven."""
    order = book.orders.get(order_ref)
    return order is not None and not order.state.is_final
