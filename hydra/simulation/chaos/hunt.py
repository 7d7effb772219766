"""One plan, run in a directory of its own in memory, by either clock, fenced; twice if its digest is in doubt."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from hydra.simulation.chaos.plan import ChaosPlan
from hydra.simulation.chaos.result import ChaosResult, Hearing
from hydra.simulation.chaos.run import ChaosRun
from hydra.simulation.chaos.shrinking import Attempts, minimal, shrunk
from hydra.simulation.fences import FenceBroken, fenced
from hydra.simulation.memory import rare_collections
from hydra.simulation.world import MEMORY, ClockKind, moving_clocks

SHRINK_RUNS_MAX = 150
WALL_STEP = "clock.wall_step"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """How a plan is to be run: by which clock, who hears the trace, where the journals of all processes are copied to, at
    which second it stops, whether its schedule is recorded as holds. None of it changes what happens. A plan that steps the
    wall clock has one in any case: with the clock `plain`, whoever reads it fails."""

    clock: ClockKind = "plain"
    on_trace: Callable[[str], object] | None = None
    keep: Path | None = None
    until_s: float | None = None
    recording: bool = False


JUST_RUN = Wishes()


def hunt(plan: ChaosPlan, wishes: Wishes = JUST_RUN) -> ChaosResult:
    """Run it. It stands in its own directory meanwhile, for the paths of artifacts are in the journal, and so in the digest.

    A world that reaches for the real one has broken M4; FenceBroken is raised when that ended the run itself.
    """
    kept = None if wishes.keep is None else wishes.keep.absolute()
    scratch = tempfile.TemporaryDirectory(prefix="hydra-", dir=MEMORY if MEMORY.is_dir() else None)
    with rare_collections(), scratch as name, contextlib.chdir(name):
        result = _fenced(plan, wishes)
        if kept is not None:
            shutil.copytree(name, kept, dirs_exist_ok=True)
    return result


def _fenced(plan: ChaosPlan, wishes: Wishes) -> ChaosResult:
    result: ChaosResult | None = None
    steps = any(fault.kind == WALL_STEP for fault in plan.faults)
    clock: ClockKind = "freezegun" if steps else wishes.clock
    try:
        with moving_clocks(clock) as on_jump, fenced(clocks=clock == "plain"):
            hearing = Hearing(on_trace=wishes.on_trace, on_jump=on_jump)
            run = ChaosRun(plan, Path(), hearing=hearing, until_s=wishes.until_s, recording=wishes.recording)
            result = run.run()
    except FenceBroken as breach:
        if result is None:
            raise
        result = replace(result, violations=(*result.violations, f"M4: {breach}"))
    return result


def law_of(violation: str) -> str:
    """The law that a sentence begins with: `S1: order ...` is of S1."""
    return violation.partition(":")[0]


def smallest(result: ChaosResult, runs_max: int = SHRINK_RUNS_MAX) -> ChaosResult:
    """The failing result of a plan made small: one that breaks the same law as the first that this one broke."""
    law = law_of(result.violations[0])
    best = result

    def fails(plan: ChaosPlan) -> bool:
        nonlocal best
        found = hunt(plan)
        if law not in map(law_of, found.violations):
            return False
        best = found
        return True

    attempts = Attempts(fails, runs_max)
    shrunk(result.plan, attempts)
    _shrink_schedule(best, attempts)
    return best


def _shrink_schedule(best: ChaosResult, fails: Attempts) -> None:
    """What a seeded policy did, as holds of channels, of which most turn out to be needless."""
    if best.plan.policy in ("fifo", "hold") or best.processes > 1:
        return
    recorded = hunt(best.plan, Wishes(recording=True))
    held = replace(best.plan, policy="hold", holds=recorded.holds)
    if fails(held):
        minimal(held.holds, lambda holds: fails(replace(held, holds=holds)))
