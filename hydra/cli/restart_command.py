"""`hydra bench restart`: from exec to the first permitted order, after kill -9."""

from __future__ import annotations

import tempfile
from dataclasses import asdict
from pathlib import Path

import click
import msgspec

from hydra.bench.restart import measure_restarts
from hydra.cli.embedded_gateway import start_gateway
from hydra.config import GatewayConfig


@click.command("restart")
@click.option("--orders", type=click.IntRange(1, 100), default=20, show_default=True, help="Orders of each run.")
@click.option("--restarts", type=click.IntRange(1, 4), default=3, show_default=True, help="How often it is killed.")
@click.option(
    "--events", type=click.IntRange(0, 1_000_000), default=0, show_default=True, help="Events in the journal to begin with."
)
@click.option("--json", "as_json", is_flag=True, help="End with the figures as one JSON object on the last line.")
def restart_command(orders: int, restarts: int, events: int, as_json: bool) -> None:
    """Kill `hydra run` with its orders at work and start it again, at a gateway that lives on in another process.

    The time is from exec to the first intent of the new run: journal folded, broker listed, books compared, risk alive.
    Beside it stands what importing hydra costs on this machine now.
    """
    with tempfile.TemporaryDirectory(prefix="hydra-bench-") as folder:
        gateway = start_gateway(GatewayConfig(path=Path(folder) / "gateway" / "gateway.db", speed=1.0, quote_interval_s=1))
        try:
            found = measure_restarts(
                Path(folder) / "hydra",
                gateway.listening.host,
                gateway.listening.port,
                orders=orders,
                restarts=restarts,
                events=events,
            )
        finally:
            gateway.stop()
    for taken_s, unproven, events_n in zip(found.restart_s, found.unproven, found.events, strict=True):
        begun = f"{unproven} orders had been sent, {events_n:,} events in the journal"
        click.echo(f"restart after kill -9   {taken_s:6.3f} s   {begun}")
    click.echo(f"importing hydra         {found.import_s:6.3f} s of it, in a new interpreter")
    if as_json:
        click.echo(msgspec.json.encode(asdict(found)))
