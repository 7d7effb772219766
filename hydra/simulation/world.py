"""Weeks in a seed: the real tree, the real client and the real gateway on one virtual clock, and what came of it.

Nothing in the product knows that it is simulated: only the loop, the transport and the clock are others.
"""

from __future__ import annotations

import contextlib
import random
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

import freezegun.api
from freezegun import freeze_time

from hydra.config import Config
from hydra.core.book import Book
from hydra.core.instants import from_us
from hydra.gateway.bars import load_bars
from hydra.gateway.gateway import Gateway
from hydra.gateway.ledger import ledger_of
from hydra.gateway.market import Market
from hydra.gateway.settings import GatewayConfig, MarketDataMode
from hydra.gateway.store import MemoryStore
from hydra.journal.reading import JournalReader
from hydra.runtime.virtual import VirtualWorld
from hydra.simulation.network import MemoryNetwork
from hydra.simulation.oracles import broken_laws
from hydra.supervisor.desk import Desk
from hydra.supervisor.desk_status import Summary
from hydra.supervisor.plans import Surroundings, plans_of

DAY_S = 86_400.0
WEEK_S = 7 * DAY_S
SYMBOLS = ("AAPL", "IBM", "MSFT")
MEMORY = Path("/dev/shm")

ClockKind = Literal["freezegun", "plain"]


class SimulationFailed(Exception):
    """The tree gave up or a loop callback failed; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulationPlan:
    """What decides a simulation, wholly: the same plan gives the same digest."""

    config: Config
    seed: int
    weeks: int
    clock: ClockKind
    quote_interval_s: int
    directory: Path

    @property
    def market_s(self) -> float:
        """Virtual seconds from the first to the last."""
        return self.weeks * WEEK_S


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulationResult:
    """`digest` is over every delivery; `violations` are broken laws, whole sentences."""

    digest: str
    market_s: float
    summary: Summary
    violations: tuple[str, ...]
    kinds: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Venue:
    """The gateway's side: it outlives a process that trades on it, and its store outlives the gateway."""

    store: MemoryStore
    gateway: Gateway


def venue_of(plan: SimulationPlan, *, store: MemoryStore | None = None, market_data: MarketDataMode = "live") -> Venue:
    """A gateway of this plan, on a new account or on what an earlier gateway has left in `store`."""
    store = store or MemoryStore()
    return Venue(store=store, gateway=Gateway(_gateway_config(plan, market_data), store, _market(plan)))


class SimulatedWorld:
    """One process on one gateway. Build it, run it once.

    With a `venue` it is a later process on that gateway, and finds the journal of the one before it in the plan's
    directory.
    """

    def __init__(
        self, plan: SimulationPlan, *, venue: Venue | None = None, on_jump: Callable[[datetime], None] | None = None
    ) -> None:
        self.plan = plan
        config = plan.config
        self.failure = ""
        self.venue = venue or venue_of(plan)
        self.gateway = self.venue.gateway
        started_us = self.gateway.market_us
        self.world = VirtualWorld(
            seed=plan.seed,
            start_at=from_us(started_us),
            on_fatal=self._fail,
            on_escalation=self._escalated,
            lifecycle_listener="journal",
            on_jump=on_jump,
        )
        loop = self.world.loop
        self.network = MemoryNetwork(
            loop,
            self.gateway,
            now_us=lambda: started_us + loop.now_us(),
            rng=random.Random(f"{plan.seed}/network"),
        )
        loop.network = self.network
        self.journal_path = plan.directory / "hydra.db"
        around = Surroundings(
            journal_path=self.journal_path,
            artifacts_path=plan.directory / "artifacts",
            pid=0,
            speed=1.0,
            write_line=lambda line: None,
        )
        self.desk = Desk(self.world, plans_of(config, around))

    def run(self, progress: Callable[[float], None]) -> SimulationResult:
        """All of it; `progress` hears the fraction done. Raises SimulationFailed when the desk cannot go on."""
        self.desk.start()
        days = round(self.plan.market_s / DAY_S)
        for day in range(days):
            self.world.run_for(DAY_S)
            self._check()
            progress((day + 1) / days)
        digest = self.world.digest()
        summary = self.desk.stop(leave_orders=False, reason="the simulated time is over")
        return self.judged(digest, summary)

    def judged(self, digest: str, summary: Summary) -> SimulationResult:
        """What came of it, once the desk has stopped."""
        book, events = Book(), []
        with JournalReader(self.journal_path) as reader:
            for stored in reader.fold():
                book.apply(stored.seq, stored.at, stored.event)
                events.append(stored.event)
        self.gateway.drain()
        laws = broken_laws(events, book, ledger_of(self.venue.store))
        kinds: dict[str, int] = {}
        for event in events:
            kinds[type(event).__name__] = kinds.get(type(event).__name__, 0) + 1
        return SimulationResult(
            digest=digest,
            market_s=self.plan.market_s,
            summary=summary,
            violations=(*laws, *summary.unexplained),
            kinds=kinds,
        )

    def _check(self) -> None:
        if self.failure or self.desk.failed:
            raise SimulationFailed(self.failure or self.desk.failed)

    def _fail(self, reason: str) -> None:
        self.failure = self.failure or reason

    def _escalated(self, reason: str) -> None:
        self.desk.escalate(reason)


def simulate(plan: SimulationPlan, progress: Callable[[float], None]) -> SimulationResult:
    """Run one plan; journal and artifacts are in its directory afterwards.

    With clock `freezegun` Python's clocks show market time throughout. The journal is written in memory first: virtual
    time must not wait for a disk, and a simulated power cut would be simulated anyway.
    """
    with tempfile.TemporaryDirectory(prefix="hydra-", dir=MEMORY if MEMORY.is_dir() else None) as scratch:
        here = replace(plan, directory=Path(scratch))
        try:
            if plan.clock == "plain":
                return SimulatedWorld(here).run(progress)
            with _frozen() as move:
                return SimulatedWorld(here, on_jump=move).run(progress)
        finally:
            shutil.copytree(scratch, plan.directory, dirs_exist_ok=True)


@contextlib.contextmanager
def _frozen() -> Iterator[Callable[[datetime], None]]:
    """One freeze for the whole run, moved at each jump; never started again (runtime-facts 3.1: 5 ms each)."""
    inspected = freezegun.api.call_stack_inspection_limit
    freezegun.api.call_stack_inspection_limit = 0
    try:
        with freeze_time("2000-01-01") as frozen:
            yield frozen.move_to
    finally:
        freezegun.api.call_stack_inspection_limit = inspected


def _gateway_config(plan: SimulationPlan, market_data: MarketDataMode) -> GatewayConfig:
    given = plan.config.gateway
    return GatewayConfig(
        account=given.account,
        cash=given.cash,
        seed=plan.seed,
        start_day=given.day,
        speed=1.0,
        quote_interval_s=plan.quote_interval_s,
        venue_share=given.venue_share,
        market_data=market_data,
    )


def _market(plan: SimulationPlan) -> Market:
    """Bars of the simulated days and the weeks before them; a lasting history keeps daily bars and volumes real."""
    first = plan.config.gateway.day - timedelta(days=90)
    last = plan.config.gateway.day + timedelta(days=plan.weeks * 7 + 7)
    bars = {
        symbol: tuple(bar for bar in load_bars(symbol) if first <= bar.day <= last) for symbol in SYMBOLS
    }
    return Market(
        seed=plan.seed,
        bars=bars,
        venue_share=plan.config.gateway.venue_share,
        quote_interval_s=plan.quote_interval_s,
    )
