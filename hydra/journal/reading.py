"""Reading a journal beside its writer: read-only, in short transactions, for reports, commands and tests."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any

import sqlite_utils

from hydra.core.instants import from_us
from hydra.errors import UsageError
from hydra.journal import schema
from hydra.journal.faults import JournalDamaged, NotReadable
from hydra.journal.rows import COLUMNS, Row, StoredEvent, walk
from hydra.journal.views import VIEWS
from hydra.messages.decisions import RunEnded, RunStarted

ROWS_MAX = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One process that wrote the journal. `ended_at` is None while it runs, and for ever when it was killed."""

    run: int
    version: str
    config_fingerprint: str
    pid: int
    started_at: datetime
    ended_at: datetime | None
    reason: str


def open_read_only(path: Path) -> sqlite3.Connection:
    """A connection that cannot write. Raises UsageError when there is no file, JournalDamaged when it is no journal."""
    if not path.exists():
        raise UsageError(f"There is no journal {path}.")
    try:
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
    except sqlite3.Error as error:
        raise UsageError(f"The journal {path} cannot be opened for reading: {error}.") from error
    with ExitStack() as undo:
        undo.callback(connection.close)
        if schema.is_new(connection, path):
            raise JournalDamaged(path, 0, "it is empty")
        undo.pop_all()
    return connection


class JournalReader:
    """A journal seen from outside. Every call is one short transaction; a context manager that closes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._connection = open_read_only(path)
        self._database = sqlite_utils.Database(self._connection, execute_plugins=False)

    def __enter__(self) -> JournalReader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def fold(self) -> Iterator[StoredEvent]:
        """Every event in order, its chain verified on the way. Raises JournalDamaged."""
        return (stored for _, stored in walk(self._connection, self.path))

    def events(
        self, *, kind: str | None = None, subject: str | None = None, after_seq: int = 0, limit: int = ROWS_MAX
    ) -> tuple[StoredEvent, ...]:
        """The first `limit` events after `after_seq`, of this kind, about this subject."""
        where = _where(kind, subject)
        return self._events(f"{where} AND seq > :after_seq ORDER BY seq LIMIT :limit", kind=kind, subject=subject,
                            after_seq=after_seq, limit=limit)  # fmt: skip

    def tail(self, n: int, *, kind: str | None = None, subject: str | None = None) -> tuple[StoredEvent, ...]:
        """The last `n` events of this kind, about this subject, oldest first."""
        where = f"{_where(kind, subject)} ORDER BY seq DESC LIMIT :n"
        return self._events(where, kind=kind, subject=subject, n=n)[::-1]

    def between(self, start_us: int, end_us: int, *, kind: str | None = None) -> tuple[StoredEvent, ...]:
        """What was recorded at market time [start_us, end_us), such as a day of New York; all of it, in order."""
        where = f"{_where(kind, None)} AND at_us >= :start_us AND at_us < :end_us ORDER BY seq"
        return self._events(where, kind=kind, start_us=start_us, end_us=end_us)

    def rows(self, view: str, start_us: int, end_us: int) -> tuple[dict[str, Any], ...]:
        """The rows of one of VIEWS whose event was recorded at market time [start_us, end_us), in order."""
        if view not in VIEWS:
            raise UsageError(f"There is no view {view} in a journal; there are {', '.join(VIEWS)}.")
        sql = f"SELECT * FROM ({VIEWS[view]}) WHERE at >= :start AND at < :end ORDER BY seq"
        return tuple(self._query(sql, start=_text(start_us), end=_text(end_us)))

    def last_run(self) -> Run | None:
        """The process that wrote last, None in a journal that nobody wrote yet."""
        started = self.tail(1, kind="RunStarted")
        if not started or not isinstance(started[0].event, RunStarted):
            return None
        page = started[0].event
        ended = self.events(kind="RunEnded", after_seq=started[0].seq, limit=1)
        end = ended[0].event if ended else None
        return Run(
            run=page.run,
            version=page.version,
            config_fingerprint=page.config_fingerprint,
            pid=page.pid,
            started_at=started[0].at,
            ended_at=ended[0].at if ended else None,
            reason=end.reason if isinstance(end, RunEnded) else "",
        )

    def _events(self, where: str, **values: object) -> tuple[StoredEvent, ...]:
        found = self._query(f"SELECT {COLUMNS} FROM events WHERE {where}", **values)
        return tuple(self._stored(Row(**row)) for row in found)

    def _stored(self, row: Row) -> StoredEvent:
        try:
            return row.stored()
        except NotReadable as error:
            raise JournalDamaged(self.path, row.seq, str(error)) from error

    def _query(self, sql: str, **values: object) -> list[dict[str, Any]]:
        try:
            return list(self._database.query(sql, values))
        except sqlite3.DatabaseError as error:
            raise JournalDamaged(self.path, 0, f"SQLite says {error}") from error


def _where(kind: str | None, subject: str | None) -> str:
    wanted = ["kind = :kind" if kind is not None else "", "subject = :subject" if subject is not None else ""]
    return " AND ".join(["1", *filter(None, wanted)])


def _text(at_us: int) -> str:
    """An instant as the views write it."""
    return from_us(at_us).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
