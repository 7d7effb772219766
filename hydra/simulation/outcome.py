"""What came of a simulation: figures of the journal, the money, and every law that was broken. Values in, values out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from hydra.config import Config
from hydra.core.book import Book
from hydra.journal.rows import StoredEvent
from hydra.messages.base import Event
from hydra.messages.decisions import OpeningBalance, OrderIntended, ParentOpened
from hydra.messages.facts import CommissionReported
from hydra.simulation.laws.judging import broken_laws
from hydra.values import ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildFigures:
    """What one kind of child did: the parent orders it worked, and the orders it sent for them."""

    parents: int
    orders: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Account currency. `opening` is the cash the journal began with, `commissions` what trading cost since."""

    opening: Decimal
    cash: Decimal
    commissions: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`children` by kind (TWAP, PATIENCE); `violations` are whole sentences."""

    children: Mapping[str, ChildFigures]
    account: Account
    violations: tuple[str, ...]


def verdict_of(recorded: Iterable[StoredEvent], ledger: Mapping[str, Any], config: Config) -> Verdict:
    """Fold a journal beside the gateway's ledger. It is read once and forgotten event by event: weeks are long. `config` has
    the limits that were in force."""
    telling = _Telling()
    violations = broken_laws(telling.of(recorded), telling.book, ledger, config)
    return Verdict(
        children={
            kind: ChildFigures(parents=telling.parents[kind], orders=telling.orders[kind])
            for kind in sorted(telling.parents)
        },
        account=Account(opening=telling.opening, cash=telling.book.cash, commissions=telling.commissions),
        violations=violations,
    )


class _Telling:
    """One reading of a journal: its book, and the figures that no book keeps."""

    def __init__(self) -> None:
        self.book = Book()
        self.parents: dict[str, int] = {}
        self.orders: dict[str, int] = {}
        self.opening = ZERO
        self.commissions = ZERO
        self._kind_of: dict[str, str] = {}

    def of(self, recorded: Iterable[StoredEvent]) -> Iterator[StoredEvent]:
        for stored in recorded:
            self.book.apply(stored.seq, stored.at, stored.event)
            self._count(stored.event)
            yield stored

    def _count(self, event: Event) -> None:
        match event:
            case OpeningBalance(cash=cash):
                self.opening = cash
            case ParentOpened(parent=parent):
                kind = self._kind_of[parent.parent_ref] = str(parent.kind.value)
                self.parents[kind] = self.parents.get(kind, 0) + 1
                self.orders.setdefault(kind, 0)
            case OrderIntended(intent=intent):
                self.orders[self._kind_of[intent.want.parent_ref]] += 1
            case CommissionReported(commission=commission):
                self.commissions += commission.amount
