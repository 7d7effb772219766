"""Orders, refused wishes and fills of one report, each fill held against the quote it was decided on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from hydra.core.book import Book
from hydra.journal.rows import StoredEvent
from hydra.messages.base import Event
from hydra.messages.decisions import OrderEnded, OrderIntended, OrderRefused, ParentOpened
from hydra.messages.facts import CommissionReported, ExecutionReported
from hydra.records import BookImage, OrderRecord
from hydra.reports.records import FillLine, OrderLine, RefusalLine, TradesPart
from hydra.reports.rounding import average, basis_points, money
from hydra.values import ZERO, Execution, OrderWant, ParentOrder, Side


class OrderTrail:
    """Every order as it was last seen: the book itself forgets an order with its parent. Lives as long as a `Valuation`."""

    def __init__(self, open_orders: Iterable[OrderRecord]) -> None:
        self._orders = {order.order_ref: order for order in open_orders}
        self._ends: dict[str, OrderEnded] = {}

    def follow(self, book: Book, event: Event) -> None:
        """Look at the order that an event just changed in the book, if it changed one."""
        order = book.orders.get(event.subject)
        if order is not None:
            self._orders[order.order_ref] = order
            if not order.state.is_final:  # it may live again after a verdict
                self._ends.pop(order.order_ref, None)
        if isinstance(event, OrderEnded):
            self._ends[event.order_ref] = event

    def lines(self) -> Iterator[OrderLine]:
        """In the order of the intents."""
        for ref, order in self._orders.items():
            yield _line(order, self._ends.get(ref))


def trades_part(
    before: BookImage, after: Book, orders: Iterable[OrderLine], events: Sequence[StoredEvent]
) -> TradesPart:
    """`before` and `after` are the books that the events found and left, `orders` the lines of their trail."""
    wants = {order.order_ref: order.intent.want for order in before.orders}
    parents = {record.parent.parent_ref: record.parent for record in before.parents}
    refused = []
    for stored in events:
        match stored.event:
            case OrderIntended(intent=intent):
                wants[intent.want.order_ref] = intent.want
            case ParentOpened(parent=parent):
                parents[parent.parent_ref] = parent
            case OrderRefused() as refusal:
                refused.append(_refusal(stored.at, refusal))
    fills = _fills(events, _Origins(wants=wants, parents=parents, book=after))
    return TradesPart(
        orders=tuple(orders),
        refused=tuple(refused),
        fills=fills,
        bought=sum((fill.value for fill in fills if fill.side == Side.BUY), money(ZERO)),
        sold=sum((fill.value for fill in fills if fill.side == Side.SELL), money(ZERO)),
        slippage_bp=_mean_slippage(fills),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Origins:
    """Where a fill comes from: its order's wish, its parent, its contract."""

    wants: Mapping[str, OrderWant]
    parents: Mapping[str, ParentOrder]
    book: Book


def _line(order: OrderRecord, end: OrderEnded | None) -> OrderLine:
    want = order.intent.want
    return OrderLine(
        order_ref=want.order_ref,
        signal_id=want.parent_ref,
        symbol=want.terms.symbol,
        side=want.terms.side.value,
        quantity=want.terms.quantity,
        limit=want.terms.limit,
        intended_at=order.intended_at,
        state=end.state if end is not None else order.state.value,
        filled=max(end.filled, order.filled) if end is not None else order.filled,
        word=end.evidence if end is not None else order.doubt or order.last_error or order.last_status,
    )


def _refusal(at: datetime, refusal: OrderRefused) -> RefusalLine:
    terms = refusal.want.terms
    return RefusalLine(
        at=at,
        order_ref=refusal.want.order_ref,
        symbol=terms.symbol,
        side=terms.side.value,
        quantity=terms.quantity,
        by=refusal.by,
        reasons=refusal.reasons,
    )


def _fills(events: Sequence[StoredEvent], origins: _Origins) -> tuple[FillLine, ...]:
    """In the order of the first telling; a newer revision takes the place of the older one and keeps its commission."""
    lines: dict[str, FillLine] = {}
    root_of: dict[str, str] = {}
    for stored in events:
        match stored.event:
            case ExecutionReported(execution=fill, late=late):
                root_of[fill.exec_id] = fill.exec_root
                old = lines.get(fill.exec_root)
                if old is None or old.revision < fill.revision:
                    line = _fill(fill, late, origins)
                    lines[fill.exec_root] = replace(line, commission=old.commission) if old else line
            case CommissionReported(commission=cost) if cost.exec_id in root_of:
                root = root_of[cost.exec_id]
                lines[root] = replace(lines[root], commission=cost.amount)
    return tuple(lines.values())


def _fill(fill: Execution, late: bool, origins: _Origins) -> FillLine:
    want = origins.wants.get(fill.order_ref)
    parent = origins.parents.get(want.parent_ref) if want is not None else None
    middle = (want.bid + want.ask) / 2 if want is not None and 0 < want.bid <= want.ask else None
    worse = (fill.price - middle) * fill.side.sign if middle is not None else ZERO
    return FillLine(
        exec_id=fill.exec_id,
        revision=fill.revision,
        order_ref=fill.order_ref,
        signal_id=want.parent_ref if want is not None else "",
        symbol=fill.symbol,
        side=fill.side.value,
        quantity=fill.quantity,
        price=fill.price,
        value=money(fill.quantity * fill.price * origins.book.multiplier(fill.symbol)),
        commission=None,
        executed_at=fill.at,
        late=late,
        arrival_mid=average(parent.arrival_price) if parent is not None else None,
        quote_mid=average(middle) if middle is not None else None,
        slippage_bp=basis_points(worse, middle) if middle is not None else None,
    )


def _mean_slippage(fills: Iterable[FillLine]) -> Decimal | None:
    known = [(fill.slippage_bp, fill.value) for fill in fills if fill.slippage_bp is not None]
    whole = sum((value for _, value in known), ZERO)
    return money(sum((points * value for points, value in known), ZERO) / whole) if whole else None
