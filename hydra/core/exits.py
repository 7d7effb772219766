"""When a position is to be closed, and the signal that closes it. Target before stop before time.

An exit is a signal like any other: recorded, admitted, routed and resumed on the same road. Nothing is
remembered here: which exits are at work, and under which number, follows from the book and the time (PRODUCT
section 5).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from hydra.config.trading import ExitConfig
from hydra.core.book import Book
from hydra.core.instants import after_s, seconds_between
from hydra.core.risk_view import is_reducing
from hydra.core.rules_market import QuoteRule, quote_problem
from hydra.core.rules_state import state_allows
from hydra.core.sessions import in_close_margin, session_at
from hydra.core.wording import percent, seconds
from hydra.records import PositionRecord
from hydra.values import Purpose, Quote, SessionHours, Side, Signal

EXIT_EVERY_S = 10.0
"""One exit signal of an episode in so many market seconds; after a failed one, the next has a new number."""
EXIT_VALID_S = 60.0


class ExitReason(StrEnum):
    """Why a position is closed."""

    TARGET = "TARGET"
    STOP = "STOP"
    TIME = "TIME"
    CLOSE = "CLOSE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exit:
    """One exit that is wanted; `text` has the figure and its limit."""

    reason: ExitReason
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """One position in its market. `quote` is None unless it is fresh and usable."""

    position: PositionRecord
    quote: Quote | None
    session: SessionHours
    now: datetime


def exit_wanted(watched: Watched, cfg: ExitConfig) -> Exit | None:
    """The first reason to close this position, or None. Measured from its average price, at the middle."""
    gain = gain_of(watched)
    if gain is not None and gain >= cfg.target_fraction:
        text = f"gain {percent(gain)} reached target {percent(cfg.target_fraction)}"
        return Exit(reason=ExitReason.TARGET, text=text)
    if gain is not None and gain <= -cfg.stop_fraction:
        text = f"loss {percent(-gain)} reached stop {percent(cfg.stop_fraction)}"
        return Exit(reason=ExitReason.STOP, text=text)
    opened_at = watched.position.opened_at
    held_s = seconds_between(opened_at, watched.now) if opened_at is not None else 0.0
    if held_s >= cfg.hold_max_s:
        text = f"held for {seconds(held_s)}, limit {seconds(cfg.hold_max_s)}"
        return Exit(reason=ExitReason.TIME, text=text)
    if cfg.close_flat and in_close_margin(watched.session, watched.now, cfg.close_flat_margin_s):
        text = f"the session closes at {watched.session.close_at.isoformat()}"
        return Exit(reason=ExitReason.CLOSE, text=text)
    return None


def gain_of(watched: Watched) -> Decimal | None:
    """Gain at the middle as a fraction of the average price, negative in a loss; None when unknown."""
    position, quote = watched.position, watched.quote
    if quote is None or position.average_price <= 0 or position.quantity == 0:
        return None
    change = (quote.mid - position.average_price) / position.average_price
    return change if position.quantity > 0 else -change


def exit_signal(position: PositionRecord, wanted: Exit, n: int, now: datetime) -> Signal:
    """The signal that closes the whole position; only a stop is urgent (marketable, the collar widens)."""
    return _closing(
        position,
        signal_id=f"exit-{position.episode}-{n}",
        purpose=Purpose.EXIT,
        urgent=wanted.reason is ExitReason.STOP,
        reason=f"{wanted.reason}: {wanted.text}",
        now=now,
    )


def exit_n(position: PositionRecord, now: datetime) -> int:
    """The number of an exit signal made now: it rises with time, so that no restart uses one twice."""
    opened_at = position.opened_at
    return int(seconds_between(opened_at, now) // EXIT_EVERY_S) if opened_at is not None else 0


def exit_signals(
    book: Book, quotes: Mapping[int, Quote], cfg: ExitConfig, *, rule: QuoteRule, now: datetime
) -> tuple[Signal, ...]:
    """Every exit that is wanted now and not at work yet, in the book's order of positions."""
    made = []
    for position in _closable(book, Purpose.EXIT):
        session = _session_of(book, position, now)
        if session is None:
            continue
        quote = quotes.get(position.con_id)
        fresh = quote if quote_problem(quote, position.symbol, rule, now) is None else None
        wanted = exit_wanted(Watched(position=position, quote=fresh, session=session, now=now), cfg)
        if wanted is not None:
            made.append(exit_signal(position, wanted, exit_n(position, now), now))
    return tuple(made)


def flatten_signals(book: Book, *, by: str, reason: str, now: datetime) -> tuple[Signal, ...]:
    """A closing signal for every position that nothing closes yet. Ask again until the book is flat."""
    return tuple(
        _closing(
            position,
            signal_id=f"flatten-{position.episode}-{exit_n(position, now)}",
            purpose=Purpose.FLATTEN,
            urgent=True,
            reason=f"flatten by {by}: {reason}",
            now=now,
        )
        for position in _closable(book, Purpose.FLATTEN)
        if _session_of(book, position, now) is not None
    )


def _closable(book: Book, purpose: Purpose) -> list[PositionRecord]:
    """Positions that may be closed now and that no signal closes; where it would be refused, none is made."""
    if not book.opening or not state_allows(purpose, book.trading.state, flattening=bool(book.flatten_by)):
        return []
    signals = (record.signal for record in book.signals.values())
    at_work = {signal.episode for signal in signals if is_reducing(signal.purpose)}
    disputed = {difference.symbol for difference in book.differences.values()}
    return [
        position
        for position in book.positions.values()
        if position.quantity and position.episode not in at_work and position.symbol not in disputed
    ]


def _session_of(book: Book, position: PositionRecord, now: datetime) -> SessionHours | None:
    card = book.instruments.get(position.symbol)
    return session_at(card.hours, now) if card is not None else None


def _closing(
    position: PositionRecord, *, signal_id: str, purpose: Purpose, urgent: bool, reason: str, now: datetime
) -> Signal:
    return Signal(
        signal_id=signal_id,
        source="exit",
        symbol=position.symbol,
        side=Side.SELL if position.quantity > 0 else Side.BUY,
        quantity=abs(position.quantity),
        purpose=purpose,
        urgent=urgent,
        episode=position.episode,
        reason=reason,
        at=now,
        valid_until=after_s(now, EXIT_VALID_S),
    )
