"""The gateway's truth as one JSON object, read from its store: for people, for tests, for whoever compares
books with it.
"""

from dataclasses import fields
from decimal import Decimal
from typing import Any

from hydra.gateway.instants import zoned_text
from hydra.gateway.records import ZERO, Execution, Order, Position, latest
from hydra.gateway.store import Store

ZONE = "US/Eastern"


def ledger_of(store: Store) -> dict[str, Any]:
    """Everything since the ledger began: money, positions, orders, executions. Decimals are texts, instants
    microseconds and New York texts. `executions` are those that hold; `corrected` those that a later revision (same
    id but for the last segment) has replaced. Trades by hand are client 0's, without an order_ref. Raises
    LookupError when the store has never been committed.
    """
    head = store.head()
    if head is None:
        raise LookupError("the gateway's store is empty: no gateway has ever run on it")
    told = store.executions(since_us=0)
    executions = latest(told)
    holding = {each.exec_id for each in executions}
    positions = [each for each in store.positions() if each.quantity]
    return {
        "account": head.account,
        "market_us": head.market_us,
        "market_time": zoned_text(head.market_us, ZONE),
        "start_cash": _plain(head.start_cash),
        "cash": _plain(head.cash),
        "commission": _plain(sum((each.commission for each in executions), ZERO)),
        "realized": _plain(head.realized + sum((each.realized for each in store.positions()), ZERO)),
        "positions": [_position(each) for each in positions],
        "orders": [_order(each) for each in store.orders(ended_since_us=0)],
        "executions": [_execution(each) for each in executions],
        "corrected": [_execution(each) for each in told if each.exec_id not in holding],
    }


def _position(position: Position) -> dict[str, Any]:
    return {
        "symbol": position.symbol,
        "con_id": position.con_id,
        "quantity": _plain(position.quantity),
        "cost": _plain(position.cost),
        "average_cost": _plain(_rounded(position.average_cost)),
    }


def _order(order: Order) -> dict[str, Any]:
    derived = {"remaining": _plain(order.remaining), "average_price": _plain(_rounded(order.average_price))}
    return _fields(order) | derived


def _execution(execution: Execution) -> dict[str, Any]:
    derived = {"average_price": _plain(_rounded(execution.average_price)), "at": zoned_text(execution.at_us, ZONE)}
    return _fields(execution) | derived


def _fields(record: Order | Execution) -> dict[str, Any]:
    values = {field.name: getattr(record, field.name) for field in fields(record)}
    return {name: _plain(value) if isinstance(value, Decimal) else value for name, value in values.items()}


def _rounded(price: Decimal) -> Decimal:
    return price.quantize(Decimal("0.000001"))


def _plain(number: Decimal) -> str:
    """Without an exponent and without zeros that say nothing."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
