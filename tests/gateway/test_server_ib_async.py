"""The real, unmodified ib_async against the gateway over TCP: everything a trading script does in a day."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from ib_async import IB, LimitOrder, Stock, Trade

from hydra.gateway.gateway import Gateway
from hydra.gateway.instants import clock_text, parse_text
from hydra.gateway.server import UNREAD_BYTES_MAX, GatewayServer, Listening
from hydra.gateway.settings import GatewayConfig
from hydra.gateway.store import MemoryStore, Store
from hydra.gateway.wire import encode_client
from tests.gateway.raw_client import AAPL, new_market

DEADLINE_S = 5.0
SPEED = 600.0  # a quote every thirtieth of a second
FARMS = [2104, 2106, 2158]


class World:
    """A served gateway, and the clients that a test connects to it."""

    def __init__(self, gateway: Gateway, listening: Listening) -> None:
        self.gateway = gateway
        self.listening = listening
        self.errors: list[tuple[int, int]] = []
        self._clients: list[IB] = []

    async def connect(self, client_id: int = 7, timeout_s: float = DEADLINE_S) -> IB:
        ib = IB()
        self._clients.append(ib)
        ib.errorEvent += self._on_error
        host, port = self.listening.host, self.listening.port
        await ib.connectAsync(host, port, clientId=client_id, timeout=timeout_s, raiseSyncErrors=True)
        return ib

    def _on_error(self, request_id: int, code: int, *_: object) -> None:
        if code not in FARMS:
            self.errors.append((request_id, code))

    def disconnect(self) -> None:
        for ib in self._clients:
            ib.disconnect()


@asynccontextmanager
async def served(store: Store | None = None, unread_bytes_max: int = UNREAD_BYTES_MAX) -> AsyncIterator[World]:
    config = GatewayConfig(speed=SPEED)
    gateway = Gateway(config, store or MemoryStore(), new_market(config.seed))
    server = GatewayServer(gateway, speed=config.speed, unread_bytes_max=unread_bytes_max)
    world = World(gateway, await server.start("127.0.0.1", 0))
    try:
        yield world
    finally:
        world.disconnect()
        await server.stop()


async def until(event: Any, holds: Callable[[], bool]) -> None:
    """Wait for events until the condition holds."""
    while not holds():
        await asyncio.wait_for(event, DEADLINE_S)


def run(scenario: Coroutine[Any, Any, None]) -> None:
    asyncio.run(scenario)


async def quoted(ib: IB) -> tuple[Stock, float, float]:
    """AAPL, qualified, with its bid and ask."""
    aapl = Stock("AAPL", "SMART", "USD")
    await ib.qualifyContractsAsync(aapl)
    ticker = ib.reqMktData(aapl)
    await until(ib.pendingTickersEvent, lambda: ticker.bid > 0 and ticker.ask > 0)
    return aapl, ticker.bid, ticker.ask


def limit(side: str, quantity: float, price: float, **more: Any) -> LimitOrder:
    return LimitOrder(side, quantity, round(price, 2), tif="DAY", **more)


def test_a_client_sees_the_account_at_connect() -> None:
    async def scenario() -> None:
        async with served() as world:
            ib = await world.connect()
            assert (178, ["DU1234567"]) == (ib.client.serverVersion(), ib.managedAccounts())
            values = {(value.tag, value.currency): value.value for value in ib.accountValues()}
            assert "1000000.00" == values["NetLiquidation", "USD"] == values["CashBalance", "BASE"]
            assert ([], [], []) == (ib.positions(), ib.openTrades(), ib.fills())
            summary = {value.tag: value.value for value in await ib.accountSummaryAsync()}
            assert "4000000.00" == summary["BuyingPower"]
            now = await ib.reqCurrentTimeAsync()
            assert "2012-06-04" == f"{now:%Y-%m-%d}"

    run(scenario())


def test_a_server_started_on_a_late_tape_serves_the_next_morning() -> None:
    async def scenario() -> None:
        store = MemoryStore()
        gateway = Gateway(GatewayConfig(), store, new_market())
        gateway.advance(parse_text("20120604 15:59:00", "US/Eastern"))
        gateway.drain()
        async with served(store) as world:
            assert clock_text(world.listening.market_us).startswith("2012-06-05 09:29:3")

    run(scenario())


def test_an_order_is_placed_modified_filled_and_booked() -> None:
    async def scenario() -> None:
        async with served() as world:
            ib = await world.connect()
            aapl, _, ask = await quoted(ib)
            order = limit("BUY", 5, 1.0, orderRef="mine")
            trade = ib.placeOrder(aapl, order)
            await until(trade.statusEvent, lambda: trade.orderStatus.status == "Submitted")
            perm_id = trade.order.permId
            order.lmtPrice, order.totalQuantity = round(ask + 5, 2), 3
            assert trade is ib.placeOrder(aapl, order)
            await until(
                trade.commissionReportEvent, lambda: len(trade.fills) > 0 and bool(trade.fills[-1].commissionReport.execId)
            )
            await until(ib.updateEvent, lambda: trade.isDone() and bool(ib.positions()))
            assert ("Filled", 3.0, perm_id) == (trade.orderStatus.status, trade.filled(), trade.order.permId)
            assert all(fill.execution.price <= order.lmtPrice for fill in trade.fills)
            assert 1.0 == sum(fill.commissionReport.commission for fill in trade.fills)
            assert [("AAPL", 3.0)] == [(each.contract.symbol, each.position) for each in ib.positions()]
            await until(ib.updatePortfolioEvent, lambda: bool(ib.portfolio()))
            ledger = world.gateway.ledger()
            assert [("mine", "Filled", "3")] == [
                (each["order_ref"], each["status"], each["filled"]) for each in ledger["orders"]
            ]
            spent = sum(fill.execution.shares * fill.execution.price for fill in trade.fills)
            assert Decimal(str(round(1_000_000 - spent - 1, 2))) == Decimal(ledger["cash"])
            assert [] == world.errors

    run(scenario())


def test_a_large_order_fills_in_parts() -> None:
    async def scenario() -> None:
        async with served() as world:
            ib = await world.connect()
            aapl, _, ask = await quoted(ib)
            trade = ib.placeOrder(aapl, limit("BUY", 300, ask + 20))
            await until(trade.fillEvent, lambda: trade.filled() == 300)
            assert len(trade.fills) > 1
            assert len({fill.execution.execId for fill in trade.fills}) == len(trade.fills)

    run(scenario())


def test_a_cancelled_order_is_cancelled_and_cannot_be_found_afterwards() -> None:
    async def scenario() -> None:
        async with served() as world:
            ib = await world.connect()
            aapl, _, _ = await quoted(ib)
            trade = ib.placeOrder(aapl, limit("BUY", 5, 1.0))
            await until(trade.statusEvent, lambda: trade.orderStatus.status == "Submitted")
            ib.cancelOrder(trade.order)
            await until(ib.errorEvent, lambda: bool(world.errors))
            assert ("Cancelled", [(trade.order.orderId, 202)]) == (trade.orderStatus.status, world.errors)
            ib.client.cancelOrder(99, "")  # type: ignore[no-untyped-call]
            await until(ib.errorEvent, lambda: len(world.errors) == 2)
            assert (99, 10147) == world.errors[1]

    run(scenario())


def test_details_bars_and_what_if_are_answered_and_unknown_symbols_are_200() -> None:
    async def scenario() -> None:
        async with served() as world:
            ib = await world.connect()
            aapl, _, ask = await quoted(ib)
            (details,) = await ib.reqContractDetailsAsync(aapl)
            assert details.liquidHours.startswith("20120604:0930-20120604:1600;")
            bars = await ib.reqHistoricalDataAsync(aapl, "", "20 D", "1 day", "TRADES", True)
            assert (20, "2012-06-04") == (len(bars), str(bars[-1].date))
            state = await ib.whatIfOrderAsync(aapl, limit("BUY", 100, ask))
            assert 0.2 * 100 * ask < float(state.initMarginChange) < 0.3 * 100 * ask
            assert 1.0 == state.commission
            assert [] == await ib.reqContractDetailsAsync(Stock("NOSUCH", "SMART", "USD"))
            assert [200] == [code for _, code in world.errors]

    run(scenario())


def test_reconnecting_finds_the_same_orders_positions_and_executions() -> None:
    async def scenario() -> None:
        store = MemoryStore()
        async with served(store) as world:
            ib = await world.connect()
            aapl, _, ask = await quoted(ib)
            filled = ib.placeOrder(aapl, limit("BUY", 2, ask + 5, orderRef="filled"))
            resting = ib.placeOrder(aapl, limit("BUY", 5, 1.0, orderRef="resting"))
            await until(ib.updateEvent, lambda: filled.isDone() and resting.orderStatus.status == "Submitted")
            ib.disconnect()
            again = await world.connect()
            await assert_same(again, filled, resting)
        async with served(store) as world:
            await assert_same(await world.connect(), filled, resting)

    run(scenario())


async def assert_same(ib: IB, filled: Trade, resting: Trade) -> None:
    (found,) = ib.openTrades()
    assert ("resting", resting.order.permId) == (found.order.orderRef, found.order.permId)
    assert [("AAPL", 2.0)] == [(each.contract.symbol, each.position) for each in ib.positions()]
    assert [fill.execution.execId for fill in filled.fills] == [fill.execution.execId for fill in ib.fills()]
    completed = await ib.reqCompletedOrdersAsync(False)
    assert [("filled", filled.order.permId)] == [(each.order.orderRef, each.order.permId) for each in completed]
    assert ib.client.getReqId() > resting.order.orderId


def test_two_clients_see_only_their_own_orders_and_a_global_cancel_ends_both() -> None:
    async def scenario() -> None:
        async with served() as world:
            first, second = await world.connect(7), await world.connect(8)
            trades = []
            for ib in (first, second):
                aapl, _, _ = await quoted(ib)
                trades.append(ib.placeOrder(aapl, limit("BUY", 5, 1.0)))
                await until(trades[-1].statusEvent, lambda: trades[-1].orderStatus.status == "Submitted")
            assert [[trades[0]], [trades[1]]] == [first.openTrades(), second.openTrades()]
            assert 2 == len(await second.reqAllOpenOrdersAsync())
            first.reqGlobalCancel()  # type: ignore[no-untyped-call]
            for trade in trades:
                await until(trade.statusEvent, partial(is_cancelled, trade))

    run(scenario())


def test_a_taken_client_id_is_326() -> None:
    async def scenario() -> None:
        async with served() as world:
            await world.connect(7)
            with pytest.raises((ConnectionError, TimeoutError)):
                await world.connect(7, timeout_s=0.3)
            assert [(-1, 326)] == world.errors

    run(scenario())


def test_a_client_that_does_not_read_is_disconnected_and_the_others_are_served() -> None:
    async def scenario() -> None:
        async with served(unread_bytes_max=64 * 1024) as world:
            reading = await world.connect()
            loop = asyncio.get_running_loop()
            with socket.socket() as deaf:
                deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                deaf.setblocking(False)
                await loop.sock_connect(deaf, (world.listening.host, world.listening.port))
                await loop.sock_sendall(deaf, b"API\0\0\0\0\x09v157..178")
                await loop.sock_sendall(deaf, encode_client("startApi", {"clientId": 9}, 178))
                await asyncio.wait_for(while_serving(reading, lambda: 9 in world.gateway.client_ids), DEADLINE_S)
                await loop.sock_sendall(deaf, many_bars() * 40)
                await asyncio.wait_for(while_serving(reading, lambda: world.gateway.client_ids == [7]), 4 * DEADLINE_S)

    run(scenario())


def many_bars() -> bytes:
    """A request whose answer is a hundred kilobytes."""
    wanted = {"barSizeSetting": "1 day", "durationStr": "8 Y", "whatToShow": "TRADES"}
    return encode_client("reqHistoricalData", AAPL | wanted | {"reqId": 1}, 178)


def is_cancelled(trade: Trade) -> bool:
    return trade.orderStatus.status == "Cancelled"


async def while_serving(reading: IB, holds: Callable[[], bool]) -> None:
    """Ask for the time until the condition holds: each answer shows that the gateway serves this client."""
    while not holds():
        await reading.reqCurrentTimeAsync()
