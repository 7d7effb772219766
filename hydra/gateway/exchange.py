"""The matching of limit orders against the replayed market. Pure: orders and quotes in, events out; no money,
no wire.

An order never trades through its limit and never takes more than the quote displays. What a fill takes is
gone until the next quote of that symbol. A marketable order fills at the touch, so that it may get a better
price than its limit.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from hydra.gateway.account import order_commission
from hydra.gateway.market import Quote
from hydra.gateway.records import ZERO, Order, OrderStatus

# What may happen to a live order, and what it is afterwards. A missing row is a defect of the gateway.
TRANSITIONS = {
    (OrderStatus.PRE_SUBMITTED, "open"): OrderStatus.SUBMITTED,
    (OrderStatus.SUBMITTED, "close"): OrderStatus.PRE_SUBMITTED,
    (OrderStatus.PRE_SUBMITTED, "cancel"): OrderStatus.CANCELLED,
    (OrderStatus.SUBMITTED, "cancel"): OrderStatus.CANCELLED,
    (OrderStatus.SUBMITTED, "fill"): OrderStatus.SUBMITTED,
    (OrderStatus.SUBMITTED, "complete"): OrderStatus.FILLED,
    (OrderStatus.PRE_SUBMITTED, "hold"): OrderStatus.INACTIVE,
    (OrderStatus.INACTIVE, "release"): OrderStatus.PRE_SUBMITTED,
    (OrderStatus.INACTIVE, "close"): OrderStatus.INACTIVE,
    (OrderStatus.INACTIVE, "cancel"): OrderStatus.CANCELLED,
}


_MATCHED = (OrderStatus.SUBMITTED,)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderChanged:
    """The order was accepted, began or ceased to work, or got new terms."""

    order: Order


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderTraded:
    """The order (already as it is after the trade) traded `quantity` shares at `price`; `commission` is this
    fill's part.
    """

    order: Order
    quantity: Decimal
    price: Decimal
    commission: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderCancelled:
    """The order ended with something left; `order.end_reason` says why."""

    order: Order


Event = OrderChanged | OrderTraded | OrderCancelled


class Exchange:
    """The working orders of all clients, and for each symbol the quote with what is left of its sizes."""

    def __init__(self, working: Iterable[Order], *, is_open: bool) -> None:
        self.working = {order.perm_id: order for order in working}
        self.is_open = is_open
        self.halted: dict[str, int] = {}
        """Symbols that do not trade now, and for how many reasons."""
        self._shown: dict[str, Quote] = {}
        self._left: dict[tuple[str, str], Decimal] = {}

    def find(self, client_id: int, order_id: int) -> Order | None:
        """The live order that this client calls by this number."""
        for order in self.working.values():
            if (order.client_id, order.order_id) == (client_id, order_id):
                return order
        return None

    def show(self, symbol: str, quote: Quote) -> None:
        """Display a quote. The same quote again does not replenish what was taken from it."""
        if self._shown.get(symbol) != quote:
            self._shown[symbol] = quote
            self._left[symbol, "BUY"] = quote.ask_size
            self._left[symbol, "SELL"] = quote.bid_size

    def place(self, order: Order, at_us: int) -> list[Event]:
        """Accept a new order (PreSubmitted); it works, and may trade, at once when the session is open."""
        self.working[order.perm_id] = order
        events: list[Event] = [OrderChanged(order=order)]
        if self.is_open:
            events += [self._move(order, "open"), *self.match(order.symbol, at_us)]
        return events

    def hold(self, order: Order) -> OrderChanged:
        """Take a new order without letting it work: Inactive until it is released or cancelled."""
        return self._move(order, "hold")

    def release(self, order: Order, at_us: int) -> list[Event]:
        """A held order is accepted after all."""
        return self.place(replace(order, status=TRANSITIONS[order.status, "release"]), at_us)

    def amend(self, order: Order, at_us: int) -> list[Event]:
        """Take a live order with other terms (same number, status and fills); it may trade at once."""
        self.working[order.perm_id] = order
        return [OrderChanged(order=order), *self.match(order.symbol, at_us)]

    def cancel(self, order: Order, *, at_us: int, reason: str) -> OrderCancelled:
        status = TRANSITIONS[order.status, "cancel"]
        del self.working[order.perm_id]
        return OrderCancelled(order=replace(order, status=status, finished_us=at_us, end_reason=reason))

    def open_session(self) -> list[Event]:
        """Held orders begin to work; they trade when the first quote is shown and matched."""
        self.is_open = True
        held = [order for order in self.working.values() if order.status is OrderStatus.PRE_SUBMITTED]
        return [self._move(order, "open") for order in held]

    def close_session(self, at_us: int) -> list[Event]:
        """Day orders expire; others are held until the next open. Displayed quotes are gone."""
        self.is_open = False
        self._shown.clear()
        self._left.clear()
        return [self._close(order, at_us) for order in list(self.working.values())]

    def _close(self, order: Order, at_us: int) -> Event:
        if order.tif == "DAY":
            return self.cancel(order, at_us=at_us, reason="Expired")
        return self._move(order, "close")

    def _move(self, order: Order, cause: str) -> OrderChanged:
        moved = replace(order, status=TRANSITIONS[order.status, cause])
        self.working[order.perm_id] = moved
        return OrderChanged(order=moved)

    def match(self, symbol: str, at_us: int) -> list[Event]:
        """Trade what the displayed quote allows, best limit first, then oldest first."""
        quote = self._shown.get(symbol)
        if quote is None or not self.is_open or symbol in self.halted:
            return []
        mine = [order for order in self.working.values() if order.symbol == symbol and order.status in _MATCHED]
        mine.sort(key=lambda order: (-order.sign * order.limit_price, order.perm_id))
        trades = [self._trade(order, _touch(order, quote), at_us) for order in mine if _reaches(order, quote)]
        return [trade for trade in trades if trade is not None]

    def _trade(self, order: Order, price: Decimal, at_us: int) -> OrderTraded | None:
        left = self._left[order.symbol, order.side]
        quantity = min(order.remaining, left)
        if quantity <= ZERO:
            return None
        self._left[order.symbol, order.side] = left - quantity
        return self.trade(order, quantity=quantity, price=price, at_us=at_us)

    def trade(self, order: Order, *, quantity: Decimal, price: Decimal, at_us: int) -> OrderTraded:
        """The order trades so much, whatever is displayed."""
        after = _filled(order, quantity, price)
        if after.remaining:
            self.working[order.perm_id] = after
        else:
            self.working.pop(order.perm_id, None)
            after = replace(after, status=TRANSITIONS[order.status, "complete"], finished_us=at_us)
        fee = after.commission - order.commission
        return OrderTraded(order=after, quantity=quantity, price=price, commission=fee)


def _filled(order: Order, quantity: Decimal, price: Decimal) -> Order:
    filled, value = order.filled + quantity, order.value + quantity * price
    return replace(
        order,
        status=TRANSITIONS[order.status, "fill"],
        filled=filled,
        value=value,
        last_price=price,
        commission=order_commission(filled, value),
    )


def _touch(order: Order, quote: Quote) -> Decimal:
    return quote.ask if order.side == "BUY" else quote.bid


def _reaches(order: Order, quote: Quote) -> bool:
    return quote.ask <= order.limit_price if order.side == "BUY" else quote.bid >= order.limit_price
