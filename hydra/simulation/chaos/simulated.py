"""Weeks of market with faults in them: what `hydra simulate --faults` runs. The user's own configuration, the chaos run's
service manager and operator, the same report.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from hydra.simulation.chaos.options import Level, faults_of
from hydra.simulation.chaos.plan import ChaosPlan, read
from hydra.simulation.chaos.result import ChaosResult, Hearing
from hydra.simulation.chaos.run import ChaosRun
from hydra.simulation.fences import fenced
from hydra.simulation.memory import resident_mb
from hydra.simulation.world import (
    DAY_S,
    MEMORY,
    WEEK_DAYS,
    SimulationPlan,
    SimulationResult,
    forget,
    moving_clocks,
    venue_of,
)
from hydra.values import ZERO

LEVELS: Mapping[str, Level] = {"light": "light", "heavy": "heavy"}


def plan_with_faults(plan: SimulationPlan, faults: str) -> ChaosPlan:
    """The simulation as a plan with faults: drawn by the seed at level `light` or `heavy`, or those of a file that
    `hydra chaos` kept. What is traded, and when, stays the simulation's. Raises UsageError when the file is no plan."""
    minutes = plan.market_s / 60.0
    drawn = faults_of(plan.seed, LEVELS[faults], minutes) if faults in LEVELS else read(Path(faults)).plan.faults
    return ChaosPlan(
        seed=plan.seed,
        begins_us=venue_of(plan).gateway.market_us,
        minutes=minutes,
        workload="busy",
        quote_interval_s=plan.quote_interval_s,
        faults=drawn,
    )


def simulate_with_faults(
    plan: SimulationPlan,
    chaos: ChaosPlan,
    progress: Callable[[int], object],
    on_trace: Callable[[str], object] | None = None,
) -> tuple[SimulationResult, ChaosResult]:
    """As `simulate`, under the faults of a plan; the second phase of a chaos run follows the weeks. Journal and artifacts
    are in the plan's directory afterwards, instead of those of an earlier run."""
    kept, weeks = plan.directory.absolute(), _Weeks(progress)
    scratch = tempfile.TemporaryDirectory(prefix="hydra-", dir=MEMORY if MEMORY.is_dir() else None)
    with scratch as name, contextlib.chdir(name):
        with moving_clocks(plan.clock) as on_jump, fenced(clocks=plan.clock == "plain") as fence:
            hear = None if on_trace is None else lambda line: on_trace(f"{line}\n")
            hearing = Hearing(on_trace=hear, on_jump=on_jump, on_progress=fence.outside(weeks.passed))
            run = ChaosRun(chaos, Path(), base=plan, hearing=hearing)
            result = run.run()
        verdict = replace(run.process.simulated.verdict(), violations=result.violations)
        forget(kept)
        shutil.copytree(run.process.setting.plan.directory, kept, dirs_exist_ok=True)
    simulated = SimulationResult(
        digest=result.digest,
        market_s=result.broke_at_s,
        summary=run.summary,
        verdict=verdict,
        equity=run.process.desk.status().equity or ZERO,
        rss_mb_by_week=tuple(weeks.rss_mb),
    )
    return simulated, result


class _Weeks:
    """Tells of each day once, and looks at the memory at the end of each week."""

    def __init__(self, progress: Callable[[int], object]) -> None:
        self.rss_mb: list[float] = []
        self._progress = progress
        self._days = 0

    def passed(self, now_s: float) -> None:
        while (self._days + 1) * DAY_S <= now_s:
            self._days += 1
            if self._days % WEEK_DAYS == 0:
                self.rss_mb.append(resident_mb())
            self._progress(self._days)
