"""On the wire: what a client hears while the gateway has lost IB, a farm, the time or its pace; what the ledger knows."""

from __future__ import annotations

from typing import Any

import pytest

from hydra.gateway.faults import GatewayFault
from hydra.gateway.faults_link import STRAYS
from tests.gateway.raw_client import AAPL, MINUTE_US, SECOND_US, Desktop, RawClient, errors, only, statuses

QUOTES: dict[str, Any] = AAPL | {"reqId": 5}
EVERYTHING = {"clientId": 0, "acctCode": "", "time": "", "symbol": "", "secType": "", "exchange": "", "side": ""}


def begin(desktop: Desktop, kind: str, *, target: str = "", amount: float = 0.0) -> GatewayFault:
    fault = GatewayFault(kind=kind, at_us=desktop.now_us, target=target, amount=amount)
    desktop.gateway.inject(fault)
    desktop.deliver()
    return fault


def end(desktop: Desktop, fault: GatewayFault) -> None:
    desktop.gateway.lift(fault)
    desktop.deliver()


def codes(heard: list[Any]) -> list[int]:
    return [code for _, code in errors(heard)]


def listed(client: RawClient, request: str, values: dict[str, Any], row: str) -> list[str]:
    """The order references of a listing, asked for until it is answered: an outage swallows some requests."""
    for _ in range(20):
        heard = client.answer(request, values)
        if any(each.name.endswith("End") for each in heard):
            return [each["orderRef"] for each in only(heard, row)]
    raise AssertionError(f"{request} was never answered")


def test_an_outage_is_told_and_hides_what_happens_at_the_exchange_until_it_is_over() -> None:
    desktop = Desktop()
    client = desktop.client()
    client.place(1, "BUY", 5, desktop.ask())
    client.send("reqMktData", QUOTES)
    client.place(2, "BUY", 10, desktop.bid() - 1)
    client.take()
    fault = begin(desktop, "connectivity")
    assert {1100} == set(codes(client.take()))
    down = begin(desktop, "gap", amount=-0.05)
    desktop.wait(2 * MINUTE_US)
    end(desktop, down)
    assert [] == client.take()
    assert ["ref-1", "ref-2"] == sorted({each["order_ref"] for each in desktop.gateway.ledger()["executions"]})
    assert ["ref-2"] == listed(client, "reqAllOpenOrders", {}, "openOrder")
    assert ["ref-1"] == listed(client, "reqExecutions", EVERYTHING | {"reqId": 9}, "execDetails")
    end(desktop, fault)
    heard = client.take()
    assert [1102] == codes(heard)
    assert "tickPrice" in [each.name for each in heard]
    desktop.wait(10 * SECOND_US)
    assert [] == listed(client, "reqAllOpenOrders", {}, "openOrder")
    found = listed(client, "reqExecutions", EVERYTHING | {"reqId": 9}, "execDetails")
    assert {"ref-1", "ref-2"} == set(found)


@pytest.mark.parametrize(("lost", "placed"), [(0.0, ["Submitted"]), (1.0, [])], ids=["held", "lost"])
def test_an_order_of_an_outage_is_sent_when_it_is_over_or_never(lost: float, placed: list[str]) -> None:
    desktop = Desktop()
    client = desktop.client()
    fault = begin(desktop, "connectivity", amount=lost)
    assert [] == client.place(1, "BUY", 10, desktop.bid() - 1)
    assert [] == desktop.gateway.ledger()["orders"]
    end(desktop, fault)
    assert placed == statuses(client.take())[-1:]
    assert len(placed) == len(desktop.gateway.ledger()["orders"])


def test_after_a_lost_line_with_lost_data_only_who_subscribes_again_hears_prices() -> None:
    desktop = Desktop()
    client = desktop.client()
    client.send("reqMktData", QUOTES)
    fault = begin(desktop, "connectivity", target="lost")
    desktop.wait(MINUTE_US)
    client.take()
    end(desktop, fault)
    desktop.wait(MINUTE_US)
    assert [(-1, 1101)] == errors(client.take())
    assert only(client.answer("reqMktData", QUOTES), "tickPrice")


def test_who_connects_during_an_outage_is_welcome_and_told_that_ib_is_away() -> None:
    desktop = Desktop()
    begin(desktop, "connectivity")
    client = desktop.client(start=False)
    heard = client.answer("startApi", {"clientId": 7})
    assert ["managedAccounts", "nextValidId", "errMsg"] == [each.name for each in heard]
    assert [1100] == codes(heard)
    assert only(client.answer("reqCurrentTime"), "currentTime")


def test_two_outages_that_overlap_are_one_which_ends_with_the_later() -> None:
    desktop = Desktop()
    client = desktop.client()
    first = begin(desktop, "connectivity")
    client.place(1, "BUY", 10, desktop.bid() - 1)
    desktop.wait(SECOND_US)
    second = begin(desktop, "connectivity")
    client.take()
    end(desktop, first)
    assert [] == client.take()
    end(desktop, second)
    heard = client.take()
    assert ([1102], ["Submitted"]) == (codes(heard), statuses(heard)[-1:])


@pytest.mark.parametrize(
    ("farm", "broken", "well"), [("usfarm", 2103, 2104), ("ushmds", 2105, 2106), ("secdefil", 2157, 2158)]
)
def test_a_broken_farm_gives_nothing_until_it_is_well(farm: str, broken: int, well: int) -> None:
    desktop = Desktop()
    client = desktop.client()
    client.send("reqMktData", QUOTES)
    client.take()
    fault = begin(desktop, "farm_flicker", target=farm)
    assert [broken] == codes(client.take())
    desktop.wait(MINUTE_US)
    assert (farm == "usfarm") == (not only(client.take(), "tickPrice"))
    found = client.answer("reqContractDetails", AAPL | {"reqId": 8})
    assert (farm == "secdefil") == (not found)
    end(desktop, fault)
    heard = client.take()
    assert [2119, well] == codes(heard)[:2]
    assert only(client.answer("reqContractDetails", AAPL | {"reqId": 8}), "contractData")


def test_a_competing_session_takes_the_prices_of_old_and_new_subscriptions() -> None:
    desktop = Desktop()
    client = desktop.client()
    client.send("reqMktData", QUOTES)
    client.take()
    fault = begin(desktop, "competing_session")
    assert [(5, 10197)] == errors(client.take())
    heard = client.answer("reqMktData", QUOTES | {"reqId": 6})
    assert ([(6, 10197)], []) == (errors(heard), only(heard, "tickPrice"))
    desktop.wait(MINUTE_US)
    assert [] == client.take()
    end(desktop, fault)
    assert {5, 6} == {each["reqId"] for each in only(client.take(), "tickPrice")}


def test_a_wrong_clock_is_wrong_by_the_amount_and_right_afterwards() -> None:
    desktop = Desktop()
    client = desktop.client()
    right = desktop.now_us // SECOND_US
    fault = begin(desktop, "gateway_skew", amount=-90)
    assert [{"time": right - 90}] == only(client.answer("reqCurrentTime"), "currentTime")
    end(desktop, fault)
    assert [{"time": right}] == only(client.answer("reqCurrentTime"), "currentTime")


@pytest.mark.parametrize("name", STRAYS)
def test_a_stray_message_arrives_alone(name: str) -> None:
    desktop = Desktop()
    client = desktop.client()
    begin(desktop, "unsolicited", target=name)
    assert [name] == client.names()


def test_a_slow_gateway_answers_late_but_in_order_and_all_of_it_when_the_fault_ends() -> None:
    desktop = Desktop()
    client = desktop.client()
    fault = begin(desktop, "slow", amount=10)
    client.place(1, "BUY", 10, desktop.bid() - 1)
    client.send("cancelOrder", {"orderId": 1})
    client.send("reqCurrentTime")
    assert [] == client.take()
    desktop.wait(SECOND_US // 2)
    assert "currentTime" not in client.names()
    desktop.wait(10 * SECOND_US)
    assert "currentTime" == client.names()[-1]
    assert ["Cancelled"] == [order["status"] for order in desktop.gateway.ledger()["orders"]]
    client.send("reqCurrentTime")
    end(desktop, fault)
    assert ["currentTime"] == client.names()


def test_messages_above_the_rate_wait_their_turn_instead_of_an_error() -> None:
    desktop = Desktop()
    client = desktop.client()
    begin(desktop, "pacing_delay", amount=2)
    for _ in range(6):
        client.send("reqCurrentTime")
    answered = [len(client.take())]
    for _ in range(3):
        desktop.wait(round(desktop.config.speed * SECOND_US))
        answered.append(len(client.take()))
    assert [2, 2, 2, 0] == answered


def test_the_third_burst_above_the_rate_ends_the_session() -> None:
    desktop = Desktop()
    client = desktop.client()
    begin(desktop, "pacing_strict", amount=3)
    heard: list[int] = []
    for burst in range(3):
        assert not client.is_closed, burst
        for _ in range(5):
            client.send("reqCurrentTime")
        heard += codes(client.take())
        desktop.wait(round(desktop.config.speed * SECOND_US))
    assert ([100, 100, 100], True) == (heard, client.is_closed)


def test_a_restart_loses_the_last_actions_turns_everybody_out_and_keeps_the_orders() -> None:
    desktop = Desktop()
    client = desktop.client()
    client.place(1, "BUY", 10, desktop.bid() - 1)
    fault = begin(desktop, "restart", amount=0.5)
    assert [] == client.place(2, "BUY", 10, desktop.bid() - 1)
    desktop.wait(SECOND_US)
    assert client.is_closed
    assert desktop.client().is_closed
    end(desktop, fault)
    desktop.gateway.reopen()
    later = desktop.client()
    assert not later.is_closed
    assert ["ref-1"] == [each["orderRef"] for each in only(later.answer("reqAllOpenOrders"), "openOrder")]
