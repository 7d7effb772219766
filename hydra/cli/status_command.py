"""`hydra status`: one picture of the hydra that runs on a journal, and whether a person should look into it."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec
from rich.console import Console

from hydra.cli.options import client_of, config_in_force, config_option
from hydra.console.picture import render
from hydra.errors import ExitCode
from hydra.supervisor.desk_status import DeskStatus

WIDTH_WITHOUT_TERMINAL = 140


@click.command("status")
@config_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object on one line instead.")
@click.pass_context
def status_command(ctx: click.Context, config_path: Path | None, as_json: bool) -> None:
    """Show actors with restarts and why, trading state, positions, orders, alerts.

    Exits with 0 when all is well, and with 1 when no hydra runs on this journal, when it does not answer, when a law
    was violated or a difference to the broker is not explained.
    """
    status = client_of(config_in_force(config_path)).status()
    if as_json:
        click.echo(msgspec.json.encode(status))
    else:
        terminal = Console()
        console = terminal if terminal.is_terminal else Console(width=WIDTH_WITHOUT_TERMINAL)
        console.print(render(status, rows_max=None))
    ctx.exit(ExitCode.CLEAN if is_clean(status) else ExitCode.VIOLATED)


def is_clean(status: DeskStatus) -> bool:
    """Nothing violated and nothing unexplained. A halt or a pause alone is somebody's decision."""
    return not (status.differences or status.summary.violations or status.summary.unexplained)
