"""The `hydra` command and the table of its subcommands, each imported only when used: help is quick.

An expected failure is a sentence on stderr and its exit code; all else is a defect with a traceback.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any

import click

from hydra.errors import HydraError


@dataclass(frozen=True, slots=True)
class Row:
    """One subcommand: where it is, as `module:attribute`, and its line in the help."""

    target: str
    summary: str


COMMANDS = {
    "run": Row("hydra.cli.run_command:run_command", "Trade, until told to stop."),
    "status": Row("hydra.cli.status_command:status_command", "Show what the running hydra does, and why."),
    "halt": Row("hydra.cli.control_commands:halt_command", "Cancel everything and stop trading."),
    "resume": Row("hydra.cli.control_commands:resume_command", "Trade again."),
    "flatten": Row("hydra.cli.control_commands:flatten_command", "Close every position by limit orders."),
    "kill-actor": Row("hydra.cli.control_commands:kill_actor_command", "Kill an actor, to see it come back."),
    "reconcile": Row("hydra.cli.reconcile_command:reconcile_command", "Compare with the broker; settle differences."),
    "simulate": Row("hydra.cli.simulate_command:simulate_command", "Live through weeks of market in seconds."),
    "chaos": Row("hydra.cli.chaos_command:chaos_command", "Hunt: worlds with faults, seed by seed, held to the laws."),
    "replay": Row("hydra.cli.chaos_command:replay_command", "Show a world of faults again, step by step."),
    "gateway": Row("hydra.gateway.cli:gateway_command", "Run the simulated IB Gateway, or read its ledger."),
    "journal": Row("hydra.cli.journal_command:journal_command", "Check the journal, read its end, or put a copy back."),
    "backup": Row("hydra.cli.journal_command:backup", "Copy the journal, also while hydra writes it."),
    "artifacts": Row("hydra.cli.artifacts_command:artifacts_command", "List or read the daily reports on disk."),
    "report": Row("hydra.cli.artifacts_command:report_command", "Make a session's report from the journal now."),
    "bench": Row("hydra.cli.bench_command:bench_command", "Measure orders beside raw ib_async, and simulated worlds."),
    "config": Row("hydra.cli.config_command:config_command", "Check supervisor.toml, show what is in force."),
}


class LazyGroup(click.Group):
    """A group that knows its commands by the table and imports one when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name].target.partition(":")
        command = getattr(import_module(module), attribute)
        assert isinstance(command, click.Command), f"{COMMANDS[cmd_name].target} is not a click command"
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, row.summary) for name, row in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except HydraError as error:
            click.echo(f"error: {error}", err=True)
            ctx.exit(error.exit_code)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="hydra")
def root() -> None:
    """Leave an Interactive Brokers account running unattended, and come out with evidence.

    Exit codes: 0 clean, 1 something unexplained or violated, 2 wrong usage or configuration,
    3 could not start.
    """


def main() -> None:
    """The console script."""
    root(prog_name="hydra")
