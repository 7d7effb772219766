"""The recovery matrix as a person reads it: a table of points and venue actions, the times by victim, what is wrong and why
some cells cannot be. It measures nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rich.table import Table

from hydra.bench.recovery import Measured
from hydra.simulation.recovery.cells import ACTIONS, POINTS, VICTIMS, Action, Cell, Point, impossible

NOTHING = "-"


def matrix_table(done: Sequence[Measured]) -> Table:
    """A row for each point, a column for each action: how many victims were run and the slowest recovery, or how many are
    wrong."""
    table = Table(title="victims lived through, and the slowest recovery in virtual seconds")
    table.add_column("the order is")
    for action in ACTIONS:
        table.add_column(action, justify="right")
    for point in POINTS:
        table.add_row(point, *(_field(done, point, action) for action in ACTIONS))
    return table


def _field(done: Sequence[Measured], point: Point, action: Action) -> str:
    here = [one.outcome for one in done if (one.outcome.cell.point, one.outcome.cell.action) == (point, action)]
    wrong = sum(bool(outcome.wrong) for outcome in here)
    if wrong:
        return f"[bold red]{wrong} of {len(here)} wrong[/]"
    times = [outcome.recovery_s for outcome in here if outcome.recovery_s is not None]
    return f"{len(here)} {max(times):5.2f}" if times else NOTHING


def victims_table(done: Sequence[Measured]) -> Table:
    """From the death of each victim until all was well again."""
    table = Table(title="seconds from the death to synchronised and trading permitted, or paused over a true difference")
    for column in ("who dies", "cells", "median", "slowest", "paused"):
        table.add_column(column, justify="left" if column == "who dies" else "right")
    for victim in VICTIMS:
        here = [one.outcome for one in done if one.outcome.cell.victim == victim]
        times = sorted(outcome.recovery_s for outcome in here if outcome.recovery_s is not None)
        if times:
            paused = sum(outcome.trading == "PAUSED" for outcome in here)
            table.add_row(victim, str(len(here)), f"{times[len(times) // 2]:.2f}", f"{times[-1]:.2f}", str(paused))
    return table


def reasons_text(cells: Sequence[Cell]) -> list[str]:
    """How many cells cannot be, and why, a line for each reason."""
    counted = Counter(impossible(cell) for cell in cells)
    return [f"{count:4} cells cannot be: {reason}" for reason, count in counted.items() if reason]


def wrong_text(done: Sequence[Measured]) -> list[str]:
    """Every wrong thing of every cell, a line each, and for each cell the command that shows it again."""
    lines = []
    for outcome in (one.outcome for one in done if one.outcome.wrong):
        lines += [f"WRONG  {outcome.cell}: {sentence}" for sentence in outcome.wrong]
        lines.append(f'       hydra bench recovery --trace --only "/ {outcome.cell} /"')
    return lines
