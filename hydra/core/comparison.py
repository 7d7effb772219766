"""Ours beside theirs: verdicts on unproven orders and differences of positions and cash, from one complete listing.

The invariants (PROTOCOL section 3): an incomplete listing proves nothing; absence counts only in a complete one; executions
have been folded before anything is compared; only settled symbols are judged; nothing is ever invented. A snapshot lists
open orders, completed orders, executions, positions, values in this order, so an order may be seen twice but never missed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from hydra.core.book import Book
from hydra.core.sessions import trading_day
from hydra.messages.base import Event
from hydra.messages.decisions import OrderEnded, OrderFound
from hydra.messages.sync import BrokerSnapshot
from hydra.records import OrderRecord, PositionRecord
from hydra.values import ZERO, CompletedOrderLine, Difference, OpenOrderLine, OrderState, PositionLine


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerance:
    """How far average price and cash may be apart, as fractions of theirs. Quantity is exact."""

    price: Decimal
    cash: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderJudgement:
    """Verdicts that evidence allows, orders that are absent everywhere, and orders on which we and the broker differ."""

    verdicts: tuple[Event, ...]
    absent: tuple[OrderRecord, ...]
    differences: tuple[Difference, ...]


def judge_orders(book: Book, snapshot: BrokerSnapshot) -> OrderJudgement:
    """What a complete listing says of every order whose end is not proven, and of orders that we do not know."""
    listed = _open_by_ref(snapshot)
    completed = {line.order_ref: line for line in snapshot.completed_orders if line.order_ref}
    verdicts: list[Event] = []
    absent: list[OrderRecord] = []
    differences: list[Difference] = []
    for order in book.unproven():
        lines = listed.get(order.order_ref, ())
        if len({line.perm_id for line in lines}) > 1:
            differences.append(_doubled(order, lines))
        elif lines:
            verdicts.extend(_still_open(order, lines[0]))
        elif order.order_ref in completed:
            _judge_completed(order, completed[order.order_ref], verdicts, differences)
        else:
            absent.append(order)
    differences.extend(_strangers(book, snapshot))
    return OrderJudgement(verdicts=tuple(verdicts), absent=tuple(absent), differences=tuple(differences))


def _open_by_ref(snapshot: BrokerSnapshot) -> Mapping[str, tuple[OpenOrderLine, ...]]:
    by_ref: dict[str, tuple[OpenOrderLine, ...]] = {}
    for line in snapshot.open_orders:
        by_ref[line.order_ref] = (*by_ref.get(line.order_ref, ()), line)
    return by_ref


def _still_open(order: OrderRecord, line: OpenOrderLine) -> tuple[Event, ...]:
    if order.state is OrderState.WORKING and line.perm_id in order.perm_ids:
        return ()
    return (
        OrderFound(
            order_ref=order.order_ref,
            perm_id=line.perm_id,
            broker_order_id=line.broker_order_id,
            evidence=f"listed among open orders as {line.status}",
        ),
    )


def _judge_completed(
    order: OrderRecord, line: CompletedOrderLine, verdicts: list[Event], differences: list[Difference]
) -> None:
    if line.filled != order.filled:
        differences.append(
            Difference(
                item=f"order/{order.order_ref}",
                kind="fills_missing",
                symbol=line.symbol,
                ours=str(order.filled),
                theirs=str(line.filled),
                text=f"order {order.order_ref} completed at the broker with {line.filled} filled, "
                f"but the executions we know add up to {order.filled}",
            )
        )
        return
    state = OrderState.CANCELLED if line.status in ("Cancelled", "ApiCancelled", "Filled") else OrderState.REJECTED
    if state is OrderState.REJECTED and order.state is not OrderState.UNKNOWN:
        state = OrderState.CANCELLED
    verdicts.append(
        OrderEnded(
            order_ref=order.order_ref,
            state=state.value,
            filled=order.filled,
            evidence=f"listed among completed orders as {line.status} {line.text}".strip(),
        )
    )


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


def _strangers(book: Book, snapshot: BrokerSnapshot) -> tuple[Difference, ...]:
    """Open orders that no unproven order of ours explains: another client, a person in TWS, or one we thought dead."""
    known = {order.order_ref for order in book.unproven()}
    return tuple(
        Difference(
            item=f"order/{line.order_ref or line.perm_id}",
            kind="unknown_order",
            symbol=line.symbol,
            ours="no such working order",
            theirs=f"{line.side} {line.quantity} {line.symbol} {line.status}",
            text=f"the broker works an order that we do not: {line.side} {line.quantity} {line.symbol} "
            f"(permId {line.perm_id}, orderRef {line.order_ref or 'none'}, client {line.client_id})",
        )
        for line in snapshot.open_orders
        if line.order_ref not in known
    )


def compare_positions(book: Book, snapshot: BrokerSnapshot, tolerance: Tolerance) -> tuple[Difference, ...]:
    """Differences over the union of our and their contracts; unsettled contracts are left out."""
    theirs = {line.con_id: line for line in snapshot.positions}
    unsettled = set(snapshot.unsettled)
    ours = {con_id: record for con_id, record in book.positions.items() if record.quantity != 0}
    found: list[Difference] = []
    for con_id in sorted(ours.keys() | theirs.keys() | book.ignored.keys()):
        if con_id in unsettled:
            continue
        difference = _compare_one(book, con_id, ours.get(con_id), theirs.get(con_id), tolerance)
        if difference is not None:
            found.append(difference)
    return tuple(found)


def _compare_one(
    book: Book, con_id: int, ours: PositionRecord | None, theirs: PositionLine | None, tolerance: Tolerance
) -> Difference | None:
    ignored = book.ignored.get(con_id)
    our_quantity = (ours.quantity if ours else ZERO) + (ignored.quantity if ignored else ZERO)
    their_quantity = theirs.quantity if theirs else ZERO
    symbol = ours.symbol if ours else theirs.symbol if theirs else ignored.symbol if ignored else str(con_id)
    if our_quantity != their_quantity:
        kind = _kind(book, con_id, our_quantity, their_quantity)
        return Difference(
            item=f"position/{symbol}",
            kind=kind,
            symbol=symbol,
            ours=str(our_quantity),
            theirs=str(their_quantity),
            text=f"{symbol}: our executions make {our_quantity}, the broker holds {their_quantity} ({kind})",
        )
    if ours is None or theirs is None or ignored is not None:
        return None
    return _compare_price(ours, theirs, tolerance)


def _kind(book: Book, con_id: int, ours: Decimal, theirs: Decimal) -> str:
    if ours == 0 and con_id not in book.positions:
        return "foreign_position"
    if theirs == 0:
        return "phantom_position"
    return "missing_position" if ours == 0 else "wrong_quantity"


def _compare_price(ours: PositionRecord, theirs: PositionLine, tolerance: Tolerance) -> Difference | None:
    """IB's avgCost contains multiplier and commission: the first is divided out, the second widens the band."""
    their_price = theirs.average_cost / ours.multiplier
    commission = ours.commissions / abs(ours.quantity) / ours.multiplier
    band = abs(their_price) * tolerance.price + abs(commission)
    if abs(their_price - ours.average_price) <= band:
        return None
    return Difference(
        item=f"average/{ours.symbol}",
        kind="average_price",
        symbol=ours.symbol,
        ours=f"{ours.average_price:.4f}",
        theirs=f"{their_price:.4f}",
        text=f"{ours.symbol}: our average price {ours.average_price:.4f}, the broker's {their_price:.4f}, "
        f"more than {tolerance.price:.2%} apart",
    )


def compare_cash(book: Book, snapshot: BrokerSnapshot, tolerance: Tolerance) -> tuple[Difference, ...]:
    """Cash, judged only when nothing is in flight anywhere."""
    theirs = snapshot.figures.cash
    if theirs is None or snapshot.unsettled:
        return ()
    if abs(theirs - book.cash) <= max(abs(theirs) * tolerance.cash, Decimal(1)):
        return ()
    return (
        Difference(
            item="cash",
            kind="cash",
            symbol="",
            ours=f"{book.cash:.2f}",
            theirs=f"{theirs:.2f}",
            text=f"cash: our executions make {book.cash:.2f}, the broker states {theirs:.2f}, "
            f"more than {tolerance.cash:.2%} apart",
        ),
    )


def expired_overnight(order: OrderRecord, now: datetime) -> bool:
    """Whether a DAY order belongs to an earlier exchange day: then absence means that it expired."""
    return order.intent.want.terms.tif == "DAY" and trading_day(order.intended_at) < trading_day(now)


def vanished(order: OrderRecord, absent_s: float) -> Difference:
    """An order that the broker acknowledged and now lists nowhere."""
    terms = order.intent.want.terms
    return Difference(
        item=f"order/{order.order_ref}",
        kind="vanished_order",
        symbol=terms.symbol,
        ours=f"{order.state} {order.filled}/{terms.quantity}",
        theirs="not listed",
        text=f"order {order.order_ref} was acknowledged, but is in no listing of the broker for {absent_s:.0f} s",
    )
