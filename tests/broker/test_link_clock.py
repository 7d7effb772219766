"""The gateway's clock, asked over TCP with the real ib_async: followed only where it is another than the machine's."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from hydra.broker.link_clock import GatewayClock, read_clock
from hydra.broker.safety import AccountRefused
from hydra.core.instants import after_s, from_us, seconds_between
from hydra.errors import StartError
from hydra.gateway.settings import GatewayConfig
from hydra.gateway.store import MemoryStore
from tests.broker.test_link_direct import run, served, target

SKEW_MAX_S = 5.0


async def clock_of(
    config: GatewayConfig, *, ahead_s: float | None = None, remembered_s: float | None = None
) -> tuple[GatewayClock | None, datetime]:
    """What is read, by a machine whose clock is off from the gateway's by `ahead_s` (None: by years), and which remembers
    one of speed 7 that is off by `remembered_s`."""
    async with served(config, MemoryStore()) as listening:
        gateway_at = from_us(listening.market_us)
        machine_at = gateway_at + (timedelta(days=5000) if ahead_s is None else timedelta(seconds=ahead_s))
        read = await read_clock(
            target(listening.port),
            {},
            machine_at=machine_at,
            skew_max_s=SKEW_MAX_S,
            remembered=None if remembered_s is None else GatewayClock(at=after_s(gateway_at, remembered_s), speed=7.0),
        )
        return read, gateway_at


def test_a_gateway_with_the_machines_time_is_not_followed() -> None:
    read, _ = run(clock_of(GatewayConfig(speed=1.0), ahead_s=1.0))
    assert read is None


def test_a_replayed_year_at_real_speed_is_followed_at_real_speed() -> None:
    read, gateway_at = run(clock_of(GatewayConfig(speed=1.0)))
    assert read is not None
    assert read.speed == 1.0
    assert 0 <= seconds_between(gateway_at, read.at) < 60


def test_a_fast_clock_is_measured_to_the_whole_speed() -> None:
    read, _ = run(clock_of(GatewayConfig(speed=60.0)))
    assert read is not None
    assert 60.0 == read.speed


@pytest.mark.parametrize(("off_s", "speed"), [(0, 7.0), (-3, 7.0), (3, 7.0), (-3600, 1.0), (3600, 1.0)])
def test_a_clock_that_is_remembered_is_followed_where_it_still_stands_right_and_measured_where_not(
    off_s: float, speed: float
) -> None:
    read, gateway_at = run(clock_of(GatewayConfig(speed=1.0), remembered_s=off_s))
    assert read is not None
    assert speed == read.speed
    assert abs(seconds_between(gateway_at, read.at)) < 60


def test_the_machines_time_goes_before_what_is_remembered() -> None:
    read, _ = run(clock_of(GatewayConfig(speed=1.0), ahead_s=1.0, remembered_s=0.0))
    assert read is None


def test_an_account_that_is_not_ours_is_refused_before_its_time_is_asked() -> None:
    with pytest.raises(AccountRefused, match="U1234567"):
        run(clock_of(GatewayConfig(account="U1234567")))


def test_a_port_where_nobody_listens_is_said_in_a_sentence() -> None:
    async def ask() -> None:
        async with served(GatewayConfig(), MemoryStore()) as listening:
            gone = listening
        machine_at = from_us(gone.market_us)
        await read_clock(target(gone.port), {}, machine_at=machine_at, skew_max_s=SKEW_MAX_S)

    with pytest.raises(StartError, match="no gateway listens"):
        run(ask())
