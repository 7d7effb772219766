"""From one integer to a world with its faults: each choice from a named stream of its own. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from random import Random
from typing import Literal

from hydra.errors import UsageError
from hydra.simulation.chaos.plan import ChaosPlan, Workload
from hydra.simulation.chaos.workloads import drawn_knobs
from hydra.simulation.faults.base import Fault, Kind, Scope
from hydra.simulation.faults.catalogue import KINDS
from hydra.simulation.markets import drawn_beginning

Level = Literal["none", "light", "heavy"]
Only = tuple[str, ...]
SYMBOLS = ("AAPL", "IBM", "MSFT")
MINUTES = 70.0
QUIET_S = 20.0
"""Before the first fault: the tree comes up and hears its first quotes."""

_FAULTS_N = {"none": (0.0, 0.0), "light": (1.0, 4.0), "heavy": (3.0, 24.0)}
"""The mean number of faults in 70 minutes is drawn log-uniformly between these."""
_KNOBS_N = {"none": 0.0, "light": 0.0, "heavy": 1.5}
_STARVED = ("journal", "broker", "risk", "router", "monitor", "exit")
_POLICIES = ("fifo", "random", *(f"starve:{name}" for name in _STARVED), "pct:1", "pct:2", "pct:3", "pct:4")
_WORKLOADS: tuple[Workload, ...] = ("calm", "calm", "busy", "restless")
_QUOTES_S: Mapping[Workload, tuple[int, ...]] = {"calm": (5, 10, 20), "busy": (5, 10, 20), "restless": (10, 20)}
"""A restless world costs many times a calm one, and finds no more in a second of the wall."""
_UNRECOVERABLE = 0.04
_SELDOM = {
    "clock.suspend": 0.2,
    "gateway.weekly_reauth": 0.2,
    "journal.deleted": 0.3,
    "journal.older_copy": 0.3,
}
"""What leaves little of a world for the faults after it, by how much less often it is drawn."""


def stream(seed: int, name: str) -> Random:
    """A stream of chance of this seed. Seeding by text does not depend on the hash seed."""
    return Random(f"{seed}/chaos/{name}")


def plan_of(seed: int, level: Level = "heavy", minutes: float = MINUTES, only: Only = ()) -> ChaosPlan:
    """The world of a seed; with faults of these kinds `only`, if any are given, by names or beginnings of names."""
    workload = stream(seed, "workload")
    kind = workload.choice(_WORKLOADS)
    plan = ChaosPlan(
        seed=seed,
        begins_us=drawn_beginning(stream(seed, "market")),
        minutes=minutes,
        workload=kind,
        quote_interval_s=workload.choice(_QUOTES_S[kind]),
    )
    if level == "none":
        return plan
    return replace(
        plan,
        policy=_policy(stream(seed, "schedule"), level),
        knobs=drawn_knobs(stream(seed, "jitter"), _KNOBS_N[level]),
        faults=faults_of(seed, level, minutes, only),
        recovers=level != "heavy" or stream(seed, "recovery").random() >= _UNRECOVERABLE,
    )


def faults_of(seed: int, level: Level, minutes: float = MINUTES, only: Only = ()) -> tuple[Fault, ...]:
    """Swarm testing: half of the kinds cannot happen in this world, the others by weights that differ widely; so that
    frequent faults do not hide what only rare ones bring about. Of kinds that are asked for, all can happen."""
    options = stream(seed, "swarm")
    least, most = _FAULTS_N[level]
    if not most:
        return ()
    weights = {
        name: math.exp(options.uniform(0.0, 4.0)) * _SELDOM.get(name, 1.0)
        for name in kinds_of(only)
        if only or options.random() < 0.5
    }
    mean_n = least * (most / least) ** options.random() * minutes / MINUTES
    count = _poisson(options, mean_n)
    chance = stream(seed, "faults")
    scope = Scope(from_s=QUIET_S, until_s=minutes * 60.0, symbols=SYMBOLS)
    drawn = (_drawn(chance, scope, weights) for _ in range(count if weights else 0))
    return tuple(sorted(drawn, key=lambda fault: fault.at_s))


def kinds_of(only: Only) -> tuple[str, ...]:
    """The kinds whose names begin so; all of them if nothing is asked for. Raises UsageError for a name that fits none."""
    for wanted in only:
        if not any(name.startswith(wanted) for name in KINDS):
            raise UsageError(f"no kind of fault is called {wanted!r} or begins so; there are {', '.join(KINDS)}")
    return tuple(name for name in KINDS if not only or name.startswith(tuple(only)))


def _drawn(chance: Random, scope: Scope, weights: dict[str, float]) -> Fault:
    (name,) = chance.choices(list(weights), weights=list(weights.values()))
    kind: Kind = KINDS[name]
    return kind.draw(Random(chance.getrandbits(64)), scope)


def _poisson(chance: Random, mean: float) -> int:
    """Knuth's way: fine for the small means that are drawn here."""
    limit, count, product = math.exp(-mean), 0, chance.random()
    while product > limit:
        count += 1
        product *= chance.random()
    return count


def _policy(chance: Random, level: Level) -> str:
    return "fifo" if level == "light" else chance.choice(_POLICIES)
