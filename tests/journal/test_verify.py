"""hydra's own word on whether a journal is whole, and copies of it."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from hydra.errors import HydraError, StartError, UsageError
from hydra.journal.backup import backup, restore
from hydra.journal.faults import JournalDamaged
from hydra.journal.locks import hold, journal_claim
from hydra.journal.reading import JournalReader
from hydra.journal.store import EventStore
from hydra.journal.verify import Damaged, Verified, verify
from tests.journal.story import STORY, recorded_at
from tests.journal.writing import record


def head_of(path: Path) -> str:
    with closing(sqlite3.connect(path)) as connection:
        return bytes(connection.execute("SELECT chain FROM events ORDER BY seq DESC").fetchone()[0]).hex()


def test_a_whole_journal_is_verified_with_its_head(story: Path) -> None:
    assert Verified(events_n=len(STORY), head_hash_hex=head_of(story)) == verify(story)


def test_a_journal_is_verified_while_it_is_written(store: EventStore, path: Path) -> None:
    assert Verified(events_n=0, head_hash_hex="00" * 32) == verify(path)
    store.begin()
    store.append(STORY[0], recorded_at(0), 1, 0)
    assert Verified(events_n=0, head_hash_hex="00" * 32) == verify(path)
    store.commit()
    assert Verified(events_n=1, head_hash_hex=head_of(path)) == verify(path)


def changed(path: Path) -> None:
    run(path, "UPDATE events SET run = 99 WHERE seq = 7")


def gap(path: Path) -> None:
    run(path, "DELETE FROM events WHERE seq = 7")


def unindexed(path: Path) -> None:
    """The index of event ids emptied behind SQLite's back: its page is replaced by that of an empty one."""
    page_size, root = run(path, "SELECT page_size, rootpage FROM pragma_page_size, sqlite_master WHERE name = "
                          "'sqlite_autoindex_events_1'")  # fmt: skip
    pages = bytearray(path.read_bytes())
    start = (root - 1) * page_size
    pages[start : start + 8] = b"\x0a\0\0\0\0" + page_size.to_bytes(2, "big") + b"\0"
    path.write_bytes(pages)


def wiped_page(path: Path) -> None:
    """The last page of the table, on which event 33 is the first one, emptied as by a bad disk."""
    (page_size,) = run(path, "SELECT page_size FROM pragma_page_size")
    pages = bytearray(path.read_bytes())
    start = pages.index(b'"reason":"SIGTERM"') // page_size * page_size
    pages[start : start + page_size] = bytes(page_size)
    path.write_bytes(pages)


def cut_off(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: -3 * 4096])


def text(path: Path) -> None:
    path.write_text("no database " * 1000)


def empty(path: Path) -> None:
    path.write_bytes(b"")


def other_schema(path: Path) -> None:
    run(path, "DROP INDEX events_by_subject")


def run(path: Path, statement: str) -> tuple[int, ...]:
    with closing(sqlite3.connect(path)) as connection:
        row = connection.execute(statement).fetchone()
        connection.commit()
    return row or ()


@pytest.mark.parametrize(
    ("damage", "seq", "sentence"),
    [
        (changed, 7, "at event 7: BrokerNoticed does not fit its hash, so it or an event before it was changed."),
        (gap, 7, "at event 7: it is missing, the next one is 8."),
        (unindexed, 0, "missing from index sqlite_autoindex_events_1."),
        (wiped_page, 33, "at event 33: SQLite says database disk image is malformed."),
        (cut_off, 0, "it cannot be read as a SQLite database (database disk image is malformed)."),
        (text, 0, "it cannot be read as a SQLite database (file is not a database)."),
        (empty, 0, "it is empty."),
        (other_schema, 0, "events_by_subject is not as schema version 1 made it."),
    ],
)
def test_each_damage_has_its_sentence(
    story: Path, damage: Callable[[Path], None], seq: int, sentence: str
) -> None:
    damage(story)
    found = verify(story)
    assert isinstance(found, Damaged)
    assert found.text.startswith(f"The journal {story} cannot be trusted")
    assert found.text.endswith(sentence)
    assert seq == found.seq


def test_a_missing_journal_is_wrong_usage(path: Path) -> None:
    with pytest.raises(UsageError, match="There is no journal"):
        verify(path)


def test_a_backup_is_the_journal_up_to_the_last_commit(store: EventStore, path: Path, tmp_path: Path) -> None:
    record(store, STORY[:5])
    store.begin()
    store.append(STORY[5], recorded_at(5), 1, 0)
    target = tmp_path / "copy.db"
    assert Verified(events_n=5, head_hash_hex=head_of(path)) == backup(path, target)
    store.commit()
    with JournalReader(target) as reader:
        assert list(STORY[:5]) == [stored.event for stored in reader.fold()]
    assert ["copy.db"] == [found.name for found in sorted(tmp_path.glob("copy*"))]


def test_a_backup_never_replaces_a_file(story: Path, tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    target.write_text("mine")
    with pytest.raises(UsageError, match="a backup never replaces a file"):
        backup(story, target)
    assert "mine" == target.read_text()


def test_a_damaged_journal_is_not_copied_in_silence(story: Path, tmp_path: Path) -> None:
    gap(story)
    with pytest.raises(JournalDamaged, match="at event 7: its copy says: "):
        backup(story, tmp_path / "copy.db")
    assert [] == list(tmp_path.glob("copy*"))


def test_a_backup_that_cannot_be_written_is_a_sentence(story: Path, tmp_path: Path) -> None:
    with pytest.raises(HydraError, match=r"was not copied to .*copy\.db: unable to open database file"):
        backup(story, tmp_path / "none" / "copy.db")


def test_a_restored_backup_is_the_journal_again_and_the_one_it_replaced_can_still_be_read(
    store: EventStore, path: Path, tmp_path: Path
) -> None:
    record(store, STORY[:5])
    target = tmp_path / "copy.db"
    copied = backup(path, target)
    record(store, STORY[5:9])
    shutil.copytree(path.parent, tmp_path / "crashed")  # with its log of writes, as a writer that was killed leaves it
    crashed = tmp_path / "crashed" / path.name
    found, aside = restore(target, crashed)
    assert (copied, copied) == (found, verify(crashed))
    assert aside is not None
    with JournalReader(aside) as reader:
        assert list(STORY[:9]) == [stored.event for stored in reader.fold()]
    assert crashed.with_name(f"{crashed.name}.replaced-2") == restore(target, crashed)[1]
    later = EventStore.open(crashed, create=False)
    record(later, STORY[5:7])
    later.close()
    assert isinstance(verify(crashed), Verified)


def test_a_journal_that_was_deleted_is_restored_too(story: Path, tmp_path: Path) -> None:
    copied = backup(story, tmp_path / "copy.db")
    assert (copied, None) == restore(tmp_path / "copy.db", tmp_path / "new" / "hydra.db")
    assert copied == verify(tmp_path / "new" / "hydra.db")


def test_a_journal_is_not_replaced_while_it_is_written_nor_by_a_damaged_backup(story: Path, tmp_path: Path) -> None:
    copied = backup(story, tmp_path / "copy.db")
    with hold(journal_claim(story)), pytest.raises(StartError, match="is in use by process"):
        restore(tmp_path / "copy.db", story)
    gap(tmp_path / "copy.db")
    with pytest.raises(HydraError, match=r"copy\.db is not restored\. .* at event 7: "):
        restore(tmp_path / "copy.db", story)
    with pytest.raises(UsageError, match="There is no journal"):
        restore(tmp_path / "none.db", story)
    assert copied == verify(story)
    assert [] == list(tmp_path.glob("**/*replaced*"))


def test_a_restore_that_the_disk_refuses_leaves_the_journal_as_it_was(
    story: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied = backup(story, tmp_path / "copy.db")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(HydraError, match=r"was not put in the place of .*: .*No space left on device"):
        restore(tmp_path / "copy.db", story)
    assert copied == verify(story)
