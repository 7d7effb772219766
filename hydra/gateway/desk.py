"""The order desk: where tickets, the exchange and the account meet, and where all that happened is given to
the store.

It returns notices, in the order in which clients must hear of them; it sends nothing and commits nothing.
"""

from collections.abc import Iterable
from dataclasses import replace

from hydra.gateway.account import Worth, order_commission
from hydra.gateway.books import Books
from hydra.gateway.exchange import Event, Exchange, OrderCancelled, OrderChanged, OrderTraded
from hydra.gateway.instants import clock_text
from hydra.gateway.margin import lack_of_margin, worst_gross
from hydra.gateway.market import Market
from hydra.gateway.marks import marks
from hydra.gateway.notices import CancelNotice, ErrorNotice, FillNotice, Notice, OrderNotice, PreviewNotice
from hydra.gateway.records import Order, OrderStatus
from hydra.gateway.refusals import Refusal, invalid
from hydra.gateway.tickets import Ticket

_BY_TRADER = "Cancelled by Trader"
_FILLED = Refusal(code=104, text="Cannot modify a filled order.")
_USED = Refusal(code=103, text="Duplicate order id")
_OTHER_ORDER = Refusal(code=105, text="Order being modified does not match original order")
_OUTSIDE_HOURS_IGNORED = Refusal(
    code=2109,
    text="Order Event Warning:Attribute 'Outside Regular Trading Hours' is ignored based on the order type "
    "and destination. PlaceOrder is now being processed.",
)


class Desk:
    """Takes the order actions of all clients, and the market's quotes and sessions, to the exchange."""

    def __init__(self, books: Books, market: Market, *, is_open: bool) -> None:
        self.books = books
        self.exchange = Exchange(books.live, is_open=is_open)
        self.market = market

    def place(self, ticket: Ticket, now_us: int, opens_us: int) -> list[Notice]:
        """A new order, a modification of a live one, or (what-if) only a calculation.

        `opens_us` is when the next session opens: what a client is told while the exchange is closed.
        """
        if ticket.is_preview:
            return [self._preview(ticket, now_us)]
        live = self.exchange.find(ticket.client_id, ticket.order_id)
        if live is not None:
            return self._amend(live, ticket, now_us)
        order = self.admit(ticket, now_us)
        if isinstance(order, ErrorNotice):
            return [order]
        self.show(order.symbol, now_us)
        events = self.exchange.place(order, now_us)
        return self._warnings(ticket, opens_us) + self.apply(events, now_us)

    def admit(self, ticket: Ticket, now_us: int) -> Order | ErrorNotice:
        """The new order that this ticket makes, with its numbers, on its way to the exchange; or why there is none."""
        if ticket.order_id < self.books.next_order_id(ticket.client_id):
            return self._used_number(ticket)
        lack = self._lack(ticket, now_us)
        if lack is not None:
            return _error(ticket, lack)
        self.books.use_order_id(ticket.client_id, ticket.order_id)
        return _as_order(ticket, self.books.new_perm_id(), now_us)

    def find(self, perm_id: int) -> Order | None:
        """A live order, or one that ended today."""
        return self.exchange.working.get(perm_id) or self.books.finished.get(perm_id)

    def _used_number(self, ticket: Ticket) -> ErrorNotice:
        finished = self.books.find_finished(ticket.client_id, ticket.order_id)
        if finished is not None and finished.status is OrderStatus.FILLED:
            return _error(ticket, _FILLED)
        return _error(ticket, _USED)

    def _warnings(self, ticket: Ticket, opens_us: int) -> list[Notice]:
        warnings: list[Notice] = []
        if ticket.outside_rth:
            warnings.append(_error(ticket, _OUTSIDE_HOURS_IGNORED))
        if not self.exchange.is_open:
            warnings.append(_error(ticket, _held(ticket, opens_us)))
        return warnings

    def _amend(self, live: Order, ticket: Ticket, now_us: int) -> list[Notice]:
        if (live.side, live.con_id) != (ticket.side, ticket.instrument.con_id):
            return [_error(ticket, _OTHER_ORDER)]
        if ticket.quantity <= live.filled:
            cause = f"The order quantity {ticket.quantity} must be above the {live.filled} already filled."
            return [_error(ticket, invalid(cause))]
        lack = self._lack(ticket, now_us, instead_of=live)
        if lack is not None:
            return [_error(ticket, lack)]
        self.show(live.symbol, now_us)
        return self.apply(self.exchange.amend(_with_terms(live, ticket), now_us), now_us)

    def cancel(self, client_id: int, order_id: int, now_us: int) -> list[Notice]:
        live = self.exchange.find(client_id, order_id)
        if live is not None:
            return self.apply([self.exchange.cancel(live, at_us=now_us, reason=_BY_TRADER)], now_us)
        finished = self.books.find_finished(client_id, order_id)
        if finished is None:
            code, end = 10147, "is not found."
        else:
            code, end = 10148, f"cannot be cancelled, state: {finished.status.value}."
        text = f"OrderId {order_id} that needs to be cancelled {end}"
        refusal = Refusal(code=code, text=text)
        return [ErrorNotice(client_id=client_id, order_id=order_id, refusal=refusal)]

    def cancel_all(self, now_us: int) -> list[Notice]:
        """Global cancel: every live order of every client."""
        live = list(self.exchange.working.values())
        events = [self.exchange.cancel(order, at_us=now_us, reason=_BY_TRADER) for order in live]
        return self.apply(events, now_us)

    def match(self, at_us: int) -> list[Notice]:
        """Show this instant's quotes of the symbols that have working orders, and trade what they allow."""
        notices: list[Notice] = []
        for symbol in dict.fromkeys(order.symbol for order in self.exchange.working.values()):
            self.show(symbol, at_us)
            notices += self.apply(self.exchange.match(symbol, at_us), at_us)
        return notices

    def open_session(self, at_us: int) -> list[Notice]:
        return self.apply(self.exchange.open_session(), at_us)

    def close_session(self, at_us: int) -> list[Notice]:
        return self.apply(self.exchange.close_session(at_us), at_us)

    def worth(self, now_us: int) -> Worth:
        return self.books.account.worth(marks(self.market, self.books.account.held_symbols, now_us))

    def show(self, symbol: str, now_us: int) -> None:
        """Display this instant's quote of a symbol, if there is one."""
        quote = self.market.quote(symbol, now_us)
        if quote is not None:
            self.exchange.show(symbol, quote)

    def apply(self, events: Iterable[Event], at_us: int) -> list[Notice]:
        """Write what has happened at the exchange into the books."""
        return [self._note(event, at_us) for event in events]

    def _note(self, event: Event, at_us: int) -> Notice:
        self.books.keep(event.order)
        match event:
            case OrderChanged(order=order):
                return OrderNotice(order=order)
            case OrderCancelled(order=order):
                return CancelNotice(order=order)
            case OrderTraded(order=order):
                return FillNotice(order=order, execution=self.books.book(event, at_us))

    def _lack(self, ticket: Ticket, now_us: int, *, instead_of: Order | None = None) -> Refusal | None:
        live = list(self.exchange.working.values())
        others = [order for order in live if order is not instead_of]
        asked = _as_order(ticket, 0, now_us) if instead_of is None else _with_terms(instead_of, ticket)
        account = self.books.account
        symbols = dict.fromkeys([*account.held_symbols, *(order.symbol for order in live), asked.symbol])
        prices = marks(self.market, symbols, now_us)
        return lack_of_margin(
            equity=account.worth(prices).net_liquidation,
            gross_before=worst_gross(account.positions, live, prices),
            gross_after=worst_gross(account.positions, [*others, asked], prices),
        )

    def _preview(self, ticket: Ticket, now_us: int) -> PreviewNotice:
        account, order = self.books.account, _as_order(ticket, 0, now_us)
        prices = marks(self.market, dict.fromkeys([*account.held_symbols, order.symbol]), now_us)
        held = account.position(order.con_id, order.symbol)
        after = replace(held, quantity=held.quantity + order.sign * order.quantity)
        return PreviewNotice(
            ticket=ticket,
            before=account.worth(prices),
            gross_after=worst_gross({**account.positions, order.symbol: after}, [], prices),
            commission=order_commission(order.quantity, order.quantity * order.limit_price),
        )


def _as_order(ticket: Ticket, perm_id: int, now_us: int) -> Order:
    return Order(
        perm_id=perm_id,
        client_id=ticket.client_id,
        order_id=ticket.order_id,
        con_id=ticket.instrument.con_id,
        symbol=ticket.instrument.symbol,
        side=ticket.side,
        quantity=ticket.quantity,
        limit_price=ticket.limit_price,
        tif=ticket.tif,
        order_ref=ticket.order_ref,
        status=OrderStatus.PRE_SUBMITTED,
        placed_us=now_us,
    )


def _with_terms(live: Order, ticket: Ticket) -> Order:
    return replace(
        live,
        quantity=ticket.quantity,
        limit_price=ticket.limit_price,
        tif=ticket.tif,
        order_ref=ticket.order_ref,
    )


def _error(ticket: Ticket, refusal: Refusal) -> ErrorNotice:
    return ErrorNotice(client_id=ticket.client_id, order_id=ticket.order_id, refusal=refusal)


def _held(ticket: Ticket, opens_us: int) -> Refusal:
    """A warning, not a refusal in the strict sense: the order lives and waits for the open."""
    what = (
        f"{ticket.side} {ticket.quantity} {ticket.instrument.symbol} {ticket.instrument.primary_exchange}.NMS"
    )
    until = f"Your order will not be placed at the exchange until {clock_text(opens_us)}"
    return Refusal(code=399, text=f"Order Message:\n{what}\nWarning: {until}")
