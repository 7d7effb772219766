"""Ours beside theirs: positions, average prices and cash, from one complete listing whose executions are folded already.

Only settled symbols are judged, and nothing is ever invented (PROTOCOL section 3). Orders are judged in `judging.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from hydra.core.book import Book
from hydra.messages.sync import BrokerSnapshot
from hydra.records import PositionRecord
from hydra.values import ZERO, Difference, PositionLine

FOREIGN = "foreign_position"
ADVICE = (
    "adopt, ignore or close it with `hydra reconcile` (--show says what each does); [broker] foreign_positions = 'adopt' or "
    "'ignore' decides it for every such position"
)
CASH_SLACK = Decimal(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerance:
    """How far average price and cash may be apart, as fractions of theirs. Quantity is exact."""

    price: Decimal
    cash: Decimal


def compare_positions(book: Book, snapshot: BrokerSnapshot, tolerance: Tolerance) -> tuple[Difference, ...]:
    """Differences over the union of our and their contracts; unsettled contracts are left out."""
    theirs = {line.con_id: line for line in snapshot.positions}
    ours = {con_id: record for con_id, record in book.positions.items() if record.quantity != 0}
    found = (
        _compare_one(book, con_id, ours.get(con_id), theirs.get(con_id), tolerance)
        for con_id in sorted(ours.keys() | theirs.keys() | book.ignored.keys())
        if con_id not in snapshot.unsettled
    )
    return tuple(difference for difference in found if difference is not None)


def _compare_one(
    book: Book, con_id: int, ours: PositionRecord | None, theirs: PositionLine | None, tolerance: Tolerance
) -> Difference | None:
    ignored = book.ignored.get(con_id)
    our_quantity = (ours.quantity if ours else ZERO) + (ignored.quantity if ignored else ZERO)
    their_quantity = theirs.quantity if theirs else ZERO
    if our_quantity == their_quantity:
        if ours is None or theirs is None or ignored is not None:
            return None
        return _compare_price(book, ours, theirs, tolerance)
    if theirs is not None and our_quantity == 0 and con_id not in book.positions:
        return foreign_position(book, theirs)
    symbol = ours.symbol if ours else theirs.symbol if theirs else ignored.symbol if ignored else str(con_id)
    return _wrong(book, con_id, symbol, our_quantity, their_quantity)


def _wrong(book: Book, con_id: int, symbol: str, ours: Decimal, theirs: Decimal) -> Difference:
    kind = "phantom_position" if theirs == 0 else "missing_position" if ours == 0 else "wrong_quantity"
    return Difference(
        item=f"position/{item_name(book, con_id, symbol)}",
        kind=kind,
        symbol=symbol,
        ours=str(ours),
        theirs=str(theirs),
        text=f"{symbol}: our executions make {ours}, the broker holds {theirs} ({kind})",
    )


def foreign_position(book: Book, line: PositionLine) -> Difference:
    """A position that hydra never traded."""
    return Difference(
        item=foreign_item(book, line),
        kind=FOREIGN,
        symbol=line.symbol,
        ours="0",
        theirs=str(line.quantity),
        text=f"the account holds {line.quantity} {line.symbol} that hydra never traded: {ADVICE}",
    )


def foreign_item(book: Book, line: PositionLine) -> str:
    """What the difference about a position is called."""
    return f"position/{item_name(book, line.con_id, line.symbol)}"


def item_name(book: Book, con_id: int, symbol: str) -> str:
    """What a position is called: by its symbol, if that is the contract that we trade under it; another one of that symbol
    (an option) bears its con_id."""
    card = book.instruments.get(symbol)
    return symbol if card is None or card.instrument.con_id == con_id else f"{symbol}#{con_id}"


def _compare_price(
    book: Book, ours: PositionRecord, theirs: PositionLine, tolerance: Tolerance
) -> Difference | None:
    """IB's avgCost contains multiplier and commission: the first is divided out, the second widens the band."""
    their_price = theirs.average_cost / ours.multiplier
    commission = ours.commissions / abs(ours.quantity) / ours.multiplier
    band = abs(their_price) * tolerance.price + abs(commission)
    if abs(their_price - ours.average_price) <= band:
        return None
    return Difference(
        item=f"average/{item_name(book, ours.con_id, ours.symbol)}",
        kind="average_price",
        symbol=ours.symbol,
        ours=f"{ours.average_price:.4f}",
        theirs=f"{their_price:.4f}",
        text=f"{ours.symbol}: our average price {ours.average_price:.4f}, the broker's {their_price:.4f}, "
        f"more than {tolerance.price:.2%} apart",
    )


def judges_cash(snapshot: BrokerSnapshot) -> bool:
    """Cash is judged only when nothing is in flight anywhere."""
    return snapshot.figures.cash is not None and not snapshot.unsettled


def compare_cash(book: Book, snapshot: BrokerSnapshot, tolerance: Tolerance) -> tuple[Difference, ...]:
    """At most one difference."""
    theirs = snapshot.figures.cash
    if theirs is None or not judges_cash(snapshot) or abs(theirs - book.cash) <= _cash_band(theirs, tolerance):
        return ()
    return (
        Difference(
            item="cash",
            kind="cash",
            symbol="",
            ours=f"{book.cash:.2f}",
            theirs=f"{theirs:.2f}",
            text=f"cash: our executions make {book.cash:.2f}, the broker states {theirs:.2f}, "
            f"more than {tolerance.cash:.2%} apart",
        ),
    )


def _cash_band(theirs: Decimal, tolerance: Tolerance) -> Decimal:
    return max(abs(theirs) * tolerance.cash, CASH_SLACK)


def is_same(known: Difference | None, seen: Difference, tolerance: Tolerance) -> bool:
    """Whether two sightings are one difference: the gap counts where both sides move on as trading goes on."""
    if known is None or known.item != seen.item:
        return False
    match seen.item.partition("/")[0]:
        case "position":
            return _gap(known) == _gap(seen)
        case "cash":
            return abs(_gap(known) - _gap(seen)) <= _cash_band(Decimal(seen.theirs), tolerance)
        case "average":
            return _near((known.ours, seen.ours), tolerance) and _near((known.theirs, seen.theirs), tolerance)
        case _:
            return (known.kind, known.ours, known.theirs) == (seen.kind, seen.ours, seen.theirs)


def _gap(difference: Difference) -> Decimal:
    return Decimal(difference.theirs) - Decimal(difference.ours)


def _near(prices: Sequence[str], tolerance: Tolerance) -> bool:
    first, second = map(Decimal, prices)
    return abs(first - second) <= abs(second) * tolerance.price
