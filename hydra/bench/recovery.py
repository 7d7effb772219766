"""The recovery matrix: every cell that can be, lived through on all cores; what was lost, doubled or invented, and how soon
all was well again.

Cells are worlds of their own: where and in which order they run changes nothing of what comes of them.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from time import process_time
from typing import Any

from hydra.errors import UsageError
from hydra.simulation.chaos.quiet import be_quiet, quiet
from hydra.simulation.recovery.cells import Cell, every_cell, impossible
from hydra.simulation.recovery.outcome import Outcome
from hydra.simulation.recovery.playing import lived


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What came of a cell, and CPU seconds that it took."""

    outcome: Outcome
    cpu_s: float


def cells_named(texts: Sequence[str]) -> tuple[Cell, ...]:
    """Every cell whose name between slashes, `/ point / action / victim /`, contains all of these texts. Raises UsageError
    when none does."""
    found = tuple(cell for cell in every_cell() if all(text in f"/ {cell} /" for text in texts))
    if not found:
        one = next(every_cell())
        raise UsageError(f"no cell of the recovery matrix has {' and '.join(texts)} in its name; one is called {one}")
    return found


def run(cells: Iterable[Cell], jobs: int, on_trace: Callable[[str], object] | None = None) -> Iterator[Measured]:
    """The outcomes of these cells, in the order in which they are done. With one job they are lived through in this process,
    and `on_trace` hears of it, see play."""
    wanted = tuple(cells)
    if jobs == 1:
        for cell in wanted:
            with quiet():
                yield measured(cell, on_trace)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=context, initializer=be_quiet) as workers:
        for future in as_completed([workers.submit(measured, cell) for cell in wanted]):
            yield future.result()


def measured(cell: Cell, on_trace: Callable[[str], object] | None = None) -> Measured:
    """One cell."""
    began_s = process_time()
    outcome = lived(cell, on_trace)
    return Measured(outcome=outcome, cpu_s=round(process_time() - began_s, 3))


def report(done: Sequence[Measured], cells: Sequence[Cell], wall_s: float) -> dict[str, Any]:
    """The matrix as one JSON-able object: `cells` in the order of the matrix, `impossible` with their reasons."""
    by_cell = {one.outcome.cell: one for one in done}
    run_cells = [by_cell[cell] for cell in cells if cell in by_cell]
    return {
        "cells": [_row(one) for one in run_cells],
        "impossible": [{**_names(cell), "reason": impossible(cell)} for cell in cells if impossible(cell)],
        "cells_run": len(run_cells),
        "cells_wrong": sum(bool(one.outcome.wrong) for one in run_cells),
        "wall_s": round(wall_s, 1),
        "cpu_s": round(sum(one.cpu_s for one in run_cells), 1),
    }


def _row(one: Measured) -> dict[str, Any]:
    outcome = one.outcome
    return {
        **_names(outcome.cell),
        **asdict(outcome.counts),
        "recovery_s": outcome.recovery_s,
        "trading": outcome.trading,
        "child": str(outcome.cell.kind.value),
        "wrong": list(outcome.wrong),
        "cpu_s": one.cpu_s,
    }


def _names(cell: Cell) -> dict[str, str]:
    return {"crash_point": cell.point, "venue_action": cell.action, "victim": cell.victim}
