"""Which sightings count: a difference is one when two settled listings agree on it, and gone when one sees it no more.

The two are at least settle_quiet_s apart: closer ones may both have looked while positions lagged behind executions.

It remembers only what the last listing claimed for the first time; that dies with the session.
"""

from __future__ import annotations

from dataclasses import dataclass

from hydra.core.book import Book
from hydra.core.comparison import FOREIGN, Tolerance, foreign_item, is_same
from hydra.core.effects import Effects, Moment
from hydra.core.folding_differences import AS_ACCEPTED, NO_LONGER_SEEN
from hydra.core.sides import found_in
from hydra.messages.decisions import DifferenceResolved, ForeignSettled
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A first sighting, at this reading of the machine's clock: seen, not yet counted."""

    difference: Difference
    since_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WeighingRules:
    """`apart_s` is how far two sightings must be apart; `foreign` what to do with positions that were never ours."""

    tolerance: Tolerance
    apart_s: float
    foreign: str


class Weighing:
    """`claimed` are the first sightings by item."""

    def __init__(self, book: Book, rules: WeighingRules) -> None:
        self.book = book
        self.rules = rules
        self.claimed: dict[str, Claim] = {}

    def weigh(
        self, sighted: tuple[Difference, ...], scope: Scope, snapshot: BrokerSnapshot, moment: Moment
    ) -> Effects:
        """Find, resolve, or remember for the next listing."""
        book = self.book
        seen = {difference.item: difference for difference in sighted}
        news = {item: one for item, one in seen.items() if not self._is_silent(one)}
        claimed = {
            item: claim
            for item, claim in self.claimed.items()
            if item not in seen and not scope.covers(claim.difference)
        }
        for item, difference in news.items():
            since_s = self._seen_since_s(difference, moment)
            if round(moment.machine_s - since_s, 3) >= self.rules.apart_s:
                yield from self._found(difference, snapshot)
            else:
                claimed[item] = Claim(difference=difference, since_s=since_s)
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
        return is_same(known, difference, self.rules.tolerance) or self._is_accepted(difference)

    def _seen_since_s(self, difference: Difference, moment: Moment) -> float:
        claim = self.claimed.get(difference.item)
        if claim is None or not is_same(claim.difference, difference, self.rules.tolerance):
            return moment.machine_s
        return claim.since_s

    def _is_accepted(self, difference: Difference) -> bool:
        return is_same(self.book.accepted.get(difference.item), difference, self.rules.tolerance)

    def _found(self, difference: Difference, snapshot: BrokerSnapshot) -> Effects:
        """The operator's policy may say already what to do with positions that were never ours."""
        if difference.kind != FOREIGN or self.rules.foreign == LEAVE_TO_A_PERSON:
            yield found_in(self.book, difference, snapshot)
            return
        for line in snapshot.positions:
            if foreign_item(self.book, line) == difference.item:
                policy = f"policy foreign_positions = {self.rules.foreign}"
                yield ForeignSettled(line=line, how=self.rules.foreign, by=policy)
