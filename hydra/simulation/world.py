"""Weeks in a seed: the real tree, the real client and the real gateway on one virtual clock, and what came of it.

Nothing in the product knows that it is simulated: only the loop, the transport and the clock are others.
"""

from __future__ import annotations

import contextlib
import random
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Literal

import freezegun.api
from freezegun import freeze_time

from hydra.config import Config
from hydra.core.instants import from_us
from hydra.errors import UsageError
from hydra.gateway.bars import DailyBar, bundled_bars
from hydra.gateway.gateway import Gateway
from hydra.gateway.ledger import ledger_of
from hydra.gateway.market import Market
from hydra.gateway.settings import GatewayConfig, MarketDataMode
from hydra.gateway.store import MemoryStore
from hydra.journal.reading import JournalReader
from hydra.runtime.schedule import Hold
from hydra.runtime.virtual import VirtualWorld
from hydra.simulation.fences import fenced
from hydra.simulation.memory import resident_mb
from hydra.simulation.network import MemoryNetwork
from hydra.simulation.outcome import Verdict, verdict_of
from hydra.supervisor.desk import Desk
from hydra.supervisor.desk_status import Summary
from hydra.supervisor.plans import Surroundings, plans_of
from hydra.values import ZERO

HOUR_S = 3600.0
HOURS_A_DAY = 24
DAY_S = HOURS_A_DAY * HOUR_S
WEEK_DAYS = 7
HISTORY_DAYS = 90
JOURNAL = "hydra.db"
ARTIFACTS = "artifacts"
MEMORY = Path("/dev/shm")

ClockKind = Literal["freezegun", "plain"]


class SimulationFailed(Exception):
    """The tree gave up or a loop callback failed; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulationPlan:
    """What decides a simulation, wholly: the same plan gives the same digest. `recorded` gives the bars by symbol."""

    config: Config
    seed: int
    days: int
    clock: ClockKind
    quote_interval_s: int
    directory: Path
    recorded: Callable[[], Mapping[str, tuple[DailyBar, ...]]] = bundled_bars

    @property
    def market_s(self) -> float:
        """Virtual seconds from the first to the last."""
        return self.days * DAY_S


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulationResult:
    """`digest` is over every delivery; `equity` the account with its positions at their last marks.

    `rss_mb_by_week` is what this process held in memory at each week's end.
    """

    digest: str
    market_s: float
    summary: Summary
    verdict: Verdict
    equity: Decimal
    rss_mb_by_week: tuple[float, ...]

    @property
    def violations(self) -> tuple[str, ...]:
        """Broken laws and what nobody has explained, whole sentences."""
        return (*self.verdict.violations, *self.summary.unexplained)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """Who is delivered to next, as VirtualWorld takes it: a policy, the holds of policy "hold", whether to record holds."""

    policy: str = "fifo"
    holds: tuple[Hold, ...] = ()
    recording: bool = False


FIFO = Schedule()


@dataclass(frozen=True, slots=True, kw_only=True)
class Venue:
    """The gateway's side: it outlives a process that trades on it, and its store outlives the gateway."""

    store: MemoryStore
    gateway: Gateway


def venue_of(
    plan: SimulationPlan,
    *,
    store: MemoryStore | None = None,
    market_data: MarketDataMode = "live",
    ack_delay_s: float = 0.0,
) -> Venue:
    """A gateway of this plan, on a new account or on what an earlier gateway has left in `store`.

    Order actions take `ack_delay_s` from the gateway's door to its desk, even when their client is gone by then.
    """
    store = store or MemoryStore()
    config = replace(_gateway_config(plan), market_data=market_data, ack_delay_us=round(ack_delay_s * 1e6))
    return Venue(store=store, gateway=Gateway(config, store, _market(plan)))


class SimulatedWorld:
    """One process on one gateway. Build it, run it once. `said` is what it told its operator on stderr.

    With a `venue` it is a later process on that gateway, and finds the journal of the one before it in the plan's
    directory.
    """

    def __init__(
        self,
        plan: SimulationPlan,
        *,
        venue: Venue | None = None,
        journal_path: Path | None = None,
        schedule: Schedule = FIFO,
        on_jump: Callable[[datetime], None] | None = None,
        on_trace: Callable[[str], object] | None = None,
    ) -> None:
        self.plan = plan
        config = plan.config
        self.failure = ""
        self.said: list[str] = []
        self.venue = venue or venue_of(plan)
        self.gateway = self.venue.gateway
        started_us = self.gateway.market_us
        self.world = VirtualWorld(
            seed=plan.seed,
            start_at=from_us(started_us),
            on_fatal=self._fail,
            on_escalation=self._escalated,
            lifecycle_listener="journal",
            policy=schedule.policy,
            holds=schedule.holds,
            recording=schedule.recording,
            on_jump=on_jump,
            on_trace=on_trace,
        )
        loop = self.world.loop
        self.network = MemoryNetwork(
            loop,
            self.gateway,
            now_us=lambda: started_us + loop.now_us(),
            rng=random.Random(f"{plan.seed}/network"),
        )
        loop.network = self.network
        self.journal_path = journal_path or plan.directory / JOURNAL
        around = Surroundings(
            journal_path=self.journal_path,
            artifacts_path=plan.directory / ARTIFACTS,
            pid=0,
            speed=1.0,
            write_line=self.said.append,
        )
        self.desk = Desk(self.world, plans_of(config, around))

    def run(self, progress: Callable[[int], object]) -> SimulationResult:
        """All of it; `progress` hears how many days are done. Raises SimulationFailed when the desk cannot go on."""
        rss_mb_by_week: list[float] = []
        self.desk.start()
        for day in range(1, self.plan.days + 1):
            for _ in range(HOURS_A_DAY):
                self.world.run_for(HOUR_S)
                self._check()
            if day % WEEK_DAYS == 0:
                rss_mb_by_week.append(resident_mb())
            progress(day)
        digest = self.world.digest()
        summary = self.desk.stop(leave_orders=False, reason="the simulated time is over")
        return SimulationResult(
            digest=digest,
            market_s=self.plan.market_s,
            summary=summary,
            verdict=self.verdict(),
            equity=self.desk.status().equity or ZERO,
            rss_mb_by_week=tuple(rss_mb_by_week),
        )

    def verdict(self) -> Verdict:
        """The journal as it is on disk, held to the gateway's ledger."""
        self.gateway.drain()
        with JournalReader(self.journal_path) as reader:
            return verdict_of(reader.fold(), ledger_of(self.venue.store), self.plan.config)

    def _check(self) -> None:
        if self.failure or self.desk.failed:
            raise SimulationFailed(self.failure or self.desk.failed)

    def _fail(self, reason: str) -> None:
        self.failure = self.failure or reason

    def _escalated(self, reason: str) -> None:
        self.desk.escalate(reason)


def simulate(
    plan: SimulationPlan, progress: Callable[[int], object], on_trace: Callable[[str], object] | None = None
) -> SimulationResult:
    """Run one plan; journal and artifacts are in its directory afterwards, instead of those of an earlier run. `on_trace`
    hears each delivery, see Trace.

    With clock `freezegun` Python's clocks show market time throughout. The journal is written in memory and copied at
    the end: virtual time must not wait for a disk, and a simulated power cut would be simulated anyway. The same plan in
    a directory of another name has another digest, for the artifacts' paths are in the journal. Raises SimulationFailed
    when it cannot go on, FenceBroken when somebody in it reached for the real world.
    """
    with tempfile.TemporaryDirectory(prefix="hydra-", dir=MEMORY if MEMORY.is_dir() else None) as scratch:
        journal_path = Path(scratch) / JOURNAL
        try:
            with moving_clocks(plan.clock) as on_jump, fenced(clocks=plan.clock == "plain") as fence:
                simulated = SimulatedWorld(plan, journal_path=journal_path, on_jump=on_jump, on_trace=on_trace)
                forget(plan.directory)
                try:
                    return simulated.run(fence.outside(progress))
                finally:
                    simulated.world.stop()
        finally:
            plan.directory.mkdir(parents=True, exist_ok=True)
            for file in (journal_path, journal_path.with_name(f"{JOURNAL}-wal")):
                if file.exists():
                    shutil.copy(file, plan.directory)


def forget(directory: Path) -> None:
    """Remove what an earlier simulation left here."""
    for file in sorted(directory.glob(f"{JOURNAL}*")):
        file.unlink()
    if (directory / ARTIFACTS).exists():
        shutil.rmtree(directory / ARTIFACTS)


def machine_s() -> float:
    """This machine's own clock, seconds since some instant; also while Python's clocks are frozen."""
    return freezegun.api.real_perf_counter()


@contextlib.contextmanager
def moving_clocks(kind: ClockKind) -> Iterator[Callable[[datetime], None] | None]:
    """What moves Python's clocks. One freeze for the whole run, never started again (runtime-facts 3.1: 5 ms each)."""
    if kind == "plain":
        yield None
        return
    inspected = freezegun.api.call_stack_inspection_limit
    freezegun.api.call_stack_inspection_limit = 0
    try:
        with freeze_time("2000-01-01") as frozen:
            yield frozen.move_to
    finally:
        freezegun.api.call_stack_inspection_limit = inspected


def _gateway_config(plan: SimulationPlan) -> GatewayConfig:
    given = plan.config.gateway
    return GatewayConfig(
        account=given.account,
        cash=given.cash,
        seed=plan.seed,
        start_day=given.day,
        speed=1.0,
        quote_interval_s=plan.quote_interval_s,
        venue_share=given.venue_share,
    )


def _market(plan: SimulationPlan) -> Market:
    """Bars of the simulated days and the weeks before them; a lasting history keeps daily bars and volumes real."""
    first = plan.config.gateway.day - timedelta(days=HISTORY_DAYS)
    end = plan.config.gateway.day + timedelta(days=plan.days)
    recorded = plan.recorded()
    last = min(bars[-1].day for bars in recorded.values())
    if end > last:
        text = f"{plan.days} days from {plan.config.gateway.day} end on {end}, the recorded prices on {last}"
        raise UsageError(text)
    until = end + timedelta(days=WEEK_DAYS)
    return Market(
        seed=plan.seed,
        bars={symbol: tuple(bar for bar in bars if first <= bar.day <= until) for symbol, bars in recorded.items()},
        venue_share=plan.config.gateway.venue_share,
        quote_interval_s=plan.quote_interval_s,
    )
