"""A gateway of ours on a real TCP port for the broker's tests, and a link to it that listens."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from functools import cache

from hydra.broker.link import Link, LinkPlan, Welcome
from hydra.broker.news import News, SocketLost
from hydra.gateway.bars import BUNDLED_SYMBOLS, load_bars
from hydra.gateway.gateway import Gateway
from hydra.gateway.market import Market
from hydra.gateway.server import GatewayServer, Listening
from hydra.gateway.settings import GatewayConfig
from hydra.gateway.store import MemoryStore

BARS = {symbol: load_bars(symbol) for symbol in BUNDLED_SYMBOLS}


@cache
def market() -> Market:
    """A market is a pure function of its arguments, and dear to build."""
    return Market(1, BARS)


@contextlib.asynccontextmanager
async def serving(config: GatewayConfig | None = None) -> AsyncIterator[Listening]:
    """A gateway process in small: its server on a free port of loopback."""
    config = config or GatewayConfig()
    server = GatewayServer(Gateway(config, MemoryStore(), market()), speed=config.speed)
    listening = await server.start("127.0.0.1", 0)
    try:
        yield listening
    finally:
        await server.stop()


def plan_of(listening: Listening, **changes: object) -> LinkPlan:
    plan = LinkPlan(
        host=listening.host,
        port=listening.port,
        client_id=7,
        connect_timeout_s=5.0,
        request_timeout_s=2.0,
        messages_per_s_max=40,
    )
    return replace(plan, **changes)  # type: ignore[arg-type]


class Ear:
    """Takes a link's batches and keeps what it heard."""

    def __init__(self, link: Link) -> None:
        self.link = link
        self.heard: list[News] = []
        self._changed = asyncio.Event()
        self.task = asyncio.create_task(self._listen())

    async def _listen(self) -> None:
        while not (self.heard and isinstance(self.heard[-1], SocketLost)):
            self.heard += await self.link.next_batch()
            self._changed.set()

    async def until(self, done: Callable[[list[News]], bool], within_s: float = 5.0) -> list[News]:
        """Wait until what was heard satisfies `done`."""
        async with asyncio.timeout(within_s):
            while not done(self.heard):
                self._changed.clear()
                await self._changed.wait()
        return self.heard


@contextlib.asynccontextmanager
async def linked(listening: Listening, **changes: object) -> AsyncIterator[tuple[Link, Welcome, Ear]]:
    """A link that stands, with an ear on it."""
    link = Link(plan_of(listening, **changes))
    welcome = await link.connect()
    ear = Ear(link)
    try:
        yield link, welcome, ear
    finally:
        link.close("the test is over")
        await ear.task
        await asyncio.sleep(0)  # let the transport say goodbye to its protocol
