"""Tests of hydra/broker/link*.py against a gateway that does what it should not: silence, garbage, strangers, live money."""

from __future__ import annotations

import asyncio
import random
import socket
from collections.abc import Mapping

import pytest

from hydra.broker import link_requests as requests
from hydra.broker.dialling import Dialler, DiallerNeeds
from hydra.broker.fetching import list_everything
from hydra.broker.link import Link, LinkPlan, Welcome
from hydra.broker.listings import LinkLost, NoAnswer
from hydra.broker.news import (
    ErrorSeen,
    ExecutionSeen,
    OrderGone,
    Part,
    PositionSeen,
    SocketLost,
    StatusSeen,
    Unreadable,
)
from hydra.broker.pacing import SendLane
from hydra.broker.safety import AccountRefused
from hydra.config import BrokerConfig
from tests.broker.cases import APPLE, intent
from tests.broker.scripted import Scripted, scripted
from tests.broker.wires import Ear

HANDSHAKE = ["v174..178", "71|2|7||"]
STRANGER = (
    "11|-1|77|8314|IBM|STK||0.0|||SMART|USD|IBM|IBM|"
    "{exec_id}|{at}|DU1234567|NYSE|SLD|3|195.5|555|0|0|3|195.5|||||2|0|"
)
FILL_AT = "20120604 10:15:30 US/Eastern"


def plan(server: Scripted, **changes: float) -> LinkPlan:
    times = {"connect_timeout_s": 2.0, "request_timeout_s": 0.1} | changes
    return LinkPlan(host="127.0.0.1", port=server.port, client_id=7, messages_per_s_max=40, **times)


async def listened(server: Scripted, **changes: float) -> tuple[Link, Ear]:
    link = Link(plan(server, **changes))
    await link.connect()
    return link, Ear(link)


async def goodbye(link: Link, ear: Ear) -> None:
    link.close("the test is over")
    await ear.task
    await asyncio.sleep(0)


@pytest.mark.parametrize("environ", [{}, {"HYDRA_LIVE_CONFIRMED": "true", "IBKR_PAPER_ACCOUNT_ID": "U1234567"}])
@pytest.mark.parametrize("account", ["", "U1234567"])
def test_a_live_account_gets_the_handshake_and_not_one_byte_more(environ: Mapping[str, str], account: str) -> None:
    async def serve(link: Link, welcome: Welcome, account: str) -> None:
        raise AssertionError(f"account {account} was served")

    async def run() -> None:
        failures: list[str] = []
        needs = DiallerNeeds(dialled=lambda: None, failed=failures.append, serve=serve)
        async with scripted(Scripted(account="U1234567")) as server:
            config = BrokerConfig(host="127.0.0.1", port=server.port, account=account)
            with pytest.raises(AccountRefused, match="U1234567, which is not a paper account"):
                await Dialler(config, environ, random.Random(1), needs).stay_connected()
            async with asyncio.timeout(2):
                while not server.ended_n:
                    await asyncio.sleep(0)
        assert server.frames == HANDSHAKE
        assert b"".join(server.received) == b"API\0\0\0\0\x09v174..178\0\0\0\x0871\x002\x007\x00\x00"
        assert failures == []

    asyncio.run(run())


@pytest.mark.parametrize("port", [4001, 7496])
def test_a_live_port_is_not_even_dialled(port: int) -> None:
    async def serve(link: Link, welcome: Welcome, account: str) -> None:
        raise AssertionError("served")

    dialled: list[int] = []
    needs = DiallerNeeds(dialled=lambda: dialled.append(port), failed=lambda _: None, serve=serve)
    dialler = Dialler(BrokerConfig(port=port), {}, random.Random(1), needs)
    with pytest.raises(AccountRefused, match="live port"):
        asyncio.run(dialler.stay_connected())
    assert dialled == []


def test_a_gateway_that_accepts_and_says_nothing_is_given_up_and_its_socket_closed() -> None:
    async def run() -> None:
        server = Scripted()
        server.welcome = []
        async with scripted(server):
            link = Link(plan(server, connect_timeout_s=0.1))
            with pytest.raises(LinkLost, match=r"no welcome within 0\.1 s"):
                await link.connect()
            async with asyncio.timeout(2):
                while not server.ended_n:
                    await asyncio.sleep(0)

    asyncio.run(run())


def test_an_attempt_that_is_cancelled_leaves_no_socket() -> None:
    async def run() -> None:
        server = Scripted()
        server.welcome = []
        async with scripted(server):
            attempt = asyncio.create_task(Link(plan(server)).connect())
            async with asyncio.timeout(2):
                while len(server.frames) < 2:
                    await asyncio.sleep(0)
                attempt.cancel()
                while not server.ended_n:
                    await asyncio.sleep(0)
            assert attempt.cancelled()

    asyncio.run(run())


def test_a_refusal_by_326_is_told_before_the_deadline() -> None:
    async def run() -> None:
        server = Scripted()
        server.welcome = ["4|2|-1|326|Unable to connect as the client id is already in use.||"]
        async with scripted(server):
            link = Link(plan(server))
            attempt = asyncio.create_task(link.connect())
            async with asyncio.timeout(2):
                while len(server.frames) < 2:
                    await asyncio.sleep(0)
                server.clients[-1].close()
                with pytest.raises(LinkLost, match="326 Unable to connect as the client id is already in use"):
                    await attempt

    asyncio.run(run())


def test_parts_that_do_not_end_are_missing_never_empty() -> None:
    def answer(text: str) -> list[str]:
        return {"16|1|": ["53|1|"], "99|0|": ["102|"], "61|1|": ["62|1|"]}.get(text, [])

    async def run() -> None:
        async with scripted(Scripted(answer=answer)) as server:
            link, ear = await listened(server)
            rows = await list_everything(link, "DU1234567")
            assert rows.missing == (Part.EXECUTIONS, Part.VALUES)
            assert dict.fromkeys(rows.parts, 0) == {
                Part.OPEN_ORDERS: 0,
                Part.COMPLETED_ORDERS: 0,
                Part.POSITIONS: 0,
            }
            await goodbye(link, ear)

    asyncio.run(run())


def test_account_values_are_asked_for_anew_because_a_standing_subscription_tells_only_changes() -> None:
    def answer(text: str) -> list[str]:
        return ["54|1|DU1234567|"] if text == "6|2|1|DU1234567|" else []

    async def run() -> None:
        async with scripted(Scripted(answer=answer)) as server:
            link, ear = await listened(server)
            await requests.listing(link, Part.VALUES, "DU1234567")
            assert server.frames[2:] == ["6|2|0|DU1234567|", "6|2|1|DU1234567|"]
            await goodbye(link, ear)

    asyncio.run(run())


def test_nothing_ever_waits_in_ib_asyncs_own_queue() -> None:
    async def run() -> None:
        async with scripted(Scripted()) as server:
            link, ear = await listened(server)
            for _ in range(100):
                link.put(SendLane.GLOBAL_CANCEL, lambda: requests.write_global_cancel(link))
            assert not link.client._msgQ
            async with asyncio.timeout(2):
                while len(server.frames) < 102:
                    await asyncio.sleep(0)
            await goodbye(link, ear)

    asyncio.run(run())


def test_a_late_end_marker_does_not_cut_the_next_listing_short() -> None:
    held: list[str] = []
    row = "61|3|DU1234567|{con_id}|S|STK||0.0|||SMART|USD|S|S|5|1.0|"

    def answer(text: str) -> list[str]:
        return held if text == "61|1|" else []

    async def run() -> None:
        async with scripted(Scripted(answer=answer)) as server:
            link, ear = await listened(server)
            with pytest.raises(NoAnswer, match=r"positions: no answer within 0.1 s"):
                await requests.listing(link, Part.POSITIONS, "DU1234567")
            held[:] = [
                row.format(con_id=2),  # the rest of the first answer
                "62|1|",
                row.format(con_id=1),
                row.format(con_id=2),
                "62|1|",
            ]
            rows = await requests.listing(link, Part.POSITIONS, "DU1234567")
            assert [each.line.con_id for each in rows if isinstance(each, PositionSeen)] == [1, 2]
            await goodbye(link, ear)

    asyncio.run(run())


def test_executions_and_statuses_of_strangers_are_heard() -> None:
    async def run() -> None:
        async with scripted(Scripted()) as server:
            link, ear = await listened(server)
            server.say(
                STRANGER.format(exec_id="a.01", at=FILL_AT),
                STRANGER.format(exec_id="a.02", at=FILL_AT),
                "3|77|Submitted|0|1|0.0|555|0|0.0|0||0.0|",
                "4|2|77|10147|OrderId 77 that needs to be cancelled is not found.||",
            )
            heard = await ear.until(lambda news: isinstance(news[-1], ErrorSeen) if news else False)
            fills = [news.execution for news in heard if isinstance(news, ExecutionSeen)]
            assert [(fill.exec_root, fill.revision, fill.order_ref) for fill in fills] == [("a", 1, ""), ("a", 2, "")]
            assert fills[0].at.isoformat() == "2012-06-04T14:15:30+00:00"
            assert [news.perm_id for news in heard if isinstance(news, StatusSeen)] == [555]
            await goodbye(link, ear)

    asyncio.run(run())


@pytest.mark.parametrize(
    ("text", "message_id"),
    [
        (STRANGER.format(exec_id="a.01", at="20120604 10:15:30 Central European Standard Time"), 11),
        ("3|77|Submitted|nan|1|0.0|555|0|0.0|0||0.0|", 3),
        ("61|3|DU1234567|x|S|STK||0.0|||SMART|USD|S|S|5|1.0|", 61),
        ("59|1|a.01|1.7976931348623157E308|USD|0|0||", 59),
        ("5|1|", 5),
    ],
)
def test_a_fact_that_ib_async_cannot_read_is_noticed(text: str, message_id: int) -> None:
    async def run() -> None:
        async with scripted(Scripted()) as server:
            link, ear = await listened(server)
            server.say(text)
            heard = await ear.until(bool)
            assert isinstance(heard[0], Unreadable)
            assert heard[0].message_id == message_id
            await goodbye(link, ear)

    asyncio.run(run())


def test_a_reset_is_the_last_news_and_fails_what_was_asked() -> None:
    async def run() -> None:
        async with scripted(Scripted()) as server:
            link, ear = await listened(server, request_timeout_s=2.0)
            asking = asyncio.create_task(requests.gateway_time(link))
            async with asyncio.timeout(2):
                while len(server.frames) < 3:
                    await asyncio.sleep(0)
            server.clients[-1].transport.abort()
            with pytest.raises(LinkLost):
                await asking
            heard = await ear.until(bool)
            assert isinstance(heard[-1], SocketLost)
            assert not link.is_open
            await ear.task

    asyncio.run(run())


def test_an_order_is_gone_only_when_the_last_byte_has_left_the_buffer() -> None:
    """A peer that does not read fills the socket; the order waits in our buffer and is not told as gone."""

    async def run() -> None:
        async with scripted(Scripted()) as server:
            link, ear = await listened(server, request_timeout_s=5.0)
            reader = server.clients[-1].transport
            assert isinstance(reader, asyncio.ReadTransport)
            reader.pause_reading()
            ours = link.client.conn.transport
            ours.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
            while not ours.get_write_buffer_size():
                link.client.conn.sendMsg(b"\0" * 65536)
            order = intent()
            link.put(SendLane.ORDER, lambda: requests.write_order(link, order, "DU1234567", APPLE))
            for _ in range(20):
                await asyncio.sleep(0)
            assert not [news for news in ear.heard if isinstance(news, OrderGone)]
            reader.resume_reading()
            await ear.until(lambda news: any(isinstance(each, OrderGone) for each in news))
            assert not ours.get_write_buffer_size()
            await goodbye(link, ear)

    asyncio.run(run())


def test_an_order_in_the_buffer_of_a_dead_socket_is_never_told_as_gone() -> None:
    async def run() -> None:
        async with scripted(Scripted()) as server:
            link, ear = await listened(server)
            ours = link.client.conn.transport
            link.put(SendLane.ORDER, lambda: requests.write_order(link, intent(), "DU1234567", APPLE))
            ours.abort()
            heard = await ear.until(lambda news: any(isinstance(each, SocketLost) for each in news))
            assert not [news for news in heard if isinstance(news, OrderGone)]
            await ear.task

    asyncio.run(run())
