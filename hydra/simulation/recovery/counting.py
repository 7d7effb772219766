"""The six counts of a cell, from outside: the gateway's own ledger beside the journal's book; and every law beside them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

from hydra.simulation.laws.evidence import Evidence
from hydra.simulation.laws.table import broken
from hydra.values import ZERO, Difference, OrderState

ABSENT = (OrderState.NOT_WRITTEN, OrderState.NEVER_REACHED)
"""Ends that say: the venue never had it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """All zero, or something was lost, doubled or invented.

    `duplicates`: orders that reached the wire or the venue again, and parents of which more was bought than wanted.
    `lost_fills`: executions of ours that the ledger has and the journal has not, and positions that are smaller in the book
    than our orders made them; `doubled_fills` the contrary.
    `invented_orders`: orders under our client id without an intent. `wrong_terminal`: orders whose end in the book is not
    the ledger's, unless an open difference that is true says so. `endless_signals`: signals without exactly one end.
    """

    duplicates: int = 0
    lost_fills: int = 0
    doubled_fills: int = 0
    invented_orders: int = 0
    wrong_terminal: int = 0
    endless_signals: int = 0

    @property
    def total(self) -> int:
        return sum(getattr(self, field.name) for field in fields(self))


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What was counted, and everything that is wrong in sentences: each count is one of them at least."""

    counts: Counts
    sentences: tuple[str, ...]


def judged(evidence: Evidence, ledger: Mapping[str, Any]) -> Judgement:
    """Of a run that has ended in order and has taken in nothing that was not its own. `ledger` is the gateway's (see
    ledger.py), with the status of each order."""
    found = {
        "duplicates": tuple(_duplicates(evidence)),
        "lost_fills": tuple(_lost(evidence)),
        "doubled_fills": tuple(_doubled(evidence)),
        "invented_orders": tuple(_invented(evidence)),
        "wrong_terminal": tuple(_wrong_ends(evidence, ledger)),
        "endless_signals": tuple(_endless(evidence)),
    }
    said = (f"{name}: {sentence}" for name, sentences in found.items() for sentence in sentences)
    counts = Counts(**{name: len(sentences) for name, sentences in found.items()})
    return Judgement(counts=counts, sentences=(*said, *broken(evidence)))


def _duplicates(evidence: Evidence) -> Iterator[str]:
    at_venue = Counter(order.order_ref for order in evidence.truth.orders if order.client_id in evidence.client_ids)
    written = Counter(order.order_ref for heard in evidence.processes for order in heard.orders)
    for ref in dict.fromkeys((*at_venue, *written)):
        times = max(at_venue[ref], written[ref])
        if ref and times > 1:
            yield f"order {ref} was sent {times} times"
    bought: dict[str, Decimal] = {}
    for fill in evidence.truth.newest.values():
        known = evidence.intents.get(fill.order_ref)
        if known is not None:
            parent_ref = known.intent.want.parent_ref
            bought[parent_ref] = bought.get(parent_ref, ZERO) + fill.quantity
    for parent_ref, parent in evidence.story.parents.items():
        if bought.get(parent_ref, ZERO) > parent.quantity:
            yield f"parent {parent_ref} wanted {parent.quantity} and got {bought[parent_ref]}"


def _positions(evidence: Evidence) -> Iterator[tuple[str, Decimal, Decimal]]:
    """Symbol, what the book holds and what our own orders made, where they differ."""
    made: dict[str, Decimal] = {}
    for fill in evidence.truth.newest.values():
        if fill.client_id in evidence.client_ids:
            made[fill.symbol] = made.get(fill.symbol, ZERO) + fill.signed
    held = {record.symbol: record.quantity for record in evidence.book.positions.values()}
    for symbol in sorted(made.keys() | held.keys()):
        ours, theirs = held.get(symbol, ZERO), made.get(symbol, ZERO)
        if ours != theirs:
            yield symbol, ours, theirs


def _lost(evidence: Evidence) -> Iterator[str]:
    for fill in evidence.truth.newest.values():
        if fill.client_id in evidence.client_ids and fill.exec_id not in evidence.story.executions:
            yield f"execution {fill.exec_id} of {fill.quantity} for {fill.order_ref} is not in the book"
    for symbol, ours, theirs in _positions(evidence):
        if abs(ours) < abs(theirs):
            yield f"the book holds {ours} {symbol}, its orders made {theirs}"


def _doubled(evidence: Evidence) -> Iterator[str]:
    for exec_id in evidence.story.told_twice:
        yield f"execution {exec_id} is in the journal twice"
    for exec_id in evidence.story.executions:
        if exec_id not in evidence.truth.fills:
            yield f"execution {exec_id} is in the book, and the venue never made it"
    filled: dict[str, Decimal] = {}
    for fill in evidence.story.newest.values():
        filled[fill.order_ref] = filled.get(fill.order_ref, ZERO) + fill.quantity
    for ref, quantity in filled.items():
        made = sum((fill.quantity for fill in evidence.truth.fills_of.get(ref, ())), ZERO)
        if quantity > made:
            yield f"order {ref} has {quantity} filled in the journal, {made} at the venue"
    for symbol, ours, theirs in _positions(evidence):
        if abs(ours) >= abs(theirs):
            yield f"the book holds {ours} {symbol}, its orders made {theirs}"


def _invented(evidence: Evidence) -> Iterator[str]:
    for order in evidence.truth.orders:
        if order.client_id in evidence.client_ids and order.order_ref not in evidence.intents:
            yield f"order {order.name} is at the venue without an intent"


def _wrong_ends(evidence: Evidence, ledger: Mapping[str, Any]) -> Iterator[str]:
    theirs = {row["order_ref"]: str(row["status"]) for row in ledger["orders"]}
    for ref in evidence.intents:
        state, status = evidence.story.order_ends.get(ref), theirs.get(ref, "")
        if not _agrees(state, status) and not _is_said(evidence, ref):
            yield f"order {ref} is {state or 'without an end'} in the journal, {status or 'absent'} at the venue"


def _agrees(state: OrderState | None, status: str) -> bool:
    """Whether an end of ours is what the gateway's status, empty where it has no such order, should make of it."""
    match state:
        case OrderState.FILLED:
            return status == "Filled"
        case OrderState.CANCELLED:
            return status == "Cancelled"
        case OrderState.REJECTED:
            return status in ("", "Inactive")
        case _:
            return state in ABSENT and not status


def _is_said(evidence: Evidence, ref: str) -> bool:
    """An open difference names it; whether that is true, S3 asks."""
    known: Mapping[str, Difference] = evidence.book.differences
    return any(item in known for item in (f"order/{ref}", f"verdict/{ref}"))


def _endless(evidence: Evidence) -> Iterator[str]:
    story = evidence.story
    for signal_id in story.received:
        ends = len(story.ends.get(signal_id, ()))
        if ends != 1:
            yield f"signal {signal_id} has {ends} ends"
