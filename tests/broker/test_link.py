"""Tests of hydra/broker/link*.py: real ib_async over real TCP, to our own gateway."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime
from typing import TypeVar

import pytest

from hydra.broker import link_requests as requests
from hydra.broker.fetching import list_everything, qualify
from hydra.broker.link import Link
from hydra.broker.listings import LinkLost
from hydra.broker.news import (
    CommissionSeen,
    CompletedOrderSeen,
    ErrorSeen,
    ExecutionSeen,
    News,
    OpenOrderSeen,
    OrderGone,
    Part,
    SocketLost,
    StatusSeen,
    TickSeen,
)
from hydra.broker.pacing import SendLane
from hydra.broker.session import REQUEST_IDS_FROM
from hydra.messages.facts import InstrumentQualified, InstrumentUnknown
from hydra.values import Side
from tests.broker.cases import APPLE, D, intent
from tests.broker.wires import linked, plan_of, serving

TODAY = date(2012, 6, 4)
ACCOUNT = "DU1234567"
NewsT = TypeVar("NewsT")


def only(heard: list[News], kind: type[NewsT]) -> list[NewsT]:
    return [news for news in heard if isinstance(news, kind)]


def has_status(word: str) -> object:
    return lambda heard: any(news.status == word for news in only(heard, StatusSeen))


def test_a_link_is_welcomed_and_its_request_ids_are_never_order_ids() -> None:
    async def run() -> None:
        async with serving() as listening, linked(listening) as (link, welcome, _):
            assert (welcome.accounts, welcome.server_version, welcome.next_valid_id) == ((ACCOUNT,), 178, 1)
            assert link.new_request_id() == REQUEST_IDS_FROM
            assert await requests.gateway_time(link) >= datetime(2012, 6, 4, 13, 30, tzinfo=UTC)

    asyncio.run(run())


def test_a_symbol_is_qualified_with_hours_volume_and_prior_close_and_an_unknown_one_is_named() -> None:
    async def run() -> None:
        async with serving() as listening, linked(listening) as (link, _, _):
            card = await qualify(link, "AAPL", TODAY)
            assert isinstance(card, InstrumentQualified)
            assert card.instrument == APPLE
            assert card.hours[0].open_at == datetime(2012, 6, 4, 13, 30, tzinfo=UTC)
            assert card.average_daily_volume is not None
            assert card.prior_close == D("560.99")
            unknown = await qualify(link, "NOSUCH", TODAY)
            assert isinstance(unknown, InstrumentUnknown)
            assert unknown.text.startswith("contract details: 200 No security definition")

    asyncio.run(run())


def test_quotes_come_as_raw_ticks() -> None:
    async def run() -> None:
        async with serving() as listening, linked(listening) as (link, _, ear):
            request_id = requests.watch_quotes(link, APPLE)
            heard = await ear.until(lambda news: len(only(news, TickSeen)) >= 4)
            ticks = only(heard, TickSeen)
            assert {tick.request_id for tick in ticks} == {request_id}
            assert {1, 2} <= {tick.tick_type for tick in ticks}

    asyncio.run(run())


def test_an_order_is_told_from_its_last_byte_to_its_commission_and_ib_async_keeps_nothing() -> None:
    async def run() -> None:
        async with serving() as listening, linked(listening) as (link, _, ear):
            order = intent(quantity=D(5), limit=D(600), order_id=1)
            link.put(SendLane.ORDER, lambda: requests.write_order(link, order, ACCOUNT, APPLE))
            heard = await ear.until(lambda news: bool(only(news, CommissionSeen)))
            assert only(heard, OrderGone) == [OrderGone(order_ref="s1/0/0", broker_order_id=1)]
            assert only(heard, OpenOrderSeen)[0].line.order_ref == "s1/0/0"
            (fill,) = only(heard, ExecutionSeen)
            assert (fill.execution.order_ref, fill.execution.quantity, fill.execution.side) == ("s1/0/0", 5, Side.BUY)
            assert fill.account == ACCOUNT
            assert only(heard, CommissionSeen)[0].commission.exec_id == fill.execution.exec_id
            wrapper = link.ib.wrapper
            grown = (wrapper.trades, wrapper.fills, wrapper.permId2Trade, wrapper.accountValues, wrapper.positions)
            assert not any(grown)
            assert not link.ib.wrapper._results
            assert not link.ib.client._msgQ

    asyncio.run(run())


def test_cancel_and_global_cancel_reach_the_gateway_and_finished_orders_are_listed_as_completed() -> None:
    async def run() -> None:
        async with serving() as listening, linked(listening) as (link, _, ear):
            for order_id in (1, 2):
                order = intent(f"rest-{order_id}", order_id=order_id, limit=D(1))
                link.put(SendLane.ORDER, lambda order=order: requests.write_order(link, order, ACCOUNT, None))
            await ear.until(lambda news: len(only(news, OpenOrderSeen)) >= 2)
            rows = (await list_everything(link, ACCOUNT)).parts[Part.OPEN_ORDERS]
            assert {row.line.order_ref for row in rows if isinstance(row, OpenOrderSeen)} == {"rest-1", "rest-2"}
            link.put(SendLane.CANCEL, lambda: requests.write_cancel(link, 1))
            await ear.until(lambda news: any(error.code == 202 for error in only(news, ErrorSeen)))
            link.put(SendLane.GLOBAL_CANCEL, lambda: requests.write_global_cancel(link))
            await ear.until(lambda news: sum(error.code == 202 for error in only(news, ErrorSeen)) >= 2)
            listed = await list_everything(link, ACCOUNT)
            assert listed.missing == ()
            assert listed.parts[Part.OPEN_ORDERS] == ()
            completed = listed.parts[Part.COMPLETED_ORDERS]
            lines = [row.line for row in completed if isinstance(row, CompletedOrderSeen)]
            assert sorted((line.order_ref, line.status, line.filled) for line in lines) == [
                ("rest-1", "Cancelled", 0),
                ("rest-2", "Cancelled", 0),
            ]

    asyncio.run(run())


def test_a_second_socket_with_our_client_id_is_told_why_it_may_not() -> None:
    async def run() -> None:
        async with serving() as listening, linked(listening):
            second = Link(plan_of(listening))
            with pytest.raises(LinkLost, match="326"):
                await second.connect()
            assert not second.is_open
            await asyncio.sleep(0)

    asyncio.run(run())


def test_nobody_listening_is_said_at_once() -> None:
    async def run() -> None:
        async with serving() as listening:
            gone = plan_of(listening)
        link = Link(gone)
        with pytest.raises(LinkLost, match=f"127.0.0.1:{gone.port}"):
            await link.connect()

    asyncio.run(run())


def test_closing_tells_the_reason_last_and_nothing_can_be_asked_any_more() -> None:
    async def run() -> None:
        async with serving() as listening, linked(listening) as (link, _, ear):
            link.close("enough")
            heard = await ear.until(lambda news: bool(only(news, SocketLost)))
            assert heard[-1] == SocketLost(reason="enough")
            with pytest.raises(LinkLost, match="enough"):
                await requests.gateway_time(link)

    asyncio.run(run())
