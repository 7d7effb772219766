"""The daily loss breaker: equity by our own book against the day's opening equity. It latches; only a
person re-arms.

Marks are fresh quotes where there are any, else the prior close, else the average price, and the text says
so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from hydra.core.book import Book
from hydra.core.instants import seconds_between
from hydra.core.prices import usable
from hydra.core.wording import number, percent
from hydra.messages.decisions import BreakerTripped
from hydra.records import InstrumentCard, PositionRecord
from hydra.values import ZERO, Quote

DAILY_LOSS = "daily_loss"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What one unit of a position is worth, by `quote`, `prior close` or `average price`."""

    price: Decimal
    basis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """The day so far. `fraction` is of the opening equity, negative in a loss; `weak`: not by quote."""

    equity: Decimal
    opening: Decimal
    fraction: Decimal
    weak: tuple[str, ...]


def marks(book: Book, quotes: Mapping[int, Quote], *, now: datetime, stale_s: float) -> dict[int, Mark]:
    """A mark for every position that is not flat, by con_id."""
    return {
        con_id: mark_of(
            position, quotes.get(con_id), book.instruments.get(position.symbol), now=now, stale_s=stale_s
        )
        for con_id, position in book.positions.items()
        if position.quantity
    }


def mark_of(
    position: PositionRecord,
    quote: Quote | None,
    card: InstrumentCard | None,
    *,
    now: datetime,
    stale_s: float,
) -> Mark:
    """The best evidence there is for the worth of one position."""
    if quote is not None and usable(quote) and seconds_between(quote.at, now) <= stale_s:
        return Mark(price=quote.mid, basis="quote")
    if card is not None and card.prior_close is not None and card.prior_close > 0:
        return Mark(price=card.prior_close, basis="prior close")
    return Mark(price=position.average_price, basis="average price")


def equity(book: Book, marked: Mapping[int, Mark]) -> Decimal:
    """Cash plus every position at its mark."""
    return book.cash + sum(
        (
            position.quantity * marked[con_id].price * position.multiplier
            for con_id, position in book.positions.items()
            if position.quantity
        ),
        ZERO,
    )


def day_loss(book: Book, marked: Mapping[int, Mark]) -> Loss | None:
    """The day's result, None while no opening equity is known (then nothing may open, R15)."""
    if book.day is None or book.day_equity <= 0:
        return None
    worth = equity(book, marked)
    weak = tuple(
        f"{position.symbol} by {marked[con_id].basis}"
        for con_id, position in book.positions.items()
        if position.quantity and marked[con_id].basis != "quote"
    )
    fraction = (worth - book.day_equity) / book.day_equity
    return Loss(equity=worth, opening=book.day_equity, fraction=fraction, weak=weak)


def check_daily_loss(book: Book, loss: Loss | None, fraction_max: Decimal) -> BreakerTripped | None:
    """The event that opens the breaker, once; None while it is open already or the loss within its limit."""
    if loss is None or DAILY_LOSS in book.breakers or loss.fraction > -fraction_max:
        return None
    weak = f"; without a quote: {', '.join(loss.weak)}" if loss.weak else ""
    text = (
        f"daily loss {percent(-loss.fraction)} of {number(loss.opening)} reached the limit "
        f"{percent(fraction_max)}: equity {number(loss.equity)}{weak}"
    )
    return BreakerTripped(breaker=DAILY_LOSS, value=loss.fraction, limit=-fraction_max, text=text)
