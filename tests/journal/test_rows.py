"""The hash chain: no column of no event can change unnoticed."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest

from hydra.journal.faults import JournalDamaged
from hydra.journal.reading import open_read_only
from hydra.journal.rows import PAGE_ROWS, Row, walk
from hydra.journal.store import EventStore
from hydra.messages.base import Event
from hydra.messages.decisions import DayStarted, OperatorActed
from tests.journal.story import STORY
from tests.journal.writing import record

PLACE = 20


def change(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def damage(path: Path) -> JournalDamaged:
    with closing(open_read_only(path)) as connection, pytest.raises(JournalDamaged) as caught:
        for _ in walk(connection, path):
            pass
    return caught.value


@pytest.mark.parametrize(
    "assignment",
    [
        "event_id = event_id || 'x'",
        "at_us = at_us + 1",
        "at_us = NULL",
        "run = run + 1",
        "session = NULL",
        "kind = 'SignalEnded'",
        "kind = kind || '|', subject = substr(subject, 2)",
        "subject = subject || 'x'",
        "body = replace(body, '189', '188')",
        "body = NULL",
        "body = CAST(x'7bff7d' AS TEXT)",
        "chain = zeroblob(32)",
        "chain = NULL",
    ],
)
def test_a_change_of_any_column_is_found_at_its_event(story: Path, assignment: str) -> None:
    change(story, f"UPDATE events SET {assignment} WHERE seq = {PLACE}")
    assert PLACE == damage(story).seq


@pytest.mark.parametrize("seq", [1, PLACE, len(STORY) - 1])
def test_an_event_taken_out_is_found(story: Path, seq: int) -> None:
    change(story, f"DELETE FROM events WHERE seq = {seq}")
    found = damage(story)
    assert (seq, f"it is missing, the next one is {seq + 1}") == (found.seq, found.text)


def test_an_event_taken_out_is_found_though_the_others_close_up(story: Path) -> None:
    change(
        story, f"DELETE FROM events WHERE seq = {PLACE}", f"UPDATE events SET seq = seq - 1 WHERE seq > {PLACE}"
    )
    assert PLACE == damage(story).seq


def test_two_events_exchanged_are_found(story: Path) -> None:
    change(
        story,
        "UPDATE events SET seq = -1 WHERE seq = 20",
        "UPDATE events SET seq = 20 WHERE seq = 21",
        "UPDATE events SET seq = 21 WHERE seq = -1",
    )
    assert 20 == damage(story).seq


def test_an_unknown_kind_in_a_true_chain_is_named_with_its_number(store: EventStore, path: Path) -> None:
    record(store, STORY[:2])
    with closing(open_read_only(path)) as connection:
        previous = connection.execute("SELECT chain FROM events WHERE seq = 2").fetchone()[0]
    row = Row(3, "3/3", 7, 3, 5, "MoonPhaseChanged", "", "{}")
    link = row.link(previous).hex()
    change(path, f"INSERT INTO events VALUES (3, '3/3', 7, 3, 5, 'MoonPhaseChanged', '', '{{}}', x'{link}')")
    found = damage(path)
    assert (3, "its kind MoonPhaseChanged is unknown to this version of hydra") == (found.seq, found.text)
    assert f"The journal {path} cannot be trusted at event 3: {found.text}." == str(found)


def test_the_link_is_what_its_docstring_says() -> None:
    row = Row(2, "a|b", 3, 4, 5, "K", "é", "{}")
    expected = sha256(b"\x01" * 32 + "2|3|4|5|3:a|b|1:K|1:é|2:{}".encode()).digest()
    assert expected == row.link(b"\x01" * 32)


def test_a_journal_longer_than_a_page_is_walked_whole(store: EventStore) -> None:
    events: list[Event] = [OperatorActed(verb="resume", by="ann", text=str(n)) for n in range(PAGE_ROWS + 3)]
    record(store, events)
    assert events == [stored.event for stored in store.fold()]
    record(store, [DayStarted(day=STORY[16].day, equity=STORY[16].equity)])  # type: ignore[attr-defined]
    assert PAGE_ROWS + 4 == sum(1 for _ in store.fold())
