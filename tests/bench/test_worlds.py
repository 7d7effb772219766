"""The bench's worlds: what is measured is what is said, and a world that breaks a law is no measurement."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from hydra.bench import weeks, worlds
from hydra.broker.link_decode_bench import decode
from hydra.errors import StartError
from hydra.gateway.wire import encode_server
from hydra.simulation.chaos.hunt import hunt
from hydra.simulation.chaos.plan import ChaosPlan


def short(seed: int) -> ChaosPlan:
    return replace(worlds._light(seed), minutes=2.0)


def test_short_worlds_are_measured_together() -> None:
    measured = worlds._measured(short, 2)
    assert (2, 0) == (measured.seeds, measured.faults)
    assert measured.virtual_h_per_wall_h == pytest.approx(3600 * measured.virtual_h / measured.wall_s, rel=0.05)


def test_a_world_that_breaks_a_law_is_no_measurement() -> None:
    result = hunt(short(1))
    assert result is worlds.lawful(result)
    with pytest.raises(StartError, match="world 1 does not count: S1: an order came twice"):
        worlds.lawful(replace(result, violations=("S1: an order came twice",)))


def test_the_kinds_of_worlds_are_the_quiet_ones_and_those_of_the_hunt() -> None:
    plans = {name: plan(3) for name, plan in worlds.KINDS_OF_WORLDS.items()}
    assert ((), ()) == (plans["light"].faults, plans["restless"].faults)
    assert any(worlds.KINDS_OF_WORLDS["heavy"](seed).faults for seed in range(1, 4))
    assert {70.0} == {plan.minutes for plan in plans.values()}


def test_ten_symbols_have_bars_whose_prices_lie_in_their_range() -> None:
    bars = weeks.ten_symbols()
    assert set(weeks.SYMBOLS) == set(bars)
    assert all(bar.low <= min(bar.open, bar.close) <= max(bar.open, bar.close) <= bar.high for bar in bars["BAC"])


def test_four_weeks_have_two_hundred_signals_inside_their_sessions() -> None:
    plan = weeks._plan(4, 1, Path())
    instants = list(weeks._instants(plan))
    assert 200 == len(instants)
    assert instants == sorted(instants)
    assert instants[-1] - instants[0] < timedelta(days=28)


def chunks() -> Iterator[tuple[int, bytes]]:
    tick = encode_server("tickSize", {"reqId": 1, "tickType": 0, "size": 5}, 178)
    for connection in (1, 2):
        version = b"178\x0020120604 09:30:05 US/Eastern\x00"
        yield connection, len(version).to_bytes(4, "big") + version
        yield connection, tick + tick


def test_bare_ib_async_reads_every_message_of_every_connection() -> None:
    clock = iter(range(100))
    decoded = decode(chunks(), lambda: next(clock))
    assert (6, 4.0) == (decoded.messages, decoded.seconds)
