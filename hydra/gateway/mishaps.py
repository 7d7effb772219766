"""What happens to orders and executions without a wish of their client: trades by hand, held orders, corrections, busts.

Like the desk it writes the truth and returns notices; it sends nothing and commits nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from hydra.gateway.contracts import Instrument
from hydra.gateway.desk import Desk
from hydra.gateway.market import Quote
from hydra.gateway.notices import ErrorNotice, FillNotice, Notice
from hydra.gateway.records import Execution, Order, OrderStatus
from hydra.gateway.tickets import Ticket

BY_HAND = 0
"""The client id, and the order id, of what a person does in the trading window."""

CANCELLED_BY_HAND = "Cancelled in TWS"
REJECTED = "Rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class HandTrade:
    """A person buys (or, below zero, sells) so many shares at the touch of this quote."""

    instrument: Instrument
    quote: Quote
    quantity: int


def trade_by_hand(desk: Desk, wish: HandTrade, at_us: int) -> list[Notice]:
    """It trades at once, as client 0, without an order_ref."""
    price = wish.quote.ask if wish.quantity > 0 else wish.quote.bid
    order = Order(
        perm_id=desk.books.new_perm_id(),
        client_id=BY_HAND,
        order_id=BY_HAND,
        con_id=wish.instrument.con_id,
        symbol=wish.instrument.symbol,
        side="BUY" if wish.quantity > 0 else "SELL",
        quantity=Decimal(abs(wish.quantity)),
        limit_price=price,
        tif="DAY",
        order_ref="",
        status=OrderStatus.SUBMITTED,
        placed_us=at_us,
    )
    return fill(desk, order, quantity=order.quantity, price=price, at_us=at_us)


def fill(desk: Desk, order: Order, *, quantity: Decimal, price: Decimal, at_us: int) -> list[Notice]:
    """The order trades so much at this price, whatever is displayed."""
    return desk.apply([desk.exchange.trade(order, quantity=quantity, price=price, at_us=at_us)], at_us)


def cancel_by_hand(desk: Desk, order: Order, at_us: int) -> list[Notice]:
    """A person cancels a working order of a client."""
    return desk.apply([desk.exchange.cancel(order, at_us=at_us, reason=CANCELLED_BY_HAND)], at_us)


def hold(desk: Desk, ticket: Ticket, at_us: int) -> Order | ErrorNotice:
    """Take a new order as Inactive: it is listed and can be cancelled, but does not work. Or why there is none."""
    order = desk.admit(ticket, at_us)
    if isinstance(order, Order):
        desk.apply([held := desk.exchange.hold(order)], at_us)
        return held.order
    return order


def release(desk: Desk, perm_id: int, at_us: int) -> list[Notice]:
    """A held order works after all; one that is cancelled or expired by now does not."""
    order = desk.exchange.working.get(perm_id)
    if order is None or order.status is not OrderStatus.INACTIVE:
        return []
    desk.show(order.symbol, at_us)
    return desk.apply(desk.exchange.release(order, at_us), at_us)


def reject(desk: Desk, ticket: Ticket, at_us: int) -> Order | ErrorNotice:
    """Take a new order as Inactive for good: it never works and is over. Or why there is none."""
    order = desk.admit(ticket, at_us)
    if isinstance(order, Order):
        order = replace(order, status=OrderStatus.INACTIVE, finished_us=at_us, end_reason=REJECTED)
        desk.books.keep(order)
    return order


def correct(desk: Desk, wrong: Execution, *, quantity: Decimal, price: Decimal) -> FillNotice | None:
    """An execution of today was another one. None when its order is not known any more (it ended on an earlier day)."""
    order = desk.find(wrong.perm_id)
    if order is None:
        return None
    order, true = desk.books.correct(order, wrong, quantity=quantity, price=price)
    if order.perm_id in desk.exchange.working:
        desk.exchange.working[order.perm_id] = order
    return FillNotice(order=order, execution=true)


def ours_working(desk: Desk, symbol: str) -> Sequence[Order]:
    """The working orders of API clients, in one symbol or, for an empty one, in all."""
    return [order for order in desk.exchange.working.values() if order.client_id != BY_HAND and symbol in ("", order.symbol)]
