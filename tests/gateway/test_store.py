"""What survives: the same on disk and in memory, all of a commit or nothing, and a SIGKILL at any moment."""

import json
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from hydra.gateway.framing import FrameReader
from hydra.gateway.settings import GatewayConfig
from hydra.gateway.store import MemoryStore, SqliteStore, Store
from hydra.gateway.wire import ServerMessage, decode_server, encode_client
from tests.gateway.raw_client import AAPL, HOUR_US, Desktop, only, statuses

FAR = Decimal("1.00")


@pytest.fixture(params=["memory", "sqlite"])
def reopen(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Store]:
    """Open the one store of this test as after a kill: what was not committed is gone."""
    if request.param == "memory":
        memory = MemoryStore()

        def after_crash() -> Store:
            memory.crash()
            return memory

        return after_crash

    opened: list[SqliteStore] = []

    def close_last() -> None:
        opened[-1].close()

    request.addfinalizer(close_last)

    def again() -> Store:
        for store in opened:
            store.close()
        opened.append(SqliteStore(tmp_path / "gateway.db"))
        return opened[-1]

    return again


def traded(desktop: Desktop) -> None:
    client = desktop.client()
    client.place(1, "BUY", 5, desktop.ask())
    client.place(2, "BUY", 400, desktop.ask())
    client.place(3, "SELL", 5, desktop.ask() * 2, tif="GTC")
    client.place(4, "BUY", 5, FAR)
    client.send("cancelOrder", {"orderId": 4})


def test_a_restarted_gateway_is_the_same_gateway(reopen: Callable[[], Store]) -> None:
    first = Desktop(reopen())
    traded(first)
    before = first.gateway.ledger()
    second = Desktop(reopen())
    assert before == second.gateway.ledger()
    assert first.now_us == second.now_us
    client = second.client()
    assert [2, 3] == [each["orderId"] for each in only(client.answer("reqOpenOrders"), "openOrder")]
    assert 2 <= len(only(client.answer("reqExecutions", {"reqId": 1}), "execDetails"))
    assert ["ref-1", "ref-4"] == [each["orderRef"] for each in only(client.answer("reqCompletedOrders"), "completedOrder")]


def test_numbers_go_on_after_a_restart(reopen: Callable[[], Store]) -> None:
    first = Desktop(reopen())
    traded(first)
    used = first.gateway.ledger()
    second = Desktop(reopen())
    client = second.client()
    assert 5 == only(client.answer("reqIds"), "nextValidId")[0]["orderId"]
    heard = client.place(5, "BUY", 1, second.ask() + 1)
    assert only(heard, "openOrder")[0]["permId"] > max(each["perm_id"] for each in used["orders"])
    executions = [each["exec_id"] for each in second.gateway.ledger()["executions"]]
    assert len(set(executions)) == len(executions) > len(used["executions"])


def test_a_restarted_market_does_not_jump(reopen: Callable[[], Store]) -> None:
    first = Desktop(reopen())
    first.wait(HOUR_US)
    second = Desktop(reopen())
    assert (first.now_us, first.bid(), first.ask()) == (second.now_us, second.bid(), second.ask())


def test_what_was_not_yet_told_to_anyone_may_be_lost_but_only_as_a_whole(reopen: Callable[[], Store]) -> None:
    first = Desktop(reopen())
    client = first.client()
    before = first.gateway.ledger()
    order = {"orderId": 1, "action": "BUY", "totalQuantity": Decimal(5), "orderType": "LMT", "lmtPrice": first.ask()}
    message = encode_client("placeOrder", AAPL | order | {"tif": "DAY"}, client.version)
    first.gateway.receive(client.conn_id, message, first.now_us)
    second = Desktop(reopen())
    assert before == second.gateway.ledger()
    assert ["PreSubmitted", "Submitted", "Filled"] == statuses(second.client().place(1, "BUY", 5, second.ask()))


def test_a_new_day_after_a_restart_keeps_profit_of_earlier_days(reopen: Callable[[], Store]) -> None:
    first = Desktop(reopen())
    client = first.client()
    client.place(1, "BUY", 5, first.ask())
    client.place(2, "SELL", 5, first.bid())
    first.wait(24 * HOUR_US)
    second = Desktop(reopen())
    told = only(second.client().answer("reqAccountUpdates", {"subscribe": True}), "updateAccountValue")
    values = {
        each["key"]: Decimal(each["value"]) for each in told if each["currency"] == "USD" and each["key"] != "Currency"
    }
    ledger = second.gateway.ledger()
    assert (Decimal(0), []) == (values["RealizedPnL"], ledger["positions"])
    assert values["NetLiquidation"] == round(Decimal(ledger["start_cash"]) + Decimal(ledger["realized"]), 2)
    assert Decimal(ledger["cash"]) == Decimal(ledger["start_cash"]) + Decimal(ledger["realized"])


@pytest.mark.parametrize(
    ("config", "words"),
    [
        (GatewayConfig(account="DU7654321"), "belongs to account DU1234567, not to DU7654321"),
        (GatewayConfig(seed=2), "plays the market of seed 1, not of seed 2"),
    ],
)
def test_a_store_of_another_market_is_refused(config: GatewayConfig, words: str) -> None:
    store = MemoryStore()
    Desktop(store).gateway.drain()
    with pytest.raises(ValueError, match=words):
        Desktop(store, config)


def test_a_file_that_is_no_store_of_this_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as other:
        other.execute("PRAGMA user_version = 99")
    other.close()
    with pytest.raises(ValueError, match="version 99, this program reads version 1"):
        SqliteStore(path)


def test_a_store_is_read_while_it_is_written(tmp_path: Path) -> None:
    writer = SqliteStore(tmp_path / "gateway.db")
    desktop = Desktop(writer)
    traded(desktop)
    reader = SqliteStore(tmp_path / "gateway.db", read_only=True)
    assert writer.head() == reader.head()
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        reader.save_next_order_id(1, 1)
    reader.close()
    writer.close()


class Process:
    """A real gateway process on a real socket, spoken to in raw frames."""

    def __init__(self, db: Path) -> None:
        command = [sys.executable, "-m", "hydra.gateway", "--port", "0", "--db", str(db), "--exit-with-parent"]
        self.popen = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.popen.stdout is not None
        self.hello: dict[str, Any] = json.loads(self.popen.stdout.readline())
        self.socket = socket.create_connection((self.hello["host"], self.hello["port"]), timeout=10)
        self.reader = FrameReader(expects_hello=False)
        self.heard: list[ServerMessage] = []
        self.socket.sendall(b"API\0\0\0\0\x09v157..178")
        self.version = 0
        while not self.version:
            self._read()
        self.send("startApi", {"clientId": 7})
        self.until("nextValidId")

    def send(self, name: str, values: dict[str, Any]) -> None:
        self.socket.sendall(encode_client(name, values, self.version))

    def until(self, name: str, **wanted: object) -> dict[str, Any]:
        """Read up to the next message of this name with these values."""
        while True:
            while self.heard:
                message = self.heard.pop(0)
                if message.name == name and wanted.items() <= message.values.items():
                    return message.values
            self._read()

    def _read(self) -> None:
        data = self.socket.recv(65536)
        assert data, "the gateway closed the connection"
        for fields in self.reader.feed(data):
            assert isinstance(fields, tuple)
            if self.version:
                self.heard.append(decode_server(fields, self.version))
            else:
                self.version = int(fields[0])

    def end(self, *, kill: bool) -> int:
        self.popen.send_signal(signal.SIGKILL if kill else signal.SIGTERM)
        return self.popen.wait(timeout=10)

    def __enter__(self) -> "Process":
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()
        self.popen.__exit__(None, None, None)


def test_whatever_was_acknowledged_survives_kill_9(tmp_path: Path) -> None:
    db = tmp_path / "gateway.db"
    acknowledged = []
    with Process(db) as first:
        for order_id in range(1, 8):
            order = {"orderId": order_id, "action": "BUY", "totalQuantity": Decimal(3), "orderType": "LMT"}
            price = Decimal(900) if order_id % 2 else FAR
            first.send("placeOrder", AAPL | order | {"lmtPrice": price, "tif": "GTC"})
            if order_id < 7:
                sign_of_life = "execDetails" if order_id % 2 else "orderStatus"
                acknowledged.append(first.until(sign_of_life, orderId=order_id)["permId"])
        assert -signal.SIGKILL == first.end(kill=True)

    with Process(db) as second:
        assert second.hello["market_us"] >= first.hello["market_us"]
        second.send("reqIds", {})
        assert second.until("nextValidId")["orderId"] in (7, 8)
        assert 0 == second.end(kill=False)

    store = SqliteStore(db, read_only=True)
    orders = {order.perm_id: order for order in store.orders(ended_since_us=0)}
    executions = store.executions(since_us=0)
    store.close()
    assert acknowledged == sorted(orders)[:6]
    for perm_id, kept in orders.items():
        assert kept.filled == sum(each.quantity for each in executions if each.perm_id == perm_id)
