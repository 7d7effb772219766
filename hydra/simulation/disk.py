"""The disk under the journals of a simulated world: every statement of a writer is numbered, and troubles stand at it.

It changes nothing unless a trouble that is on says so, and the journal's store does not know of it. Readers are left alone.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from hydra.journal import store


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement of a writer: its number on this disk, from 1, its first word in capitals, and its texts among the
    parameters."""

    number: int
    verb: str
    texts: tuple[str, ...] = ()


class Trouble:
    """What may happen at a statement. This one lets everything pass."""

    def before(self, statement: Statement) -> None:
        """SQLite has not seen it yet; may raise sqlite3.OperationalError."""

    def after(self, statement: Statement) -> None:
        """SQLite has done it and its writer does not know it yet; may raise sqlite3.OperationalError."""


class Refusal(Trouble):
    """Statements of these verbs fail with SQLite's words; `times` of them, 0 for as long as it is on."""

    def __init__(self, verbs: Collection[str], words: str, *, times: int = 0, is_done: bool = False) -> None:
        """`is_done`: the statement is carried out, and only its answer is lost."""
        self.verbs = verbs
        self.words = words
        self.times = times
        self.is_done = is_done
        self.refused_n = 0

    def before(self, statement: Statement) -> None:
        if not self.is_done:
            self._refuse(statement)

    def after(self, statement: Statement) -> None:
        if self.is_done:
            self._refuse(statement)

    def _refuse(self, statement: Statement) -> None:
        if statement.verb in self.verbs and not (self.times and self.refused_n >= self.times):
            self.refused_n += 1
            raise sqlite3.OperationalError(self.words)


class RefusalOf(Trouble):
    """The commit of a transaction that has inserted a row with this text fails, `times` times; nothing else does."""

    def __init__(self, text: str, words: str, *, times: int) -> None:
        self.text = text
        self.words = words
        self.times = times
        self.refused_n = 0
        self._is_inserted = False

    def before(self, statement: Statement) -> None:
        match statement.verb:
            case "BEGIN":
                self._is_inserted = False
            case "INSERT" if self.text in statement.texts:
                self._is_inserted = True
            case "COMMIT" if self._is_inserted and self.refused_n < self.times:
                self.refused_n += 1
                raise sqlite3.OperationalError(self.words)


class Trap(Trouble):
    """Springs once, before or after the n-th statement from now that counts; without `counts` every one does."""

    def __init__(
        self,
        nth: int,
        spring: Callable[[], None],
        *,
        is_after: bool,
        counts: Callable[[Statement], bool] = lambda statement: True,
    ) -> None:
        self._left = nth
        self.spring = spring
        self.is_after = is_after
        self.counts = counts

    @property
    def has_sprung(self) -> bool:
        return self._left <= 0

    def before(self, statement: Statement) -> None:
        if not self.is_after:
            self._count(statement)

    def after(self, statement: Statement) -> None:
        if self.is_after:
            self._count(statement)

    def _count(self, statement: Statement) -> None:
        if self.counts(statement):
            self._left -= 1
            if self._left == 0:
                self.spring()


class Disk:
    """Its troubles are asked in the order in which they began."""

    def __init__(self) -> None:
        self.statements_n = 0
        self._troubles: list[Trouble] = []

    def begin(self, trouble: Trouble) -> None:
        self._troubles.append(trouble)

    def end(self, trouble: Trouble) -> None:
        """It is over; one that is not on is no matter."""
        if trouble in self._troubles:
            self._troubles.remove(trouble)

    def clear(self) -> None:
        """No trouble is on any more."""
        self._troubles.clear()

    def perform(self, sql: str, parameters: Any, act: Callable[[], Any]) -> Any:
        """Let a statement happen, troubles permitting."""
        self.statements_n += 1
        if not self._troubles:
            return act()
        texts = tuple(text for text in parameters if isinstance(text, str))
        statement = Statement(number=self.statements_n, verb=sql.split(maxsplit=1)[0].upper(), texts=texts)
        for trouble in tuple(self._troubles):
            trouble.before(statement)
        done = act()
        for trouble in tuple(self._troubles):
            trouble.after(statement)
        return done


class WatchedConnection(sqlite3.Connection):
    """Every statement goes through a cursor of ours, and so past the disk."""

    disk: Disk

    def execute(self, sql: str, parameters: Any = ()) -> Any:
        return self.cursor().execute(sql, parameters)

    def executemany(self, sql: str, parameters: Any) -> Any:
        return self.cursor().executemany(sql, parameters)

    def cursor(self, factory: Any = None) -> Any:
        made = super().cursor(factory or WatchedCursor)
        if isinstance(made, WatchedCursor):
            made.disk = self.disk
        return made


class WatchedCursor(sqlite3.Cursor):
    disk: Disk

    def execute(self, sql: str, parameters: Any = ()) -> Any:
        return self.disk.perform(sql, parameters, lambda: super(WatchedCursor, self).execute(sql, parameters))

    def executemany(self, sql: str, parameters: Any) -> Any:
        return self.disk.perform(sql, (), lambda: super(WatchedCursor, self).executemany(sql, parameters))


class _Library:
    """The sqlite3 module whose connections stand on a disk of ours."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk

    def connect(self, path: Any, *, factory: object = None, **options: Any) -> WatchedConnection:
        connection = sqlite3.connect(path, factory=WatchedConnection, **options)
        assert isinstance(connection, WatchedConnection)
        connection.disk = self._disk
        return connection

    def __getattr__(self, name: str) -> Any:
        return getattr(sqlite3, name)


@contextmanager
def installed(disk: Disk) -> Iterator[Disk]:
    """Every journal that is opened for writing meanwhile lies on this disk, also after its end."""
    before = vars(store)["sqlite3"]
    vars(store)["sqlite3"] = _Library(disk)
    try:
        yield disk
    finally:
        vars(store)["sqlite3"] = before
