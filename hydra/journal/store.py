"""The journal's file, as its one writer sees it: append-only events in SQLite, committed in groups, fenced by an epoch.

It decides nothing and knows no time. WAL and synchronous=FULL: what `commit` returned from survives a power cut.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

import sqlite_utils

from hydra.core.instants import from_us, to_us
from hydra.errors import StartError
from hydra.journal import schema
from hydra.journal.codec import encode
from hydra.journal.faults import NotRecordable, WriteFailed, WriterFenced
from hydra.journal.rows import COLUMNS, GENESIS, Head, Row, StoredEvent, walk
from hydra.messages.base import Event

BUSY_TIMEOUT_S = 5.0
FACTS_MAX = 20_000
"""Facts found in the journal, remembered: each listing asks for those of the whole day."""

_INSERT = (
    f"INSERT INTO events ({COLUMNS}, chain) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (event_id) DO NOTHING"
)


class EventStore:
    """One open journal. It belongs to the thread that opened it, and appends in constant time.

    begin, append ..., commit. A store that raised WriteFailed or WriterFenced only closes any more: a COMMIT that
    raised is neither success nor failure, and who opens the journal again reads what became of it.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection, *, epoch: int, head: Head) -> None:
        self.path = path
        self.epoch = epoch
        self._connection = connection
        self._head = head
        self._head_at_begin = head
        self._usable = True
        self._facts: dict[str, None] = {}

    @classmethod
    def open(
        cls, path: Path, *, create: bool, factory: type[sqlite3.Connection] = sqlite3.Connection
    ) -> EventStore:
        """Take the journal over: from here on every earlier writer is fenced.

        With `create`, a missing or empty file becomes a journal. Raises StartError when the file cannot be opened
        for writing, JournalDamaged when it is something else. `factory` makes the connection (tests break it).
        """
        if not create and not path.exists():
            raise StartError(f"There is no journal {path}.")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, isolation_level=None, factory=factory)
        except (OSError, sqlite3.Error) as error:
            raise StartError(f"The journal {path} cannot be opened: {error}.") from error
        with ExitStack() as undo:
            undo.callback(connection.close)
            try:
                store = cls._take_over(path, connection)
            except sqlite3.Error as error:
                raise StartError(f"The journal {path} cannot be opened for writing: {error}.") from error
            undo.pop_all()
        return store

    @classmethod
    def _take_over(cls, path: Path, connection: sqlite3.Connection) -> EventStore:
        is_new = schema.is_new(connection, path)
        mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
        if mode != "wal":
            raise sqlite3.OperationalError(f"its file system cannot hold a write-ahead log, only {mode}")
        connection.execute("PRAGMA synchronous = FULL")
        database = sqlite_utils.Database(connection, execute_plugins=False)
        connection.execute("BEGIN IMMEDIATE")
        if is_new:
            schema.create(database)
        schema.refresh_views(database)
        epoch = connection.execute("UPDATE writer SET epoch = epoch + 1 RETURNING epoch").fetchall()[0][0]
        last = connection.execute("SELECT seq, chain FROM events ORDER BY seq DESC LIMIT 1").fetchone()
        connection.execute("COMMIT")
        return cls(path, connection, epoch=epoch, head=Head(*last) if last else Head(0, GENESIS))

    def fold(self) -> Iterator[StoredEvent]:
        """Every event in order, its chain verified on the way. Raises JournalDamaged."""
        return (stored for _, stored in walk(self._connection, self.path))

    def begin(self) -> None:
        """Open a transaction. Raises WriterFenced when a later writer took over, WriteFailed.

        The write lock is held from here to the commit, so the epoch that is checked here is the epoch committed under.
        """
        self._run("begin", "BEGIN IMMEDIATE")
        epoch = self._run("begin", "SELECT epoch FROM writer").fetchone()[0]
        if epoch != self.epoch:
            self.rollback()
            self._usable = False
            raise WriterFenced(f"The journal {self.path} has writer {epoch} now; this one is {self.epoch}.")
        self._head_at_begin = self._head

    def append(self, event: Event, at: datetime, run: int, session: int) -> StoredEvent | None:
        """Record an event within the transaction; None when the same fact is there already.

        Raises NotRecordable (the transaction stays open without it), WriteFailed.
        """
        if not self._connection.in_transaction:
            raise RuntimeError(f"The journal {self.path} is not in a transaction.")
        if at.utcoffset() is None:
            raise NotRecordable(f"{type(event).__name__} cannot be recorded at {at}, an instant without a time zone.")
        if event.fact_id and self.known(event.fact_id):  # each listing tells the whole day's executions again
            return None
        seq = self._head.seq + 1
        event_id = event.fact_id or f"{run}/{seq}"
        row = Row(seq, event_id, to_us(at), run, session, type(event).__name__, event.subject, encode(event))
        link = row.link(self._head.chain)
        if not self._run("append", _INSERT, (*row, link)).rowcount:
            return None
        self._head = Head(seq, link)
        return StoredEvent(seq=seq, at=from_us(row.at_us), run=run, session=session, event=event)

    def commit(self) -> None:
        """Make all that was appended durable, or none. When it raises WriteFailed, nobody knows which."""
        self._run("commit", "COMMIT")

    def rollback(self) -> None:
        """Forget what was appended since begin."""
        if self._connection.in_transaction:
            self._run("roll back", "ROLLBACK")
        self._head = self._head_at_begin
        self._facts.clear()

    def known(self, fact_id: str) -> bool:
        """Whether this fact is recorded, in this transaction or before it. Raises WriteFailed."""
        if fact_id in self._facts and self._usable:
            return True
        row = self._run("look up", "SELECT 1 FROM events WHERE event_id = ?", (fact_id,)).fetchone()
        if row is None:
            return False
        if len(self._facts) >= FACTS_MAX:
            self._facts.clear()
        self._facts[fact_id] = None
        return True

    def close(self) -> None:
        """Close the file; what was not committed is forgotten."""
        self._connection.close()

    def _run(self, verb: str, sql: str, values: tuple[object, ...] = ()) -> sqlite3.Cursor:
        if not self._usable:
            raise WriteFailed(f"The journal {self.path} cannot {verb}: it failed before and was not opened again.")
        try:
            return self._connection.execute(sql, values)
        except sqlite3.Error as error:
            self._usable = False
            last = self._head.seq
            raise WriteFailed(f"The journal {self.path} cannot {verb} after event {last}: {error}.") from error
