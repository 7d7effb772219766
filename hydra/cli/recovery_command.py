"""`hydra bench recovery`: every way an order can be caught by a death; nothing may be lost, doubled or invented."""

from __future__ import annotations

from collections.abc import Sequence

import click
import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from hydra.bench.recovery import Measured, cells_named, report, run
from hydra.bench.recovery_table import matrix_table, reasons_text, victims_table, wrong_text
from hydra.errors import ExitCode
from hydra.simulation.chaos.campaign import cores
from hydra.simulation.recovery.cells import Cell, impossible
from hydra.simulation.world import machine_s

TABLE_COLUMNS_MIN = 160
"""A narrower terminal wraps lines; the table stays whole."""


@click.command("recovery")
@click.option("--only", multiple=True, metavar="TEXT", help="Only cells with this in `/ point / action / victim /`.")
@click.option("--jobs", type=click.IntRange(1, 256), help="Cells at a time.  [default: one per core]")
@click.option("--trace", "traced", is_flag=True, help="Show every delivery of the cells, one after the other.")
@click.option("--json", "as_json", is_flag=True, help="End with the matrix as one JSON object on the last line.")
@click.pass_context
def recovery_command(ctx: click.Context, only: tuple[str, ...], jobs: int | None, traced: bool, as_json: bool) -> None:
    """The recovery matrix: where an order stands x what the venue does meanwhile x who dies, in virtual time.

    Each cell is a whole hydra at the simulated gateway, judged by the gateway's own ledger. Exit codes: 0 nothing was lost,
    doubled or invented, 1 something was, 2 wrong usage.
    """
    cells = cells_named(only)
    began_s = machine_s()
    possible = [cell for cell in cells if not impossible(cell)]
    done = list(run(possible, 1, _show)) if traced else _with_progress(possible, jobs or cores())
    figures = report(done, cells, machine_s() - began_s)
    console = Console(width=max(TABLE_COLUMNS_MIN, Console().width))
    console.print(matrix_table(done), victims_table(done))
    for line in (*reasons_text(cells), *wrong_text(done)):
        click.echo(line)
    click.echo(
        f"{figures['cells_run']} cells lived through, {figures['cells_wrong']} with something wrong, "
        f"{len(figures['impossible'])} cannot be; {figures['wall_s']} s, {figures['cpu_s']} s of CPU"
    )
    if as_json:
        click.echo(msgspec.json.encode(figures))
    ctx.exit(ExitCode.VIOLATED if figures["cells_wrong"] else ExitCode.CLEAN)


def _show(line: str) -> None:
    click.echo(line.rstrip())


def _with_progress(cells: Sequence[Cell], jobs: int) -> list[Measured]:
    """What came of them, in the order of the matrix."""
    columns = (TextColumn("cells"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    done: list[Measured] = []
    with Progress(*columns, console=Console(stderr=True), get_time=machine_s) as progress:
        task = progress.add_task("", total=len(cells))
        for one in run(cells, min(jobs, max(1, len(cells)))):
            done.append(one)
            progress.update(task, completed=len(done))
    return sorted(done, key=lambda one: one.outcome.cell.place)
