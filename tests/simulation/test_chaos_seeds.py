"""The slice of the hunt that every change must survive: heavy worlds of seventy market minutes, each held to every law.

`hydra chaos` hunts further; a seed that fails there becomes a shrunk plan in test_chaos_regressions.py.
"""

from __future__ import annotations

import pytest

from hydra.simulation.chaos.hunt import hunt
from hydra.simulation.chaos.options import plan_of

SEEDS = range(60)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_heavy_world_breaks_no_law(seed: int) -> None:
    result = hunt(plan_of(seed))
    assert () == result.violations, f"hydra replay --seed {seed}"
