"""On the wire: ticks that show nonsense while the exchange trades at true prices; jumps and halts, which are true."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from hydra.gateway.faults import GatewayFault
from tests.gateway.raw_client import AAPL, MINUTE_US, SECOND_US, Desktop, RawClient, only, statuses
from tests.gateway.test_faults_link import begin, end

QUOTES: dict[str, Any] = AAPL | {"reqId": 5}
BID, ASK, LAST = 1, 2, 4
IBM: dict[str, Any] = QUOTES | {"reqId": 6, "symbol": "IBM"}


def subscribed(desktop: Desktop) -> RawClient:
    client = desktop.client()
    client.send("reqMktData", QUOTES)
    client.send("reqMktData", IBM)
    client.take()
    return client


def prices(heard: list[Any], request_id: int = 5) -> dict[int, Decimal]:
    """The last price of each tick type."""
    return {each["tickType"]: each["price"] for each in only(heard, "tickPrice") if each["reqId"] == request_id}


def true_prices(desktop: Desktop, symbol: str = "AAPL") -> tuple[Decimal, Decimal]:
    return desktop.bid(symbol), desktop.ask(symbol)


@pytest.mark.parametrize("price", [0, -1, 1_000_000_000])
def test_a_price_at_which_nobody_trades_is_shown_of_one_symbol_and_trades_are_at_true_ones(price: int) -> None:
    desktop = Desktop()
    client = subscribed(desktop)
    fault = begin(desktop, "quote_zero", target="AAPL", amount=price)
    assert {BID: price, ASK: price, LAST: price}.items() <= prices(client.take()).items()
    desktop.wait_until_quote()
    heard = client.take()
    assert {price} == set(prices(heard).values()) - set(true_range(desktop))
    assert price not in prices(heard, 6).values()
    client.place(1, "BUY", 1, desktop.ask())
    assert [str(desktop.ask())] == [each["price"] for each in desktop.gateway.ledger()["executions"]]
    end(desktop, fault)
    shown = prices(client.take())
    assert true_prices(desktop) == (shown[BID], shown[ASK])


def true_range(desktop: Desktop) -> tuple[Decimal, Decimal]:
    """The day's high and low, which no false tick touches."""
    today = desktop.market.daily_bars("AAPL", desktop.now_us, 1)[0]
    return today.high, today.low


def test_prices_without_a_value_are_the_largest_double_or_infinity() -> None:
    desktop = Desktop()
    client = subscribed(desktop)
    client.writes.clear()
    begin(desktop, "quote_unset")
    for _ in range(10):
        desktop.wait_until_quote()
    heard = b"".join(client.writes)
    assert b"1.7976931348623157E308" in heard
    assert b"Infinity" in heard
    sides = [each["price"] for each in only(client.take(), "tickPrice") if each["tickType"] in (BID, ASK)]
    assert [] == [price for price in sides if price.is_finite() and price]


def test_sizes_are_zero_and_prices_are_right() -> None:
    desktop = Desktop()
    client = subscribed(desktop)
    begin(desktop, "quote_sizeless", target="AAPL")
    heard = client.take()
    mine = [each for each in only(heard, "tickPrice") if each["reqId"] == 5]
    assert {Decimal(0)} == {each["size"] for each in mine}
    assert true_prices(desktop) == (prices(heard)[BID], prices(heard)[ASK])


def test_a_crossed_quote_has_its_bid_above_its_ask() -> None:
    desktop = Desktop()
    client = subscribed(desktop)
    fault = begin(desktop, "quote_crossed", target="AAPL", amount=0.01)
    shown = prices(client.take())
    assert shown[BID] > shown[ASK]
    end(desktop, fault)
    shown = prices(client.take())
    assert shown[BID] < shown[ASK]


def test_frozen_ticks_are_silent_for_one_symbol_and_come_back() -> None:
    desktop = Desktop()
    client = subscribed(desktop)
    fault = begin(desktop, "quote_frozen", target="AAPL")
    desktop.wait(5 * MINUTE_US)
    assert {6} == {each["reqId"] for each in only(client.take(), "tickPrice")}
    end(desktop, fault)
    shown = prices(client.take())
    assert true_prices(desktop) == (shown[BID], shown[ASK])


def test_frozen_ticks_may_be_the_same_again_and_again() -> None:
    desktop = Desktop()
    client = subscribed(desktop)
    frozen = true_prices(desktop)
    begin(desktop, "quote_frozen", target="AAPL", amount=5)
    desktop.wait(MINUTE_US)
    ticks = [each for each in only(client.take(), "tickPrice") if each["reqId"] == 5]
    assert (24, set(frozen)) == (len(ticks), {each["price"] for each in ticks})


def test_a_burst_is_so_many_ticks_at_one_instant_and_the_last_ones_are_true() -> None:
    desktop = Desktop()
    client = subscribed(desktop)
    begin(desktop, "quote_burst", target="AAPL", amount=300)
    ticks = [each for each in only(client.take(), "tickPrice") if each["reqId"] == 5]
    assert 300 < len(ticks)
    shown = {each["tickType"]: each["price"] for each in ticks}
    assert true_prices(desktop) == (shown[BID], shown[ASK])


def test_a_first_quote_may_be_old_and_the_next_one_is_not() -> None:
    desktop = Desktop()
    desktop.wait(30 * MINUTE_US)
    old = desktop.market.quote("AAPL", desktop.now_us - 20 * MINUTE_US)
    assert old is not None
    begin(desktop, "quote_stale_first", amount=1200)
    client = desktop.client()
    shown = prices(client.answer("reqMktData", QUOTES))
    assert (old.bid, old.ask) == (shown[BID], shown[ASK])
    desktop.wait_until_quote()
    shown |= prices(client.take())
    assert true_prices(desktop) == (shown[BID], shown[ASK])


def test_a_gap_is_real_orders_fill_where_the_market_stands_and_it_jumps_back() -> None:
    desktop = Desktop()
    client = subscribed(desktop)
    before = desktop.ask()
    client.place(1, "BUY", 1, before - 10)
    client.take()
    fault = begin(desktop, "gap", target="AAPL", amount=-0.1)
    heard = client.take()
    assert "Filled" in statuses(heard)
    (execution,) = desktop.gateway.ledger()["executions"]
    assert abs(Decimal(execution["price"]) / before - Decimal("0.9")) < Decimal("0.001")
    assert prices(heard)[ASK] < before * Decimal("0.91")
    assert {} == prices(heard, 6)
    end(desktop, fault)
    assert true_prices(desktop) == (prices(client.take())[BID], desktop.ask())


def test_a_halted_symbol_neither_trades_nor_quotes_and_reopens_elsewhere() -> None:
    desktop = Desktop()
    client = subscribed(desktop)
    fault = begin(desktop, "halt", target="AAPL", amount=0.05)
    assert [2] == [each["value"] for each in only(client.take(), "tickGeneric")]
    client.place(1, "BUY", 1, desktop.ask() + 1)
    desktop.wait(5 * MINUTE_US)
    heard = client.take()
    assert ([], {}) == ([each for each in statuses(heard) if each == "Filled"], prices(heard))
    assert {} != prices(heard, 6)
    end(desktop, fault)
    heard = client.take()
    assert [0] == [each["value"] for each in only(heard, "tickGeneric")]
    assert "Filled" not in statuses(heard)
    assert prices(heard)[BID] > desktop.bid() * Decimal("1.04")
    desktop.wait(10 * SECOND_US)
    assert "Submitted" == desktop.gateway.ledger()["orders"][0]["status"]


def test_nothing_jumps_or_halts_while_the_market_is_closed() -> None:
    desktop = Desktop()
    desktop.wait(8 * 60 * MINUTE_US)
    for kind in ("gap", "halt"):
        fault = GatewayFault(kind=kind, at_us=desktop.now_us, target="AAPL", amount=0.1)
        assert not desktop.gateway.inject(fault)
