"""`hydra run`: trade until told to stop, then say what happened."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from hydra.cli.durations import DurationType
from hydra.cli.endings import StopSignals
from hydra.cli.options import config_in_force, config_option
from hydra.cli.running import RunOptions, run
from hydra.config import Config, GatewayConfig
from hydra.console.lines import ending
from hydra.errors import ExitCode, StartError, UsageError
from hydra.supervisor.desk_status import Summary

SPEED_MAX = 600.0


@click.command("run")
@config_option
@click.option("--for", "limit_s", type=DurationType(), metavar="DURATION", help="End by itself: 60s, 5m, 2h.")
@click.option(
    "--speed",
    type=click.FloatRange(0, SPEED_MAX, min_open=True),
    help="Market seconds per real second of the embedded gateway; 1 is real time.",
)
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), help="Of everything that is drawn, prices included.")
@click.option("--leave-orders", is_flag=True, help="Leave working orders at the broker at the end.")
@click.option("--no-table", is_flag=True, help="Plain lines instead of the live table.")
@click.option("--json", "as_json", is_flag=True, help="End with the summary as one JSON object on the last line.")
@click.pass_context
def run_command(
    ctx: click.Context,
    config_path: Path | None,
    limit_s: float | None,
    speed: float | None,
    seed: int | None,
    leave_orders: bool,
    no_table: bool,
    as_json: bool,
) -> None:
    """Trade: on the embedded simulated gateway, or on a paper gateway (IB_GATEWAY_HOST, IB_GATEWAY_PORT).

    Ctrl-C or SIGTERM ends in order, a second one at once. Exit codes: 0 clean, 1 something unexplained or violated,
    2 wrong usage or configuration, 3 could not or may not start, 70 hung and ended by its own watchdog.
    """
    config = adjusted(config_in_force(config_path), speed=speed, seed=seed)
    options = RunOptions(config=config, limit_s=limit_s, leave_orders=leave_orders, table=not no_table)
    try:
        with StopSignals() as signals:
            result = run(options, signals)
    except StartError as error:
        if as_json:
            click.echo(f"error: {error}", err=True)
            click.echo(msgspec.json.encode(_never_started(str(error))))
            ctx.exit(error.exit_code)
        raise
    click.echo(ending(result.summary))
    if as_json:
        click.echo(msgspec.json.encode(result.summary))
    ctx.exit(ExitCode.CLEAN if result.clean else ExitCode.VIOLATED)


def adjusted(config: Config, *, speed: float | None, seed: int | None) -> Config:
    """The configuration with what the command line says. Raises UsageError for a speed that nobody could keep."""
    if speed is not None and not config.gateway.embedded and speed != 1:
        place = f"{config.broker.host}:{config.broker.port}"
        raise UsageError(f"--speed {speed:g} is for the embedded gateway; the one at {place} keeps real time")
    given = {"speed": speed, "seed": seed}
    changes = {name: value for name, value in given.items() if value is not None}
    gateway = GatewayConfig.model_validate({**config.gateway.model_dump(), **changes})
    return config.model_copy(update={"gateway": gateway})


def _never_started(reason: str) -> Summary:
    return Summary(
        signals=0,
        orders=0,
        fills=0,
        restarts=0,
        reconciliations=0,
        mismatches=0,
        terminal={},
        violations=0,
        open_differences=(),
        exit_reason=reason,
        unexplained=(),
    )
