"""Journals that older versions of hydra wrote. They must be readable for ever; nobody rewrites them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from hydra.journal.codec import EVENT_OF
from hydra.journal.rows import StoredEvent
from hydra.journal.store import EventStore
from hydra.journal.verify import Verified, verify
from tests.journal.story import RUN, SESSION, STORY, recorded_at

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


def test_the_story_tells_every_kind_once() -> None:
    assert sorted(EVENT_OF) == sorted(type(event).__name__ for event in STORY)
