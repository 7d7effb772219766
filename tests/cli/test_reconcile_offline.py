"""`hydra reconcile --offline`: a journal that nobody writes beside a gateway process, and neither is changed."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from decimal import Decimal
from pathlib import Path

import pytest
from ib_async import IB, LimitOrder, Stock

from hydra.cli.embedded_gateway import start_gateway
from hydra.config import Config, GatewayConfig
from hydra.journal.locks import hold, journal_claim
from hydra.messages.decisions import OpeningBalance, OperatorActed
from tests.cli.served_desk import at_home, hydra
from tests.cli.test_halt_direct import open_orders
from tests.journal.writing import write_journal

CASH = Decimal(1_000_000)
JOURNAL = Config().journal.path


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In an empty folder, a journal of an account as a new embedded gateway has it."""
    at_home(tmp_path, monkeypatch)
    opened = OpeningBalance(cash=CASH, adopted=(), ignored=(), by="hydra")
    write_journal(JOURNAL, [opened, OperatorActed(verb="halt", by="ann", text="")])


def rest_an_order() -> None:
    """An order of nobody's rests at the embedded gateway, also in its store."""
    started = start_gateway(GatewayConfig())
    try:
        assert 1 == open_orders(started.listening.port, place=1)
    finally:
        started.stop()


def test_books_that_agree_say_so_and_what_was_compared() -> None:
    before = JOURNAL.read_bytes()
    result = hydra("reconcile", "--offline")
    assert (0, "") == (result.exit_code, result.stderr)
    told = result.stdout.splitlines()
    assert f"journal {JOURNAL}: 2 events can be trusted" == told[0]
    assert told[1].endswith("account DU1234567: 0 open orders, 0 executions today, 0 positions, cash 1,000,000.00 USD")
    assert "Nothing else differs." == told[2]
    assert before == JOURNAL.read_bytes()


def test_an_order_of_nobodys_is_a_difference_and_still_works_afterwards() -> None:
    rest_an_order()
    result = hydra("reconcile", "--offline", "--json")
    told = json.loads(result.stdout)
    assert (1, ["unknown_order"]) == (result.exit_code, [one["kind"] for one in told["differences"]])
    assert "1 open orders" in hydra("reconcile", "--offline").stdout


def test_a_trade_that_this_journal_has_never_heard_of_is_told_and_counted_before_positions_and_cash_are_compared() -> None:
    started = start_gateway(GatewayConfig())
    try:
        asyncio.run(trade(started.listening.port))
    finally:
        started.stop()
    result = hydra("reconcile", "--offline")
    assert "not in the journal: BUY 10 AAPL at " in result.stdout
    told = json.loads(hydra("reconcile", "--offline", "--json").stdout)
    assert (1, ["external_execution"]) == (result.exit_code, [one["kind"] for one in told["differences"]])


async def trade(port: int) -> None:
    """As hydra's own client, an order far through the market."""
    ib = IB()
    await ib.connectAsync("127.0.0.1", port, clientId=Config().broker.client_id, timeout=10)
    apple = Stock("AAPL", "SMART", "USD")
    await ib.qualifyContractsAsync(apple)
    bought = ib.placeOrder(apple, LimitOrder("BUY", 10, 10_000.0, tif="DAY", orderRef="s1.1.1"))
    while bought.orderStatus.status != "Filled":
        await asyncio.wait_for(bought.statusEvent, 10)
    ib.disconnect()


def test_of_a_damaged_journal_what_can_be_trusted_is_compared_and_hydra_says_what_to_do() -> None:
    with sqlite3.connect(JOURNAL) as connection:
        connection.execute("UPDATE events SET at_us = at_us + 1 WHERE seq = 2")
    connection.close()
    result = hydra("reconcile", "--offline")
    assert 1 == result.exit_code
    assert f"journal {JOURNAL}: 1 events can be trusted" in result.stdout
    assert f"not more: The journal {JOURNAL} cannot be trusted at event 2" in result.stdout
    assert "hydra does not trade on a damaged journal: `hydra journal restore`" in result.stdout


def test_a_file_that_is_no_journal_at_all_is_compared_as_empty_books() -> None:
    JOURNAL.write_text("this is no journal")
    result = hydra("reconcile", "--offline")
    assert (1, True) == (result.exit_code, f"journal {JOURNAL}: 0 events can be trusted" in result.stdout)


def test_without_a_journal_or_a_gateway_or_beside_a_running_hydra_it_is_refused() -> None:
    with hold(journal_claim(JOURNAL)):
        result = hydra("reconcile", "--offline")
    assert (3, True) == (result.exit_code, "is in use by process" in result.stderr)
    result = hydra("reconcile", "--offline", IB_GATEWAY_HOST="127.0.0.1", IB_GATEWAY_PORT="1")
    assert (3, "") == (result.exit_code, result.stdout)
    assert "error: the gateway cannot be asked: 127.0.0.1:1" in result.stderr
    JOURNAL.unlink()
    result = hydra("reconcile", "--offline")
    assert (2, f"error: There is no journal {JOURNAL}.\n") == (result.exit_code, result.stderr)
