"""What other hands do to the account: trades and cancels in the trading window, corrected and annulled executions."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from hydra.gateway.store import MemoryStore
from tests.gateway.raw_client import HOUR_US, SECOND_US, Desktop, RawClient, errors, only, statuses
from tests.gateway.troubled import FAR, hit


def desk() -> tuple[Desktop, RawClient]:
    desktop = Desktop()
    return desktop, desktop.client()


def adds_up(ledger: dict[str, Any]) -> None:
    """Cash, quantities, orders and profit are what the executions that hold make; exactly."""
    cash = Decimal(ledger["start_cash"])
    held: dict[str, Decimal] = {}
    filled: dict[int, Decimal] = {}
    for row in ledger["executions"]:
        sign = 1 if row["side"] == "BUY" else -1
        quantity, price = sign * Decimal(row["quantity"]), Decimal(row["price"])
        cash -= quantity * price + Decimal(row["commission"])
        held[row["symbol"]] = held.get(row["symbol"], Decimal(0)) + quantity
        filled[row["perm_id"]] = filled.get(row["perm_id"], Decimal(0)) + abs(quantity)
    assert cash == Decimal(ledger["cash"])
    assert {symbol: each for symbol, each in held.items() if each} == {
        row["symbol"]: Decimal(row["quantity"]) for row in ledger["positions"]
    }
    assert filled == {row["perm_id"]: Decimal(row["filled"]) for row in ledger["orders"] if row["perm_id"] in filled}
    cost = sum(Decimal(row["cost"]) for row in ledger["positions"])
    assert Decimal(ledger["start_cash"]) + Decimal(ledger["realized"]) == cash + cost


def test_a_trade_by_hand_moves_the_position_and_bears_no_name_of_a_client() -> None:
    desktop, client = desk()
    client.send("reqPositions")
    client.take()
    assert hit(desktop, "manual_trade", target="AAPL", amount=-7)
    heard = client.take()
    assert (["position"], [Decimal(-7)]) == ([each.name for each in heard], [each.values["position"] for each in heard])
    assert [] == only(client.answer("reqExecutions", {"reqId": 9}), "execDetails")
    ledger = desktop.gateway.ledger()
    (order,), (execution,) = ledger["orders"], ledger["executions"]
    assert (0, 0, "", "Filled", desktop.bid()) == (
        *(order[name] for name in ("client_id", "order_id", "order_ref", "status")),
        Decimal(execution["price"]),
    )
    adds_up(ledger)


def test_a_trade_by_hand_needs_a_symbol_with_a_market_that_is_open() -> None:
    desktop, _ = desk()
    assert not hit(desktop, "manual_trade", target="NOSUCH", amount=5)
    assert not hit(desktop, "manual_trade", target="AAPL", amount=0)
    desktop.wait(8 * HOUR_US)
    assert not hit(desktop, "manual_trade", target="AAPL", amount=5)
    assert [] == desktop.gateway.ledger()["orders"]


def test_a_cancel_by_hand_ends_a_working_order_with_a_reason() -> None:
    desktop, client = desk()
    client.place(1, "BUY", 5, FAR)
    assert not hit(desktop, "manual_cancel", target="IBM")
    assert hit(desktop, "manual_cancel", target="AAPL")
    heard = client.take()
    assert (["PendingCancel", "Cancelled"], [(1, 202)]) == (statuses(heard), errors(heard))
    assert "Cancelled in TWS" == desktop.gateway.ledger()["orders"][0]["end_reason"]
    assert not hit(desktop, "manual_cancel")


CORRECTIONS = [("correction_price", -1.25, 10), ("correction_quantity", 4, 6), ("bust", 0, 0)]


@pytest.mark.parametrize(("kind", "amount", "left"), CORRECTIONS)
def test_a_correction_is_the_next_revision_of_the_execution_and_the_books_follow(
    kind: str, amount: float, left: int
) -> None:
    desktop, client = desk()
    (first,) = only(client.place(1, "BUY", 10, desktop.ask()), "execDetails")
    assert hit(desktop, kind, amount=amount)
    heard = client.take()
    (again,) = only(heard, "execDetails")
    price = first["price"] + Decimal(str(amount)) if kind == "correction_price" else first["price"]
    assert (first["execId"][:-2] + "02", Decimal(left), price, first["time"], first["permId"]) == tuple(
        again[name] for name in ("execId", "shares", "price", "time", "permId")
    )
    assert [again["execId"]] == [row["execId"] for row in only(heard, "commissionReport")]
    ledger = desktop.gateway.ledger()
    assert ([first["execId"]], [again["execId"]]) == tuple(
        [row["exec_id"] for row in ledger[name]] for name in ("corrected", "executions")
    )
    adds_up(ledger)


@pytest.mark.parametrize(("kind", "amount", "left"), CORRECTIONS)
def test_a_correction_in_the_midst_of_a_history_leaves_books_that_add_up(kind: str, amount: float, left: int) -> None:
    desktop, client = desk()
    for order_id, (side, quantity) in enumerate([("BUY", 20), ("SELL", 30), ("BUY", 15), ("SELL", 5)], start=1):
        client.place(order_id, side, quantity, desktop.ask() + 5 if side == "BUY" else desktop.bid() - 5)
        assert hit(desktop, kind, amount=amount)
        adds_up(desktop.gateway.ledger())
        desktop.wait(60 * SECOND_US)
    assert 4 == len(desktop.gateway.ledger()["corrected"])


def test_what_was_corrected_yesterday_counts_corrected_tomorrow_and_after_a_restart() -> None:
    store = MemoryStore()
    desktop = Desktop(store)
    client = desktop.client()
    client.place(1, "BUY", 20, desktop.ask())
    hit(desktop, "correction_price", amount=2)
    hit(desktop, "correction_price", amount=-1)
    again = Desktop(store)
    client = again.client()
    listed = only(client.answer("reqExecutions", {"reqId": 9}), "execDetails")
    assert ["03"] == [row["execId"][-2:] for row in listed]
    assert hit(again, "correction_price", amount=-1)
    adds_up(again.gateway.ledger())
    again.wait(24 * HOUR_US)
    client.place(2, "SELL", 20, again.bid())
    assert hit(again, "correction_price", amount=1)
    adds_up(again.gateway.ledger())


def test_only_ended_orders_of_clients_lose_shares_and_a_busted_execution_is_not_busted_again() -> None:
    desktop, client = desk()
    client.place(1, "BUY", 400, desktop.ask())
    assert 0 < Decimal(desktop.gateway.ledger()["orders"][0]["filled"]) < 400
    assert not hit(desktop, "bust")
    assert not hit(desktop, "correction_quantity", amount=1)
    assert hit(desktop, "correction_price", amount=1)
    adds_up(desktop.gateway.ledger())
    client.send("cancelOrder", {"orderId": 1})
    assert [True, False] == [hit(desktop, "bust"), hit(desktop, "bust")]
    hit(desktop, "manual_trade", target="IBM", amount=5)
    assert not hit(desktop, "bust", target="IBM")


def test_who_asks_for_executions_is_told_the_revision_that_holds() -> None:
    desktop, client = desk()
    client.place(1, "BUY", 10, desktop.ask())
    hit(desktop, "correction_price", amount=-1)
    rows = only(client.answer("reqExecutions", {"reqId": 9}), "execDetails")
    assert ["02"] == [row["execId"][-2:] for row in rows]
    assert [desktop.gateway.ledger()["executions"][0]["price"]] == [f"{rows[0]['price'].normalize():f}"]
