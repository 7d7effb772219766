"""The fixture `world` for anybody's tests: hydra installs it into pytest. It imports hydra only when a test asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Protocol

import pytest

if TYPE_CHECKING:
    from hydra.config import Config
    from hydra.simulation.chaos.options import Level
    from hydra.simulation.faults.base import Fault
    from hydra.simulation.seeded_world import SeededWorld
    from hydra.strategies.strategy import Strategy


class MakeWorld(Protocol):
    """What the fixture is: see hydra.simulation.seeded_world.seeded_world."""

    def __call__(
        self,
        seed: int,
        *,
        faults: Level | tuple[Fault, ...] = "none",
        config: Config | None = None,
        minutes: float = 70.0,
        strategy: type[Strategy] | None = None,
    ) -> SeededWorld: ...


@pytest.fixture
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MakeWorld]:
    """Make simulated worlds: `world(seed, faults="heavy", strategy=Mine).end_clean()`. They are closed after the test."""
    from hydra.simulation.seeded_world import seeded_world

    made: list[SeededWorld] = []

    def make(seed: int, **wishes: Any) -> SeededWorld:
        made.append(seeded_world(seed, tmp_path_factory.mktemp("world"), **wishes))
        return made[-1]

    yield make
    for each in made:
        each.close()
