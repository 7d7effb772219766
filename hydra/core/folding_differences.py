"""How differences change the book: found, settled by evidence or by a person, taken over into our books.

A record outlives its difference only while that is remembered as accepted. Taking the broker's side over is the one way in
which a position or cash changes without an execution, so it says by whom and why.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from hydra.core.book_state import BookState
from hydra.core.positions import adopted
from hydra.messages import decisions as d
from hydra.records import DifferenceRecord, PositionRecord
from hydra.values import PositionLine

ACCEPTED, ADOPTED, CLOSED = "accepted", "adopted", "closed"
"""How a person resolves a difference: without changing anything, by taking the broker's side over, by closing it there."""

NO_LONGER_SEEN = "no longer seen"
AS_ACCEPTED = "again as it was accepted"
"""How evidence resolves one."""

FORGOTTEN = "forgotten/"
"""Before the ref of an order that the broker has and an older copy of the journal does not know."""

ONCE_ONLY = ("execution/", "verdict/", FORGOTTEN)
"""Differences that no listing can see again: only a person resolves them, and then they are remembered for the day."""


def difference_found(book: BookState, at: datetime, event: d.DifferenceFound) -> None:
    """Open from here on."""
    difference = event.difference
    book.differences[difference.item] = difference
    book.found[difference.item] = DifferenceRecord(
        difference=difference, since=at, ours=event.ours, theirs=event.theirs
    )
    book.tally = replace(book.tally, mismatches=book.tally.mismatches + 1)


def difference_resolved(book: BookState, at: datetime, event: d.DifferenceResolved) -> None:
    """Accepted contents are remembered, so that only a changed one is raised again; what is gone is forgotten."""
    item = event.item
    difference, record = book.differences.pop(item, None), book.found.pop(item, None)
    if event.how == AS_ACCEPTED:
        return
    if event.how == NO_LONGER_SEEN or (event.how in (ADOPTED, CLOSED) and not item.startswith(ONCE_ONLY)):
        book.accepted.pop(item, None)
        book.settled.pop(item, None)
        return
    difference, record = difference or book.accepted.get(item), record or book.settled.get(item)
    if difference is not None and record is not None:
        book.accepted[item] = difference
        book.settled[item] = replace(record, how=event.how, by=event.by, reason=event.reason, settled_at=at)


def forget_of_the_day(book: BookState) -> None:
    """The day turns: what no listing can see again cannot be raised again either."""
    for item in tuple(book.accepted):
        if item.startswith(ONCE_ONLY):
            del book.accepted[item]
            book.settled.pop(item, None)


def broker_side_adopted(book: BookState, at: datetime, event: d.BrokerSideAdopted) -> None:
    """The day's opening equity moves by as much as our books do: to take over is neither a profit nor a loss.

    The broker's cash contains the cost of every execution, also of those whose commission has not been told yet.
    """
    before = _worth(book)
    if event.cash is not None:
        book.cash = event.cash
        due = (root for root, fill in book.executions.items() if fill.commission is None)
        book.late_costs = dict.fromkeys((*book.late_costs, *due), True)
    if event.line is not None:
        take_over(book, at, event.line)
    if book.day is not None:
        book.day_equity += _worth(book) - before


def take_over(book: BookState, at: datetime, line: PositionLine) -> None:
    """A position as the broker has it. The executions that made it until now are absorbed: a later correction of one of them
    is one of a closed day."""
    known = book.position(line.con_id, line.symbol)
    record = adopted(known, quantity=line.quantity, average_price=line.average_cost / known.multiplier, at=at)
    book.positions[line.con_id] = book.position_bases[line.con_id] = record
    book.ignored.pop(line.con_id, None)
    for root, fill in book.executions.items():
        if fill.con_id == line.con_id and fill.commission is None:
            book.late_costs.setdefault(root, False)
    book.executions = {root: fill for root, fill in book.executions.items() if fill.con_id != line.con_id}


def _worth(book: BookState) -> Decimal:
    """Cash and positions, marked as far as the journal itself knows prices."""
    return book.cash + sum(
        record.quantity * _mark(book, record) * record.multiplier for record in book.positions.values()
    )


def _mark(book: BookState, record: PositionRecord) -> Decimal:
    card = book.instruments.get(record.symbol)
    if card is None or card.instrument.con_id != record.con_id or not card.prior_close:
        return record.average_price
    return card.prior_close
