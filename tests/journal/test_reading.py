"""Reading beside the writer."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from hydra.core.instants import to_us
from hydra.errors import UsageError
from hydra.journal.faults import JournalDamaged
from hydra.journal.reading import JournalReader, Run, open_read_only
from hydra.journal.rows import StoredEvent
from hydra.journal.store import EventStore
from hydra.messages.base import Event
from hydra.messages.decisions import OperatorActed, RunEnded, RunStarted
from hydra.messages.facts import BrokerNoticed
from tests.journal.story import REF, RUN, SESSION, STORY, recorded_at
from tests.journal.writing import record

SAID = OperatorActed(verb="halt", by="ann", text="")


def events(found: tuple[StoredEvent, ...]) -> list[Event]:
    return [stored.event for stored in found]


def test_events_are_found_by_kind_by_subject_and_by_place(story: Path) -> None:
    with JournalReader(story) as reader:
        assert list(STORY) == events(reader.events())
        assert list(STORY[7:9]) == events(reader.events(after_seq=7, limit=2))
        assert [event for event in STORY if isinstance(event, BrokerNoticed)] == events(reader.events(kind="BrokerNoticed"))
        assert [event for event in STORY if event.subject == REF] == events(reader.events(subject=REF))
        assert [] == events(reader.events(kind="BrokerNoticed", subject=REF))
        assert list(STORY) == [stored.event for stored in reader.fold()]


def test_the_tail_is_the_end_oldest_first(story: Path) -> None:
    with JournalReader(story) as reader:
        assert list(STORY[-3:]) == events(reader.tail(3))
        assert [event for event in STORY if event.subject == REF][-2:] == events(reader.tail(2, subject=REF))
        (last,) = reader.tail(1, kind="RunEnded")
    expected = StoredEvent(
        seq=len(STORY), at=recorded_at(len(STORY) - 1), run=RUN, session=SESSION, event=STORY[-1]
    )
    assert expected == last


def test_a_day_is_half_open(story: Path) -> None:
    start_us, end_us = to_us(recorded_at(3)), to_us(recorded_at(6))
    with JournalReader(story) as reader:
        assert list(STORY[3:6]) == events(reader.between(start_us, end_us))
        assert [STORY[4]] == events(reader.between(start_us, end_us, kind="SessionOpened"))


def test_the_rows_of_a_view_are_those_of_the_day(story: Path) -> None:
    place = [type(event).__name__ for event in STORY].index("AlertRaised")
    at_us = to_us(recorded_at(place))
    with JournalReader(story) as reader:
        (row,) = reader.rows("alerts", at_us, at_us + 1)
        assert (place + 1, "critical") == (row["seq"], row["severity"])
        assert () == reader.rows("alerts", at_us + 1, at_us + 10)
        assert () == reader.rows("alerts", at_us - 10, at_us)
        with pytest.raises(UsageError, match="There is no view secrets in a journal; there are signals, orders"):
            reader.rows("secrets", 0, 1)


def test_the_last_run_is_open_until_it_ended_in_order(store: EventStore, path: Path) -> None:
    started = RunStarted(run=1, version="0.1.0", config_fingerprint="5f2c", pid=4711, disorderly_runs=0)
    with JournalReader(path) as reader:
        assert None is reader.last_run()
        record(store, [started])
        expected = Run(
            run=1, version="0.1.0", config_fingerprint="5f2c", pid=4711, started_at=recorded_at(0), ended_at=None, reason=""
        )  # fmt: skip
        assert expected == reader.last_run()
        record(store, [RunEnded(run=1, reason="SIGTERM")], first=1)
        ended = reader.last_run()
        assert ended is not None
        assert (recorded_at(1), "SIGTERM") == (ended.ended_at, ended.reason)


def test_a_reader_sees_each_commit_at_once_and_never_less_than_a_commit(store: EventStore, path: Path) -> None:
    with JournalReader(path) as reader:
        for n in (1, 2):
            record(store, [SAID])
            assert n == len(reader.events())
        store.begin()
        store.append(SAID, recorded_at(0), RUN, SESSION)
        assert 2 == len(reader.events())
        store.commit()
        assert 3 == len(reader.events())


def test_a_reader_in_the_middle_of_a_fold_does_not_hold_back_the_writer(store: EventStore, path: Path) -> None:
    record(store, [SAID, SAID])
    with JournalReader(path) as reader:
        fold = reader.fold()
        next(fold)
        record(store, [SAID])
        busy, _, _ = store._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        assert (0, [SAID, SAID]) == (busy, [stored.event for stored in fold])


def test_a_reader_cannot_write(story: Path) -> None:
    with (
        closing(open_read_only(story)) as connection,
        pytest.raises(sqlite3.OperationalError, match="attempt to write a readonly database"),
    ):
        connection.execute("DELETE FROM events")


def test_a_path_with_signs_of_an_address_is_read_as_a_path(story: Path, tmp_path: Path) -> None:
    odd = tmp_path / "what?mode=rwc#1 %41.db"
    shutil.copy(story, odd)
    with JournalReader(odd) as reader:
        assert len(STORY) == len(reader.events())


def test_what_is_no_journal_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"^There is no journal .*none\.db\.$"):
        JournalReader(tmp_path / "none.db")
    (tmp_path / "empty.db").touch()
    with pytest.raises(JournalDamaged, match="it is empty"):
        JournalReader(tmp_path / "empty.db")


def test_an_event_that_cannot_be_read_is_named(story: Path) -> None:
    with closing(sqlite3.connect(story)) as connection:
        connection.execute("UPDATE events SET body = '{}' WHERE seq = 2")
        connection.commit()
    with JournalReader(story) as reader, pytest.raises(JournalDamaged, match="at event 2: its body is not a OpeningBalance"):
        reader.events()
