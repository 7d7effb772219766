"""A world for a test: one seed, somebody's own strategy, faults by name or by chance. It runs once and is then looked at.

What hurts it, restarts it and judges it is a chaos run; here is only what a test asks for.
"""

from __future__ import annotations

import contextlib
import math
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from hydra.config import Config, StrategyConfig
from hydra.errors import UsageError
from hydra.gateway.ledger import ledger_of
from hydra.journal.reading import JournalReader
from hydra.messages.base import Event
from hydra.records import BookImage
from hydra.simulation.chaos.options import MINUTES, Level, plan_of
from hydra.simulation.chaos.plan import ChaosPlan, described
from hydra.simulation.chaos.result import ChaosResult
from hydra.simulation.chaos.run import ChaosRun
from hydra.simulation.faults.base import Fault
from hydra.simulation.fences import fenced
from hydra.simulation.world import SimulationPlan, venue_of
from hydra.strategies.loading import load
from hydra.strategies.strategy import Strategy

QUOTE_INTERVAL_S = 5
BARS_DAYS = 3
MINUTES_A_DAY = 1440.0
SYMBOLS = ("AAPL", "IBM", "MSFT")
E = TypeVar("E", bound=Event)


class SeededWorld:
    """The whole of hydra at its gateway from the open of the configuration's day on, in an empty directory.

    It suffers its faults for `plan.minutes` of market time; then they stop, and it must come to rest. The first call of
    any method begins it, and it ends with `run` or `end_clean`. Whoever reaches out of it raises FenceBroken.
    """

    def __init__(self, plan: ChaosPlan, base: SimulationPlan) -> None:
        self.plan = plan
        self._directory = base.directory
        self._result: ChaosResult | None = None
        with contextlib.chdir(self._directory):
            self._run = ChaosRun(plan, Path(), base=base)

    def until(self, done: Callable[[BookImage], bool], minutes: float = 30.0) -> SeededWorld:
        """Run until the journal's book is so, looked at before every single step of anybody. AssertionError when it never is
        within so many market minutes."""
        begun = hasattr(self._run, "process")
        until_s = (self._run.process.now_s if begun else 0.0) + minutes * 60.0
        with self._inside():
            came = self._run.until(done, until_s)
        if not came:
            raise AssertionError(self._told(f"it never came to this within {minutes:g} minutes"))
        return self

    def run(self) -> SeededWorld:
        """All that is left of it: the faults, the calm after them, and an orderly end."""
        if self._result is None:
            with self._inside():
                self._result = self._run.run()
        return self

    def end_clean(self) -> SeededWorld:
        """Run it to its end. AssertionError, with the plan and the last steps, when a law was broken."""
        broken = self.broken()
        if broken:
            raise AssertionError(self._told("\n".join(broken)))
        return self

    def broken(self) -> tuple[str, ...]:
        """Every broken law of the whole run, whole sentences; empty when all of them held."""
        return self.result.violations

    @property
    def result(self) -> ChaosResult:
        """What came of it, digest and figures included; runs what is left."""
        self.run()
        assert self._result is not None
        return self._result

    @property
    def book(self) -> BookImage:
        """The journal's book as last published by the process that lives, or lived last."""
        return self._run.process.book

    @property
    def ledger(self) -> dict[str, Any]:
        """The gateway's own truth, as `hydra gateway ledger --json` prints it."""
        return ledger_of(self._run.process.arena.venue.store)

    def events(self) -> list[Event]:
        """The journal so far, all processes, in order; its chain is verified on the way."""
        with JournalReader(self._directory / self._run.process.simulated.journal_path) as reader:
            return [stored.event for stored in reader.fold()]

    def told(self, kind: type[E]) -> list[E]:
        """Every recorded event of one class, in order."""
        return [event for event in self.events() if isinstance(event, kind)]

    def close(self) -> None:
        """Leave no loop open; nothing may be called any more."""
        if hasattr(self._run, "process"):
            with contextlib.chdir(self._directory):
                self._run.process.close()

    @contextlib.contextmanager
    def _inside(self) -> Iterator[None]:
        """In its own directory, for paths are in the journal and so in the digest; fenced."""
        with contextlib.chdir(self._directory), fenced(clocks=True):
            yield

    def _told(self, story: str) -> str:
        tail = self._result.tail if self._result is not None else ()
        return "\n".join((story, "", *described(self.plan), "", *tail))


def seeded_world(
    seed: int,
    directory: Path,
    *,
    faults: Level | tuple[Fault, ...] = "none",
    config: Config | None = None,
    minutes: float = MINUTES,
    strategy: type[Strategy] | None = None,
) -> SeededWorld:
    """A world that has not begun yet, in an empty directory. `faults` are drawn by the seed at this level, or given.

    `strategy` trades every symbol in place of the configuration's own. Raises UsageError when it cannot be loaded by name.
    """
    config = config or Config()
    if strategy is not None:
        config = config.model_copy(update={"strategies": (_block_of(strategy),)})
    for each in config.strategies:
        load(each.class_path)
    gateway = config.gateway.model_copy(update={"seed": seed})
    base = SimulationPlan(
        config=config.model_copy(update={"gateway": gateway}),
        seed=seed,
        days=BARS_DAYS + math.ceil(minutes / MINUTES_A_DAY),
        clock="plain",
        quote_interval_s=QUOTE_INTERVAL_S,
        directory=directory,
    )
    drawn = plan_of(seed, faults if isinstance(faults, str) else "none", minutes)
    given = drawn.faults if isinstance(faults, str) else faults
    begins_us = venue_of(base).gateway.market_us
    return SeededWorld(replace(drawn, begins_us=begins_us, faults=given, quote_interval_s=QUOTE_INTERVAL_S), base)


def _block_of(strategy: type[Strategy]) -> StrategyConfig:
    """A block of supervisor.toml for a class, which is found by its name as every strategy is."""
    if getattr(sys.modules.get(strategy.__module__), strategy.__qualname__, None) is not strategy:
        text = f"strategy {strategy.__qualname__} cannot be found by its name: define it at the top level of a module"
        raise UsageError(text)
    named = {"class": f"{strategy.__module__}:{strategy.__qualname__}", "symbols": list(SYMBOLS)}
    return StrategyConfig.model_validate({"name": strategy.__name__.lower(), **named})
