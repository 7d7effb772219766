"""Journals that older versions of hydra wrote. They must be readable for ever; nobody rewrites them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from hydra.core.book import Book
from hydra.journal.codec import EVENT_OF, decode, encode
from hydra.journal.reading import JournalReader
from hydra.journal.rows import StoredEvent
from hydra.journal.store import EventStore
from hydra.journal.verify import Verified, verify
from hydra.messages.decisions import DifferenceFound
from hydra.supervisor.desk_differences import IGNORED, sheet_of
from tests.journal.story import RUN, SEQUEL, SESSION, STORY, recorded_at

V1 = Path(__file__).parent / "fixtures" / "v1.db"
V1_HEAD = "4e89d0f05b4bc57f3a9b368c3a347184f407ff8dc3a84470a2b72b0926cff4d9"


@pytest.fixture
def v1(path: Path) -> Path:
    shutil.copy(V1, path)
    return path


def test_the_first_journal_is_folded_to_the_events_it_was_made_of(v1: Path) -> None:
    store = EventStore.open(v1, create=False)
    expected = [
        StoredEvent(seq=place + 1, at=recorded_at(place), run=RUN, session=SESSION, event=event)
        for place, event in enumerate(STORY)
    ]
    assert expected == list(store.fold())
    store.close()


def test_the_first_journal_is_bit_for_bit_the_one_that_landed(v1: Path) -> None:
    assert Verified(events_n=len(STORY), head_hash_hex=V1_HEAD) == verify(v1)
    assert V1.stat().st_size < 60_000


def test_the_story_tells_every_kind_once_and_the_sequel_what_came_after_it() -> None:
    first = [type(event).__name__ for event in STORY]
    assert sorted(EVENT_OF) == sorted({*first, *(type(event).__name__ for event in SEQUEL)})
    assert len(first) == len({*first})


def test_a_difference_of_the_first_journal_has_no_sides_and_is_folded_all_the_same(v1: Path) -> None:
    book = Book()
    with JournalReader(v1) as reader:
        for stored in reader.fold():
            book.apply(stored.seq, stored.at, stored.event)
    (record,) = book.settled.values()
    assert ("position/GE", None, None, "accepted", "ann", "") == (
        *(record.difference.item, record.ours, record.theirs, record.how, record.by, record.reason),
    )
    assert [IGNORED] == [row.status for row in sheet_of(book.image()).rows]
    written = json.loads(encode(DifferenceFound(difference=record.difference)))
    old = json.dumps({"difference": written["difference"]})
    assert DifferenceFound(difference=record.difference) == decode("DifferenceFound", old)
