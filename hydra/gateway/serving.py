"""The life of a gateway process: lock, store, server, signals, and the end. It prints nothing itself."""

import asyncio
import os
import signal
import sqlite3
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from filelock import FileLock, Timeout

from hydra.gateway.bars import BUNDLED_SYMBOLS, load_bars
from hydra.gateway.faults import GatewayFault
from hydra.gateway.gateway import Gateway
from hydra.gateway.market import Market
from hydra.gateway.server import GatewayServer, Listening
from hydra.gateway.settings import GatewayConfig
from hydra.gateway.store import SqliteStore

_READ_BYTES = 4096


class CannotServe(Exception):
    """The gateway cannot start; the text says why, for a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a gateway process lives: its address, its store, and whether it ends with its parent."""

    host: str
    port: int
    db: Path
    ends_with_parent: bool


def market_of(config: GatewayConfig) -> Market:
    """The market of the bundled recordings, as this configuration plays it."""
    bars = {symbol: load_bars(symbol) for symbol in BUNDLED_SYMBOLS}
    return Market(config.seed, bars, config.venue_share, config.quote_interval_s)


def serve(
    config: GatewayConfig,
    place: Place,
    on_listening: Callable[[Listening], None],
    faults: Sequence[GatewayFault] = (),
) -> None:
    """Run until SIGINT, SIGTERM, or the end of standard input (`ends_with_parent`). Raises CannotServe.

    The instants of `faults` count from the start.
    """
    try:
        place.db.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{place.db}.lock", timeout=0):
            _serve_locked(config, place, on_listening, faults)
    except Timeout:
        raise CannotServe(f"another gateway is running on {place.db}; stop it or choose another --db") from None
    except sqlite3.Error as error:
        raise CannotServe(f"the store {place.db} cannot be used: {error}") from None


def _serve_locked(
    config: GatewayConfig,
    place: Place,
    on_listening: Callable[[Listening], None],
    faults: Sequence[GatewayFault],
) -> None:
    try:
        with closing(SqliteStore(place.db)) as store:
            gateway = Gateway(config, store, market_of(config))
            started_us = gateway.resumes_us(config.speed)
            for fault in faults:
                gateway.expect(replace(fault, at_us=started_us + fault.at_us))
            asyncio.run(_run(GatewayServer(gateway, speed=config.speed), place, on_listening))
    except ValueError as error:
        raise CannotServe(f"{place.db}: {error}; choose another --db or other options") from None


async def _run(server: GatewayServer, place: Place, on_listening: Callable[[Listening], None]) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    if place.ends_with_parent:
        _watch_parent(stopped)
    try:
        listening = await server.start(place.host, place.port)
    except OSError as error:
        reason = error.strerror or str(error)
        raise CannotServe(f"cannot listen on {place.host} port {place.port}: {reason}") from None
    on_listening(listening)
    await stopped.wait()
    await server.stop()


def _watch_parent(stopped: asyncio.Event) -> None:
    """Standard input ends when the parent that holds its other end is gone, however it died."""
    loop, descriptor = asyncio.get_running_loop(), sys.stdin.fileno()

    def on_input() -> None:
        if not os.read(descriptor, _READ_BYTES):
            loop.remove_reader(descriptor)
            stopped.set()

    try:
        loop.add_reader(descriptor, on_input)
    except PermissionError:
        raise CannotServe("--exit-with-parent needs a pipe as standard input, not a file") from None
