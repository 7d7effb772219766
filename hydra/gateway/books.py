"""The gateway's books: the account, the orders and executions of the day, and the numbers that only ever
rise.

Every change goes to the store in the same step; nothing here commits, sends, or decides about an order.
"""

from dataclasses import replace
from decimal import Decimal

from hydra.gateway.account import Account, Trade, position_of
from hydra.gateway.exchange import OrderTraded
from hydra.gateway.instants import exchange_day, midnight_us
from hydra.gateway.records import ZERO, Execution, Head, Order, Position, latest, revised, root_of
from hydra.gateway.store import Store


class Books:
    """Opened on a store whose head exists; `live` are the orders that were live when the store was last
    committed.
    """

    def __init__(self, head: Head, store: Store) -> None:
        today_us = midnight_us(head.market_us)
        orders = store.orders(ended_since_us=today_us)
        self._head = head
        self._store = store
        self._next_order_ids = store.next_order_ids()
        self.live = [order for order in orders if not order.is_final]
        self.finished = {order.perm_id: order for order in orders if order.is_final}
        self.executions = latest(store.executions(since_us=today_us))
        self.account = Account(
            head.account,
            start_cash=head.start_cash,
            cash=head.cash,
            realized=head.realized,
            positions=store.positions(),
        )

    @property
    def day(self) -> str:
        return self._head.day

    def head(self, market_us: int) -> Head:
        """The head to store when the tape has played up to `market_us`."""
        return replace(
            self._head, cash=self.account.cash, realized=self.account.realized, market_us=market_us
        )

    def next_order_id(self, client_id: int) -> int:
        return self._next_order_ids.get(client_id, 1)

    def use_order_id(self, client_id: int, order_id: int) -> None:
        self._next_order_ids[client_id] = order_id + 1
        self._store.save_next_order_id(client_id, order_id + 1)

    def new_perm_id(self) -> int:
        perm_id = self._head.next_perm_id
        self._head = replace(self._head, next_perm_id=perm_id + 1)
        return perm_id

    def find_finished(self, client_id: int, order_id: int) -> Order | None:
        """The order that this client called by this number and that ended today."""
        for order in self.finished.values():
            if (order.client_id, order.order_id) == (client_id, order_id):
                return order
        return None

    def keep(self, order: Order) -> None:
        """Take the order as it is now."""
        self._store.save(order)
        if order.is_final:
            self.finished[order.perm_id] = order

    def book(self, traded: OrderTraded, at_us: int) -> Execution:
        """Move the account by the trade and write its execution."""
        order = traded.order
        realized = self.account.trade(
            Trade(
                con_id=order.con_id,
                symbol=order.symbol,
                quantity=order.sign * traded.quantity,
                price=traded.price,
                commission=traded.commission,
            )
        )
        execution = Execution(
            exec_id=self._new_exec_id(),
            perm_id=order.perm_id,
            client_id=order.client_id,
            order_id=order.order_id,
            order_ref=order.order_ref,
            con_id=order.con_id,
            symbol=order.symbol,
            side=order.side,
            quantity=traded.quantity,
            price=traded.price,
            cumulative_quantity=order.filled,
            average_price=order.average_price,
            commission=traded.commission,
            realized=realized,
            at_us=at_us,
        )
        self.executions.append(execution)
        self._store.save(execution)
        self._store.save(self.account.positions[order.symbol])
        return execution

    def correct(self, order: Order, wrong: Execution, *, quantity: Decimal, price: Decimal) -> tuple[Order, Execution]:
        """An execution of today was another one: its order, the position and the money follow, as if it had been from the
        start. Of nothing (a bust) there is no commission either. Returns the order and the execution as they are now.
        """
        fee = wrong.commission if quantity else ZERO
        order = replace(
            order,
            filled=order.filled + quantity - wrong.quantity,
            value=order.value + quantity * price - wrong.quantity * wrong.price,
            commission=order.commission + fee - wrong.commission,
        )
        true = replace(
            wrong,
            exec_id=revised(wrong.exec_id),
            quantity=quantity,
            price=price,
            cumulative_quantity=wrong.cumulative_quantity + quantity - wrong.quantity,
            average_price=order.average_price,
            commission=fee,
        )
        told = self._history(wrong.symbol)
        self.executions = [true if each is wrong else each for each in self.executions]
        self.account.restate(wrong.symbol, told=told, true=self._history(wrong.symbol))
        self._store.save(true)
        self._store.save(self.account.positions[wrong.symbol])
        self.keep(order)
        return order, true

    def positions_at(self, us: int) -> list[Position]:
        """The positions that the executions up to an instant have made."""
        made = [position_of(self._history(symbol, until_us=us)) for symbol in self.account.positions]
        return [position for position in made if position is not None]

    def _history(self, symbol: str, *, until_us: int | None = None) -> list[Trade]:
        """Every trade in this symbol since the account began, or up to an instant, as it is known now."""
        today = {root_of(each.exec_id) for each in self.executions}
        earlier = [each for each in latest(self._store.executions(since_us=0)) if root_of(each.exec_id) not in today]
        of_symbol = [each for each in (*earlier, *self.executions) if each.symbol == symbol]
        return [_trade_of(each) for each in of_symbol if until_us is None or each.at_us <= until_us]

    def _new_exec_id(self) -> str:
        """Like IB's: the last segment is the revision of the execution."""
        number = self._head.next_execution
        self._head = replace(self._head, next_execution=number + 1)
        return f"0001f4e5.{number:08x}.01.01"

    def begin_day(self, at_us: int) -> None:
        """New York's midnight: yesterday's executions and finished orders leave the listings (the store keeps
        them).
        """
        today_us = midnight_us(at_us)
        self._head = replace(self._head, day=exchange_day(at_us).isoformat())
        self.executions = [each for each in self.executions if each.at_us >= today_us]
        self.finished = {key: order for key, order in self.finished.items() if order.finished_us >= today_us}
        for position in self.account.begin_day():
            if position.quantity:
                self._store.save(position)
            else:
                self._store.delete_position(position.symbol)


def _trade_of(execution: Execution) -> Trade:
    sign = 1 if execution.side == "BUY" else -1
    return Trade(
        con_id=execution.con_id,
        symbol=execution.symbol,
        quantity=sign * execution.quantity,
        price=execution.price,
        commission=execution.commission,
    )
