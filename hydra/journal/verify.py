"""Is a journal what hydra wrote? Reads all of it and changes nothing."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from hydra.journal.faults import JournalDamaged
from hydra.journal.reading import open_read_only
from hydra.journal.rows import GENESIS, Head, walk


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """Nothing is wrong with the first `events_n` events. Noted elsewhere, `head_hash_hex` also shows a tail cut off."""

    events_n: int
    head_hash_hex: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Damaged:
    """`seq` is the first event that cannot be trusted, 0 for the file itself; `text` is a sentence for a person."""

    seq: int
    text: str


def verify(path: Path) -> Verified | Damaged:
    """Schema, pages and indexes, then every event: its number, its link, its kind, its body.

    A transaction that a power cut tore is not damage: it was never committed, and SQLite leaves it out.
    Raises UsageError when there is no such file.
    """
    try:
        with closing(open_read_only(path)) as connection:
            return _verified(connection, path)
    except JournalDamaged as error:
        return Damaged(seq=error.seq, text=str(error))


def _verified(connection: sqlite3.Connection, path: Path) -> Verified:
    head = Head(0, GENESIS)
    for link, stored in walk(connection, path):
        head = Head(stored.seq, link)
    _check_pages(connection, path)
    return Verified(events_n=head.seq, head_hash_hex=head.chain.hex())


def _check_pages(connection: sqlite3.Connection, path: Path) -> None:
    """Indexes too: an event_id missing from its index would let one fact be recorded twice."""
    try:
        word = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
    except sqlite3.DatabaseError as error:
        raise JournalDamaged(path, 0, f"SQLite says {error}") from error
    if word != "ok":
        raise JournalDamaged(path, 0, f"SQLite says {word}")
