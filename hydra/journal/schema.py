"""The tables of a journal, and whether a file has exactly them. Events are the only truth; views come from views.py."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import sqlite_utils

from hydra.journal.faults import JournalDamaged
from hydra.journal.views import VIEWS

SCHEMA_VERSION = 1

_OBJECTS = {
    "events": "CREATE TABLE events (seq INTEGER PRIMARY KEY, event_id TEXT NOT NULL UNIQUE, at_us INTEGER, "
    "run INTEGER, session INTEGER, kind TEXT, subject TEXT, body TEXT, chain BLOB) STRICT",
    "events_by_subject": "CREATE INDEX events_by_subject ON events (subject, seq)",
    "writer": "CREATE TABLE writer (epoch INTEGER) STRICT",
}


def is_new(connection: sqlite3.Connection, path: Path) -> bool:
    """True for a file with nothing in it, False for a journal of this version. Raises JournalDamaged for all else."""
    try:
        version = int(connection.execute("PRAGMA user_version").fetchone()[0])
        objects = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type <> 'view' AND name NOT LIKE 'sqlite_%' ORDER BY name"
        ).fetchall()
    except sqlite3.DatabaseError as error:
        raise JournalDamaged(path, 0, f"it cannot be read as a SQLite database ({error})") from error
    if version == 0 and not objects:
        return True
    if version == 0:
        raise JournalDamaged(path, 0, "it is a SQLite database of something else")
    if version != SCHEMA_VERSION:
        text = f"it has schema version {version}, and this version of hydra knows {SCHEMA_VERSION}"
        raise JournalDamaged(path, 0, text)
    wrong = [name for name, sql in {**dict.fromkeys(_OBJECTS), **dict(objects)}.items() if sql != _OBJECTS.get(name)]
    if wrong:
        raise JournalDamaged(path, 0, f"{', '.join(wrong)} is not as schema version {SCHEMA_VERSION} made it")
    return False


def create(database: sqlite_utils.Database) -> None:
    """All tables of an empty journal, within the caller's transaction."""
    for sql in _OBJECTS.values():
        database.execute(sql)
    database.execute("INSERT INTO writer (epoch) VALUES (0)")
    database.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def refresh_views(database: sqlite_utils.Database) -> None:
    """Views as this version writes them; one that is already so is left alone."""
    for name, sql in VIEWS.items():
        database.create_view(name, sql, replace=True)
