"""`hydra halt`, `resume`, `flatten`, `kill-actor`: an operator's verbs, sent to the hydra that runs.

Each prints what came of it, and exits with 0 when it was obeyed and 1 when it was not.
"""

from __future__ import annotations

from pathlib import Path

import click

from hydra.cli.options import client_of, config_in_force, config_option, reason_option, who
from hydra.errors import ExitCode
from hydra.messages.commands import VerbAnswered


@click.command("halt")
@config_option
@reason_option
@click.option(
    "--direct",
    is_flag=True,
    help="Also cancel over a connection of our own, for when the process hangs or is dead.",
)
@click.pass_context
def halt_command(ctx: click.Context, config_path: Path | None, reason: str, direct: bool) -> None:
    """Cancel every working order and send no more, until somebody resumes."""
    config = config_in_force(config_path)
    if direct:
        from hydra.cli.halt_direct import halt_directly

        ctx.exit(halt_directly(config, by=who(), reason=reason))
    finish(ctx, client_of(config).halt(by=who(), reason=reason))


@click.command("resume")
@config_option
@reason_option
@click.option("--force", is_flag=True, help="Accept the differences that are open; this is recorded with your name.")
@click.pass_context
def resume_command(ctx: click.Context, config_path: Path | None, reason: str, force: bool) -> None:
    """Trade again after a halt or a pause."""
    finish(ctx, client_of(config_in_force(config_path)).resume(by=who(), reason=reason, force=force))


@click.command("flatten")
@config_option
@reason_option
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_context
def flatten_command(ctx: click.Context, config_path: Path | None, reason: str, yes: bool) -> None:
    """Halt, then close every position with limit orders."""
    client = client_of(config_in_force(config_path))
    if not yes:
        held = [position for position in client.status().positions if position.quantity]
        names = ", ".join(f"{position.quantity:f} {position.symbol}" for position in held) or "nothing"
        click.confirm(f"Cancel every working order and close {names} by limit orders?", abort=True)
    finish(ctx, client.flatten(by=who(), reason=reason))


@click.command("kill-actor")
@config_option
@click.argument("name")
@click.pass_context
def kill_actor_command(ctx: click.Context, config_path: Path | None, name: str) -> None:
    """Let an actor die as if it had crashed, to see it come back: risk, router, a child's address."""
    finish(ctx, client_of(config_in_force(config_path)).kill_actor(name, by=who()))


def finish(ctx: click.Context, answer: VerbAnswered) -> None:
    """Say what came of it and end."""
    click.echo(answer.text, err=not answer.obeyed)
    ctx.exit(ExitCode.CLEAN if answer.obeyed else ExitCode.VIOLATED)
