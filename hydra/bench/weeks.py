"""A long simulated run, beside what bare ib_async needs for the same wire: ten symbols, one-minute quotes, TWAP parents.

Every actor, ib_async and the gateway take part as in any simulation. What the gateway sent is kept in a file, and decoded
once more afterwards, in the same process, by ib_async alone.
"""

from __future__ import annotations

import struct
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import BinaryIO

from hydra.bench.shares import Shares
from hydra.broker.link_decode_bench import decode
from hydra.config import Config
from hydra.core.instants import after_s, seconds_between
from hydra.core.sessions import nyse_session
from hydra.errors import StartError
from hydra.gateway.bars import DailyBar, bundled_bars
from hydra.gateway.gateway import Gateway, Output, Send
from hydra.journal.reading import JournalReader
from hydra.messages.commands import SubmitSignal
from hydra.messages.decisions import ParentOpened
from hydra.simulation.memory import rare_collections, resident_mb
from hydra.simulation.world import MEMORY, SimulatedWorld, SimulationPlan
from hydra.values import ChildKind, Purpose, Side, Signal

RECORDED = ("AAPL", "IBM", "MSFT")
LIKE_RECORDED = ("KO", "JNJ", "JPM", "PG", "WMT", "XOM", "BAC")
SYMBOLS = (*RECORDED, *LIKE_RECORDED)
SCALES = (Decimal("0.5"), Decimal("0.8"), Decimal("1.2"), Decimal("1.5"), Decimal("2"))
CENT = Decimal("0.01")
WEEK_DAYS = 7
DAY_S = 86_400.0
QUOTE_EVERY_S = 60
SIGNALS_A_SESSION = 10
FIRST_S, STEP_S = 900.0, 1500.0
"""After the open: the first signal of a session, and from one to the next."""
SHARES_WANTED = 40
SIGNAL_VALID_S = 300.0
_HEAD = struct.Struct(">II")


@dataclass(frozen=True, slots=True, kw_only=True)
class LongRun:
    """`run_cpu_s` is the whole world, `ib_async_cpu_s` bare ib_async on the same bytes: CPU seconds of one process, which
    its neighbours do not falsify, and `ratio` between them; memory in megabytes of 10^6 bytes; `shares` of the run by
    part. `twap_parents` were opened from outside; what closed them is not counted."""

    weeks: int
    symbols: int
    twap_parents: int
    orders: int
    run_s: float
    run_cpu_s: float
    ib_async_cpu_s: float
    ratio: float
    virtual_h_per_wall_h: float
    wire_messages: int
    wire_mb: float
    rss_begin_mb: float
    rss_end_mb: float
    shares: Mapping[str, float]
    digest: str


def long_run(weeks: int, seed: int) -> LongRun:
    """Ten signals a session, so 200 in four weeks, all sliced. Raises StartError when a law was broken on the way."""
    with tempfile.TemporaryDirectory(prefix="hydra-", dir=MEMORY if MEMORY.is_dir() else None) as name:
        directory = Path(name)
        simulated = SimulatedWorld(_plan(weeks, seed, directory))
        with (directory / "wire").open("w+b") as wire:
            _record(simulated.gateway, wire)
            begun = resident_mb()
            try:
                spent = _timed(simulated, weeks)
                ended, digest = resident_mb(), simulated.world.digest()
            finally:
                simulated.world.stop()
            _check(simulated)
            bare = decode(_recorded(wire), time.process_time)
        return LongRun(
            weeks=weeks,
            symbols=len(SYMBOLS),
            twap_parents=_twap_parents(simulated.journal_path),
            orders=len(simulated.gateway.ledger()["orders"]),
            run_s=round(spent.wall_s, 3),
            run_cpu_s=round(spent.cpu_s, 3),
            ib_async_cpu_s=round(bare.seconds, 3),
            ratio=round(spent.cpu_s / bare.seconds, 2),
            virtual_h_per_wall_h=round(weeks * WEEK_DAYS * DAY_S / spent.wall_s),
            wire_messages=bare.messages,
            wire_mb=round(bare.size / 1e6, 1),
            rss_begin_mb=round(begun, 1),
            rss_end_mb=round(ended, 1),
            shares=spent.shares,
            digest=digest,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Spent:
    wall_s: float
    cpu_s: float
    shares: Mapping[str, float]


def _timed(simulated: SimulatedWorld, weeks: int) -> _Spent:
    began_s, began_cpu_s = time.perf_counter(), time.process_time()
    with rare_collections(), Shares() as shares:
        _live(simulated, weeks)
    return _Spent(wall_s=time.perf_counter() - began_s, cpu_s=time.process_time() - began_cpu_s, shares=shares.by_part)


@cache  # one entry
def ten_symbols() -> Mapping[str, tuple[DailyBar, ...]]:
    """The bundled bars, and seven more symbols that trade like one of them at another price."""
    bars = dict(bundled_bars())
    for number, symbol in enumerate(LIKE_RECORDED):
        scale = SCALES[number % len(SCALES)]
        bars[symbol] = tuple(_scaled(bar, scale) for bar in bars[RECORDED[number % len(RECORDED)]])
    return bars


def _scaled(bar: DailyBar, scale: Decimal) -> DailyBar:
    opened, high, low, close = ((price * scale).quantize(CENT) for price in (bar.open, bar.high, bar.low, bar.close))
    return replace(bar, open=opened, high=high, low=low, close=close)


def _plan(weeks: int, seed: int, directory: Path) -> SimulationPlan:
    return SimulationPlan(
        config=bench_config(),
        seed=seed,
        days=weeks * WEEK_DAYS,
        clock="plain",
        quote_interval_s=QUOTE_EVERY_S,
        directory=directory,
        recorded=ten_symbols,
    )


def bench_config() -> Config:
    """The built-in rules; every order is sliced; the strategy subscribes all symbols and never wishes: its entry lies where
    no price goes."""
    return Config.model_validate(
        {
            "strategy": [
                {
                    "name": "bench",
                    "class": Config().strategies[0].class_path,
                    "symbols": list(SYMBOLS),
                    "params": {"entry_z": 20},
                }
            ],
            "risk": {"quote_stale_s": 2 * QUOTE_EVERY_S},
            "routing": {"participation_twap_min": Decimal("0.000000001")},
            "exit": {"hold_max_s": 7200},
        }
    )


def _live(simulated: SimulatedWorld, weeks: int) -> None:
    """Begin, trade, end in order."""
    world, desk = simulated.world, simulated.desk
    desk.start()
    ends_at = after_s(world.clock.now(), weeks * WEEK_DAYS * DAY_S)
    for n, at in enumerate(_instants(simulated.plan)):
        world.run_for(seconds_between(world.clock.now(), at))
        world.tell("journal", SubmitSignal(signal=_signal(n, world.clock.now())))
    world.run_for(seconds_between(world.clock.now(), ends_at))
    desk.stop(leave_orders=False, reason="the bench is over")


def _instants(plan: SimulationPlan) -> Iterator[datetime]:
    """When a signal comes: in the first four and a half hours of each session."""
    for day in range(plan.days):
        session = nyse_session(plan.config.gateway.day + timedelta(days=day))
        if session is not None:
            yield from (after_s(session.open_at, FIRST_S + n * STEP_S) for n in range(SIGNALS_A_SESSION))


def _signal(n: int, now: datetime) -> Signal:
    return Signal(
        signal_id=f"bench-{n}",
        source="bench",
        symbol=SYMBOLS[n % len(SYMBOLS)],
        side=Side.BUY,
        quantity=Decimal(SHARES_WANTED),
        purpose=Purpose.OPEN,
        urgent=False,
        episode="",
        reason="bench",
        at=now,
        valid_until=after_s(now, SIGNAL_VALID_S),
    )


def _check(simulated: SimulatedWorld) -> None:
    problems = (simulated.failure, simulated.desk.failed, *simulated.verdict().violations)
    found = [problem for problem in problems if problem]
    if found:
        raise StartError(f"the bench's world does not count: {found[0]}")


def _twap_parents(journal: Path) -> int:
    with JournalReader(journal) as reader:
        opened = (stored.event.parent for stored in reader.fold() if isinstance(stored.event, ParentOpened))
        return sum(parent.kind is ChildKind.TWAP and parent.purpose is Purpose.OPEN for parent in opened)


def _record(gateway: Gateway, wire: BinaryIO) -> None:
    """Keep what leaves the gateway, by connection."""
    drain = gateway.drain

    def recorded() -> list[Output]:
        outputs = drain()
        for output in outputs:
            if isinstance(output, Send):
                wire.write(_HEAD.pack(output.conn_id, len(output.data)) + output.data)
        return outputs

    gateway.drain = recorded  # type: ignore[method-assign]


def _recorded(wire: BinaryIO) -> Iterator[tuple[int, bytes]]:
    wire.seek(0)
    while head := wire.read(_HEAD.size):
        connection, size = _HEAD.unpack(head)
        yield connection, wire.read(size)
