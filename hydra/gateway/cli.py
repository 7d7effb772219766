"""`hydra gateway`: run the simulated gateway in the foreground, or print its ledger. It decides nothing
else.
"""

import json
import os
import sqlite3
import sys
from contextlib import closing
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import click

from hydra.gateway.fault_words import fault_of, fault_rows, fault_table
from hydra.gateway.faults import GatewayFault
from hydra.gateway.instants import clock_text
from hydra.gateway.ledger import ledger_of
from hydra.gateway.ledger_table import ledger_text
from hydra.gateway.server import Listening
from hydra.gateway.serving import CannotServe, Place, serve
from hydra.gateway.settings import GatewayConfig, MarketDataMode
from hydra.gateway.store import SqliteStore

EXIT_CANNOT_START = 3
DEFAULT_DB = Path("logs/gateway.db")
_DEFAULTS = GatewayConfig()


class _DecimalType(click.ParamType[Decimal]):
    """A number that is not rounded on its way in."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        try:
            amount = Decimal(value)
        except ArithmeticError:
            self.fail(f"{value!r} is not a number", param, ctx)
        if not amount.is_finite() or amount <= 0:
            self.fail(f"{value} is not above zero", param, ctx)
        return amount


class _FaultType(click.ParamType[GatewayFault]):
    """A fault as a person writes it."""

    name = "fault"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> GatewayFault:
        try:
            return fault_of(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


_db_option = click.option(
    "--db", type=click.Path(path_type=Path, dir_okay=False), default=DEFAULT_DB, show_default=True, help="Its store."
)
_json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object on one line.")


@click.group("gateway", invoke_without_command=True)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(0, 65535), default=4002, show_default=True, help="0 takes a free one.")
@_db_option
@click.option("--speed", type=click.FloatRange(0.01, 10_000), default=_DEFAULTS.speed, show_default=True)
@click.option("--seed", type=int, default=_DEFAULTS.seed, show_default=True, help="Of the market's path.")
@click.option(
    "--day",
    type=click.DateTime(["%Y-%m-%d"]),
    default=_DEFAULTS.start_day.isoformat(),
    show_default=True,
    help="Where a new tape begins.",
)
@click.option("--cash", type=_DecimalType(), default=_DEFAULTS.cash, show_default=True, help="Of a new account, USD.")
@click.option("--account", default=_DEFAULTS.account, show_default=True)
@click.option("--market-data", type=click.Choice(["live", "delayed", "none"]), default="live", show_default=True)
@click.option(
    "--quote-interval",
    type=click.Choice([str(seconds) for seconds in range(1, 61) if 60 % seconds == 0]),
    default=str(_DEFAULTS.quote_interval_s),
    show_default=True,
    help="Market seconds between two quotes of a symbol.",
)
@click.option(
    "--venue-share",
    type=_DecimalType(),
    default=_DEFAULTS.venue_share,
    show_default=True,
    help="Share of the recorded volume that trades here.",
)
@click.option(
    "--fault",
    "faults",
    type=_FaultType(),
    multiple=True,
    metavar="KIND[:TARGET][=AMOUNT]@START[+FOR]",
    help="What goes wrong, and when: market time after the start, as 30s, 5m or 1.5h. Repeatable; see `faults`.",
)
@click.option("--exit-with-parent", is_flag=True, help="End when standard input ends.")
@_json_option
@click.pass_context
def gateway_command(ctx: click.Context, /, **options: Any) -> None:
    """A simulated IB Gateway for any TWS API client, on recorded prices."""
    if ctx.invoked_subcommand is not None:
        ctx.obj = options["db"]
        return
    config = GatewayConfig(
        account=options["account"],
        cash=options["cash"],
        seed=options["seed"],
        start_day=_day(options["day"]),
        speed=options["speed"],
        market_data=_mode(options["market_data"]),
        quote_interval_s=int(options["quote_interval"]),
        venue_share=options["venue_share"],
    )
    place = Place(
        host=options["host"],
        port=options["port"],
        db=options["db"],
        ends_with_parent=options["exit_with_parent"],
    )
    try:
        say = partial(_say, config=config, as_json=options["as_json"] or place.ends_with_parent)
        serve(config, place, say, options["faults"])
    except CannotServe as error:
        click.echo(f"hydra gateway: {error}", err=True)
        sys.exit(EXIT_CANNOT_START)


def _day(chosen: datetime) -> date:
    return chosen.date()


def _mode(name: str) -> MarketDataMode:
    modes: dict[str, MarketDataMode] = {"live": "live", "delayed": "delayed", "none": "none"}
    return modes[name]


def _say(listening: Listening, config: GatewayConfig, *, as_json: bool) -> None:
    """One line, flushed: a parent process waits for it."""
    if as_json:
        click.echo(json.dumps(asdict(listening) | {"account": config.account, "pid": os.getpid()}))
    else:
        where, when = f"{listening.host} port {listening.port}", clock_text(listening.market_us)
        speed = f"{listening.speed:g} times real time"
        click.echo(f"Listening on {where}. Account {config.account}, market time {when}, {speed}. Ctrl-C ends it.")
    sys.stdout.flush()


@gateway_command.command("ledger")
@_db_option
@_json_option
def ledger_command(db: Path, as_json: bool) -> None:
    """Print the gateway's own truth, while it runs or afterwards."""
    try:
        ledger = _read_ledger(db)
    except (LookupError, ValueError, sqlite3.Error) as error:
        click.echo(f"hydra gateway ledger: {db}: {error}", err=True)
        sys.exit(EXIT_CANNOT_START)
    click.echo(json.dumps(ledger) if as_json else ledger_text(ledger))


@gateway_command.command("faults")
@_json_option
def faults_command(as_json: bool) -> None:
    """Print what --fault offers."""
    click.echo(json.dumps({"faults": fault_rows()}) if as_json else fault_table())


def _read_ledger(db: Path) -> dict[str, Any]:
    if not db.exists():
        raise LookupError("there is no such store; `hydra gateway` makes one")
    with closing(SqliteStore(db, read_only=True)) as store:
        return ledger_of(store)
