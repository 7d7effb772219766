"""`hydra bench`: figures of this machine, each beside what it must be compared with, measured in the same run."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
import msgspec

from hydra.bench.figures import Timing, timing
from hydra.bench.fsync import fsync_seconds
from hydra.bench.latency import hydra_order_stages
from hydra.bench.weeks import LongRun, long_run
from hydra.bench.worlds import ShortWorlds, short_worlds
from hydra.broker.link_bench import raw_order_seconds
from hydra.cli.embedded_gateway import market_clock, start_gateway
from hydra.cli.options import wall_us
from hydra.cli.recovery_command import recovery_command
from hydra.cli.restart_command import restart_command
from hydra.config import Config, GatewayConfig, StrategyConfig
from hydra.simulation.chaos.quiet import quiet

ORDERS = 200
WORLDS = 5
WEEKS = 1
SEED = 1
SHARE_SHOWN = 0.01
PAUSE_S = 0.05
"""Below the pacing of 40 messages a second, so that the bucket is never what is measured."""
RAW_CLIENT_ID = 99


@click.group("bench", invoke_without_command=True)
@click.option("--orders", type=click.IntRange(20, 400), default=ORDERS, show_default=True, help="Orders of each kind.")
@click.option(
    "--worlds",
    type=click.IntRange(0, 1000),
    default=WORLDS,
    show_default=True,
    help="Short simulated worlds of each kind: light, restless, heavy.",
)
@click.option(
    "--weeks",
    type=click.IntRange(0, 4),
    default=WEEKS,
    show_default=True,
    help="Simulated weeks of ten symbols with 50 TWAP parents a week, beside bare ib_async on the same bytes.",
)
@click.option("--json", "as_json", is_flag=True, help="End with the figures as one JSON object on the last line.")
@click.pass_context
def bench_command(ctx: click.Context, orders: int, worlds: int, weeks: int, as_json: bool) -> None:
    """Measure intent-to-wire on a whole desk, beside this disk's fdatasync and beside raw ib_async; then simulated worlds.

    Intent-to-wire is from a child's wish until its bytes have left, through the gate and one durable commit. Raw
    ib_async sends at once and keeps nothing. `hydra bench recovery` and `restart` are measurements of their own.
    """
    if ctx.invoked_subcommand is not None:
        return
    with quiet():  # ib_async logs each confirmation of the cancels at the end as an error
        _bench(orders, worlds, weeks, as_json=as_json)


def _bench(orders: int, worlds: int, weeks: int, *, as_json: bool) -> None:
    with tempfile.TemporaryDirectory(prefix="hydra-bench-") as folder:
        measured = measure(Path(folder), orders)
    for name, figure in measured.items():
        click.echo(f"{name:24} p50 {figure.p50_ms:8.3f} ms   p99 {figure.p99_ms:8.3f} ms   n {figure.n}")
    raw, whole, sync = measured["raw_ib_async"], measured["intent_to_wire"], measured["fdatasync"]
    click.echo(
        f"intent to wire is {whole.p50_ms / raw.p50_ms:.1f} x raw ib_async and {whole.p50_ms / sync.p50_ms:.1f} x "
        "one fdatasync, by p50"
    )
    simulated = measure_worlds(worlds, weeks)
    if as_json:
        figures: dict[str, Any] = {name: asdict(figure) for name, figure in measured.items()}
        click.echo(msgspec.json.encode({**figures, "worlds": simulated}))


bench_command.add_command(recovery_command)
bench_command.add_command(restart_command)


def measure_worlds(worlds: int, weeks: int) -> dict[str, Any]:
    """The figures of simulated worlds, said as they come; nothing of what was not asked for."""
    figures: dict[str, Any] = {}
    if worlds:
        for name, short in short_worlds(worlds).items():
            click.echo(short_text(name, short))
            figures[name] = asdict(short)
    if weeks:
        run = long_run(weeks, SEED)
        click.echo(long_text(run))
        figures["weeks"] = asdict(run)
    return figures


def short_text(name: str, short: ShortWorlds) -> str:
    """Two lines: how fast, and where the time goes."""
    speed = f"{short.virtual_h_per_wall_h:,.0f} virtual hours an hour, {short.virtual_h_per_cpu_h:,.0f} of CPU time"
    return (
        f"{name + ' worlds':24} {speed}: {short.virtual_h} h with {short.orders} orders and {short.faults} faults "
        f"in {short.wall_s:.1f} s\n{_shares_text(short.shares)}"
    )


def long_text(run: LongRun) -> str:
    """Three lines: how fast, beside what, and where the time goes."""
    return (
        f"{run.weeks} simulated weeks        {run.virtual_h_per_wall_h:,.0f} virtual hours an hour: {run.symbols} symbols, "
        f"{run.twap_parents} TWAP parents, {run.orders} orders, memory {run.rss_begin_mb:g} to {run.rss_end_mb:g} MB\n"
        f"{'':24} {run.ratio:.2f} x bare ib_async, which decodes the same {run.wire_messages:,} messages "
        f"in {run.ib_async_cpu_s:.1f} s\n{_shares_text(run.shares)}"
    )


def _shares_text(shares: Mapping[str, float]) -> str:
    return " " * 25 + ", ".join(f"{part} {share:.0%}" for part, share in shares.items() if share >= SHARE_SHOWN)


def measure(directory: Path, orders: int) -> dict[str, Timing]:
    """All figures, on one embedded gateway in another process."""
    gateway_config = GatewayConfig(path=directory / "gateway.db", speed=1.0)
    gateway = start_gateway(gateway_config)
    try:
        host, port = gateway.listening.host, gateway.listening.port
        raw = asyncio.run(raw_order_seconds(host, port, client_id=RAW_CLIENT_ID, orders=orders, pause_s=PAUSE_S))
        clock = market_clock(gateway.listening, wall_us=wall_us())
        stages = hydra_order_stages(_config(host, port), directory, clock, orders=orders, pause_s=PAUSE_S)
    finally:
        gateway.stop()
    return {
        "intent_to_wire": timing(stages.intent_to_wire),
        "gate": timing(stages.gate),
        "journal_commit": timing(stages.journal),
        "broker": timing(stages.broker),
        "fdatasync": timing(fsync_seconds(directory, orders)),
        "raw_ib_async": timing(raw),
    }


def _config(host: str, port: int) -> Config:
    """The built-in configuration with room for the bench's orders and without a strategy of its own."""
    base = Config()
    return base.model_copy(
        update={
            "broker": base.broker.model_copy(update={"host": host, "port": port}),
            "risk": base.risk.model_copy(update={"working_orders_max": 500}),
            "strategies": (_silent(base.strategies[0]),),
        }
    )


def _silent(strategy: StrategyConfig) -> StrategyConfig:
    """It subscribes the symbols and never wishes: its entry lies where no price goes."""
    return StrategyConfig.model_validate(
        {
            "name": "bench",
            "class": strategy.class_path,
            "symbols": strategy.symbols,
            "params": {"entry_z": 20},
        }
    )
