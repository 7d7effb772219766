"""Orders across clients and days: who sees which, what the close and midnight do, what is listed."""

from decimal import Decimal

from hydra.gateway.instants import execution_text
from hydra.gateway.settings import GatewayConfig
from tests.gateway.raw_client import (
    HOUR_US,
    Desktop,
    errors,
    only,
    statuses,
)

FAR = Decimal("1.00")


def test_others_see_an_order_only_in_the_listing_of_all_but_client_0_and_the_master_see_it_live() -> None:
    desktop = Desktop(config=GatewayConfig(master_client_id=99))
    owner, other, zero, master = (desktop.client(client_id) for client_id in (7, 8, 0, 99))
    owner.place(1, "BUY", 5, desktop.ask())
    assert [] == other.take()
    for watcher in (zero, master):
        heard = watcher.take()
        assert ["PreSubmitted", "Submitted", "Filled"] == statuses(heard)
        assert [7] == [each["clientId"] for each in only(heard, "execDetails")]
    owner.place(2, "BUY", 5, FAR)
    assert ["openOrderEnd"] == [each.name for each in other.answer("reqOpenOrders")]
    assert [2] == [each["orderId"] for each in only(other.answer("reqAllOpenOrders"), "openOrder")]
    assert [] == only(other.answer("reqExecutions", {"reqId": 1}), "execDetails")


def test_a_global_cancel_ends_the_orders_of_all_clients() -> None:
    desktop = Desktop()
    first, second = desktop.client(7), desktop.client(8)
    first.place(1, "BUY", 5, FAR)
    second.place(1, "BUY", 5, FAR)
    first.take()
    assert [] == second.answer("reqGlobalCancel")[3:]
    assert ["PendingCancel", "Cancelled"] == statuses(first.take())
    assert ["openOrderEnd"] == [each.name for each in first.answer("reqAllOpenOrders")]


def test_executions_are_listed_by_filter_with_their_commissions_after_the_end() -> None:
    desktop = Desktop()
    client = desktop.client()
    client.place(1, "BUY", 5, desktop.ask())
    client.place(2, "SELL", 5, desktop.bid())
    heard = client.answer("reqExecutions", {"reqId": 3})
    assert ["execDetails", "execDetails", "execDetailsEnd", "commissionReport", "commissionReport"] == [
        each.name for each in heard
    ]
    assert [3, 3] == [each["reqId"] for each in only(heard, "execDetails")]
    for wanted, count in (({"side": "SELL"}, 1), ({"symbol": "IBM"}, 0), ({"time": "20120604 10:00:00"}, 0)):
        listed = only(client.answer("reqExecutions", {"reqId": 4} | wanted), "execDetails")
        assert count == len(listed), wanted
    assert [(5, 321)] == errors(client.answer("reqExecutions", {"reqId": 5, "time": "yesterday"}))


def test_a_day_order_expires_at_the_close_and_is_a_completed_order_until_midnight() -> None:
    desktop = Desktop()
    client = desktop.client()
    client.place(1, "BUY", 5, FAR)
    client.place(2, "BUY", 5, FAR, tif="GTC")
    client.take()
    desktop.wait(7 * HOUR_US)
    heard = client.take()
    assert ["PendingCancel", "Cancelled", "PreSubmitted"] == statuses(heard)
    assert [(1, 202)] == errors(heard)
    completed = only(client.answer("reqCompletedOrders"), "completedOrder")
    assert [("ref-1", "Cancelled", "Expired", "20120604 16:00:00 America/New_York")] == [
        (each["orderRef"], each["status"], each["completedStatus"], each["completedTime"]) for each in completed
    ]
    desktop.wait(9 * HOUR_US)
    assert ["completedOrdersEnd"] == [each.name for each in client.answer("reqCompletedOrders")]


def test_an_order_placed_after_the_close_is_warned_of_and_works_from_the_next_open() -> None:
    desktop = Desktop()
    client = desktop.client()
    limit = desktop.ask() + 50
    desktop.wait(8 * HOUR_US)
    heard = client.place(1, "BUY", 5, limit)
    assert ["errMsg", "openOrder", "orderStatus"] == [each.name for each in heard]
    assert "until 2012-06-05 09:30:00 US/Eastern" in heard[0].values["errorMsg"]
    assert [(1, 399)] == errors(heard)
    assert ["PreSubmitted"] == statuses(heard)
    desktop.wait(16 * HOUR_US)
    heard = client.take()
    assert ["Submitted", "Filled"] == statuses(heard)
    assert "20120605 09:30:00 US/Eastern" == only(heard, "execDetails")[0]["time"]


def test_executions_of_yesterday_are_not_listed_but_stay_in_the_ledger() -> None:
    desktop = Desktop()
    client = desktop.client()
    client.place(1, "BUY", 5, desktop.ask())
    desktop.wait(24 * HOUR_US)
    assert ["execDetailsEnd"] == [each.name for each in client.answer("reqExecutions", {"reqId": 1})]
    ledger = desktop.gateway.ledger()
    assert ["ref-1"] == [each["order_ref"] for each in ledger["executions"]]
    assert [("AAPL", "5")] == [(each["symbol"], each["quantity"]) for each in ledger["positions"]]


def test_the_close_is_due_after_the_last_quote_when_an_order_works() -> None:
    desktop = Desktop()
    desktop.client().place(1, "BUY", 5, FAR)
    due = []
    while (due_us := desktop.gateway.next_due_us()) is not None:
        due.append(due_us)
        desktop.wait(due_us - desktop.now_us)
    assert ["20120604 15:59:40", "20120604 16:00:00"] == [execution_text(us, "US/Eastern", 174)[:17] for us in due[-2:]]
