"""Twenty true minutes of restless trading with a death in them, overheard from outside: what law tests bend in one place."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from hydra.config import Config
from hydra.core.book import Book
from hydra.core.instants import to_us
from hydra.gateway.ledger import ledger_of
from hydra.journal.reading import JournalReader
from hydra.journal.rows import StoredEvent
from hydra.messages.base import Event
from hydra.simulation.laws.evidence import Evidence
from hydra.simulation.laws.records import Records
from hydra.simulation.laws.story import story_of
from hydra.simulation.laws.table import LAWS
from hydra.simulation.laws.truth import truth_of
from hydra.simulation.world import SimulatedWorld
from tests.drills.configs import restless
from tests.simulation.worlds import plan

Ledger = dict[str, Any]
CALM_S = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    """What a run left behind."""

    config: Config
    recorded: tuple[StoredEvent, ...]
    ledger: Ledger
    evidence: Evidence

    def told(self, law_id: str, **bent: Any) -> list[str]:
        """What one law says of the evidence with some fields of it bent."""
        return list(LAWS[law_id].judge(replace(self.evidence, **bent)))

    def of_ledger(self, law_id: str, ledger: Ledger) -> list[str]:
        """The same with another ledger."""
        return self.told(law_id, truth=truth_of(ledger))

    def of_events(self, law_id: str, recorded: Iterable[StoredEvent]) -> list[str]:
        """The same with another journal."""
        return self.told(law_id, story=story_of(recorded))

    def with_event(self, event: Event, *, before: type[Event] | None = None) -> list[StoredEvent]:
        """The journal with one event more, at the end, or right before the first one of a class."""
        index = len(self.recorded) - 1
        if before is not None:
            index = next(n for n, stored in enumerate(self.recorded) if isinstance(stored.event, before))
        added = replace(self.recorded[index], event=event)
        return [*self.recorded[:index], added, *self.recorded[index:]]

    def first(self, kind: type[Event]) -> StoredEvent:
        """The first recorded event of a class."""
        return next(stored for stored in self.recorded if isinstance(stored.event, kind))


@cache
def hearing() -> Hearing:
    """Made once for all tests; nobody may change it."""
    with tempfile.TemporaryDirectory(prefix="hydra-heard-") as directory:
        what = replace(plan(Path(directory), config=restless()), quote_interval_s=5)
        simulated = SimulatedWorld(what)
        records = Records(what.config)
        records.attach(simulated)
        try:
            return _heard(simulated, records)
        finally:
            simulated.world.stop()


def _heard(simulated: SimulatedWorld, records: Records) -> Hearing:
    world = simulated.world
    simulated.desk.start()
    world.run_for(600)
    for victim in ("risk", "router", "broker"):
        world.kill(victim, "to be heard")
        world.run_for(30)
    calm_us = to_us(world.clock.now())
    world.run_for(CALM_S)
    records.look()
    simulated.desk.stop(leave_orders=False, reason="enough was heard")
    records.detach(killed=False)
    with JournalReader(simulated.journal_path) as reader:
        recorded = tuple(reader.fold())
    return Hearing(
        config=simulated.plan.config,
        recorded=recorded,
        ledger=ledger_of(simulated.venue.store),
        evidence=replace(records.evidence(), calm_us=calm_us),
    )


def book_of(recorded: Iterable[StoredEvent]) -> Book:
    """The fold of a journal."""
    book = Book()
    for stored in recorded:
        book.apply(stored.seq, stored.at, stored.event)
    return book
