"""What a gateway with a fault answers to who asks, on the wire."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.gateway.raw_client import SECOND_US, Desktop, RawClient, errors, only, statuses
from tests.gateway.troubled import FAR, begin, hit, troubled

REQUESTS: dict[str, tuple[str, dict[str, Any]]] = {
    "openOrderEnd": ("reqOpenOrders", {}),
    "completedOrdersEnd": ("reqCompletedOrders", {"apiOnly": False}),
    "execDetailsEnd": ("reqExecutions", {"reqId": 9}),
    "positionEnd": ("reqPositions", {}),
    "accountDownloadEnd": ("reqAccountUpdates", {"subscribe": True, "acctCode": ""}),
}


def ends(client: RawClient) -> list[str]:
    """The markers that the listings end with."""
    heard = [message.name for name, values in REQUESTS.values() for message in client.answer(name, values)]
    return [name for name in heard if name.endswith("End")]


@pytest.mark.parametrize("marker", [*REQUESTS, ""])
def test_the_end_marker_that_is_missing_is_the_one_that_was_meant(marker: str) -> None:
    _, client = troubled("end_marker_missing", target=marker)
    assert [each for each in REQUESTS if marker not in ("", each)] == ends(client)


@pytest.mark.parametrize(("symbol", "listed"), [("AAPL", 0), ("", 0), ("IBM", 1)])
def test_an_unlisted_order_lives_and_is_not_listed(symbol: str, listed: int) -> None:
    _, client = troubled("unlisted_order", target=symbol)
    assert ["PreSubmitted", "Submitted"] == statuses(client.place(1, "BUY", 5, FAR))
    heard = client.answer("reqAllOpenOrders")
    assert (listed, listed, 1) == tuple(len(only(heard, name)) for name in ("openOrder", "orderStatus", "openOrderEnd"))
    assert ["PendingCancel", "Cancelled"] == statuses(client.answer("cancelOrder", {"orderId": 1}))


def test_an_unlisted_completed_order_and_execution_are_in_the_ledger_only() -> None:
    desktop, client = troubled("unlisted_completed")
    begin(desktop, "unlisted_execution")
    assert 1 == len(only(client.place(1, "BUY", 5, desktop.ask()), "execDetails"))
    assert ["completedOrdersEnd"] == [each.name for each in client.answer("reqCompletedOrders", {"apiOnly": False})]
    assert ["execDetailsEnd"] == [each.name for each in client.answer("reqExecutions", {"reqId": 9})]
    ledger = desktop.gateway.ledger()
    assert (1, 1) == (len(ledger["orders"]), len(ledger["executions"]))


def test_a_late_listing_comes_after_its_end() -> None:
    desktop, client = troubled("late_listing", amount=2)
    client.place(1, "BUY", 5, FAR)
    assert ["openOrderEnd"] == [each.name for each in client.answer("reqOpenOrders")]
    desktop.wait(2 * SECOND_US)
    assert ["openOrder", "orderStatus"] == client.names()


def test_stale_positions_are_those_of_a_while_ago() -> None:
    desktop, client = troubled("stale_positions", amount=2)
    price = desktop.ask()
    client.place(1, "BUY", 5, price)
    assert [] == positions(client)
    desktop.wait(2 * SECOND_US)
    assert [("AAPL", Decimal(5), price + Decimal("0.2"))] == positions(client)
    client.place(2, "SELL", 5, desktop.bid())
    hit(desktop, "manual_trade", target="IBM", amount=3)
    desktop.wait(SECOND_US)
    assert ["AAPL"] == [symbol for symbol, _, _ in positions(client)]
    desktop.wait(SECOND_US)
    assert [("IBM", Decimal(3))] == [(symbol, quantity) for symbol, quantity, _ in positions(client)]


def positions(client: RawClient) -> list[tuple[str, Decimal, Decimal]]:
    rows = only(client.answer("reqPositions"), "position")
    return [(row["symbol"], row["position"], row["avgCost"]) for row in rows]


@pytest.mark.parametrize(("amount", "told"), [(2, 2), (1000, 1)])
def test_a_rolled_back_order_id_is_lower_than_what_was_used_and_at_least_one(amount: float, told: int) -> None:
    _, client = troubled("order_id_rollback", amount=amount)
    for order_id in (1, 2, 3):
        client.place(order_id, "BUY", 5, FAR)
    assert told == only(client.answer("reqIds"), "nextValidId")[0]["orderId"]
    client.send("cancelOrder", {"orderId": told})
    assert [(told, 103)] == errors(client.place(told, "BUY", 5, FAR))


def test_a_client_id_is_busy_for_as_long_as_the_old_session_lingers() -> None:
    desktop, client = troubled("client_id_busy", amount=10)
    client.disconnect()
    desktop.wait(9 * SECOND_US)
    refused = came_back(desktop)
    assert ([(-1, 326)], True) == (errors(refused.take()), refused.is_closed)
    desktop.wait(SECOND_US)
    taken = came_back(desktop)
    assert (False, True) == (taken.is_closed, "nextValidId" in taken.names())


def came_back(desktop: Desktop) -> RawClient:
    """A client that connects under the same id; nothing of what it hears has been taken."""
    client = desktop.client(start=False)
    client.send("startApi", {"clientId": 7})
    return client


def test_another_client_id_is_not_busy() -> None:
    desktop, client = troubled("client_id_busy", amount=10)
    client.disconnect()
    assert not desktop.client(8).is_closed
