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
from hydra.config import Config
from hydra.errors import ExitCode, StartError, UsageError
from hydra.gateway.bars import bundled_bars
from hydra.simulation.chaos.plan import ChaosPlan
from hydra.simulation.chaos.quiet import quiet
from hydra.simulation.chaos.simulated import plan_with_faults, simulate_with_faults
from hydra.simulation.markets import History, config_in, market_named
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
@click.option("--weeks", type=click.IntRange(1, WEEKS_MAX), help=f"Market weeks.  [default: {WEEKS}, or those of --market]")
@click.option("--days", type=click.IntRange(1, WEEKS_MAX * WEEK_DAYS), help="Calendar days instead of weeks.")
@click.option("--market", "market_name", metavar="NAME|YYYY-MM-DD", help="A stretch of history; a wrong name lists all.")
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
    "--faults",
    default="none",
    show_default=True,
    metavar="none|light|heavy|PLAN",
    help="What goes wrong on the way, drawn by the seed; or the faults of a file that hydra chaos kept.",
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
    market_name: str | None,
    seed: int,
    clock: ClockKind,
    quote_interval_s: str,
    faults: str,
    trace_path: Path | None,
    as_json: bool,
) -> None:
    """Run the same actors, the same ib_async and the same gateway through weeks of market time.

    Journal and artifacts lie under logs/simulations/seed-N (with --market: NAME-seed-N), those of an earlier run of the
    seed are replaced. Exit codes: 0 clean, 1 a law was broken, 2 wrong usage, 3 it could not go on.
    """
    history = None if market_name is None else market_named(market_name)
    plan = SimulationPlan(
        config=_config(config_path, history),
        seed=seed,
        days=_days(weeks, days, WEEKS * WEEK_DAYS if history is None else history.days),
        clock=clock,
        quote_interval_s=int(quote_interval_s),
        directory=REMEMBERED / (f"seed-{seed}" if history is None else f"{history.name}-seed-{seed}"),
        recorded=bundled_bars if history is None else history.recorded,
    )
    began_s = machine_s()
    chaos = None if faults == "none" else plan_with_faults(plan, faults)
    result = _traced(plan, chaos, trace_path)
    wall_s = machine_s() - began_s
    click.echo(report(plan, result, wall_s))
    if as_json:
        click.echo(msgspec.json.encode(figures(result, wall_s)))
    ctx.exit(ExitCode.VIOLATED if result.violations else ExitCode.CLEAN)


def _config(path: Path | None, history: History | None) -> Config:
    """The configuration in force, as this history can play it; a person is told what is left out."""
    config = config_in_force(path)
    if history is None:
        return config
    config, left_out = config_in(history, config)
    if left_out:
        click.echo(f"market {history.name} has no prices of {', '.join(left_out)}: not traded", err=True)
    return config


def _days(weeks: int | None, days: int | None, otherwise: int) -> int:
    if weeks is not None and days is not None:
        raise UsageError(f"--weeks {weeks} and --days {days} both say how long; give one of them")
    if days is not None:
        return days
    return otherwise if weeks is None else weeks * WEEK_DAYS


def _traced(plan: SimulationPlan, chaos: ChaosPlan | None, path: Path | None) -> SimulationResult:
    if path is None:
        return _with_progress(plan, chaos, None)
    try:
        with path.open("w", encoding="utf-8") as lines:
            return _with_progress(plan, chaos, lines.write)
    except OSError as error:
        raise UsageError(f"the trace {path} cannot be written: {error}") from error


def _with_progress(
    plan: SimulationPlan, chaos: ChaosPlan | None, on_trace: Callable[[str], object] | None
) -> SimulationResult:
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
            if chaos is None:
                return simulate(plan, day_done, on_trace)
            return _with_faults(plan, chaos, day_done, on_trace)
        except SimulationFailed as failure:
            raise StartError(f"the simulation of seed {plan.seed} could not go on: {failure}") from failure


def _with_faults(
    plan: SimulationPlan,
    chaos: ChaosPlan,
    day_done: Callable[[int], object],
    on_trace: Callable[[str], object] | None,
) -> SimulationResult:
    """Crashes are wanted here; a person is told how many faults there were, not of each."""
    with quiet():
        result, told = simulate_with_faults(plan, chaos, day_done, on_trace)
    hurt = ", ".join(f"{kind} {count}" for kind, count in sorted(told.injected.items())) or "none"
    click.echo(f"faults           {sum(told.injected.values())} in {told.processes} processes: {hurt}")
    return result
