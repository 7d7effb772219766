"""Everything that laws may look at, as one value: the journal's story and book, the gateway's truth, what was overheard."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hydra.config import Config
from hydra.core.book import Book
from hydra.records import BookImage
from hydra.simulation.laws.overheard import Overheard
from hydra.simulation.laws.story import Intended, Story
from hydra.simulation.laws.truth import Truth


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """What a process published as its book, and what the journal makes of the same events."""

    process_n: int
    published: BookImage
    replayed: BookImage


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One run. `config` is None where only the books are known.

    `at_rest`: the last process has ended in order and nothing is in flight, so both sides must tell the same story.
    `calm_us` is the market instant at which the last fault ended, None where no time was given to recover. `processes` are
    what was overheard of each, in order; `lost` what earlier journals told that the last one does not contain any more,
    `forgiven` why that may be (empty: it may not).
    """

    story: Story
    book: Book
    truth: Truth
    config: Config | None = None
    at_rest: bool = True
    calm_us: int | None = None
    processes: tuple[Overheard, ...] = ()
    replays: tuple[Replay, ...] = ()
    lost: tuple[Story, ...] = ()
    lost_text: str = ""
    livelock: str = ""
    forgiven: str = ""

    @property
    def intents(self) -> Mapping[str, Intended]:
        """Every intent that was ever committed, also those that a damaged journal has forgotten."""
        if not self.lost:
            return self.story.intents
        known: dict[str, Intended] = {}
        for story in (*self.lost, self.story):
            known.update(story.intents)
        return known

    @property
    def client_ids(self) -> tuple[int, ...]:
        """Those under which we were ever connected."""
        seen = dict(self.story.client_ids)
        for story in self.lost:
            seen.update(story.client_ids)
        return tuple(seen)
