"""Market data: parameters, type, ticks; only what changed; and the honest refusals of the other modes."""

from decimal import Decimal
from typing import Any

import pytest

from hydra.gateway.settings import GatewayConfig, MarketDataMode
from tests.gateway.raw_client import AAPL, HOUR_US, MINUTE_US, Desktop, RawClient, errors, only

QUOTES: dict[str, Any] = AAPL | {"reqId": 5}


def prices(heard: list[Any]) -> dict[int, Decimal]:
    return {each["tickType"]: each["price"] for each in only(heard, "tickPrice")}


def sizes(heard: list[Any]) -> dict[int, Decimal]:
    return {each["tickType"]: each["size"] for each in only(heard, "tickSize")}


def test_a_subscription_begins_with_parameters_type_and_the_present_quote() -> None:
    desktop = Desktop()
    heard = desktop.client().answer("reqMktData", QUOTES)
    quote = desktop.market.quote("AAPL", desktop.now_us)
    assert quote is not None
    assert ["tickReqParams", "marketDataType", "tickPrice", "tickSize"] == [each.name for each in heard][:4]
    assert (quote.bid, quote.ask, quote.last, Decimal("560.99")) == tuple(prices(heard)[tick] for tick in (1, 2, 4, 9))
    assert (quote.bid_size, quote.ask_size, quote.volume) == tuple(sizes(heard)[tick] for tick in (0, 3, 8))


def test_later_only_what_changed_is_sent_and_high_and_low_are_the_days() -> None:
    desktop = Desktop()
    client = desktop.client()
    shown = prices(client.answer("reqMktData", QUOTES))
    for _ in range(40):
        before = dict(shown)
        desktop.wait_until_quote()
        ticks = only(client.take(), "tickPrice")
        assert [] == [each for each in ticks if each["tickType"] in (6, 7, 14) and before[each["tickType"]] == each["price"]]
        shown |= {each["tickType"]: each["price"] for each in ticks}
        today = desktop.market.daily_bars("AAPL", desktop.now_us, 1)[0]
        assert (today.high, today.low, today.open) == (shown[6], shown[7], shown[14])


def test_the_same_quote_is_not_sent_twice() -> None:
    desktop = Desktop()
    client = desktop.client()
    client.send("reqMktData", QUOTES)
    told: dict[int, tuple[Decimal, Decimal]] = {}
    for _ in range(40):
        desktop.wait_until_quote()
        for each in only(client.take(), "tickPrice"):
            assert told.get(each["tickType"]) != (each["price"], each["size"])
            told[each["tickType"]] = (each["price"], each["size"])


def test_a_snapshot_ends_and_nothing_follows() -> None:
    desktop = Desktop()
    client = desktop.client()
    assert "tickSnapshotEnd" == client.answer("reqMktData", QUOTES | {"snapshot": True})[-1].name
    desktop.wait(5 * MINUTE_US)
    assert [] == client.take()


def test_a_cancelled_subscription_is_silent_and_can_be_cancelled_once() -> None:
    desktop = Desktop()
    client = desktop.client()
    client.send("reqMktData", QUOTES)
    assert [(5, 102)] == errors(client.answer("reqMktData", QUOTES))
    assert [] == client.answer("cancelMktData", {"reqId": 5})
    desktop.wait(5 * MINUTE_US)
    assert [] == client.take()
    assert [(5, 300)] == errors(client.answer("cancelMktData", {"reqId": 5}))


def test_after_the_close_there_is_no_bid_and_no_ask_and_at_the_open_there_is() -> None:
    desktop = Desktop()
    client = desktop.client()
    client.send("reqMktData", QUOTES)
    desktop.wait(7 * HOUR_US)
    last = prices(client.take())
    assert (Decimal(-1), Decimal(-1)) == (last[1], last[2])
    desktop.wait(17 * HOUR_US)
    assert prices(client.take())[1] > 0


@pytest.mark.parametrize(("mode", "data_type", "code"), [("delayed", 1, 354), ("none", 1, 354), ("none", 3, 10168)])
def test_data_that_is_not_subscribed_is_refused(mode: MarketDataMode, data_type: int, code: int) -> None:
    client = Desktop(config=GatewayConfig(market_data=mode)).client()
    client.send("reqMarketDataType", {"marketDataType": data_type})
    heard = client.answer("reqMktData", QUOTES)
    assert [(5, code)] == errors(heard)
    assert 1 == len(heard)


def test_delayed_data_says_so_and_is_a_quarter_of_an_hour_old() -> None:
    desktop = Desktop(config=GatewayConfig(market_data="delayed"))
    client = desktop.client()
    desktop.wait(HOUR_US)
    client.send("reqMarketDataType", {"marketDataType": 3})
    heard = client.answer("reqMktData", QUOTES)
    then = desktop.market.quote("AAPL", desktop.now_us - 15 * MINUTE_US)
    assert then is not None
    assert [(5, 10167)] == errors(heard)
    assert [3] == [each["marketDataType"] for each in only(heard, "marketDataType")]
    assert (then.bid, then.ask) == (prices(heard)[66], prices(heard)[67])
    assert [] == [tick for tick in prices(heard) if tick < 66]


def refused(client: RawClient, **more: Any) -> list[tuple[int, int]]:
    return errors(client.answer("reqMktData", QUOTES | more))


def test_unknown_contracts_and_paid_snapshots_are_refused() -> None:
    client = Desktop().client()
    assert [(5, 200)] == refused(client, symbol="NOSUCH")
    assert [(5, 10170)] == refused(client, regulatorySnapshot=True)
