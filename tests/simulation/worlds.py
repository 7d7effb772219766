"""Small simulated worlds for tests: a plan, and a world that is closed whatever happens to the test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

from hydra.config import Config
from hydra.simulation.world import SimulatedWorld, SimulationPlan

BUSY: dict[str, Any] = {
    "strategy": [
        {
            "name": "busy",
            "class": "hydra.strategies.mean_reversion:MeanReversion",
            "symbols": ["MSFT"],
            "params": {"window": 5, "entry_z": Decimal("0.5"), "cooldown_s": 600, "notional": 15_000},
        }
    ],
    "exit": {"hold_max_s": 600},
}
"""One symbol, in and out all day."""


def plan(directory: Path, *, seed: int = 1, days: int = 1, config: Config | None = None) -> SimulationPlan:
    """A plan of one day by the built-in configuration, in plain time."""
    config = config or Config()
    return SimulationPlan(
        config=config, seed=seed, days=days, clock="plain", quote_interval_s=30, directory=directory
    )


@contextmanager
def begun(what: SimulationPlan) -> Iterator[SimulatedWorld]:
    """A world whose tree has started, at the first day's open."""
    simulated = SimulatedWorld(what)
    try:
        simulated.desk.start()
        yield simulated
    finally:
        simulated.world.stop()
