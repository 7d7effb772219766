"""`hydra simulate`: weeks of market time in virtual time, a report and a digest that any other process repeats."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from hydra.cli.options import config_in_force, config_option
from hydra.errors import ExitCode, StartError
from hydra.simulation.world import SimulationFailed, SimulationPlan, SimulationResult, simulate

WEEKS_MAX = 52
REMEMBERED = Path("logs/simulations")


@click.command("simulate")
@config_option
@click.option("--weeks", type=click.IntRange(1, WEEKS_MAX), default=4, show_default=True, help="Market weeks.")
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
@click.option("--json", "as_json", is_flag=True, help="End with the report as one JSON object on the last line.")
@click.pass_context
def simulate_command(
    ctx: click.Context,
    config_path: Path | None,
    weeks: int,
    seed: int,
    clock: str,
    quote_interval_s: str,
    as_json: bool,
) -> None:
    """Run the same actors, the same ib_async and the same gateway through weeks of market time.

    Journal and artifacts lie under logs/simulations/seed-N. Exit codes: 0 clean, 1 a law was broken, 2 wrong usage.
    """
    directory = REMEMBERED / f"seed-{seed}"
    if directory.exists():
        shutil.rmtree(directory)
    plan = SimulationPlan(
        config=config_in_force(config_path),
        seed=seed,
        weeks=weeks,
        clock="plain" if clock == "plain" else "freezegun",
        quote_interval_s=int(quote_interval_s),
        directory=directory,
    )
    began = time.perf_counter()
    result = _with_progress(plan)
    wall_s = time.perf_counter() - began
    click.echo(report(plan, result, wall_s))
    if as_json:
        click.echo(msgspec.json.encode(figures(result, wall_s)))
    ctx.exit(ExitCode.VIOLATED if result.violations else ExitCode.CLEAN)


def _with_progress(plan: SimulationPlan) -> SimulationResult:
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(f"{plan.weeks} weeks, seed {plan.seed}", total=1.0)
        try:
            return simulate(plan, lambda done: progress.update(task, completed=done))
        except SimulationFailed as failure:
            raise StartError(f"the simulation of seed {plan.seed} could not go on: {failure}") from failure


def figures(result: SimulationResult, wall_s: float) -> dict[str, object]:
    """The report's figures as one JSON object; `violations` are whole sentences."""
    return {
        "digest": result.digest,
        "wall_s": round(wall_s, 3),
        "market_s": result.market_s,
        "orders": result.summary.orders,
        "fills": result.summary.fills,
        "signals": result.summary.signals,
        "restarts": result.summary.restarts,
        "reconciliations": result.summary.reconciliations,
        "mismatches": result.summary.mismatches,
        "terminal": result.summary.terminal,
        "violations": list(result.violations),
    }


def report(plan: SimulationPlan, result: SimulationResult, wall_s: float) -> str:
    """What happened, for a person."""
    summary = result.summary
    ends = ", ".join(f"{count} {end}" for end, count in sorted(summary.terminal.items())) or "none"
    lines = [
        f"{plan.weeks} weeks of market time (seed {plan.seed}, clock {plan.clock}) in {wall_s:.1f} s",
        f"signals {summary.signals}: {ends}",
        f"orders {summary.orders}, fills {summary.fills}, restarts {summary.restarts}",
        f"reconciliations {summary.reconciliations}, mismatches {summary.mismatches}",
        f"journal and artifacts: {plan.directory}",
        f"digest {result.digest}",
    ]
    lines.extend(f"BROKEN: {law}" for law in result.violations)
    if not result.violations:
        lines.append("every law held: orders, executions, positions, cash and signals agree with the gateway's ledger")
    return "\n".join(lines)
