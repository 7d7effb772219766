"""`hydra simulate`: weeks of market time in virtual time, a report and a digest that any other process repeats."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from hydra.cli.endings import StopSignals
from hydra.cli.options import config_in_force, config_option
from hydra.errors import ExitCode, StartError, UsageError
from hydra.simulation.report import figures, report
from hydra.simulation.world import (
    WEEK_DAYS,
    ClockKind,
    SimulationFailed,
    SimulationPlan,
    SimulationResult,
    machine_s,
    simulate,
)

WEEKS = 4
WEEKS_MAX = 52
REMEMBERED = Path("logs/simulations")


@click.command("simulate")
@config_option
@click.option("--weeks", type=click.IntRange(1, WEEKS_MAX), help=f"Market weeks.  [default: {WEEKS}]")
@click.option("--days", type=click.IntRange(1, WEEKS_MAX * WEEK_DAYS), help="Calendar days instead of weeks.")
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), default=1, show_default=True, help="Decides everything.")
@click.option(
    "--clock",
    type=click.Choice(("freezegun", "plain")),
    default="freezegun",
    show_default=True,
    help="freezegun: Python's clocks show market time too. The digest is the same.",
)
@click.option(
    "--quote-interval",
    "quote_interval_s",
    type=click.Choice(("10", "20", "30", "60")),
    default="30",
    show_default=True,
    help="Market seconds between two quotes of a symbol.",
)
@click.option(
    "--trace",
    "trace_path",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write every delivery here, a line each: where two runs that should be the same differ, it shows.",
)
@click.option("--json", "as_json", is_flag=True, help="End with the report as one JSON object on the last line.")
@click.pass_context
def simulate_command(
    ctx: click.Context,
    config_path: Path | None,
    weeks: int | None,
    days: int | None,
    seed: int,
    clock: ClockKind,
    quote_interval_s: str,
    trace_path: Path | None,
    as_json: bool,
) -> None:
    """Run the same actors, the same ib_async and the same gateway through weeks of market time.

    Journal and artifacts lie under logs/simulations/seed-N, those of an earlier run of the seed are replaced. Exit codes:
    0 clean, 1 a law was broken, 2 wrong usage, 3 it could not go on.
    """
    plan = SimulationPlan(
        config=config_in_force(config_path),
        seed=seed,
        days=_days(weeks, days),
        clock=clock,
        quote_interval_s=int(quote_interval_s),
        directory=REMEMBERED / f"seed-{seed}",
    )
    began_s = machine_s()
    result = _traced(plan, trace_path)
    wall_s = machine_s() - began_s
    click.echo(report(plan, result, wall_s))
    if as_json:
        click.echo(msgspec.json.encode(figures(result, wall_s)))
    ctx.exit(ExitCode.VIOLATED if result.violations else ExitCode.CLEAN)


def _days(weeks: int | None, days: int | None) -> int:
    if weeks is not None and days is not None:
        raise UsageError(f"--weeks {weeks} and --days {days} both say how long; give one of them")
    return days if days is not None else (weeks or WEEKS) * WEEK_DAYS


def _traced(plan: SimulationPlan, path: Path | None) -> SimulationResult:
    if path is None:
        return _with_progress(plan, None)
    try:
        with path.open("w", encoding="utf-8") as lines:
            return _with_progress(plan, lines.write)
    except OSError as error:
        raise UsageError(f"the trace {path} cannot be written: {error}") from error


def _with_progress(plan: SimulationPlan, on_trace: Callable[[str], object] | None) -> SimulationResult:
    """The bar is drawn by this thread, by the machine's own clock: Python's stands still meanwhile.

    A signal is heard between two simulated days: a KeyboardInterrupt would be the crash of whichever actor runs just then.
    """
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("days"), TimeElapsedColumn()
    )
    bar = Progress(*columns, console=Console(stderr=True), auto_refresh=False, get_time=machine_s)
    with StopSignals() as signals, bar as progress:
        task = progress.add_task(f"seed {plan.seed}", total=plan.days)

        def day_done(days_n: int) -> None:
            progress.update(task, completed=days_n, refresh=True)
            if signals.heard:
                raise click.Abort

        try:
            return simulate(plan, day_done, on_trace)
        except SimulationFailed as failure:
            raise StartError(f"the simulation of seed {plan.seed} could not go on: {failure}") from failure
