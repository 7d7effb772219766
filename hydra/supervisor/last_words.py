"""What is written when the tree itself has given up: the journal still learns why, and trading is HALTED for the next run.

The actors are gone, so nobody else writes; the store is opened once more, as its next writer, and closed.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from hydra.core.book import Book
from hydra.journal.store import EventStore
from hydra.messages.base import Event
from hydra.messages.decisions import AlertRaised, TradingStateChanged
from hydra.messages.facts import SessionClosed
from hydra.records import BookImage
from hydra.values import TradingState


def record_escalation(path: Path, reason: str, now: datetime) -> BookImage:
    """Append the escalation and the halt; returns the book with them. Raises what the store raises."""
    store = EventStore.open(path, create=False)
    try:
        book = Book()
        for stored in store.fold():
            book.apply(stored.seq, stored.at, stored.event)
        store.begin()
        for event in _last_words(book, reason):
            recorded = store.append(event, at=now, run=book.run, session=book.session)
            if recorded is not None:
                book.apply(recorded.seq, recorded.at, event)
        store.commit()
    finally:
        store.close()
    return book.image()


def _last_words(book: Book, reason: str) -> tuple[Event, ...]:
    words: list[Event] = [AlertRaised(kind="escalation", about="hydra", severity="critical", text=reason)]
    if book.session_live:
        words.append(SessionClosed(session=book.session, reason=f"the tree ended: {reason}", planned=False))
    if book.trading.state is not TradingState.HALTED:
        words.append(TradingStateChanged(state=TradingState.HALTED, by="supervision", reason=reason))
    return tuple(words)
