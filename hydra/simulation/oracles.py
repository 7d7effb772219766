"""Judges that stand outside: the journal's events beside the gateway's own ledger. Each broken law is one sentence.

The ledger is the truth (faults-and-invariants 4.1, 5). Laws bear the numbers of that catalogue.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from hydra.core.book import Book
from hydra.messages.base import Event
from hydra.messages.decisions import OrderIntended, ParentOpened, SignalEnded, SignalReceived
from hydra.messages.facts import ExecutionReported
from hydra.values import ZERO


def broken_laws(events: Sequence[Event], book: Book, ledger: Mapping[str, Any]) -> tuple[str, ...]:
    """Every broken law, in sentences; empty when the journal and the gateway tell the same story.

    `ledger` is the gateway's JSON (`hydra gateway ledger --json`); `book` the fold of `events`.
    """
    return (
        *_orders_single(events, ledger),
        *_executions_whole(events, ledger),
        *_positions_equal(book, ledger),
        *_cash_equal(book, ledger),
        *_signals_ended(events),
        *_parents_whole(events, ledger),
    )


def _orders_single(events: Iterable[Event], ledger: Mapping[str, Any]) -> Iterable[str]:
    """S1 and S7: one wire order per intent, no wire order without one."""
    intended = {event.intent.want.order_ref for event in events if isinstance(event, OrderIntended)}
    at_gateway = Counter(order["order_ref"] for order in ledger["orders"])
    for ref, count in at_gateway.items():
        if count > 1:
            yield f"S1: order {ref} reached the gateway {count} times"
        if ref not in intended:
            yield f"S7: order {ref or '(no orderRef)'} is at the gateway without an intent in the journal"


def _executions_whole(events: Iterable[Event], ledger: Mapping[str, Any]) -> Iterable[str]:
    """S2 and S7: each execution of the gateway exactly once, with its quantity and price; none invented."""
    ours = {
        event.execution.exec_id: event.execution for event in events if isinstance(event, ExecutionReported)
    }
    theirs = {execution["exec_id"]: execution for execution in ledger["executions"]}
    for exec_id, execution in theirs.items():
        known = ours.get(exec_id)
        if known is None:
            yield f"S7: execution {exec_id} ({execution['order_ref']}) is not in the journal"
        elif (known.quantity, known.price) != (Decimal(execution["quantity"]), Decimal(execution["price"])):
            yield f"S2: execution {exec_id} is {known.quantity} at {known.price} in the journal"
    for exec_id in ours.keys() - theirs.keys():
        yield f"S2: execution {exec_id} is in the journal, but the gateway never made it"


def _positions_equal(book: Book, ledger: Mapping[str, Any]) -> Iterable[str]:
    """S3: the same quantity in every contract of either side."""
    theirs = {row["symbol"]: Decimal(row["quantity"]) for row in ledger["positions"]}
    ours = {record.symbol: record.quantity for record in book.positions.values() if record.quantity}
    for symbol in sorted(theirs.keys() | ours.keys()):
        if theirs.get(symbol, ZERO) != ours.get(symbol, ZERO):
            yield f"S3: {symbol}: journal {ours.get(symbol, ZERO)}, gateway {theirs.get(symbol, ZERO)}"


def _cash_equal(book: Book, ledger: Mapping[str, Any]) -> Iterable[str]:
    """S16: cash by executions and commissions is the gateway's cash, to the cent."""
    theirs = Decimal(ledger["cash"])
    if abs(book.cash - theirs) > Decimal("0.01"):
        yield f"S16: cash: journal {book.cash:.4f}, gateway {theirs:.4f}"


def _signals_ended(events: Iterable[Event]) -> Iterable[str]:
    """L3: every signal ended, none twice."""
    received = [event.signal.signal_id for event in events if isinstance(event, SignalReceived)]
    ended = Counter(event.signal_id for event in events if isinstance(event, SignalEnded))
    for signal_id in received:
        if ended[signal_id] != 1:
            yield f"L3: signal {signal_id} has {ended[signal_id]} ends"


def _parents_whole(events: Iterable[Event], ledger: Mapping[str, Any]) -> Iterable[str]:
    """S6: what the gateway filled for a parent never exceeds the parent."""
    filled: Counter[str] = Counter()
    for execution in ledger["executions"]:
        parent_ref = execution["order_ref"].rpartition(".")[0].rpartition(".")[0]
        filled[parent_ref] += int(Decimal(execution["quantity"]))
    for event in events:
        if isinstance(event, ParentOpened) and filled[event.parent.parent_ref] > event.parent.quantity:
            ref, quantity = event.parent.parent_ref, event.parent.quantity
            yield f"S6: parent {ref} of {quantity} was filled {filled[ref]} at the gateway"
