"""A journal on disk from pages written by hand."""

from __future__ import annotations

from pathlib import Path

from hydra.journal.store import EventStore
from tests.reports.pages import Pages


def write_journal(path: Path, *days: Pages) -> Path:
    """Append all pages in order, in one transaction."""
    store = EventStore.open(path, create=True)
    store.begin()
    for pages in days:
        for stored in pages.events:
            assert store.append(stored.event, stored.at, stored.run, stored.session) is not None
    store.commit()
    store.close()
    return path
