"""Short simulated worlds: how many virtual hours one of them lives in an hour of this machine, calm, restless and hunted.

Every world is a whole hydra with real ib_async on the real gateway; one that breaks a law is no measurement.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from hydra.bench.shares import Shares
from hydra.errors import StartError
from hydra.simulation.chaos.hunt import hunt
from hydra.simulation.chaos.options import plan_of
from hydra.simulation.chaos.plan import ChaosPlan
from hydra.simulation.chaos.result import ChaosResult


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortWorlds:
    """Several seeds together. `virtual_h` is market time from the first step to the last, convergence included; CPU
    seconds are those that neighbours on the machine do not falsify; `shares` of the time by part."""

    seeds: int
    virtual_h: float
    wall_s: float
    cpu_s: float
    virtual_h_per_wall_h: float
    virtual_h_per_cpu_h: float
    orders: int
    faults: int
    shares: Mapping[str, float]


def _light(seed: int) -> ChaosPlan:
    return replace(plan_of(seed, "none"), workload="calm", quote_interval_s=20)


def _restless(seed: int) -> ChaosPlan:
    return replace(plan_of(seed, "none"), workload="restless", quote_interval_s=5)


KINDS_OF_WORLDS: Mapping[str, Callable[[int], ChaosPlan]] = {
    "light": _light,
    "restless": _restless,
    "heavy": plan_of,
}
"""By name: a calm and a restless one of 70 virtual minutes without faults, and those of `hydra chaos`."""


def short_worlds(seeds: int) -> dict[str, ShortWorlds]:
    """Seeds 1 to `seeds` of each kind. Raises StartError for a world that breaks a law."""
    return {name: _measured(plan, seeds) for name, plan in KINDS_OF_WORLDS.items()}


def lawful(result: ChaosResult) -> ChaosResult:
    """The same. Raises StartError when it broke a law."""
    if result.violations:
        raise StartError(f"the bench's world {result.plan.seed} does not count: {result.violations[0]}")
    return result


def _measured(plan: Callable[[int], ChaosPlan], seeds: int) -> ShortWorlds:
    virtual_s, orders, faults = 0.0, 0, 0
    began_s, began_cpu_s = time.perf_counter(), time.process_time()
    with Shares() as shares:
        for seed in range(1, seeds + 1):
            result = lawful(hunt(plan(seed)))
            virtual_s += result.broke_at_s
            orders += result.orders
            faults += result.injected.total()
    wall_s, cpu_s = time.perf_counter() - began_s, time.process_time() - began_cpu_s
    return ShortWorlds(
        seeds=seeds,
        virtual_h=round(virtual_s / 3600, 2),
        wall_s=round(wall_s, 3),
        cpu_s=round(cpu_s, 3),
        virtual_h_per_wall_h=round(virtual_s / wall_s),
        virtual_h_per_cpu_h=round(virtual_s / cpu_s),
        orders=orders,
        faults=faults,
        shares=shares.by_part,
    )
