"""The kill switch against the simulated gateway over TCP, with the real ib_async on both sides of the test."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import TypeVar

import pytest
from ib_async import IB, LimitOrder, Stock, Trade

from hydra.broker.link_direct import DirectCancel, DirectTarget, cancel_everything
from hydra.broker.safety import AccountRefused
from hydra.errors import HydraError, StartError
from hydra.gateway.bars import BUNDLED_SYMBOLS, load_bars
from hydra.gateway.gateway import Gateway
from hydra.gateway.market import Market
from hydra.gateway.server import GatewayServer, Listening
from hydra.gateway.settings import GatewayConfig
from hydra.gateway.store import MemoryStore

DEADLINE_S = 5.0
Answer = TypeVar("Answer")


def run(scenario: Coroutine[None, None, Answer]) -> Answer:
    return asyncio.run(asyncio.wait_for(scenario, 4 * DEADLINE_S))


def target(port: int, *, account: str = "", give_up_s: float = DEADLINE_S, listing_s: float = 1.0) -> DirectTarget:
    return DirectTarget(
        host="127.0.0.1",
        port=port,
        client_id=1007,
        account=account,
        connect_timeout_s=0.5,
        listing_timeout_s=listing_s,
        give_up_s=give_up_s,
    )


@asynccontextmanager
async def served(config: GatewayConfig, store: MemoryStore) -> AsyncIterator[Listening]:
    bars = {symbol: load_bars(symbol) for symbol in BUNDLED_SYMBOLS}
    market = Market(config.seed, bars, config.venue_share, config.quote_interval_s)
    server = GatewayServer(Gateway(config, store, market), speed=config.speed)
    try:
        yield await server.start("127.0.0.1", 0)
    finally:
        await server.stop()


@asynccontextmanager
async def client(port: int, client_id: int = 7) -> AsyncIterator[IB]:
    ib = IB()
    await ib.connectAsync("127.0.0.1", port, clientId=client_id, timeout=DEADLINE_S)
    try:
        yield ib
    finally:
        ib.disconnect()


async def resting_order(ib: IB, ref: str) -> Trade:
    """A buy far below the market."""
    apple = Stock("AAPL", "SMART", "USD")
    await ib.qualifyContractsAsync(apple)
    trade = ib.placeOrder(apple, LimitOrder("BUY", 100, 1.0, orderRef=ref, tif="DAY"))
    while trade.orderStatus.status != "Submitted":
        await asyncio.wait_for(trade.statusEvent, DEADLINE_S)
    return trade


def test_the_orders_of_another_client_are_gone_and_that_is_proven() -> None:
    async def scenario() -> tuple[DirectCancel, str, int]:
        async with served(GatewayConfig(), MemoryStore()) as listening, client(listening.port) as ib:
            trade = await resting_order(ib, "mine")
            outcome = await cancel_everything(target(listening.port), {})
            return outcome, trade.orderStatus.status, len(await ib.reqAllOpenOrdersAsync())

    outcome, status, left = run(scenario())
    assert DirectCancel(account="DU1234567", cancels=1, left=()) == outcome
    assert (True, "Cancelled", 0) == (outcome.clean, status, left)


def test_an_order_that_stays_is_named_and_cancelled_again_until_time_is_over() -> None:
    async def scenario() -> DirectCancel:
        store = MemoryStore()
        async with served(GatewayConfig(), store) as listening, client(listening.port) as ib:
            await resting_order(ib, "stubborn")
        slow = GatewayConfig(ack_delay_us=10**15)
        async with served(slow, store) as listening:
            return await cancel_everything(target(listening.port, give_up_s=0.7), {})

    outcome = run(scenario())
    assert not outcome.clean
    assert ("stubborn: BUY 100 AAPL Submitted",) == outcome.left
    assert 2 <= outcome.cancels


@pytest.mark.parametrize(
    ("announced", "configured", "environ", "sentence"),
    [
        ("U1234567", "", {}, "announces account U1234567, which is not a paper account"),
        ("DU1234567", "DU7654321", {}, r"\[broker\] account is DU7654321, but the gateway announces DU1234567"),
        ("DU1234567", "", {"IBKR_PAPER_ACCOUNT_ID": "DU7654321"}, "but IBKR_PAPER_ACCOUNT_ID is DU7654321"),
    ],
)
def test_an_account_that_is_not_ours_is_refused_and_nothing_is_cancelled(
    announced: str, configured: str, environ: dict[str, str], sentence: str
) -> None:
    async def scenario() -> int:
        config = GatewayConfig(account=announced)
        async with served(config, MemoryStore()) as listening, client(listening.port) as ib:
            await resting_order(ib, "theirs")
            with pytest.raises(AccountRefused, match=sentence):
                await cancel_everything(target(listening.port, account=configured), environ)
            return len(await ib.reqAllOpenOrdersAsync())

    assert 1 == run(scenario())


@pytest.mark.parametrize("port", [4001, 7496])
def test_a_live_port_is_refused_before_any_connection(port: int) -> None:
    with pytest.raises(AccountRefused, match=f"port {port} is the live port"):
        run(cancel_everything(target(port), {}))


def test_a_gateway_that_is_not_there_is_one_sentence() -> None:
    async def scenario() -> None:
        async with served(GatewayConfig(), MemoryStore()) as listening:
            port = listening.port
        await cancel_everything(target(port), {})

    with pytest.raises(StartError, match=r"no gateway listens at 127\.0\.0\.1"):
        run(scenario())


HELLO = (b"178\x0020120604 10:00:00 EST\x00",)
ACCOUNT = (b"15\x001\x00DU1234567\x00", b"9\x001\x001\x00")


@asynccontextmanager
async def half_a_gateway(frames: tuple[bytes, ...], *, closes: bool = False) -> AsyncIterator[int]:
    """It says `frames` and from then on nothing, or goes away."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(64)
        for frame in frames:
            writer.write(struct.pack(">I", len(frame)) + frame)
        await writer.drain()
        if not closes:
            while await reader.read(64):
                pass
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


def test_a_listing_that_does_not_end_is_unknown_and_never_empty() -> None:
    async def scenario() -> DirectCancel:
        async with half_a_gateway(HELLO + ACCOUNT) as port:
            return await cancel_everything(target(port, give_up_s=0.05, listing_s=0.1), {})

    outcome = run(scenario())
    assert (None, False) == (outcome.left, outcome.clean)


def test_a_gateway_that_is_busy_with_this_client_id_does_not_answer_in_time() -> None:
    async def scenario() -> None:
        async with half_a_gateway(HELLO) as port:
            await cancel_everything(target(port), {})

    with pytest.raises(StartError, match=r"did not answer client 1007 within 0\.5 s"):
        run(scenario())


def test_a_gateway_that_goes_away_meanwhile_is_an_error() -> None:
    async def scenario() -> None:
        async with half_a_gateway(HELLO + ACCOUNT, closes=True) as port:
            await cancel_everything(target(port), {})

    with pytest.raises(HydraError, match="closed the connection"):
        run(scenario())
