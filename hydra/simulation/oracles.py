"""Judges that stand outside: the journal's events beside the gateway's own ledger. Each broken law is one sentence.

The ledger is the truth (faults-and-invariants 4.1, 5). Laws bear the numbers of that catalogue.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from hydra.core.book import Book
from hydra.core.child_steps import parent_ref_of
from hydra.messages.base import Event
from hydra.messages.decisions import OrderIntended, ParentOpened, SignalEnded, SignalReceived
from hydra.messages.facts import ExecutionReported
from hydra.values import ZERO


def broken_laws(events: Iterable[Event], book: Book, ledger: Mapping[str, Any]) -> tuple[str, ...]:
    """Every broken law, in sentences; empty when the journal and the gateway tell the same story.

    `ledger` is the gateway's JSON (`hydra gateway ledger --json`); `book` the fold of `events`, which are read once:
    the fold may go on while they are read.
    """
    story = _story_of(events)
    return (
        *_orders_single(story, ledger),
        *_executions_whole(story, ledger),
        *_positions_equal(book, ledger),
        *_cash_equal(book, ledger),
        *_signals_ended(story),
        *_parents_whole(story, ledger),
    )


@dataclass(slots=True)
class _Story:
    """What the journal says, as far as the laws ask: refs, quantities, prices, ends."""

    intended: set[str] = field(default_factory=set)
    executions: dict[str, tuple[Decimal, Decimal]] = field(default_factory=dict)
    received: list[str] = field(default_factory=list)
    ended: Counter[str] = field(default_factory=Counter)
    parents: dict[str, Decimal] = field(default_factory=dict)


def _story_of(events: Iterable[Event]) -> _Story:
    story = _Story()
    for event in events:
        match event:
            case OrderIntended(intent=intent):
                story.intended.add(intent.want.order_ref)
            case ExecutionReported(execution=execution):
                story.executions[execution.exec_id] = (execution.quantity, execution.price)
            case SignalReceived(signal=signal):
                story.received.append(signal.signal_id)
            case SignalEnded(signal_id=signal_id):
                story.ended[signal_id] += 1
            case ParentOpened(parent=parent):
                story.parents[parent.parent_ref] = parent.quantity
    return story


def _orders_single(story: _Story, ledger: Mapping[str, Any]) -> Iterable[str]:
    """S1 and S7: one wire order per intent, no wire order without one."""
    at_gateway = Counter(order["order_ref"] for order in ledger["orders"])
    for ref, count in at_gateway.items():
        if count > 1:
            yield f"S1: order {ref} reached the gateway {count} times"
        if ref not in story.intended:
            yield f"S7: order {ref or '(no orderRef)'} is at the gateway without an intent in the journal"


def _executions_whole(story: _Story, ledger: Mapping[str, Any]) -> Iterable[str]:
    """S2 and S7: each execution of the gateway exactly once, with its quantity and price; none invented."""
    theirs = {execution["exec_id"]: execution for execution in ledger["executions"]}
    for exec_id, execution in theirs.items():
        known = story.executions.get(exec_id)
        if known is None:
            yield f"S7: execution {exec_id} ({execution['order_ref']}) is not in the journal"
        elif known != (Decimal(execution["quantity"]), Decimal(execution["price"])):
            yield f"S2: execution {exec_id} is {known[0]} at {known[1]} in the journal"
    for exec_id in story.executions:
        if exec_id not in theirs:
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


def _signals_ended(story: _Story) -> Iterable[str]:
    """L3: every signal ended, none twice."""
    for signal_id in story.received:
        if story.ended[signal_id] != 1:
            yield f"L3: signal {signal_id} has {story.ended[signal_id]} ends"


def _parents_whole(story: _Story, ledger: Mapping[str, Any]) -> Iterable[str]:
    """S6: what the gateway filled for a parent never exceeds the parent."""
    filled: Counter[str] = Counter()
    for execution in ledger["executions"]:
        parent_ref = parent_ref_of(execution["order_ref"])
        filled[parent_ref] += int(Decimal(execution["quantity"]))
    for ref, quantity in story.parents.items():
        if filled[ref] > quantity:
            yield f"S6: parent {ref} of {quantity} was filled {filled[ref]} at the gateway"
