"""Orders on the wire: accepted, filled, modified, cancelled, refused; with which messages, in which order."""

from decimal import Decimal
from typing import Any

import pytest

from tests.gateway.raw_client import (
    Desktop,
    errors,
    only,
    statuses,
)

CENT = Decimal("0.01")
FAR = Decimal("1.00")


def test_a_marketable_order_is_accepted_filled_and_paid_for_in_this_order() -> None:
    desktop = Desktop()
    client = desktop.client()
    client.send("reqPositions")
    client.send("reqAccountUpdates", {"subscribe": True, "acctCode": "DU1234567"})
    price = desktop.ask()
    heard = client.place(1, "BUY", 5, price + 1)
    assert [
        *("openOrder", "orderStatus", "openOrder", "orderStatus", "execDetails", "openOrder", "orderStatus"),
        *("openOrder", "commissionReport", "position", "updatePortfolio"),
    ] == [each.name for each in heard][:11]
    assert ["PreSubmitted", "Submitted", "Filled"] == statuses(heard)
    (execution,) = only(heard, "execDetails")
    (report,) = only(heard, "commissionReport")
    assert (-1, "BOT", Decimal(5), price, "ref-1") == tuple(
        execution[name] for name in ("reqId", "side", "shares", "price", "orderRef")
    )
    assert (execution["execId"], Decimal(1), None) == (report["execId"], report["commission"], report["realizedPNL"])
    assert [Decimal(5)] == [values["position"] for values in only(heard, "position")]
    cash = [values["value"] for values in only(heard, "updateAccountValue") if values["key"] == "TotalCashValue"]
    assert [f"{Decimal(1_000_000) - 5 * price - 1:.2f}"] == cash


def test_an_order_larger_than_the_quote_fills_in_parts_and_never_above_its_limit() -> None:
    desktop = Desktop()
    client = desktop.client()
    limit = desktop.ask() + 2
    client.place(1, "BUY", 400, limit)
    for _ in range(60):
        desktop.wait_until_quote()
    heard = client.answer("reqExecutions", {"reqId": 9})
    fills = only(heard, "execDetails")
    assert len(fills) > 1
    assert 400 == sum(fill["shares"] for fill in fills)
    assert max(fill["price"] for fill in fills) <= limit
    assert sum(each["commission"] for each in only(heard, "commissionReport")) == Decimal(2)


def test_a_modified_order_keeps_its_number_and_fills_at_its_new_price() -> None:
    desktop = Desktop()
    client = desktop.client()
    first = only(client.place(1, "BUY", 5, FAR), "openOrder")[-1]
    changed = client.place(1, "BUY", 6, FAR + CENT)
    (terms,) = only(changed, "openOrder")
    assert (Decimal(6), FAR + CENT, first["permId"]) == tuple(
        terms[name] for name in ("totalQuantity", "lmtPrice", "permId")
    )
    assert ["Submitted"] == statuses(changed)
    assert "Filled" == statuses(client.place(1, "BUY", 6, desktop.ask()))[-1]


def test_a_cancel_is_pending_then_cancelled_then_confirmed() -> None:
    client = Desktop().client()
    client.place(1, "BUY", 5, FAR)
    heard = client.answer("cancelOrder", {"orderId": 1})
    assert ["PendingCancel", "Cancelled"] == statuses(heard)
    assert [(1, 202)] == errors(heard)
    assert "errMsg" == heard[-1].name


def place_refused(**more: Any) -> list[tuple[int, int]]:
    desktop = Desktop()
    client = desktop.client()
    client.place(1, "BUY", 5, FAR)
    terms: dict[str, Any] = {"order_id": 2, "side": "BUY", "quantity": 5, "price": desktop.ask()} | more
    heard = client.place(**terms)
    assert [] == only(heard, "openOrder")
    live = only(client.answer("reqAllOpenOrders"), "openOrder")
    assert [(1, Decimal(5), FAR)] == [(each["orderId"], each["totalQuantity"], each["lmtPrice"]) for each in live]
    return errors(heard)


@pytest.mark.parametrize(
    ("more", "refusal"),
    [
        pytest.param({"symbol": "NOSUCH"}, (2, 200), id="an unknown contract"),
        pytest.param({"price": Decimal("500.001")}, (2, 110), id="a price off the tick"),
        pytest.param({"quantity": 0}, (2, 321), id="no quantity"),
        pytest.param({"quantity": -5}, (2, 321), id="a negative quantity"),
        pytest.param({"totalQuantity": Decimal("1.5")}, (2, 321), id="a part of a share"),
        pytest.param({"lmtPrice": None}, (2, 321), id="no price"),
        pytest.param({"price": Decimal(-1)}, (2, 321), id="a negative price"),
        pytest.param({"price": Decimal("1e300")}, (2, 321), id="an absurd price"),
        pytest.param({"side": "HOLD"}, (2, 321), id="no such side"),
        pytest.param({"account": "DU7654321"}, (2, 321), id="another account"),
        pytest.param({"orderType": "MKT"}, (2, 201), id="a market order"),
        pytest.param({"tif": "IOC"}, (2, 201), id="a time in force that is not simulated"),
        pytest.param({"ocaGroup": "pair"}, (2, 201), id="an attribute that is not simulated"),
        pytest.param({"quantity": 100_000}, (2, 201), id="more than the margin allows"),
        pytest.param({"order_id": 2**31}, (2**31, 321), id="a number beyond 32 bits"),
        pytest.param({"order_id": 0}, (0, 103), id="a number below the next one"),
        pytest.param({"order_id": 1, "side": "SELL"}, (1, 105), id="a modification of the side"),
        pytest.param({"order_id": 1, "quantity": 100_000}, (1, 201), id="a modification beyond the margin"),
    ],
)
def test_a_refused_order_leaves_everything_as_it_was(more: dict[str, Any], refusal: tuple[int, int]) -> None:
    assert [refusal] == place_refused(**more)


def test_ended_orders_can_be_neither_modified_nor_cancelled() -> None:
    desktop = Desktop()
    client = desktop.client()
    client.place(1, "BUY", 5, desktop.ask())
    client.place(2, "BUY", 5, FAR)
    client.send("cancelOrder", {"orderId": 2})
    assert [(1, 104)] == errors(client.place(1, "BUY", 9, desktop.ask()))
    assert [(2, 103)] == errors(client.place(2, "BUY", 9, FAR))
    heard = client.answer("cancelOrder", {"orderId": 1})
    assert [(1, 10148)] == errors(heard)
    assert "state: Filled" in heard[0].values["errorMsg"]
    assert [(3, 10147)] == errors(client.answer("cancelOrder", {"orderId": 3}))


def test_an_untransmitted_order_is_unknown_until_it_is_transmitted() -> None:
    client = Desktop().client()
    assert [] == client.place(1, "BUY", 5, FAR, transmit=False)
    assert ["openOrderEnd"] == [each.name for each in client.answer("reqOpenOrders")]
    assert ["PreSubmitted", "Submitted"] == statuses(client.place(1, "BUY", 5, FAR))


def test_a_what_if_order_is_one_answer_and_no_order() -> None:
    desktop = Desktop()
    client = desktop.client()
    client.place(1, "BUY", 10, desktop.ask())
    last = desktop.market.quote("AAPL", desktop.now_us)
    assert last is not None
    (answer,) = client.place(2, "BUY", 100, desktop.ask(), whatIf=True)
    margin = (last.last * 25 * CENT * 100).quantize(CENT)
    assert (True, "PreSubmitted", Decimal(1)) == tuple(answer.values[name] for name in ("whatIf", "status", "commission"))
    assert abs(margin - answer.values["initMarginChange"]) <= CENT
    assert answer.values["initMarginAfter"] == answer.values["initMarginBefore"] + answer.values["initMarginChange"]
    assert ["openOrderEnd"] == [each.name for each in client.answer("reqOpenOrders")]
    assert 2 == only(client.answer("reqIds"), "nextValidId")[0]["orderId"]


def test_working_orders_of_both_sides_share_the_margin() -> None:
    desktop = Desktop()
    client = desktop.client()
    most = int(Decimal(4_000_000) / desktop.ask()) - 10
    client.place(1, "BUY", most // 2, FAR)
    client.place(2, "BUY", most // 2, FAR)
    assert [(3, 201)] == errors(client.place(3, "BUY", most // 2, FAR))
    assert [] == errors(client.place(4, "SELL", most // 2, desktop.ask() * 2))
    assert [] == errors(client.place(1, "BUY", most // 2 - 5, FAR))
