"""`hydra chaos` hunts through seeds; `hydra replay` shows one of them again, step by step."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from hydra.cli.durations import DurationType
from hydra.errors import ExitCode, UsageError
from hydra.simulation.chaos.campaign import Campaign, Tally, campaign, cores
from hydra.simulation.chaos.hunt import Wishes, hunt
from hydra.simulation.chaos.options import MINUTES, Level, kinds_of, plan_of
from hydra.simulation.chaos.plan import ChaosPlan, Record, described, encode, read
from hydra.simulation.chaos.quiet import quiet
from hydra.simulation.chaos.wording import failure_text, figures, summary
from hydra.simulation.world import ClockKind, machine_s

KEPT = Path("logs/chaos")
SEED_MAX = 2**63 - 1
HOURS = round(MINUTES / 60.0, 3)

_HOURS = click.FloatRange(0.1, 24.0 * 366)
_LEVELS = click.Choice(("none", "light", "heavy"))


@click.command("chaos")
@click.option("--seeds", type=click.IntRange(1, 10**7), default=1000, show_default=True, help="How many worlds.")
@click.option("--from", "first_seed", type=click.IntRange(0, SEED_MAX), default=0, show_default=True, help="The first seed.")
@click.option("--hours", type=_HOURS, default=HOURS, show_default=True, help="Market hours of each, under faults.")
@click.option("--jobs", type=click.IntRange(1, 256), help="Worlds at a time.  [default: one per core]")
@click.option("--minutes", "wall_minutes", type=click.FloatRange(0.01), help="End after so many minutes of the wall.")
@click.option("--faults", "level", type=_LEVELS, default="heavy", show_default=True, help="How much goes wrong.")
@click.option("--only", multiple=True, metavar="KIND", help="Only faults called so, or whose names begin so; repeatable.")
@click.option("--json", "as_json", is_flag=True, help="End with the summary as one JSON object on the last line.")
@click.pass_context
def chaos_command(
    ctx: click.Context,
    seeds: int,
    first_seed: int,
    hours: float,
    jobs: int | None,
    wall_minutes: float | None,
    level: Level,
    only: tuple[str, ...],
    as_json: bool,
) -> None:
    """Hunt: live through worlds drawn from seeds, each hurt by faults of its own, until one breaks a law.

    A world that fails is made small and kept under logs/chaos; `hydra replay` shows it again. Exit codes: 0 every law held,
    1 a law was broken, 2 wrong usage.
    """
    kinds_of(only)
    what = Campaign(
        first_seed=first_seed,
        count=seeds,
        minutes=hours * 60.0,
        level=level,
        only=only,
        jobs=jobs or min(cores(), seeds),
        wall_s=None if wall_minutes is None else wall_minutes * 60.0,
    )
    tally = _with_progress(what)
    if tally.failure is not None:
        click.echo(failure_text(tally.failure, _kept(tally)))
    click.echo(summary(tally))
    if as_json:
        click.echo(msgspec.json.encode(figures(tally)))
    ctx.exit(ExitCode.CLEAN if tally.failure is None else ExitCode.VIOLATED)


def _with_progress(what: Campaign) -> Tally:
    columns = (TextColumn("seeds {task.fields[span]}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    bar = Progress(*columns, console=Console(stderr=True), get_time=machine_s)
    tally = Tally()
    with bar as progress:
        span = f"{what.first_seed}-{what.first_seed + what.count - 1}"
        task = progress.add_task("", total=what.count, span=span)
        for tally in campaign(what):
            progress.update(task, completed=tally.seeds)
    return tally


def _kept(tally: Tally) -> str:
    """Store what failed; returns the command that shows it again."""
    failure = tally.failure
    assert failure is not None, "only what failed is kept"
    KEPT.mkdir(parents=True, exist_ok=True)
    path = KEPT / f"seed-{failure.plan.seed}.json"
    path.write_bytes(encode(Record(plan=failure.plan, violations=failure.violations, digest=failure.digest)))
    return f"hydra replay {path}"


@click.command("replay")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), required=False)
@click.option("--seed", type=click.IntRange(0, SEED_MAX), help="The world of this seed instead of a file.")
@click.option("--faults", "level", type=_LEVELS, default="heavy", show_default=True, help="With --seed, as hydra chaos.")
@click.option("--hours", type=_HOURS, default=HOURS, show_default=True, help="With --seed, as hydra chaos.")
@click.option("--only", multiple=True, metavar="KIND", help="With --seed, as hydra chaos.")
@click.option("--until", "until_s", type=DurationType(), help="Stop at this virtual time, e.g. 41m.")
@click.option("--trace", "traced", is_flag=True, help="Show every delivery, not only what went wrong and who intervened.")
@click.option("--clock", type=click.Choice(("freezegun", "plain")), default="plain", show_default=True)
@click.option("--keep", type=click.Path(path_type=Path, file_okay=False), help="Copy the journals of all processes here.")
@click.pass_context
def replay_command(
    ctx: click.Context,
    file: Path | None,
    seed: int | None,
    level: Level,
    hours: float,
    only: tuple[str, ...],
    until_s: float | None,
    traced: bool,
    clock: ClockKind,
    keep: Path | None,
) -> None:
    """Show a world again: the plan in FILE, which `hydra chaos` kept, or the one of --seed.

    Exit codes: 0 every law held, 1 a law was broken, 2 wrong usage.
    """
    record = _wanted(file, seed, lambda drawn: plan_of(drawn, level, hours * 60.0, only))
    for line in described(record.plan):
        click.echo(line)

    def show(line: str) -> None:
        if traced or "  *** " in line:
            click.echo(line)

    with quiet(), ExitStack() as stack:
        if keep is not None:
            stack.callback(click.echo, f"the journals of all processes are in {keep}")
        result = hunt(record.plan, Wishes(clock=clock, on_trace=show, keep=keep, until_s=until_s))
    for violation in result.violations:
        click.echo(f"BROKEN  {violation}")
    click.echo(_verdict(record, result.digest, broken=bool(result.violations), whole=until_s is None))
    ctx.exit(ExitCode.VIOLATED if result.violations else ExitCode.CLEAN)


def _wanted(file: Path | None, seed: int | None, draw: Callable[[int], ChaosPlan]) -> Record:
    if (file is None) == (seed is None):
        raise UsageError("hydra replay shows one world: give a FILE or --seed, and not both")
    if file is not None:
        return read(file)
    assert seed is not None, "one of the two is given"
    return Record(plan=draw(seed))


def _verdict(record: Record, digest: str, *, broken: bool, whole: bool) -> str:
    if not whole:
        return "stopped before its end: the laws were not asked"
    said = "laws were broken" if broken else "every law held"
    if record.digest and digest != record.digest:
        return f"{said}; digest {digest} is not that of the file, {record.digest}, made by hydra {record.version}"
    return f"{said}; digest {digest}" + (", as in the file" if record.digest else "")
