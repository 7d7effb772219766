"""Journal, book and ledger in; broken laws out, in sentences. For runs of which nothing else was overheard."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from hydra.config import Config
from hydra.core.book import Book
from hydra.journal.rows import StoredEvent
from hydra.simulation.laws.evidence import Evidence
from hydra.simulation.laws.story import story_of
from hydra.simulation.laws.table import broken
from hydra.simulation.laws.truth import truth_of


def broken_laws(
    recorded: Iterable[StoredEvent], book: Book, ledger: Mapping[str, Any], config: Config | None = None
) -> tuple[str, ...]:
    """Every broken law, in sentences; empty when the journal of a run that has ended and the gateway tell the same story.

    `ledger` is the gateway's JSON (`hydra gateway ledger --json`); `book` the fold of `recorded`, which is read once: the
    fold may go on while it is read. Without a `config` no limit is known.
    """
    story = story_of(recorded)
    return tuple(broken(Evidence(story=story, book=book, truth=truth_of(ledger), config=config)))
