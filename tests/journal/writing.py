"""Putting events into journals, for the tests, and the connection that breaks when told to.

`python -m tests.journal.writing FILE` makes the fixture of a schema version that no fixture holds yet. The fixtures
of versions that landed are never made again: they are what old journals look like.
"""

from __future__ import annotations

import sqlite3
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from hydra.journal.backup import backup
from hydra.journal.store import EventStore
from hydra.messages.base import Event
from tests.journal.story import RUN, SESSION, STORY, recorded_at


def record(store: EventStore, events: Sequence[Event], *, first: int = 0) -> None:
    """One transaction with these events, at the times of the story from place `first`."""
    store.begin()
    for place, event in enumerate(events, start=first):
        store.append(event, recorded_at(place), RUN, SESSION)
    store.commit()


def write_story(path: Path) -> None:
    write_journal(path, STORY)


def write_journal(path: Path, events: Sequence[Event]) -> None:
    """The journal of a hydra that has stopped."""
    store = EventStore.open(path, create=True)
    record(store, events)
    store.close()


class FaultyConnection(sqlite3.Connection):
    """A connection on a disk that fails, for every statement that begins with `failing`.

    `late`: a COMMIT reaches the disk and only its answer is lost.
    """

    failing: ClassVar[str] = ""
    late: ClassVar[bool] = False

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        if not self.failing or not sql.startswith(self.failing):
            return super().execute(sql, parameters)
        if self.late:
            super().execute(sql, parameters)
        raise sqlite3.OperationalError("database or disk is full")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        write_story(Path(folder) / "hydra.db")
        print(backup(Path(folder) / "hydra.db", Path(sys.argv[1])))
