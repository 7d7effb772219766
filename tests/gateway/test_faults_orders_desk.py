"""What a gateway with a fault does with order actions, on the wire and in the ledger."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from hydra.gateway.faults_desk import ADVICE
from hydra.gateway.settings import GatewayConfig
from hydra.gateway.store import MemoryStore
from tests.gateway.raw_client import SECOND_US, Desktop, RawClient, errors, only, statuses
from tests.gateway.troubled import FAR, begin, troubled

ACKS = ["PreSubmitted", "Submitted"]


def orders(desktop: Desktop) -> list[tuple[str, bool]]:
    """Status, and whether it is over, of each order of the ledger."""
    return [(row["status"], bool(row["finished_us"])) for row in desktop.gateway.ledger()["orders"]]


def cancel(client: RawClient, order_id: int) -> tuple[list[str], list[tuple[int, int]]]:
    heard = client.answer("cancelOrder", {"orderId": order_id})
    return statuses(heard), errors(heard)


def test_a_rejected_new_order_never_was_and_its_number_is_used_up() -> None:
    desktop, client = troubled("reject_new")
    heard = client.place(1, "BUY", 5, desktop.ask())
    assert ([], [(1, 201)], []) == (statuses(heard), errors(heard), orders(desktop))
    assert 2 == only(client.answer("reqIds"), "nextValidId")[0]["orderId"]


def test_a_rejected_change_leaves_the_order_as_it_was() -> None:
    desktop, client = troubled("reject_change")
    assert ACKS == statuses(client.place(1, "BUY", 5, FAR))
    assert [(1, 201)] == errors(client.place(1, "BUY", 5, desktop.ask()))
    (order,) = desktop.gateway.ledger()["orders"]
    assert ("1", "0", "Submitted") == (order["limit_price"], order["filled"], order["status"])


@pytest.mark.parametrize("kind", ["reject_new", "reject_inactive", "inactive_then_live", "connection_lost_order"])
def test_faults_of_new_orders_leave_what_ifs_and_untransmitted_ones_alone(kind: str) -> None:
    desktop, client = troubled(kind)
    assert ["openOrder"] == [each.name for each in client.place(1, "BUY", 5, desktop.ask(), whatIf=True)]
    assert [] == client.place(1, "BUY", 5, desktop.ask(), transmit=False)
    assert [(1, 321)] == errors(client.place(1, "BUY", 0, desktop.ask()))


def test_an_inactive_rejected_order_is_dead_and_listed_as_completed() -> None:
    desktop, client = troubled("reject_inactive")
    heard = client.place(1, "BUY", 5, desktop.ask())
    assert (["Inactive"], [], [("Inactive", True)]) == (statuses(heard), errors(heard), orders(desktop))
    assert [] == only(client.answer("reqOpenOrders"), "openOrder")
    (row,) = only(client.answer("reqCompletedOrders", {"apiOnly": False}), "completedOrder")
    assert ("Inactive", Decimal(5), "Rejected") == (row["status"], row["totalQuantity"], row["completedStatus"])
    desktop.wait(120 * SECOND_US)
    assert [] == statuses(client.take())


def test_a_held_order_is_listed_as_inactive_and_trades_when_it_works() -> None:
    desktop, client = troubled("inactive_then_live", amount=10)
    assert ["Inactive"] == statuses(client.place(1, "BUY", 5, desktop.ask() + 5))
    desktop.wait(9 * SECOND_US)
    assert ([], ["Inactive"]) == (statuses(client.take()), statuses(client.answer("reqOpenOrders")))
    desktop.wait(SECOND_US)
    assert [*ACKS, "Filled"] == statuses(client.take())


def test_a_held_order_can_be_cancelled_and_does_not_come_back() -> None:
    desktop, client = troubled("inactive_then_live", amount=10)
    client.place(1, "BUY", 5, desktop.ask())
    assert (["PendingCancel", "Cancelled"], [(1, 202)]) == cancel(client, 1)
    desktop.wait(10 * SECOND_US)
    assert ([], [("Cancelled", True)]) == (statuses(client.take()), orders(desktop))


def test_a_held_order_survives_a_restart_of_the_gateway_and_expires_at_the_close() -> None:
    store = MemoryStore()
    desktop = Desktop(store)
    client = desktop.client()
    begin(desktop, "inactive_then_live", amount=100_000)
    client.place(1, "BUY", 5, desktop.ask())
    later = Desktop(store)
    assert [("Inactive", False)] == orders(later)
    later.wait(8 * 3600 * SECOND_US)
    assert [("Cancelled", True)] == orders(later)


@pytest.mark.parametrize("code", ADVICE)
def test_an_error_that_kills_nothing_comes_after_the_ack_of_an_order_that_lives(code: str) -> None:
    desktop, client = troubled("false_cancel_errors", target=code)
    heard = client.place(1, "BUY", 5, FAR)
    assert ("errMsg", ACKS, [(1, int(code))]) == (heard[-1].name, statuses(heard), errors(heard))
    assert [("Submitted", False)] == orders(desktop)


@pytest.mark.parametrize(("fate", "there"), [("lived", [("Filled", True)]), ("lost", [])])
def test_an_order_whose_connection_was_lost_is_at_the_exchange_or_not(fate: str, there: list[tuple[str, bool]]) -> None:
    desktop, client = troubled("connection_lost_order", target=fate)
    heard = client.place(1, "BUY", 5, desktop.ask())
    assert (["errMsg"], [(1, 10328)]) == ([each.name for each in heard], errors(heard))
    assert there == orders(desktop)
    assert len(there) == len(only(client.answer("reqExecutions", {"reqId": 9}), "execDetails"))


@pytest.mark.parametrize(("code", "text"), [("10147", "is not found."), ("10148", "state: Submitted.")])
def test_a_refused_cancel_leaves_the_order_alive(code: str, text: str) -> None:
    desktop, client = troubled("cancel_refused", target=code)
    client.place(1, "BUY", 5, FAR)
    (error,) = only(client.answer("cancelOrder", {"orderId": 1}), "errMsg")
    assert (int(code), True) == (error["errorCode"], error["errorMsg"].endswith(text))
    assert [("Submitted", False)] == orders(desktop)


@pytest.mark.parametrize("request_name", ["cancelOrder", "reqGlobalCancel"])
def test_a_lost_cancel_is_silence_and_the_order_lives(request_name: str) -> None:
    desktop, client = troubled("cancel_lost")
    client.place(1, "BUY", 5, FAR)
    values: dict[str, Any] = {"orderId": 1} if request_name == "cancelOrder" else {}
    assert ([], [("Submitted", False)]) == (client.answer(request_name, values), orders(desktop))


def test_a_cancel_that_a_fill_overtakes_is_pending_and_then_filled_or_filled_in_part() -> None:
    endings = {raced(dice) for dice in range(12)}
    assert {(("Filled",), "10"), (("Submitted", "PendingCancel", "Cancelled"), "5")} == endings


def raced(dice: int) -> tuple[tuple[str, ...], str]:
    """What is told after PendingCancel, and how much was filled, always at the limit."""
    desktop, client = troubled("cancel_fill_race", amount=2, dice=dice)
    client.place(1, "BUY", 10, FAR)
    assert (["PendingCancel"], []) == cancel(client, 1)
    desktop.wait(2 * SECOND_US)
    heard = client.take()
    assert {FAR} == {row["price"] for row in only(heard, "execDetails")}
    return tuple(statuses(heard)), desktop.gateway.ledger()["orders"][0]["filled"]


def test_a_race_after_the_close_is_a_cancel() -> None:
    desktop, client = troubled("cancel_fill_race", amount=2)
    desktop.wait(8 * 3600 * SECOND_US)
    client.place(1, "BUY", 10, FAR)
    cancel(client, 1)
    desktop.wait(2 * SECOND_US)
    assert [("Cancelled", True)] == orders(desktop)


def test_a_confirmed_cancel_in_chinese_has_the_same_code() -> None:
    _, client = troubled("cancel_localized")
    client.place(1, "BUY", 5, FAR)
    heard = client.answer("cancelOrder", {"orderId": 1})
    assert ([(1, 202)], "订单已取消 - 原因:") == (errors(heard), only(heard, "errMsg")[0]["errorMsg"])


def test_a_fault_strikes_an_order_that_is_on_its_way_when_it_arrives() -> None:
    desktop = Desktop(config=GatewayConfig(ack_delay_us=2 * SECOND_US))
    client = desktop.client()
    assert [] == client.place(1, "BUY", 5, FAR)
    begin(desktop, "reject_new")
    desktop.wait(2 * SECOND_US)
    assert [(1, 201)] == errors(client.take())
