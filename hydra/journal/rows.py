"""One recorded event as a row, as a value, and as a link of the hash chain that binds it to all before it.

The chain shows that a row was changed, added or removed before the last one. It holds no secret: it convicts
accidents and careless hands, and a forger only if somebody noted the head hash elsewhere.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from hydra.core.instants import from_us
from hydra.journal.codec import decode
from hydra.journal.faults import JournalDamaged, NotReadable
from hydra.messages.base import Event

GENESIS = bytes(32)
PAGE_ROWS = 5_000
COLUMNS = "seq, event_id, at_us, run, session, kind, subject, body"
_PAGE = f"SELECT {COLUMNS}, chain FROM events WHERE seq > ? ORDER BY seq LIMIT ?"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEvent:
    """An event with its place: number `seq`, recorded at market time `at`, by process `run`, during `session`."""

    seq: int
    at: datetime
    run: int
    session: int
    event: Event


class Row(NamedTuple):
    """A row of `events` without its link."""

    seq: int
    event_id: str
    at_us: int
    run: int
    session: int
    kind: str
    subject: str
    body: str

    def link(self, previous: bytes) -> bytes:
        """sha256 of the previous link and all columns, texts preceded by their length so that none can run over."""
        seq, event_id, at_us, run, session, kind, subject, body = self
        text = (
            f"{seq}|{at_us}|{run}|{session}|{len(event_id)}:{event_id}|{len(kind)}:{kind}"
            f"|{len(subject)}:{subject}|{len(body)}:{body}"
        )
        return sha256(previous + text.encode()).digest()

    def stored(self) -> StoredEvent:
        """The event itself. Raises NotReadable."""
        return StoredEvent(
            seq=self.seq,
            at=from_us(self.at_us),
            run=self.run,
            session=self.session,
            event=decode(self.kind, self.body),
        )


class Head(NamedTuple):
    """The last event: its number, 0 when there is none, and its link."""

    seq: int
    chain: bytes


def walk(connection: sqlite3.Connection, path: Path) -> Iterator[tuple[bytes, StoredEvent]]:
    """Every event in order with its verified link, in pages so that no read transaction lasts. Raises JournalDamaged."""
    head = Head(0, GENESIS)
    while page := _page(connection, path, head.seq, PAGE_ROWS):
        for *columns, link in page:
            row = Row._make(columns)
            head = _next(head, row, link, path)
            yield head.chain, _stored(row, path)


def _page(connection: sqlite3.Connection, path: Path, after_seq: int, rows: int) -> list[Any]:
    """The next rows, at most so many; fewer where one of them cannot be read, to find out which."""
    try:
        return connection.execute(_PAGE, (after_seq, rows)).fetchall()
    except sqlite3.DatabaseError as error:
        if rows > 1:
            return _page(connection, path, after_seq, rows // 2)
        raise JournalDamaged(path, after_seq + 1, f"SQLite says {error}") from error


def _next(head: Head, row: Row, link: bytes, path: Path) -> Head:
    if row.seq != head.seq + 1:
        raise JournalDamaged(path, head.seq + 1, f"it is missing, the next one is {row.seq}")
    if None in row:
        raise JournalDamaged(path, row.seq, "a column of it is empty")
    expected = row.link(head.chain)
    if link != expected:
        text = f"{row.kind} does not fit its hash, so it or an event before it was changed"
        raise JournalDamaged(path, row.seq, text)
    return Head(row.seq, expected)


def _stored(row: Row, path: Path) -> StoredEvent:
    try:
        return row.stored()
    except NotReadable as error:
        raise JournalDamaged(path, row.seq, str(error)) from error
