"""`hydra reconcile`: compare with the broker now, show what differs, settle it.

Verbs go to the hydra that runs; what differs can be read from the journal of one that has stopped, too, or be found without
one.
"""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from hydra.cli.control_commands import finish
from hydra.cli.options import client_of, config_in_force, config_option, reason_option, who
from hydra.cli.reconcile_offline import reconcile_offline
from hydra.config import Config
from hydra.console.differences import lines_of
from hydra.control.client import NotRunning
from hydra.core.book import Book
from hydra.errors import ExitCode, UsageError
from hydra.journal.reading import JournalReader
from hydra.supervisor.desk_differences import DifferenceSheet, sheet_of
from hydra.values import Resolution

ALL = ""
"""`--show` without a name."""


@click.command("reconcile")
@config_option
@reason_option
@click.option(
    "--show",
    "shown",
    metavar="[ITEM]",
    is_flag=False,
    flag_value=ALL,
    help="Print what differs, both sides, and what may be done; of one ITEM only, if it is named.",
)
@click.option(
    "--offline",
    is_flag=True,
    help="Compare without a running hydra: what of the journal can be trusted, beside a listing of its own.",
)
@click.option(
    "--json", "as_json", is_flag=True, help="With --show or --offline: print one JSON object on one line instead."
)
@click.option("--adopt", metavar="ITEM", help="Take the broker's side of this difference over into our books.")
@click.option("--ignore", metavar="ITEM", help="Leave this difference as it is; it pauses trading no more.")
@click.option("--close", metavar="ITEM", help="Close what is unexplained by limit orders that only reduce, or a cancel.")
@click.pass_context
def reconcile_command(
    ctx: click.Context,
    /,
    config_path: Path | None,
    reason: str,
    shown: str | None,
    offline: bool,
    as_json: bool,
    **named: str | None,
) -> None:
    """Compare our books with the broker's now, or settle what differs; `hydra status` shows the result.

    --show exits with 1 while a difference is open. --adopt, --ignore and --close are recorded with your name and reason;
    trading stays as it is until `hydra resume`. --offline is for a hydra that does not run, or may not because its journal
    is damaged: it sends no order and changes no journal, and exits with 1 when anything differs.
    """
    wishes = {Resolution(name): item for name, item in named.items() if item is not None}
    _check(shown, wishes, offline=offline, as_json=as_json)
    config = config_in_force(config_path)
    if offline:
        ctx.exit(reconcile_offline(config, as_json=as_json))
    if shown is not None:
        _show(ctx, config, shown, as_json=as_json)
    for how, item in wishes.items():
        finish(ctx, client_of(config).resolve(item, how, by=who(), reason=reason))
    finish(ctx, client_of(config).reconcile(by=who(), reason=reason))


def _check(shown: str | None, wishes: dict[Resolution, str], *, offline: bool, as_json: bool) -> None:
    """Raises UsageError for what cannot be meant."""
    given = [f"--{how}" for how in wishes] + (["--show"] if shown is not None else []) + ["--offline"] * offline
    if len(given) > 1:
        raise UsageError(f"{', '.join(given)} exclude each other: one at a time.")
    if as_json and shown is None and not offline:
        raise UsageError("--json goes with --show or --offline.")
    for how, item in wishes.items():
        if not item:
            raise UsageError(f"--{how} needs the name of a difference, such as position/AAPL or cash.")


def _show(ctx: click.Context, config: Config, item: str, *, as_json: bool) -> None:
    sheet, source = _sheet(config)
    named = tuple(row for row in sheet.rows if item in (ALL, row.item))
    if item != ALL and not named:
        known = ", ".join(row.item for row in sheet.rows) or "none"
        click.echo(f"No difference is called {item}; there is {known}.", err=True)
        ctx.exit(ExitCode.VIOLATED)
    shown = DifferenceSheet(
        trading=sheet.trading, trading_by=sheet.trading_by, trading_reason=sheet.trading_reason, rows=named
    )
    if as_json:
        click.echo(msgspec.json.encode(shown))
    else:
        click.echo("\n".join([*source, *lines_of(shown)]))
    ctx.exit(ExitCode.VIOLATED if shown.open_items else ExitCode.CLEAN)


def _sheet(config: Config) -> tuple[DifferenceSheet, tuple[str, ...]]:
    """Of the hydra that runs, or else of the journal that it has left; and a line that says so."""
    try:
        return client_of(config).differences(), ()
    except NotRunning as stopped:
        path = config.journal.path
        book = Book()
        with JournalReader(path) as reader:
            for stored in reader.fold():
                book.apply(stored.seq, stored.at, stored.event)
        told = (f"As the journal {path} has it at its end ({stopped}).", "")
        return sheet_of(book.image()), told
