"""The gateway must read every message that the real, unmodified ib_async sends, from its own bytes."""

import asyncio
import math
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import ib_async
import pytest
from ib_async.client import Client

from hydra.gateway.framing import FrameReader
from hydra.gateway.wire import ClientMessage, WireError, decode_client
from tests.gateway.wire_examples import VERSIONS

AAPL = ib_async.Contract(
    secType="STK", conId=265598, symbol="AAPL", exchange="SMART", primaryExchange="NASDAQ", currency="USD"
)
BAG = ib_async.Bag(
    symbol="AAPL,MSFT",
    exchange="SMART",
    currency="USD",
    comboLegs=[
        ib_async.ComboLeg(conId=265598, ratio=1, action="BUY", exchange="SMART"),
        ib_async.ComboLeg(conId=272093, ratio=2, action="SELL", exchange="SMART"),
    ],
)


class Tape:
    """The far end of a transport: keeps the bytes."""

    def __init__(self) -> None:
        self.written = bytearray()

    def write(self, data: bytes) -> None:
        self.written += data


def sent_by_ib_async(version: int, act: Callable[[Client], None]) -> list[ClientMessage]:
    """Let ib_async's own client write to a tape, and decode the tape."""
    tape = Tape()

    async def play() -> None:
        client = Client(object())
        client.connState = Client.CONNECTED
        client._serverVersion = version
        client.conn.transport = tape
        act(client)

    asyncio.run(play())
    frames = FrameReader(expects_hello=False).feed(bytes(tape.written))
    return [decode_client(fields, version) for fields in frames if isinstance(fields, tuple)]


@pytest.mark.parametrize("version", VERSIONS)
def test_we_read_the_limit_order_of_ib_async(version: int) -> None:
    order = ib_async.LimitOrder("BUY", 7, 155.25, tif="GTC", orderRef="hydra/1", account="DU1", transmit=True)
    (message,) = sent_by_ib_async(version, lambda client: client.placeOrder(4, AAPL, order))
    expected = {
        "orderId": 4,
        "conId": 265598,
        "symbol": "AAPL",
        "primaryExchange": "NASDAQ",
        "action": "BUY",
        "totalQuantity": Decimal(7),
        "lmtPrice": Decimal("155.25"),
        "auxPrice": None,
        "tif": "GTC",
        "orderRef": "hydra/1",
        "account": "DU1",
        "transmit": True,
        "whatIf": False,
        "minQty": None,
        "conditions": [],
        "algoParams": [],
        "comboLegs": [],
        "autoCancelParent": False,
    }
    assert ("placeOrder", expected) == (message.name, {name: message.values[name] for name in expected})


ORDERS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    (
        {"orderType": "VOL", "volatility": 0.25, "volatilityType": 2},
        {"volatility": Decimal("0.25"), "volatilityType": 2},
    ),
    (
        {"orderType": "PEG BENCH", "referenceContractId": 8314, "peggedChangeAmount": 0.05},
        {"referenceContractId": 8314, "peggedChangeAmount": Decimal("0.05")},
    ),
    (
        {"orderType": "PEG BEST", "competeAgainstBestOffset": math.inf, "midOffsetAtHalf": 0.005},
        {"competeAgainstBestOffset": Decimal("Infinity"), "midOffsetAtHalf": Decimal("0.005")},
    ),
    ({"orderType": "PEG MID", "midOffsetAtWhole": 0.01}, {"midOffsetAtWhole": Decimal("0.01")}),
    ({"hedgeType": "D", "hedgeParam": "0.5"}, {"hedgeParam": "0.5"}),
    (
        {"scaleInitLevelSize": 5, "scalePriceIncrement": 0.05, "scaleRandomPercent": True},
        {"scaleInitLevelSize": 5, "scaleRandomPercent": True},
    ),
    ({"deltaNeutralOrderType": "MKT", "deltaNeutralConId": 8314}, {"deltaNeutralConId": 8314}),
    (
        {"algoStrategy": "Twap", "algoParams": [ib_async.TagValue("strategyType", "Marketable")]},
        {"algoParams": [{"tag": "strategyType", "value": "Marketable"}]},
    ),
    ({"whatIf": True}, {"whatIf": True}),
    ({"orderMiscOptions": [ib_async.TagValue("a", "b")]}, {"orderMiscOptions": "a=b;"}),
    ({"usePriceMgmtAlgo": None}, {"usePriceMgmtAlgo": None}),
    (
        {
            "conditions": [
                ib_async.PriceCondition(conId=8314, exch="NYSE", price=9.5),
                ib_async.TimeCondition(time="t"),
            ]
        },
        {"conditionsIgnoreRth": False},
    ),
    (
        {
            "conditions": [
                ib_async.MarginCondition(percent=30),
                ib_async.ExecutionCondition(secType="STK", exch="SMART", symbol="IBM"),
                ib_async.VolumeCondition(volume=9, conId=8314, exch="NYSE"),
                ib_async.PercentChangeCondition(changePercent=1.5, conId=8314, exch="NYSE"),
            ]
        },
        {"conditionsCancelOrder": False},
    ),
]


@pytest.mark.parametrize("version", (170, 178))
@pytest.mark.parametrize(("terms", "expected"), ORDERS)
def test_we_read_every_shape_of_order_of_ib_async(terms: dict[str, Any], expected: dict[str, Any], version: int) -> None:
    order = ib_async.Order(**{"action": "BUY", "totalQuantity": 7, "orderType": "LMT", "lmtPrice": 9.5, **terms})
    (message,) = sent_by_ib_async(version, lambda client: client.placeOrder(4, AAPL, order))
    assert expected == {name: message.values[name] for name in expected}
    assert len(terms.get("conditions", ())) == len(message.values["conditions"])


def test_we_read_the_combination_order_of_ib_async() -> None:
    order = ib_async.LimitOrder("BUY", 1, 1.5, smartComboRoutingParams=[ib_async.TagValue("NonGuaranteed", "1")])
    order.orderComboLegs = [ib_async.OrderComboLeg(price=0.5), ib_async.OrderComboLeg()]
    (message,) = sent_by_ib_async(178, lambda client: client.placeOrder(4, BAG, order))
    assert [265598, 272093] == [leg["conId"] for leg in message.values["comboLegs"]]
    assert [{"price": Decimal("0.5")}, {"price": None}] == message.values["orderComboLegs"]
    assert [{"tag": "NonGuaranteed", "value": "1"}] == message.values["smartComboRoutingParams"]


def test_a_price_that_is_not_a_number_is_refused_with_the_order_it_belongs_to() -> None:
    order = ib_async.LimitOrder("BUY", 7, math.nan)
    with pytest.raises(WireError, match="lmtPrice: 'nan' is not a number") as caught:
        sent_by_ib_async(178, lambda client: client.placeOrder(4, AAPL, order))
    assert 4 == caught.value.request_id


REQUESTS: list[tuple[Callable[[Client], None], str, dict[str, Any]]] = [
    (lambda c: c.startApi(), "startApi", {"clientId": -1}),
    (lambda c: c.reqIds(1), "reqIds", {"numIds": 1}),
    (lambda c: c.reqManagedAccts(), "reqManagedAccts", {}),
    (lambda c: c.setServerLogLevel(5), "setServerLogLevel", {"logLevel": 5}),
    (lambda c: c.reqCurrentTime(), "reqCurrentTime", {}),
    (lambda c: c.reqUserInfo(3), "reqUserInfo", {"reqId": 3}),
    (lambda c: c.cancelOrder(5), "cancelOrder", {"orderId": 5, "manualCancelOrderTime": ""}),
    (lambda c: c.reqGlobalCancel(), "reqGlobalCancel", {}),
    (lambda c: c.reqOpenOrders(), "reqOpenOrders", {}),
    (lambda c: c.reqAllOpenOrders(), "reqAllOpenOrders", {}),
    (lambda c: c.reqAutoOpenOrders(True), "reqAutoOpenOrders", {"bAutoBind": True}),
    (
        lambda c: c.reqExecutions(3, ib_async.ExecutionFilter(clientId=7, symbol="IBM")),
        "reqExecutions",
        {"reqId": 3, "clientId": 7, "acctCode": "", "symbol": "IBM"},
    ),
    (lambda c: c.reqCompletedOrders(False), "reqCompletedOrders", {"apiOnly": False}),
    (lambda c: c.reqPositions(), "reqPositions", {}),
    (lambda c: c.cancelPositions(), "cancelPositions", {}),
    (lambda c: c.reqPositionsMulti(3, "DU1", ""), "reqPositionsMulti", {"reqId": 3, "account": "DU1"}),
    (lambda c: c.cancelPositionsMulti(3), "cancelPositionsMulti", {"reqId": 3}),
    (lambda c: c.reqAccountUpdates(True, "DU1"), "reqAccountUpdates", {"subscribe": True, "acctCode": "DU1"}),
    (
        lambda c: c.reqAccountUpdatesMulti(3, "DU1", "", False),
        "reqAccountUpdatesMulti",
        {"ledgerAndNLV": False},
    ),
    (lambda c: c.cancelAccountUpdatesMulti(3), "cancelAccountUpdatesMulti", {"reqId": 3}),
    (lambda c: c.reqAccountSummary(3, "All", "BuyingPower"), "reqAccountSummary", {"tags": "BuyingPower"}),
    (lambda c: c.cancelAccountSummary(3), "cancelAccountSummary", {"reqId": 3}),
    (lambda c: c.reqPnL(3, "DU1", ""), "reqPnL", {"account": "DU1"}),
    (lambda c: c.cancelPnL(3), "cancelPnL", {"reqId": 3}),
    (lambda c: c.reqPnLSingle(3, "DU1", "", 8314), "reqPnLSingle", {"conId": 8314}),
    (lambda c: c.cancelPnLSingle(3), "cancelPnLSingle", {"reqId": 3}),
    (
        lambda c: c.reqMktData(3, AAPL, "233", False, False, []),
        "reqMktData",
        {"symbol": "AAPL", "genericTickList": "233", "snapshot": False, "dncPresent": False},
    ),
    (lambda c: c.reqMktData(3, BAG, "", True, False, []), "reqMktData", {"secType": "BAG", "snapshot": True}),
    (lambda c: c.cancelMktData(3), "cancelMktData", {"reqId": 3}),
    (lambda c: c.reqMarketDataType(3), "reqMarketDataType", {"marketDataType": 3}),
    (lambda c: c.reqTickByTickData(3, AAPL, "BidAsk", 0, True), "reqTickByTickData", {"tickType": "BidAsk"}),
    (lambda c: c.cancelTickByTickData(3), "cancelTickByTickData", {"reqId": 3}),
    (
        lambda c: c.reqRealTimeBars(3, AAPL, 5, "TRADES", True, []),
        "reqRealTimeBars",
        {"barSize": 5, "useRTH": True},
    ),
    (lambda c: c.cancelRealTimeBars(3), "cancelRealTimeBars", {"reqId": 3}),
    (
        lambda c: c.reqHistoricalData(3, AAPL, "", "20 D", "1 day", "TRADES", True, 1, False, []),
        "reqHistoricalData",
        {"durationStr": "20 D", "barSizeSetting": "1 day", "whatToShow": "TRADES", "keepUpToDate": False},
    ),
    (lambda c: c.cancelHistoricalData(3), "cancelHistoricalData", {"reqId": 3}),
    (lambda c: c.reqHeadTimeStamp(3, AAPL, "TRADES", True, 1), "reqHeadTimeStamp", {"whatToShow": "TRADES"}),
    (lambda c: c.cancelHeadTimeStamp(3), "cancelHeadTimeStamp", {"reqId": 3}),
    (
        lambda c: c.reqHistoricalTicks(3, AAPL, "", "20120604 10:00:00", 5, "TRADES", True, False, []),
        "reqHistoricalTicks",
        {"numberOfTicks": 5, "useRth": True, "ignoreSize": False},
    ),
    (
        lambda c: c.reqContractDetails(3, AAPL),
        "reqContractDetails",
        {"conId": 265598, "includeExpired": False},
    ),
    (
        lambda c: c.reqSecDefOptParams(3, "IBM", "", "STK", 8314),
        "reqSecDefOptParams",
        {"underlyingConId": 8314},
    ),
    (lambda c: c.reqMatchingSymbols(3, "IB"), "reqMatchingSymbols", {"pattern": "IB"}),
    (lambda c: c.reqMarketRule(26), "reqMarketRule", {"marketRuleId": 26}),
    (lambda c: c.reqSmartComponents(3, "a6"), "reqSmartComponents", {"bboExchange": "a6"}),
    (lambda c: c.reqMktDepthExchanges(), "reqMktDepthExchanges", {}),
    (
        lambda c: c.calculateImpliedVolatility(3, AAPL, 1.5, 9.5, []),
        "calculateImpliedVolatility",
        {"underPrice": Decimal("9.5")},
    ),
    (lambda c: c.cancelCalculateImpliedVolatility(3), "cancelCalculateImpliedVolatility", {"reqId": 3}),
    (
        lambda c: c.calculateOptionPrice(3, AAPL, 0.25, 9.5, []),
        "calculateOptionPrice",
        {"volatility": Decimal("0.25")},
    ),
    (lambda c: c.cancelCalculateOptionPrice(3), "cancelCalculateOptionPrice", {"reqId": 3}),
    (
        lambda c: c.exerciseOptions(3, AAPL, 1, 2, "DU1", 0),
        "exerciseOptions",
        {"exerciseQuantity": 2, "account": "DU1"},
    ),
]


@pytest.mark.parametrize("version", (157, 169, 178))
@pytest.mark.parametrize(("act", "name", "expected"), REQUESTS, ids=[row[1] for row in REQUESTS])
def test_we_read_every_request_of_ib_async(
    act: Callable[[Client], None], name: str, expected: dict[str, Any], version: int
) -> None:
    (message,) = sent_by_ib_async(version, act)
    assert (name, expected) == (message.name, {field: message.values[field] for field in expected})
