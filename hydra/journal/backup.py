"""A copy of a journal while it is being written: complete up to one commit, one plain file, never over another."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from hydra.errors import HydraError, UsageError
from hydra.journal.faults import JournalDamaged
from hydra.journal.reading import open_read_only
from hydra.journal.verify import Damaged, Verified, verify


def backup(path: Path, target: Path) -> Verified:
    """Copy the journal to `target`, which appears only when it is whole, verified and durable.

    Raises UsageError when there is no journal or the target exists, JournalDamaged when the copy does not verify.
    """
    if target.exists():
        raise UsageError(f"The target {target} exists; a backup never replaces a file.")
    partial = target.with_name(f"{target.name}.partial")
    try:
        partial.unlink(missing_ok=True)
        _copy(path, partial)
        found = verify(partial)
        if isinstance(found, Damaged):
            raise JournalDamaged(path, found.seq, f"its copy says: {found.text}")
        _make_durable(partial)
        partial.rename(target)
        _make_durable(target.parent)
    except (OSError, sqlite3.Error) as error:
        raise HydraError(f"The journal {path} was not copied to {target}: {error}.") from error
    finally:
        partial.unlink(missing_ok=True)
    return found


def _copy(path: Path, target: Path) -> None:
    with closing(open_read_only(path)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)
        # Without a write-ahead log the copy is one file, readable from a read-only disk.
        copy.execute("PRAGMA journal_mode = DELETE")


def _make_durable(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
