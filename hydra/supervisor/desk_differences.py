"""The differences of one book as the outside sees them: what is open or ignored, both sides, and what may be done.

Made from a book alone, so that a journal whose hydra has stopped tells the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hydra.core.folding_differences import ACCEPTED
from hydra.core.remedies import Remedy, remedies_of
from hydra.records import BookImage, BrokerSide, DifferenceRecord, OurSide

OPEN, IGNORED = "open", "ignored"


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceRow:
    """One difference. `since` is market time; `by`, `reason` and `settled_at` say who ignored it, why and when."""

    item: str
    kind: str
    symbol: str
    status: str
    since: datetime
    text: str
    ours: str
    theirs: str
    our_side: OurSide | None
    broker_side: BrokerSide | None
    remedies: tuple[Remedy, ...]
    by: str
    reason: str
    settled_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceSheet:
    """All of them, the open ones first, and whether anything trades."""

    trading: str
    trading_by: str
    trading_reason: str
    rows: tuple[DifferenceRow, ...]

    @property
    def open_items(self) -> tuple[str, ...]:
        """The names of those that wait for a person."""
        return tuple(row.item for row in self.rows if row.status == OPEN)


def sheet_of(image: BookImage) -> DifferenceSheet:
    """The sheet of this book."""
    ignored = (record for record in image.settled if record.how == ACCEPTED)
    return DifferenceSheet(
        trading=image.trading.state.value,
        trading_by=image.trading.by,
        trading_reason=image.trading.reason,
        rows=(*(_row(record, OPEN) for record in image.found), *(_row(record, IGNORED) for record in ignored)),
    )


def _row(record: DifferenceRecord, status: str) -> DifferenceRow:
    difference = record.difference
    return DifferenceRow(
        item=difference.item,
        kind=difference.kind,
        symbol=difference.symbol,
        status=status,
        since=record.since,
        text=difference.text,
        ours=difference.ours,
        theirs=difference.theirs,
        our_side=record.ours,
        broker_side=record.theirs,
        remedies=remedies_of(difference.kind),
        by=record.by,
        reason=record.reason,
        settled_at=record.settled_at,
    )
