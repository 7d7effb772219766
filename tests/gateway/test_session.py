"""One client against the gateway, in bytes: how a session begins, what it is told, how it is kept in bounds."""

from decimal import Decimal

import pytest

from hydra.gateway.settings import GatewayConfig
from hydra.gateway.wire import encode_client
from tests.gateway.raw_client import (
    HOUR_US,
    SECOND_US,
    Desktop,
    errors,
    only,
    statuses,
)

FAR = Decimal("1.00")


def test_the_version_frame_comes_alone_in_one_write() -> None:
    client = Desktop().client(start=False)
    assert ("178", "20120604 09:30:05 US/Eastern") == client.greeting
    assert 1 == len(client.writes)


@pytest.mark.parametrize(
    ("versions", "version", "is_closed"), [("v100..157", 157, False), ("v157..225", 178, False), ("v1..99", 0, True)]
)
def test_the_version_is_negotiated_per_connection(versions: str, version: int, is_closed: bool) -> None:
    client = Desktop().client(versions=versions, start=False)
    assert (version, is_closed) == (client.version, client.is_closed)


def test_a_session_begins_with_accounts_next_id_and_farms() -> None:
    client = Desktop().client(start=False)
    heard = client.answer("startApi", {"clientId": 7})
    assert ["managedAccounts", "nextValidId", "errMsg", "errMsg", "errMsg"] == [each.name for each in heard]
    assert ("DU1234567", 1) == (heard[0].values["accountsList"], heard[1].values["orderId"])
    assert [(-1, 2104), (-1, 2106), (-1, 2158)] == errors(heard)


def test_a_taken_client_id_is_told_so_and_disconnected() -> None:
    desktop = Desktop()
    desktop.client(7)
    second = desktop.client(8, start=False)
    assert [(-1, 326)] == errors(second.answer("startApi", {"clientId": 7}))
    assert second.is_closed


def test_a_client_id_is_free_again_after_a_disconnect() -> None:
    desktop = Desktop()
    desktop.client(7).disconnect()
    assert "nextValidId" in [each.name for each in desktop.client(8).answer("reqIds")]
    again = desktop.client(7, start=False)
    assert [(-1, 2104), (-1, 2106), (-1, 2158)] == errors(again.answer("startApi", {"clientId": 7}))


def test_bytes_may_be_cut_anywhere() -> None:
    client = Desktop().client(start=False)
    for byte in encode_client("startApi", {"clientId": 7}, 178):
        client.send_bytes(bytes([byte]))
    assert "nextValidId" in client.names()


def test_bytes_that_are_no_frames_end_the_connection() -> None:
    client = Desktop().client()
    client.send_bytes(b"\xff\xff\xff\xff")
    assert client.is_closed


@pytest.mark.parametrize(
    ("fields", "answered"),
    [
        (("9999",), (-1, 320)),
        (("1", "11", "5"), (5, 320)),
        (("3", "4", "nan"), (4, 320)),
        (("71", "2", "7", ""), (-1, 321)),
        (("78", "6", "AAPL", "", "STK", "265598"), (6, 321)),
    ],
)
def test_what_cannot_be_understood_or_offered_is_answered_and_the_session_stays(
    fields: tuple[str, ...], answered: tuple[int, int]
) -> None:
    client = Desktop().client()
    body = "".join(f"{field}\0" for field in fields).encode()
    client.send_bytes(len(body).to_bytes(4, "big") + body)
    assert [answered] == errors(client.take())
    assert ["currentTime"] == [each.name for each in client.answer("reqCurrentTime")]


def test_the_ledger_tells_cash_orders_and_executions_exactly() -> None:
    desktop = Desktop()
    client = desktop.client()
    price = desktop.ask()
    client.place(1, "BUY", 5, price)
    client.place(2, "SELL", 7, price * 2)
    ledger = desktop.gateway.ledger()
    assert str((Decimal(1_000_000) - 5 * price - 1).normalize()) == ledger["cash"]
    assert [("ref-1", "Filled", "5"), ("ref-2", "Submitted", "0")] == [
        (each["order_ref"], each["status"], each["filled"]) for each in ledger["orders"]
    ]
    assert [("5", "1", desktop.now_us)] == [
        (each["quantity"], each["commission"], each["at_us"]) for each in ledger["executions"]
    ]
    assert ("DU1234567", desktop.now_us) == (ledger["account"], ledger["market_us"])


def test_nothing_is_due_while_nobody_waits_for_anything() -> None:
    desktop = Desktop()
    client = desktop.client()
    assert desktop.gateway.next_due_us() is None
    client.place(1, "BUY", 5, FAR)
    assert desktop.market.next_quote_us(None, desktop.now_us) == desktop.gateway.next_due_us()
    client.send("cancelOrder", {"orderId": 1})
    assert desktop.gateway.next_due_us() is None


def test_market_time_never_runs_backwards() -> None:
    desktop = Desktop()
    client = desktop.client()
    client.place(1, "BUY", 5, desktop.ask())
    desktop.wait(HOUR_US)
    client.send("reqAccountUpdates", {"subscribe": True, "acctCode": ""})
    due_us = desktop.gateway.next_due_us()
    assert due_us is not None
    assert due_us >= desktop.now_us
    desktop.gateway.advance(desktop.now_us - HOUR_US)
    assert desktop.now_us == desktop.gateway.market_us


def test_a_client_of_version_157_trades_with_whole_sizes_and_local_times() -> None:
    desktop = Desktop()
    client = desktop.client(versions="v100..157")
    heard = client.place(1, "BUY", 5, desktop.ask())
    assert ["PreSubmitted", "Submitted", "Filled"] == statuses(heard)
    assert "20120604  09:30:05" == only(heard, "execDetails")[0]["time"]


def test_a_delayed_order_acts_when_it_arrives() -> None:
    desktop = Desktop(config=GatewayConfig(ack_delay_us=2 * SECOND_US))
    client = desktop.client()
    assert [] == client.place(1, "BUY", 5, FAR)
    assert desktop.now_us + 2 * SECOND_US == desktop.gateway.next_due_us()
    desktop.wait(2 * SECOND_US)
    assert ["PreSubmitted", "Submitted"] == statuses(client.take())


def test_too_many_messages_in_a_second_are_refused_with_one_error_and_three_bursts_end_the_session() -> None:
    desktop = Desktop(config=GatewayConfig(speed=1.0, pacing_strikes_max=3))
    client = desktop.client()
    for burst in (1, 2, 3):
        for _ in range(60):
            client.send("reqCurrentTime")
        heard = client.take()
        assert [(-1, 100)] == errors(heard)
        assert f"({burst})" in only(heard, "errMsg")[0]["errorMsg"]
        assert len(only(heard, "currentTime")) in (49, 50)
        desktop.wait(2 * SECOND_US)
    assert client.is_closed


def test_a_client_within_the_pace_is_never_refused() -> None:
    desktop = Desktop(config=GatewayConfig(speed=1.0))
    client = desktop.client()
    for _ in range(90):
        client.send("reqCurrentTime")
        desktop.wait(SECOND_US // 45)
    assert [] == errors(client.take())


def test_only_client_0_may_bind_orders() -> None:
    desktop = Desktop()
    assert [(-1, 327)] == errors(desktop.client(7).answer("reqAutoOpenOrders", {"bAutoBind": True}))
    assert [] == desktop.client(0).answer("reqAutoOpenOrders", {"bAutoBind": True})


def test_small_questions_are_answered() -> None:
    desktop = Desktop()
    client = desktop.client()
    assert desktop.now_us // SECOND_US == only(client.answer("reqCurrentTime"), "currentTime")[0]["time"]
    assert ["DU1234567"] == [each["accountsList"] for each in only(client.answer("reqManagedAccts"), "managedAccounts")]
    assert ["userInfo"] == [each.name for each in client.answer("reqUserInfo", {"reqId": 1})]
    assert [] == client.answer("setServerLogLevel", {"logLevel": 5})
