"""Journals on disk: an empty open one, and a closed one with the story in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hydra.journal.store import EventStore
from tests.journal.writing import write_story


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "hydra.db"


@pytest.fixture
def store(path: Path) -> Iterator[EventStore]:
    store = EventStore.open(path, create=True)
    yield store
    store.close()


@pytest.fixture
def story(path: Path) -> Path:
    write_story(path)
    return path
