"""Many seeds, on as many processes as it is given, until they are done, time is over, or one fails.

It knows no law: a world's own verdict decides. A seed that fails is made small before it is told.
"""

from __future__ import annotations

import multiprocessing
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass, field
from itertools import islice

from hydra.simulation.chaos.hunt import hunt, smallest
from hydra.simulation.chaos.options import Level, Only, plan_of
from hydra.simulation.chaos.quiet import be_quiet, quiet
from hydra.simulation.chaos.reached import SOMETIMES
from hydra.simulation.chaos.result import ChaosResult
from hydra.simulation.faults.catalogue import KINDS
from hydra.simulation.world import machine_s

SEEDS_A_WORKER = 200
"""Worker processes are replaced after so many worlds each, so that nothing that leaks can decide a later one."""
AHEAD = 2
"""Seeds handed out beyond what is being run, per worker."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """What is to be hunted: `count` seeds from `first_seed` on, `minutes` of market time each under faults of this level,
    of these kinds `only` if any are given (see plan_of), for at most `wall_s` seconds if that is given."""

    first_seed: int
    count: int
    minutes: float
    level: Level
    jobs: int
    wall_s: float | None = None
    only: Only = ()


@dataclass(slots=True, kw_only=True)
class Tally:
    """What a campaign has seen so far. `market_s` is over all worlds."""

    seeds: int = 0
    market_s: float = 0.0
    wall_s: float = 0.0
    orders: int = 0
    fills: int = 0
    processes: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    sometimes: Counter[str] = field(default_factory=Counter)
    failure: ChaosResult | None = None

    def add(self, result: ChaosResult) -> None:
        self.seeds += 1
        self.market_s += result.broke_at_s
        self.orders += result.orders
        self.fills += result.fills
        self.processes += result.processes
        self.faults.update(result.injected)
        self.missed.update(result.missed)
        self.sometimes.update(result.reached)
        if result.violations and (self.failure is None or result.plan.seed < self.failure.plan.seed):
            self.failure = result

    @property
    def hits(self) -> dict[str, int]:
        """Faults that found something to hurt, by kind."""
        return {kind: count for kind in KINDS if (count := self.faults[kind] - self.missed[kind])}

    @property
    def never(self) -> tuple[str, ...]:
        """Rare places that no world came to, and kinds of fault that hurt nothing."""
        return (
            *(label for label in SOMETIMES if not self.sometimes[label]),
            *(f"fault {kind}" for kind in KINDS if kind not in self.hits),
        )

    @property
    def virtual_h_per_wall_h(self) -> float:
        return self.market_s / self.wall_s if self.wall_s else 0.0


def campaign(what: Campaign) -> Iterator[Tally]:
    """The tally after each world; it ends after the first that fails, which is small then."""
    tally, began_s = Tally(), machine_s()
    for result in _results(what, began_s):
        tally.add(result)
        tally.wall_s = machine_s() - began_s
        if tally.failure is None:
            yield tally
    if tally.failure is not None:
        with quiet():
            tally.failure = smallest(tally.failure)
        yield tally


def _results(what: Campaign, began_s: float) -> Iterator[ChaosResult]:
    """In the order in which they are done. After a failure no new seed begins; those that run are still waited for, so that
    the lowest failing seed is the one that is told."""
    seeds = _while_time(range(what.first_seed, what.first_seed + what.count), what, began_s)
    if what.jobs == 1:
        yield from _one_by_one(seeds, what)
        return
    failed, is_done = False, False
    while not (failed or is_done):
        is_done = True
        for result in _side_by_side(islice(seeds, what.jobs * SEEDS_A_WORKER), what):
            is_done = False
            failed = failed or bool(result.violations)
            yield result


def _side_by_side(seeds: Iterator[int], what: Campaign) -> Iterator[ChaosResult]:
    """A pool for each batch: one that replaces its workers by itself (max_tasks_per_child) may wait for ever for one that
    has gone (python/cpython issue 115634)."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(what.jobs, mp_context=context, initializer=be_quiet) as workers:
        running: set[Future[ChaosResult]] = set()
        failed = False
        while True:
            while not failed and len(running) < what.jobs * AHEAD and (seed := next(seeds, None)) is not None:
                running.add(workers.submit(hunt_seed, seed, what))
            if not running:
                return
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for result in sorted((future.result() for future in done), key=lambda result: result.plan.seed):
                failed = failed or bool(result.violations)
                yield result


def _one_by_one(seeds: Iterable[int], what: Campaign) -> Iterator[ChaosResult]:
    for seed in seeds:
        with quiet():
            result = hunt_seed(seed, what)
        yield result
        if result.violations:
            return


def _while_time(seeds: Iterable[int], what: Campaign, began_s: float) -> Iterator[int]:
    for seed in seeds:
        if what.wall_s is not None and machine_s() - began_s >= what.wall_s:
            return
        yield seed


def hunt_seed(seed: int, what: Campaign) -> ChaosResult:
    """One world of a campaign."""
    return hunt(plan_of(seed, what.level, what.minutes, what.only))


def cores() -> int:
    """How many processes this one may use at a time."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
