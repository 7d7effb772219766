"""A copy of a journal while it is being written: complete up to one commit, one plain file, never over another. And back.

What a restored journal has forgotten, the next run finds by comparing with the broker: it pauses where it cannot explain.
"""

from __future__ import annotations

import itertools
import os
import sqlite3
from contextlib import closing
from pathlib import Path

from hydra.errors import HydraError, UsageError
from hydra.journal.faults import JournalDamaged
from hydra.journal.locks import hold, journal_claim
from hydra.journal.reading import open_read_only
from hydra.journal.verify import Damaged, Verified, verify

LOGS = ("-wal", "-shm")
"""What SQLite keeps beside a journal that is, or was when its writer died, being written."""


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


def restore(source: Path, path: Path) -> tuple[Verified, Path | None]:
    """Put a backup in the journal's place. The journal that was there is set aside under a new name, which is returned.

    Raises UsageError when there is no backup, StartError while a hydra writes the journal, HydraError when the backup does
    not verify or the disk does not let it; then the journal is what it was.
    """
    found = verify(source)
    if isinstance(found, Damaged):
        raise HydraError(f"The backup {source} is not restored. {found.text}")
    partial = path.with_name(f"{path.name}.restored")
    with hold(journal_claim(path)):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            partial.unlink(missing_ok=True)
            _copy(source, partial)
            _make_durable(partial)
            aside = _set_aside(path)
            partial.rename(path)
            _make_durable(path.parent)
        except (OSError, sqlite3.Error) as error:
            raise HydraError(f"The backup {source} was not put in the place of {path}: {error}.") from error
        finally:
            partial.unlink(missing_ok=True)
    return found, aside


def _set_aside(path: Path) -> Path | None:
    """Rename the journal with its log of writes, so that it can still be read; None when there is none."""
    if not path.exists():
        return None
    numbers = itertools.count(1)
    aside = next(free for n in numbers if not (free := path.with_name(f"{path.name}.replaced-{n}")).exists())
    for suffix in LOGS:
        log = path.with_name(f"{path.name}{suffix}")
        if log.exists():
            log.rename(aside.with_name(f"{aside.name}{suffix}"))
    path.rename(aside)
    return aside


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
