"""`hydra halt --direct`: against a gateway process, with the process of the supervisor dead or alive."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from ib_async import IB, LimitOrder, Stock

from hydra.cli.embedded_gateway import EmbeddedGateway, start_gateway
from hydra.config import Config, GatewayConfig
from hydra.control.run_card import RunCard, write_card
from tests.cli.served_desk import at_home, hydra, running
from tests.control.standing_desk import StandingDesk

DEADLINE_S = 10.0


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    at_home(tmp_path, monkeypatch)
    (tmp_path / "logs").mkdir()
    return tmp_path


@contextmanager
def gateway(account: str = "DU1234567") -> Iterator[EmbeddedGateway]:
    """A gateway process with one resting order, and the card of a run on it."""
    started = start_gateway(GatewayConfig.model_validate({"account": account}))
    try:
        leave_card(started.listening.port)
        yield started
    finally:
        started.stop()


def leave_card(port: int, *, embedded: bool = True) -> None:
    card = RunCard(pid=1, host="127.0.0.1", port=port, client_id=7, account="", embedded=embedded)
    write_card(Config().journal.path, card)


def open_orders(port: int, *, place: int = 0) -> int:
    """How many orders rest at the gateway after placing so many."""

    async def look() -> int:
        ib = IB()
        await ib.connectAsync("127.0.0.1", port, clientId=7, timeout=DEADLINE_S)
        apple = Stock("AAPL", "SMART", "USD")
        await ib.qualifyContractsAsync(apple)
        for _ in range(place):
            trade = ib.placeOrder(apple, LimitOrder("BUY", 100, 1.0, tif="DAY"))
            while trade.orderStatus.status != "Submitted":
                await asyncio.wait_for(trade.statusEvent, DEADLINE_S)
        count = len(await ib.reqAllOpenOrdersAsync())
        ib.disconnect()
        return count

    return asyncio.run(look())


def test_with_the_supervisor_dead_the_orders_are_cancelled_all_the_same() -> None:
    with gateway() as started:
        port = started.listening.port
        assert 2 == open_orders(port, place=2)
        result = hydra("halt", "--direct")
        assert 0 == open_orders(port)
    assert (0, "") == (result.exit_code, result.stderr)
    expected = (
        "process: no hydra runs on the journal logs/hydra.db\n"
        f"broker (127.0.0.1:{port}, account DU1234567): 1 global cancel sent; no order is left at the broker\n"
    )
    assert expected == result.stdout


def test_a_supervisor_that_answers_is_told_as_well() -> None:
    with gateway(), running(StandingDesk()) as desk:
        result = hydra("halt", "--direct", "--reason", "fire")
    assert (0, "process: obeyed: halt") == (result.exit_code, result.stdout.splitlines()[0])
    assert "fire" == desk.asked[0][2]


def test_a_live_account_is_refused_with_its_orders_untouched() -> None:
    with gateway(account="U1234567") as started:
        assert 1 == open_orders(started.listening.port, place=1)
        result = hydra("halt", "--direct")
        assert 1 == open_orders(started.listening.port)
    assert 3 == result.exit_code
    assert "U1234567, which is not a paper account" in result.stderr


def test_an_embedded_gateway_that_ended_with_its_hydra_is_explained() -> None:
    with gateway() as started:
        port = started.listening.port
    result = hydra("halt", "--direct")
    assert 3 == result.exit_code
    assert f"no gateway listens at 127.0.0.1:{port}" in result.stderr
    assert "the embedded one ends with hydra" in result.stderr


def test_without_a_card_the_configured_gateway_is_meant_and_its_live_port_refused() -> None:
    result = hydra("halt", "--direct", IB_GATEWAY_PORT="4001")
    assert (3, True) == (result.exit_code, "port 4001 is the live port" in result.stderr)


def test_without_a_card_and_without_a_gateway_of_its_own_there_is_nothing_to_cancel() -> None:
    result = hydra("halt", "--direct")
    assert 3 == result.exit_code
    assert "error: no hydra has run on this journal" in result.stderr
