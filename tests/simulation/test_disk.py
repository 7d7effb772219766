"""The disk under a journal: it counts and hurts the writer's statements, and nothing else."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from random import Random

import pytest

from hydra.core.instants import from_us
from hydra.errors import StartError
from hydra.journal import store
from hydra.journal.faults import WriteFailed
from hydra.journal.reading import JournalReader
from hydra.journal.store import EventStore
from hydra.messages.decisions import LawViolated
from hydra.simulation.disk import Disk, Refusal, Trap, installed
from hydra.simulation.write_ahead_log import CHECKPOINT_FRAMES, last_transaction, tear

AT = from_us(1_338_800_000_000_000)


def record(journal: EventStore, *texts: str) -> None:
    journal.begin()
    for text in texts:
        journal.append(LawViolated(law="a law", text=text), at=AT, run=1, session=0)
    journal.commit()


def recorded(path: Path) -> list[str]:
    with JournalReader(path) as reader:
        return [stored.event.text for stored in reader.fold() if isinstance(stored.event, LawViolated)]


def test_every_statement_of_a_writer_is_numbered(tmp_path: Path) -> None:
    with installed(Disk()) as disk:
        journal = EventStore.open(tmp_path / "hydra.db", create=True)
        before = disk.statements_n
        record(journal, "one", "two")
        journal.close()
    assert 5 == disk.statements_n - before  # BEGIN, SELECT epoch, two INSERTs, COMMIT


def test_a_journal_that_is_opened_afterwards_lies_on_no_disk(tmp_path: Path) -> None:
    with installed(Disk()) as disk:
        pass
    journal = EventStore.open(tmp_path / "hydra.db", create=True)
    record(journal, "one")
    journal.close()
    assert (0, sqlite3) == (disk.statements_n, vars(store)["sqlite3"])


@pytest.mark.parametrize("verb", ["BEGIN", "INSERT", "COMMIT"])
def test_a_refused_statement_leaves_nothing_behind(tmp_path: Path, verb: str) -> None:
    with installed(Disk()) as disk:
        journal = EventStore.open(tmp_path / "hydra.db", create=True)
        disk.begin(Refusal((verb,), "disk I/O error", times=1))
        with pytest.raises(WriteFailed, match="disk I/O error"):
            record(journal, "lost")
        journal.close()
        again = EventStore.open(tmp_path / "hydra.db", create=False)
        record(again, "kept")
        again.close()
    assert ["kept"] == recorded(tmp_path / "hydra.db")


def test_a_commit_whose_answer_is_lost_is_durable(tmp_path: Path) -> None:
    with installed(Disk()) as disk:
        journal = EventStore.open(tmp_path / "hydra.db", create=True)
        disk.begin(Refusal(("COMMIT",), "disk I/O error", is_done=True))
        with pytest.raises(WriteFailed):
            record(journal, "kept")
        journal.close()
    assert ["kept"] == recorded(tmp_path / "hydra.db")


def test_a_journal_on_a_disk_that_takes_no_writes_does_not_start(tmp_path: Path) -> None:
    with installed(Disk()) as disk:
        EventStore.open(tmp_path / "hydra.db", create=True).close()
        refusal = Refusal(("BEGIN",), "attempt to write a readonly database")
        disk.begin(refusal)
        with pytest.raises(StartError, match="readonly"):
            EventStore.open(tmp_path / "hydra.db", create=True)
        disk.end(refusal)
        EventStore.open(tmp_path / "hydra.db", create=True).close()


@pytest.mark.parametrize(("is_after", "durable"), [(False, []), (True, ["one"])])
def test_a_trap_springs_once_before_or_after_its_statement(tmp_path: Path, is_after: bool, durable: list[str]) -> None:
    path, seen = tmp_path / "hydra.db", []
    with installed(Disk()) as disk:
        journal = EventStore.open(path, create=True)
        look = lambda: seen.append(recorded(path))  # noqa: E731
        disk.begin(Trap(1, look, is_after=is_after, counts=lambda statement: statement.verb == "COMMIT"))
        record(journal, "one")
        record(journal, "two")
        journal.close()
    assert [durable] == seen


def test_a_trap_counts_statements_from_when_it_is_set(tmp_path: Path) -> None:
    numbers: list[int] = []
    with installed(Disk()) as disk:
        journal = EventStore.open(tmp_path / "hydra.db", create=True)
        before = disk.statements_n
        disk.begin(Trap(3, lambda: numbers.append(disk.statements_n), is_after=False))
        record(journal, "one")
        journal.close()
    assert [before + 3] == numbers


@pytest.mark.parametrize("seed", range(6))
def test_a_torn_log_loses_its_last_transaction_whole_and_no_other(tmp_path: Path, seed: int) -> None:
    journal = EventStore.open(tmp_path / "hydra.db", create=True)
    record(journal, "one")
    record(journal, "two", "three " * 2000)
    copy = tmp_path / "copy"
    copy.mkdir()
    for name in ("hydra.db", "hydra.db-wal"):
        (copy / name).write_bytes((tmp_path / name).read_bytes())
    journal.close()
    assert tear(copy / "hydra.db-wal", Random(seed))
    again = EventStore.open(copy / "hydra.db", create=False)
    record(again, "four")
    again.close()
    assert ["one", "four"] == recorded(copy / "hydra.db")


def test_a_log_that_is_in_the_database_already_is_not_torn(tmp_path: Path) -> None:
    journal = EventStore.open(tmp_path / "hydra.db", create=True)
    record(journal, *(f"{n} " * 1000 for n in range(CHECKPOINT_FRAMES)))
    log = tmp_path / "hydra.db-wal"
    before = log.read_bytes()
    assert (None, False) == (last_transaction(before), tear(log, Random(1)))
    assert before == log.read_bytes()
    journal.close()


def test_where_there_is_no_log_nothing_is_torn(tmp_path: Path) -> None:
    assert not tear(tmp_path / "none", Random(1))
