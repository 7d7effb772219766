"""The writer: idempotent, atomic, fenced, and honest about a disk that fails."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import freezegun
import pytest

from hydra.errors import StartError
from hydra.journal.faults import JournalDamaged, NotRecordable, WriteFailed, WriterFenced
from hydra.journal.rows import StoredEvent
from hydra.journal.store import EventStore
from hydra.messages.decisions import DayStarted, OperatorActed
from tests.journal.story import OPEN, RUN, SESSION, STORY, recorded_at
from tests.journal.writing import FaultyConnection, record, write_story

SAID = OperatorActed(verb="halt", by="ann", text="")


def folded(path: Path) -> list[StoredEvent]:
    store = EventStore.open(path, create=False)
    events = list(store.fold())
    store.close()
    return events


def test_what_was_recorded_is_what_is_read_after_opening_again(story: Path) -> None:
    expected = [
        StoredEvent(seq=place + 1, at=recorded_at(place), run=RUN, session=SESSION, event=event)
        for place, event in enumerate(STORY)
    ]
    assert expected == folded(story)


def test_append_returns_what_the_fold_will_say(store: EventStore) -> None:
    store.begin()
    appended = [store.append(event, recorded_at(place), RUN, SESSION) for place, event in enumerate(STORY)]
    store.commit()
    assert appended == list(store.fold())


def test_the_same_fact_is_recorded_once_in_one_transaction_or_in_two(store: EventStore) -> None:
    day = STORY[16]
    record(store, [day, day])
    record(store, [replace(day, equity=day.equity + 1), SAID])  # type: ignore[type-var,attr-defined]
    assert [(1, day), (2, SAID)] == [(stored.seq, stored.event) for stored in store.fold()]


def test_an_event_that_is_no_fact_is_recorded_each_time(store: EventStore) -> None:
    record(store, [SAID, SAID])
    assert [1, 2] == [stored.seq for stored in store.fold()]


def test_a_fact_is_known_from_its_append_on_and_no_more_after_a_rollback(store: EventStore) -> None:
    store.begin()
    store.append(STORY[16], OPEN, RUN, SESSION)
    assert (True, False) == (store.known("day/2012-06-04"), store.known("day/2012-06-05"))
    store.rollback()
    assert not store.known("day/2012-06-04")
    record(store, STORY[:2])
    assert [1, 2] == [stored.seq for stored in store.fold()]


def test_an_event_that_cannot_be_recorded_leaves_the_transaction_as_it_was(store: EventStore) -> None:
    store.begin()
    store.append(SAID, OPEN, RUN, SESSION)
    with pytest.raises(NotRecordable):
        store.append(DayStarted(day=OPEN.date(), equity=None), OPEN, RUN, SESSION)  # type: ignore[arg-type]
    with pytest.raises(NotRecordable, match="OperatorActed cannot be recorded at 2012-06-04 13:30:00, an instant"):
        store.append(SAID, OPEN.replace(tzinfo=None), RUN, SESSION)
    store.append(SAID, OPEN, RUN, SESSION)
    store.commit()
    assert [1, 2] == [stored.seq for stored in store.fold()]


def test_nothing_is_appended_outside_a_transaction_and_transactions_do_not_nest(store: EventStore) -> None:
    with pytest.raises(RuntimeError, match="is not in a transaction"):
        store.append(SAID, OPEN, RUN, SESSION)
    store.begin()
    with pytest.raises(WriteFailed, match="cannot begin after event 0: cannot start a transaction within a"):
        store.begin()


def test_a_later_writer_fences_the_earlier_one_which_then_changes_nothing(store: EventStore, path: Path) -> None:
    record(store, [SAID])
    later = EventStore.open(path, create=False)
    with pytest.raises(WriterFenced, match=r"has writer 2 now; this one is 1\."):
        record(store, [SAID])
    with pytest.raises(WriteFailed, match="failed before"):
        store.begin()
    record(later, [SAID, SAID])
    later.close()
    assert [1, 2, 3] == [stored.seq for stored in folded(path)]


def test_nobody_takes_over_in_the_middle_of_a_transaction(
    store: EventStore, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hydra.journal.store.BUSY_TIMEOUT_S", 0.0)
    store.begin()
    with pytest.raises(StartError, match="cannot be opened for writing: database is locked"):
        EventStore.open(path, create=False)
    store.append(SAID, OPEN, RUN, SESSION)
    store.commit()
    assert [SAID] == [stored.event for stored in folded(path)]


class Interrupted(sqlite3.Connection):
    """Whoever takes a journal over with it is killed in the last statement before the commit."""

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        if sql.startswith("SELECT seq"):
            raise KeyboardInterrupt
        return super().execute(sql, parameters)


def test_a_take_over_that_fails_of_whatever_leaves_no_lock_behind(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hydra.journal.store.BUSY_TIMEOUT_S", 0.0)
    with pytest.raises(KeyboardInterrupt) as caught:
        EventStore.open(path, create=True, factory=Interrupted)
    store = EventStore.open(path, create=True)
    record(store, [SAID])
    store.close()
    assert caught.tb is not None  # so the frames still hold a connection that nobody closed


@pytest.fixture
def faulty(path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[EventStore]:
    """A store whose disk can be made to fail, with one event in it."""
    monkeypatch.setattr(FaultyConnection, "failing", "")
    store = EventStore.open(path, create=True, factory=FaultyConnection)
    record(store, [SAID])
    yield store
    store.close()


def test_a_known_fact_is_looked_up_once_and_a_store_that_failed_knows_nothing_any_more(
    faulty: EventStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(faulty, [STORY[16]])
    asked: list[str] = []
    faulty._connection.set_trace_callback(asked.append)
    assert [True] * 5 == [faulty.known("day/2012-06-04") for _ in range(5)]
    assert 1 == len(asked)
    monkeypatch.setattr(FaultyConnection, "failing", "BEGIN")
    with pytest.raises(WriteFailed):
        faulty.begin()
    with pytest.raises(WriteFailed):
        faulty.known("day/2012-06-04")


@pytest.mark.parametrize(("failing", "verb"), [("BEGIN", "begin"), ("INSERT", "append"), ("COMMIT", "commit")])
def test_a_full_disk_is_said_and_the_store_then_only_closes(
    faulty: EventStore, path: Path, failing: str, verb: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FaultyConnection, "failing", failing)
    sentence = rf"^The journal .*hydra\.db cannot {verb} after event \d: database or disk is full\.$"
    with pytest.raises(WriteFailed, match=sentence):
        record(faulty, [SAID])
    monkeypatch.setattr(FaultyConnection, "failing", "")
    for again in (faulty.commit, faulty.begin):
        with pytest.raises(WriteFailed, match="it failed before and was not opened again"):
            again()
    faulty.close()
    assert [1] == [stored.seq for stored in folded(path)]


def test_a_commit_that_raised_may_have_happened(
    faulty: EventStore, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FaultyConnection, "failing", "COMMIT")
    monkeypatch.setattr(FaultyConnection, "late", True)
    with pytest.raises(WriteFailed):
        record(faulty, [SAID])
    faulty.close()
    assert [1, 2] == [stored.seq for stored in folded(path)]


KILLED_WRITER = """
import signal, sys
from pathlib import Path
from hydra.journal.store import EventStore
from tests.journal.story import OPEN, RUN, SESSION, STORY
from tests.journal.writing import record
store = EventStore.open(Path(sys.argv[1]), create=True)
record(store, STORY[:3])
store.begin()
for event in STORY[3:30]:
    store.append(event, OPEN, RUN, SESSION)
print("appended", flush=True)
sys.stdin.read()
"""


def test_a_process_killed_between_append_and_commit_leaves_nothing_half_done(path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", KILLED_WRITER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    ) as writer:  # fmt: skip
        assert writer.stdout is not None
        assert b"appended\n" == writer.stdout.readline()
        writer.kill()
    assert list(STORY[:3]) == [stored.event for stored in folded(path)]


@pytest.mark.parametrize("lost", [1, 40, 4120])
def test_a_torn_tail_of_the_write_ahead_log_is_a_commit_that_never_was(
    store: EventStore, path: Path, tmp_path: Path, lost: int
) -> None:
    record(store, STORY[:3])
    record(store, STORY[3:5], first=3)
    torn = tmp_path / "torn.db"
    shutil.copy(path, torn)
    log = Path(f"{path}-wal").read_bytes()
    Path(f"{torn}-wal").write_bytes(log[:-lost])
    assert list(STORY[:3]) == [stored.event for stored in folded(torn)]


def test_each_opening_has_a_higher_epoch_and_the_chain_goes_on(path: Path) -> None:
    for n in (1, 2, 3):
        store = EventStore.open(path, create=True)
        record(store, [SAID])
        assert (n, n) == (store.epoch, len(list(store.fold())))
        store.close()


def test_the_tables_are_those_of_the_protocol_and_durable(store: EventStore, path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        columns = connection.execute("SELECT name || ' ' || type FROM pragma_table_info('events')").fetchall()
        assert "wal" == connection.execute("PRAGMA journal_mode").fetchone()[0]
        assert [("events", 1), ("writer", 1)] == connection.execute(
            "SELECT name, strict FROM pragma_table_list WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY 1"
        ).fetchall()
    expected = "seq INTEGER, event_id TEXT, at_us INTEGER, run INTEGER, session INTEGER, kind TEXT, subject TEXT, "
    assert f"{expected}body TEXT, chain BLOB" == ", ".join(name for (name,) in columns)
    pragmas = [store._connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("synchronous", "wal_autocheckpoint")]
    assert [2, 1000] == pragmas


def test_a_missing_journal_is_made_only_when_asked(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "hydra.db"
    with pytest.raises(StartError, match=r"^There is no journal .*hydra\.db\.$"):
        EventStore.open(path, create=False)
    assert not path.parent.exists()
    EventStore.open(path, create=True).close()
    assert [] == folded(path)


def test_an_empty_file_that_a_killed_first_start_left_becomes_a_journal(path: Path) -> None:
    path.touch()
    EventStore.open(path, create=True).close()
    assert [] == folded(path)


def foreign_text(path: Path) -> None:
    path.write_text("These are not the pages of a database." * 200)


def foreign_database(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE orders (a)")


def newer_journal(path: Path) -> None:
    write_story(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 2")


def other_columns(path: Path) -> None:
    write_story(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("ALTER TABLE events ADD COLUMN note TEXT")


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (foreign_text, "it cannot be read as a SQLite database (file is not a database)"),
        (foreign_database, "it is a SQLite database of something else"),
        (newer_journal, "it has schema version 2, and this version of hydra knows 1"),
        (other_columns, "events is not as schema version 1 made it"),
    ],
)
def test_what_is_no_journal_is_left_as_it_is(path: Path, make: object, text: str) -> None:
    assert callable(make)
    make(path)
    before = path.read_bytes()
    with pytest.raises(JournalDamaged) as caught:
        EventStore.open(path, create=True)
    assert (0, text, before) == (caught.value.seq, caught.value.text, path.read_bytes())


@pytest.fixture
def locked_away() -> Iterator[Path]:
    """A journal in a folder that nobody may write to, not even root, who becomes nobody meanwhile."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_story(folder / "hydra.db")
        folder.chmod(0o555)
        (folder / "hydra.db").chmod(0o444)
        was = os.geteuid()
        if was == 0:
            os.seteuid(65534)
        yield folder / "hydra.db"
        os.seteuid(was)
        folder.chmod(0o755)


def test_a_read_only_journal_cannot_be_opened_for_writing(locked_away: Path) -> None:
    with pytest.raises(StartError, match=r"cannot be opened for writing: |cannot be opened: |cannot be read as"):
        EventStore.open(locked_away, create=False)
    with pytest.raises(StartError, match=r"cannot be opened: "):
        EventStore.open(locked_away.parent / "logs" / "new.db", create=True)


def test_it_records_and_folds_while_time_is_frozen(path: Path) -> None:
    with freezegun.freeze_time("2012-06-04 13:30:00.25") as frozen:
        import datetime as fake

        frozen.tick(1)
        now = fake.datetime.now(fake.UTC)
        store = EventStore.open(path, create=True)
        store.begin()
        stored = store.append(SAID, now, RUN, SESSION)
        store.commit()
        assert [stored] == list(store.fold())
        store.close()
    assert [now] == [event.at for event in folded(path)]
    assert ["datetime"] == [type(event.at).__name__ for event in folded(path)]
