"""Books that nobody continues beside one complete listing: what would be repaired, judged and disputed, and nothing done.

For a journal that cannot be trusted any more, and for a hydra that does not run. Absence alone is no verdict here either.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from hydra.core.book import Book
from hydra.core.comparison import Tolerance, compare_cash, compare_positions, is_same
from hydra.core.effects import drive
from hydra.core.judging import asked, judge_orders
from hydra.core.reactions import react
from hydra.core.screening import dated
from hydra.messages.base import Event
from hydra.messages.decisions import DifferenceFound, OrderDoubted, OrderEnded
from hydra.messages.facts import CommissionReported, ExecutionReported
from hydra.messages.sync import BrokerSnapshot
from hydra.values import Difference, Execution


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """`unheard` are today's executions that the books lacked, `ended` the ends of our orders that the listing proves,
    `absent` our orders that no part of it shows. Differences are what is left after all that, `ignored` those of them
    that a person has accepted as they are."""

    unheard: tuple[Execution, ...]
    ended: tuple[OrderEnded, ...]
    absent: tuple[str, ...]
    differences: tuple[Difference, ...]
    ignored: tuple[Difference, ...]


class _Scratch:
    """A book that is thrown away, with the events that went into it."""

    def __init__(self, book: Book, known: Callable[[str], bool], at: datetime) -> None:
        self.book, self.at = book, at
        self.told: list[Event] = []
        self._facts: set[str] = set()
        self._known = known

    def known(self, fact_id: str) -> bool:
        return fact_id in self._facts or self._known(fact_id)

    def fold(self, event: Event) -> bool:
        """Append, apply, react, as the journal does. False when the same fact is there already."""
        if event.fact_id and self.known(event.fact_id):
            return False
        self._facts.add(event.fact_id)
        self.told.append(event)
        self.book.apply(self.book.seq + 1, self.at, event)
        drive(react(self.book, event, self.known), self.fold, lambda effect: None)  # there is nobody to tell
        return True


def assess(book: Book, snapshot: BrokerSnapshot, tolerance: Tolerance, known: Callable[[str], bool]) -> Assessment:
    """The book is consumed. `known` says whether a fact is in its journal; the listing must be complete."""
    scratch = _Scratch(book, known, snapshot.requested_at)
    unheard = tuple(fill for fill in snapshot.executions if scratch.fold(dated(book, _told(fill, snapshot), scratch.known)))
    for commission in snapshot.commissions:
        scratch.fold(CommissionReported(session=snapshot.session, commission=commission))
    judgement = judge_orders(book, snapshot, asked(book, request_n=snapshot.request_n, at_s=0.0))
    for verdict in judgement.verdicts:
        scratch.fold(verdict)
    doubted = (verdict.order_ref for verdict in judgement.verdicts if isinstance(verdict, OrderDoubted))
    disputed = (event.difference for event in scratch.told if isinstance(event, DifferenceFound))
    differences = (
        *disputed,
        *judgement.differences,
        *compare_positions(book, snapshot, tolerance),
        *(compare_cash(book, snapshot, tolerance) if book.opening else ()),
    )
    ignored = tuple(one for one in differences if is_same(book.accepted.get(one.item), one, tolerance))
    return Assessment(
        unheard=unheard,
        ended=tuple(event for event in scratch.told if isinstance(event, OrderEnded)),
        absent=(*(order.order_ref for order in judgement.absent), *doubted),
        differences=tuple(one for one in differences if one not in ignored),
        ignored=ignored,
    )


def _told(fill: Execution, snapshot: BrokerSnapshot) -> ExecutionReported:
    return ExecutionReported(session=snapshot.session, execution=fill, late=True)
