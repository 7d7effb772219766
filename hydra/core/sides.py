"""The two sides of a difference as they were when it was found: what our books said of it, and what the broker listed.

They go into the journal with it, so they are cut to what concerns it and to a bounded number of rows, the newest of each.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from hydra.core.book import Book
from hydra.messages.decisions import DifferenceFound
from hydra.messages.sync import BrokerSnapshot
from hydra.records import BrokerSide, OurSide
from hydra.values import Difference, Execution

ROWS_MAX = 20
"""Of each kind of row on each side; some 40 kB in all at the very most."""

Row = TypeVar("Row")


def found_in(book: Book, difference: Difference, snapshot: BrokerSnapshot) -> DifferenceFound:
    """A difference that this listing shows."""
    return DifferenceFound(
        difference=difference, ours=our_side(book, difference), theirs=broker_side(snapshot, difference)
    )


def found_by(book: Book, difference: Difference, execution: Execution | None) -> DifferenceFound:
    """A difference that one execution, or (None) a status alone, has told of between two listings."""
    theirs = BrokerSide(
        listed_at=None,
        cash=None,
        positions=(),
        open_orders=(),
        completed_orders=(),
        executions=() if execution is None else (execution,),
        left_out=0,
    )
    return DifferenceFound(difference=difference, ours=our_side(book, difference), theirs=theirs)


def our_side(book: Book, difference: Difference) -> OurSide:
    """Our positions, orders and executions of its symbol; of every symbol where it has none, as cash."""
    symbol, ref = difference.symbol, _name(difference)
    positions = [record for record in book.positions.values() if symbol in ("", record.symbol)]
    orders = [
        order
        for order in book.orders.values()
        if order.order_ref == ref or (symbol == order.intent.want.terms.symbol and not order.state.is_final)
    ]
    fills = [fill for fill in book.executions.values() if symbol in ("", fill.symbol)]
    return OurSide(
        cash=book.cash,
        positions=_newest(positions),
        ignored=_newest([line for line in book.ignored.values() if symbol in ("", line.symbol)]),
        orders=_newest(orders),
        executions=_newest(fills),
        left_out=_left_out(positions, orders, fills),
    )


def broker_side(snapshot: BrokerSnapshot, difference: Difference) -> BrokerSide:
    """The rows of one listing, by the same rule."""
    symbol, ref = difference.symbol, _name(difference)
    positions = [line for line in snapshot.positions if symbol in ("", line.symbol)]
    working = [line for line in snapshot.open_orders if symbol == line.symbol or ref in (line.order_ref, str(line.perm_id))]
    completed = [line for line in snapshot.completed_orders if symbol == line.symbol or ref == line.order_ref]
    fills = [fill for fill in snapshot.executions if symbol in ("", fill.symbol)]
    return BrokerSide(
        listed_at=snapshot.requested_at,
        cash=snapshot.figures.cash,
        positions=_newest(positions),
        open_orders=_newest(working),
        completed_orders=_newest(completed),
        executions=_newest(fills),
        left_out=_left_out(positions, working, completed, fills),
    )


def _name(difference: Difference) -> str:
    return difference.item.partition("/")[2]


def _newest(rows: Sequence[Row]) -> tuple[Row, ...]:
    return tuple(rows[-ROWS_MAX:])


def _left_out(*lists: Sequence[object]) -> int:
    return sum(max(0, len(rows) - ROWS_MAX) for rows in lists)
