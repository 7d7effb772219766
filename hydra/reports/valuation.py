"""What positions are worth by the prices in the journal, event by event, and the result of one report's piece of it.

The journal holds no stream of quotes. It holds the quote of each wish for an order, each execution, and prior closes:
the newest of them is the mark of its contract. Nothing here asks for a price.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from hydra.core.book import Book
from hydra.core.positions import unrealized
from hydra.core.sessions import nyse_session, trading_day
from hydra.journal.rows import StoredEvent
from hydra.messages.base import Event
from hydra.messages.decisions import ForeignSettled, OpeningBalance, OrderIntended, OrderRefused, ParentOpened
from hydra.messages.facts import CommissionReported, ExecutionReported, InstrumentQualified
from hydra.records import BookImage, PositionRecord
from hydra.values import ZERO, OrderWant

_SEARCH_DAYS_MAX = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceMark:
    """A price of one contract, what kind of price it is, and when it was one. `at` is None for an average price."""

    con_id: int
    price: Decimal
    basis: str
    at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """What one report hands to the next: the book at its cut and the newest price of each contract."""

    book: BookImage
    marks: tuple[PriceMark, ...]


NOTHING_CARRIED = Carried(book=Book().image(), marks=())


class Valuation:
    """A book with marks. Mutable; it lives as long as one report is being made.

    Positions that were taken in from elsewhere, and the first price ever seen of a position, are no gain of ours: they
    move the base from which the change is measured.
    """

    def __init__(self, carried: Carried) -> None:
        self.book = Book.from_image(carried.book)
        self.marks = {mark.con_id: mark for mark in carried.marks}
        self.realized: dict[int, Decimal] = {}
        self.commissions = ZERO
        self.base = self.unrealized()
        self.peak = ZERO
        self.drawdown = ZERO

    def take(self, stored: StoredEvent) -> None:
        """Fold one event and look at the result wherever the journal holds a price."""
        event = stored.event
        mark = mark_in(event, stored.at)
        moved = mark is not None and self._see(mark)
        match event:
            case ExecutionReported(execution=fill):
                before = self._realized_ever(fill.con_id)
                self.book.apply(stored.seq, stored.at, event)
                gain = self._realized_ever(fill.con_id) - before
                self.realized[fill.con_id] = self.realized.get(fill.con_id, ZERO) + gain
            case CommissionReported():
                cash = self.book.cash
                self.book.apply(stored.seq, stored.at, event)
                self.commissions += cash - self.book.cash
                moved = True
            case OpeningBalance() | ForeignSettled():
                before = self.unrealized()
                self.book.apply(stored.seq, stored.at, event)
                self.base += self.unrealized() - before
            case _:
                self.book.apply(stored.seq, stored.at, event)
        if moved:
            self._look()

    def mark_of(self, position: PositionRecord) -> PriceMark:
        """The newest price of a position; its own average price where the journal holds no other."""
        mark = self.marks.get(position.con_id)
        if mark is not None:
            return mark
        return PriceMark(con_id=position.con_id, price=position.average_price, basis="average price", at=None)

    def unrealized(self) -> Decimal:
        """Of all positions, at their marks."""
        return sum((unrealized(position, self.mark_of(position).price) for position in self.held()), ZERO)

    def held(self) -> tuple[PositionRecord, ...]:
        """Positions that are not flat."""
        return tuple(position for position in self.book.positions.values() if position.quantity)

    def result(self) -> Decimal:
        """Realized, less commissions, plus the change of what is not realized."""
        return sum(self.realized.values(), ZERO) - self.commissions + self.unrealized() - self.base

    def equity(self) -> Decimal | None:
        """Cash and positions at their marks; None before the opening balance is known."""
        if not self.book.opening:
            return None
        worth = (p.quantity * self.mark_of(p).price * p.multiplier for p in self.held())
        return self.book.cash + sum(worth, ZERO)

    def carried(self) -> Carried:
        """For the next report."""
        return Carried(book=self.book.image(), marks=tuple(self.marks.values()))

    def _see(self, mark: PriceMark) -> bool:
        """Take a price unless a newer one is known. Says whether it was taken."""
        known = self.marks.get(mark.con_id)
        if known is not None and known.at is not None and mark.at is not None and mark.at < known.at:
            return False
        before = self.unrealized() if known is None else ZERO
        self.marks[mark.con_id] = mark
        if known is None:
            self.base += self.unrealized() - before
        return True

    def _look(self) -> None:
        result = self.result()
        self.peak = max(self.peak, result)
        self.drawdown = max(self.drawdown, self.peak - result)

    def _realized_ever(self, con_id: int) -> Decimal:
        position = self.book.positions.get(con_id)
        return position.realized if position is not None else ZERO


def mark_in(event: Event, at: datetime) -> PriceMark | None:
    """The price that an event recorded at this instant bears, if it bears one."""
    match event:
        case OrderIntended(intent=intent):
            return _of_want(intent.want)
        case OrderRefused(want=want):
            return _of_want(want)
        case ParentOpened(parent=parent) if parent.arrival_price > 0:
            return PriceMark(con_id=parent.con_id, price=parent.arrival_price, basis="quote", at=parent.opened_at)
        case ExecutionReported(execution=fill):
            return PriceMark(con_id=fill.con_id, price=fill.price, basis="own fill", at=fill.at)
        case InstrumentQualified(instrument=instrument, prior_close=prior) if prior is not None and prior > 0:
            return PriceMark(con_id=instrument.con_id, price=prior, basis="prior close", at=_session_before(at))
    return None


def _of_want(want: OrderWant) -> PriceMark | None:
    """The middle of the quote on which an order was decided, where it was a quote at all."""
    if not 0 < want.bid <= want.ask:
        return None
    middle = (want.bid + want.ask) / 2
    return PriceMark(con_id=want.terms.con_id, price=middle, basis="quote", at=want.quote_at)


def _session_before(at: datetime) -> datetime:
    """The close of the last session of a day before this one's."""
    day = trading_day(at)
    for _ in range(_SEARCH_DAYS_MAX):
        day -= timedelta(days=1)
        hours = nyse_session(day)
        if hours is not None:
            return hours.close_at
    raise ValueError(f"no NYSE session within {_SEARCH_DAYS_MAX} days before {at.isoformat()}")
