"""Which clock a run lives by: the gateway's. It is asked once, before anything starts, and trades nothing."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from datetime import UTC, datetime

from hydra.broker.link_clock import GatewayClock, read_clock
from hydra.broker.link_direct import DirectTarget
from hydra.broker.safety import AccountRefused
from hydra.cli.options import wall_us
from hydra.config import BrokerConfig
from hydra.control.run_card import CardClock
from hydra.core.instants import from_us
from hydra.errors import StartError
from hydra.runtime.clock import MarketClock

CLIENT_ID_OFFSET = 2000


def clock_of_gateway(
    broker: BrokerConfig, say: Callable[[str], None], *, remembered: CardClock | None = None
) -> MarketClock:
    """The clock of an external gateway; the machine's while it cannot be reached. `remembered` is the one that a run which
    was killed has followed there. Raises AccountRefused."""
    target = DirectTarget(
        host=broker.host,
        port=broker.port,
        client_id=broker.client_id + CLIENT_ID_OFFSET,
        account=broker.account,
        connect_timeout_s=broker.connect_timeout_s,
        listing_timeout_s=broker.request_timeout_s,
        give_up_s=broker.request_timeout_s,
    )
    asking = read_clock(
        target,
        os.environ,
        machine_at=datetime.now(UTC),
        skew_max_s=broker.clock_skew_max_s,
        remembered=None if remembered is None else _as_of_now(remembered),
    )
    try:
        theirs = asyncio.run(asking)
    except AccountRefused:
        raise
    except StartError as error:
        say(f"{error}; hydra goes on trying")
        return MarketClock()
    if theirs is None:
        return MarketClock()
    say(f"the gateway's clock shows {theirs.at:%Y-%m-%d %H:%M:%S} UTC at {theirs.speed:g} times real time: it is followed")
    return MarketClock(market_at=theirs.at, speed=theirs.speed)


def card_clock(clock: MarketClock) -> CardClock:
    """What to remember of it."""
    return CardClock(market_us=clock.now_us(), wall_us=wall_us(), speed=clock.speed)


def _as_of_now(remembered: CardClock) -> GatewayClock:
    passed_us = (wall_us() - remembered.wall_us) * remembered.speed
    return GatewayClock(at=from_us(remembered.market_us + round(passed_us)), speed=remembered.speed)
