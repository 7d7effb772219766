"""Which sightings count: a difference is one when two settled listings agree on it, and gone when one sees it no more.

It remembers only what the last listing claimed for the first time; that dies with the session.
"""

from __future__ import annotations

from dataclasses import dataclass

from hydra.core.book import Book
from hydra.core.comparison import FOREIGN, Tolerance, foreign_item, is_same
from hydra.core.effects import Effects
from hydra.core.folding import AS_ACCEPTED, NO_LONGER_SEEN
from hydra.messages.decisions import DifferenceFound, DifferenceResolved, ForeignSettled
from hydra.messages.sync import BrokerSnapshot
from hydra.values import Difference

LEAVE_TO_A_PERSON = "pause"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What one listing was able to judge. `busy` are symbols that were not settled, `undecided` orders still absent."""

    busy: tuple[str, ...]
    undecided: tuple[str, ...]
    has_cash: bool

    def covers(self, difference: Difference) -> bool:
        """Whether not seeing this difference means that it is gone. What only a person can resolve never is."""
        kind, _, name = difference.item.partition("/")
        match kind:
            case "order":
                return name not in self.undecided
            case "position" | "average":
                return difference.symbol not in self.busy
            case "cash":
                return self.has_cash
            case _:
                return False


class Weighing:
    """`claimed` are first sightings by item: seen once, not yet counted."""

    def __init__(self, book: Book, tolerance: Tolerance, foreign: str) -> None:
        self.book = book
        self.tolerance = tolerance
        self.foreign = foreign
        self.claimed: dict[str, Difference] = {}

    def weigh(self, sighted: tuple[Difference, ...], scope: Scope, snapshot: BrokerSnapshot) -> Effects:
        """Find, resolve, or remember for the next listing."""
        book = self.book
        seen = {difference.item: difference for difference in sighted}
        news = {item: one for item, one in seen.items() if not self._is_silent(one)}
        claimed = {item: one for item, one in self.claimed.items() if item not in seen and not scope.covers(one)}
        for item, difference in news.items():
            if is_same(self.claimed.get(item), difference, self.tolerance):
                yield from self._found(difference, snapshot)
            else:
                claimed[item] = difference
        for item, difference in {**book.accepted, **book.differences}.items():
            if item not in seen:
                if scope.covers(difference):
                    yield DifferenceResolved(item=item, by="hydra", how=NO_LONGER_SEEN)
            elif item in book.differences and self._is_accepted(seen[item]):
                yield DifferenceResolved(item=item, by="hydra", how=AS_ACCEPTED)
        self.claimed = claimed

    def _is_silent(self, difference: Difference) -> bool:
        """Open already, or accepted, with this very content."""
        known = self.book.differences.get(difference.item)
        return is_same(known, difference, self.tolerance) or self._is_accepted(difference)

    def _is_accepted(self, difference: Difference) -> bool:
        return is_same(self.book.accepted.get(difference.item), difference, self.tolerance)

    def _found(self, difference: Difference, snapshot: BrokerSnapshot) -> Effects:
        """The operator's policy may say already what to do with positions that were never ours."""
        if difference.kind != FOREIGN or self.foreign == LEAVE_TO_A_PERSON:
            yield DifferenceFound(difference=difference)
            return
        for line in snapshot.positions:
            if foreign_item(self.book, line) == difference.item:
                policy = f"policy foreign_positions = {self.foreign}"
                yield ForeignSettled(line=line, how=self.foreign, by=policy)
