"""The real, unmodified ib_async must read every message that the gateway writes, without a complaint."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import ib_async
import pytest
from ib_async.decoder import Decoder

from hydra.gateway.wire import encode_server
from tests.gateway.wire_examples import VERSIONS, unframed


class Heard:
    """What ib_async's decoder calls: keeps every call by name."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, tuple[Any, ...]]] = []
        self.ib = ib_async.IB
        self.defaultTimezone = None

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *args: self.calls.append((name, args))


def heard(name: str, values: dict[str, Any], version: int, log: pytest.LogCaptureFixture) -> tuple[str, tuple[Any, ...]]:
    """Let ib_async decode one of our messages; it must neither complain nor stay silent."""
    wrapper = Heard()
    Decoder(wrapper, version).interpret(list(unframed(encode_server(name, values, version))))  # type: ignore[arg-type]
    assert [] == [record.getMessage() for record in log.records]
    (call,) = wrapper.calls
    return call


def restricted(found: Any, names: dict[str, Any]) -> dict[str, Any]:
    return {name: getattr(found, name) for name in names}


ORDER = {
    "orderId": 4,
    "conId": 265598,
    "symbol": "AAPL",
    "secType": "STK",
    "exchange": "SMART",
    "currency": "USD",
    "action": "SELL",
    "totalQuantity": Decimal(7),
    "orderType": "LMT",
    "lmtPrice": Decimal("155.25"),
    "tif": "GTC",
    "account": "DU1234567",
    "orderRef": "hydra/1",
    "clientId": 7,
    "permId": 2126726144,
    "status": "Submitted",
    "warningText": "price capped",
    "commission": Decimal("1.05"),
    "commissionCurrency": "USD",
    "algoStrategy": "Twap",
    "algoParams": [{"tag": "strategyType", "value": "Marketable"}],
    "conditions": [
        {"type": 1, "conjunction": "a", "isMore": True, "price": Decimal("9.5"), "conId": 8314}
        | {"exch": "SMART", "triggerMethod": 2},
        {"type": 3, "conjunction": "o", "isMore": False, "time": "20120604-14:00:00"},
    ],
    "conditionsCancelOrder": True,
    "usePriceMgmtAlgo": True,
    "autoCancelParent": True,
}


@pytest.mark.parametrize("version", VERSIONS)
def test_ib_async_reads_our_open_order_field_by_field(version: int, caplog: pytest.LogCaptureFixture) -> None:
    name, (order_id, contract, order, state) = heard("openOrder", ORDER, version, caplog)
    assert ("openOrder", 4) == (name, order_id)
    place = {"conId": 265598, "symbol": "AAPL", "exchange": "SMART", "currency": "USD"}
    assert place == restricted(contract, place)
    terms = {
        "action": "SELL",
        "totalQuantity": 7.0,
        "orderType": "LMT",
        "lmtPrice": 155.25,
        "tif": "GTC",
        "account": "DU1234567",
        "orderRef": "hydra/1",
        "clientId": 7,
        "permId": 2126726144,
        "algoParams": [ib_async.TagValue("strategyType", "Marketable")],
        "conditionsCancelOrder": True,
        "ocaType": 3,
        "clearingIntent": "IB",
        "usePriceMgmtAlgo": True,
        "autoCancelParent": version >= 162,
    }
    assert terms == restricted(order, terms)
    assert [9.5, "20120604-14:00:00"] == [order.conditions[0].price, order.conditions[1].time]
    outcome = {
        "status": "Submitted",
        "commission": 1.05,
        "commissionCurrency": "USD",
        "warningText": "price capped",
    }
    assert outcome == restricted(state, outcome)


@pytest.mark.parametrize("version", VERSIONS)
def test_ib_async_reads_our_completed_order(version: int, caplog: pytest.LogCaptureFixture) -> None:
    shared = {name: value for name, value in ORDER.items() if name not in ("orderId", "clientId")}
    done = {
        name: value
        for name, value in shared.items()
        if name not in ("warningText", "commission", "commissionCurrency", "usePriceMgmtAlgo")
    } | {"status": "Filled", "filledQuantity": Decimal(7), "completedStatus": "Filled Size: 7"}
    name, (contract, order, state) = heard("completedOrder", done, version, caplog)
    assert ("completedOrder", 265598, "hydra/1", 2126726144, 7.0, "Filled Size: 7") == (
        *(name, contract.conId, order.orderRef, order.permId, order.filledQuantity),
        state.completedStatus,
    )


STOCK = {"conId": 265598, "symbol": "AAPL", "secType": "STK", "exchange": "SMART", "currency": "USD"}
BAR = {"date": "20120604", "open": Decimal("561.5"), "high": Decimal("567.5"), "low": Decimal("548.5")} | {
    "close": Decimal("564.29"),
    "volume": Decimal(19000),
    "wap": Decimal("560.1"),
    "barCount": 900,
}
MESSAGES: list[tuple[str, dict[str, Any], str, tuple[Any, ...]]] = [
    ("nextValidId", {"orderId": 9}, "nextValidId", (9,)),
    ("managedAccounts", {"accountsList": "DU1,DU2"}, "managedAccounts", ("DU1,DU2",)),
    ("currentTime", {"time": 1338816600}, "currentTime", (1338816600,)),
    ("errMsg", {"reqId": 5, "errorCode": 202, "errorMsg": "gone"}, "error", (5, 202, "gone", "")),
    (
        "orderStatus",
        {"orderId": 5, "status": "Filled", "filled": Decimal(3), "avgFillPrice": Decimal("9.5"), "permId": 8}
        | {"lastFillPrice": Decimal("9.25"), "clientId": 7},
        "orderStatus",
        (5, "Filled", 3.0, 0.0, 9.5, 8, 0, 9.25, 7, "", 0.0),
    ),
    ("openOrderEnd", {}, "openOrderEnd", ()),
    ("execDetailsEnd", {"reqId": 5}, "execDetailsEnd", (5,)),
    ("completedOrdersEnd", {}, "completedOrdersEnd", ()),
    ("positionEnd", {}, "positionEnd", ()),
    (
        "updateAccountValue",
        {"key": "NetLiquidation", "value": "100000.00", "currency": "USD", "accountName": "DU1"},
        "updateAccountValue",
        ("NetLiquidation", "100000.00", "USD", "DU1"),
    ),
    ("updateAccountTime", {"timeStamp": "16:00"}, "updateAccountTime", ("16:00",)),
    ("accountDownloadEnd", {"account": "DU1"}, "accountDownloadEnd", ("DU1",)),
    (
        "accountUpdateMulti",
        {"reqId": 1, "account": "DU1", "key": "CashBalance", "value": "5", "currency": "USD"},
        "accountUpdateMulti",
        (1, "DU1", "", "CashBalance", "5", "USD"),
    ),
    ("accountUpdateMultiEnd", {"reqId": 1}, "accountUpdateMultiEnd", (1,)),
    (
        "accountSummary",
        {"reqId": 1, "account": "DU1", "tag": "BuyingPower", "value": "5", "currency": "USD"},
        "accountSummary",
        (1, "DU1", "BuyingPower", "5", "USD"),
    ),
    ("accountSummaryEnd", {"reqId": 1}, "accountSummaryEnd", (1,)),
    (
        "pnl",
        {"reqId": 1, "dailyPnL": Decimal("-2.5")},
        "pnl",
        (1, -2.5, 1.7976931348623157e308, 1.7976931348623157e308),
    ),
    (
        "tickReqParams",
        {"reqId": 1, "minTick": Decimal("0.01"), "bboExchange": "a6"},
        "tickReqParams",
        (1, 0.01, "a6", 0),
    ),
    ("marketDataType", {"reqId": 1, "marketDataType": 3}, "marketDataType", (1, 3)),
    (
        "tickPrice",
        {"reqId": 1, "tickType": 2, "price": Decimal("561.5"), "size": Decimal(30)},
        "priceSizeTick",
        (1, 2, 561.5, 30.0),
    ),
    ("tickSize", {"reqId": 1, "tickType": 8, "size": Decimal(30)}, "tickSize", (1, 8, 30.0)),
    ("tickString", {"reqId": 1, "tickType": 45, "value": "1338816600"}, "tickString", (1, 45, "1338816600")),
    ("tickGeneric", {"reqId": 1, "tickType": 49, "value": Decimal(0)}, "tickGeneric", (1, 49, 0.0)),
    ("tickSnapshotEnd", {"reqId": 1}, "tickSnapshotEnd", (1,)),
    ("contractDataEnd", {"reqId": 1}, "contractDetailsEnd", (1,)),
    (
        "headTimestamp",
        {"reqId": 1, "headTimestamp": "20040102-14:30:00"},
        "headTimestamp",
        (1, "20040102-14:30:00"),
    ),
    ("userInfo", {"reqId": 1}, "userInfo", (1, "")),
]


@pytest.mark.parametrize("version", (157, 163, 178))
@pytest.mark.parametrize(("name", "values", "method", "args"), MESSAGES, ids=[row[0] for row in MESSAGES])
def test_ib_async_hears_exactly_what_we_say(
    name: str,
    values: dict[str, Any],
    method: str,
    args: tuple[Any, ...],
    version: int,
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert (method, args) == heard(name, values, version, caplog)


@pytest.mark.parametrize("version", VERSIONS)
def test_ib_async_reads_our_execution_and_its_commission(version: int, caplog: pytest.LogCaptureFixture) -> None:
    time = "20120604 09:30:05 US/Eastern"
    values = (
        STOCK
        | {"orderId": 4, "execId": "0001.01", "time": time, "ex.exchange": "IEX", "side": "BOT"}
        | {
            "shares": Decimal(3),
            "price": Decimal("561.5"),
            "permId": 8,
            "orderRef": "hydra/1",
            "cumQty": Decimal(5),
        }
    )
    name, (req_id, contract, execution) = heard("execDetails", values, version, caplog)
    assert ("execDetails", -1, "AAPL") == (name, req_id, contract.symbol)
    known = {
        "execId": "0001.01",
        "exchange": "IEX",
        "shares": 3.0,
        "price": 561.5,
        "orderRef": "hydra/1",
        "cumQty": 5.0,
    }
    assert known == restricted(execution, known)
    report = {"execId": "0001.01", "commission": Decimal("1"), "currency": "USD"}
    _, (said,) = heard("commissionReport", report, version, caplog)
    assert ("0001.01", 1.0, 0) == (said.execId, said.commission, said.yieldRedemptionDate)


@pytest.mark.parametrize("version", VERSIONS)
def test_ib_async_reads_our_positions_and_portfolio(version: int, caplog: pytest.LogCaptureFixture) -> None:
    held = STOCK | {"account": "DU1", "position": Decimal(-3), "avgCost": Decimal("561.5")}
    name, (account, contract, position, cost) = heard("position", held, version, caplog)
    assert ("position", "DU1", "AAPL", -3.0, 561.5) == (name, account, contract.symbol, position, cost)
    line = {
        "symbol": "AAPL",
        "primaryExchange": "NASDAQ",
        "position": Decimal(3),
        "unrealizedPNL": Decimal("-1.5"),
    }
    name, (contract, *numbers) = heard("updatePortfolio", line | {"accountName": "DU1"}, version, caplog)
    assert ("NASDAQ", [3.0, 0.0, 0.0, 0.0, -1.5, 0.0, "DU1"]) == (contract.primaryExchange, numbers)


@pytest.mark.parametrize("version", VERSIONS)
def test_ib_async_reads_our_contract_details(version: int, caplog: pytest.LogCaptureFixture) -> None:
    values = {
        "reqId": 1,
        "symbol": "AAPL",
        "secType": "STK",
        "conId": 265598,
        "longName": "APPLE INC",
        "liquidHours": "20120604:0930-20120604:1600;20120605:CLOSED",
        "timeZoneId": "US/Eastern",
        "secIdList": [{"tag": "ISIN", "value": "US0378331005"}],
        "stockType": "COMMON",
    }
    _, (req_id, details) = heard("contractData", values, version, caplog)
    assert (1, 265598, "APPLE INC", 0.01, "COMMON") == (
        *(req_id, details.contract.conId, details.longName, details.minTick, details.stockType),
    )
    assert [ib_async.TagValue("ISIN", "US0378331005")] == details.secIdList
    assert values["liquidHours"] == details.liquidHours
    assert (1.0 if version >= 163 else 0.0) == float(details.suggestedSizeIncrement)


@pytest.mark.parametrize("version", (157, 163, 178))
def test_ib_async_reads_our_bars(version: int, caplog: pytest.LogCaptureFixture) -> None:
    wrapper = Heard()
    message = {"reqId": 1, "startDate": "20120601", "endDate": "20120604", "bars": [BAR, BAR]}
    Decoder(wrapper, version).interpret(list(unframed(encode_server("historicalData", message, version))))  # type: ignore[arg-type]
    assert ["historicalData", "historicalData", "historicalDataEnd"] == [name for name, _ in wrapper.calls]
    bar = wrapper.calls[0][1][1]
    assert (561.5, 567.5, 548.5, 564.29, 19000.0, 900) == (
        *(bar.open, bar.high, bar.low, bar.close, bar.volume, bar.barCount),
    )
    _, (req_id, live) = heard("historicalDataUpdate", {"reqId": 1, **BAR}, version, caplog)
    assert (1, 548.5, 564.29, 19000.0) == (req_id, live.low, live.close, live.volume)


@pytest.mark.parametrize("version", VERSIONS)
def test_ib_async_understands_that_we_have_no_greeks(version: int, caplog: pytest.LogCaptureFixture) -> None:
    _, args = heard("tickOptionComputation", {"reqId": 1, "tickType": 13}, version, caplog)
    assert (1, 13, 0, -1.0, -2.0, -1.0, -1.0, -2.0, -2.0, -2.0, -1.0) == args


@pytest.mark.parametrize("version", (157, 178))
@pytest.mark.parametrize(
    ("values", "method"),
    [
        ({"tickType": 1, "price": Decimal("9.5"), "size": Decimal(3)}, "tickByTickAllLast"),
        ({"tickType": 3, "bidPrice": Decimal("9.5"), "askSize": Decimal(3)}, "tickByTickBidAsk"),
        ({"tickType": 4, "midPoint": Decimal("9.5")}, "tickByTickMidPoint"),
    ],
)
def test_ib_async_reads_our_tick_by_tick(
    values: dict[str, Any], method: str, version: int, caplog: pytest.LogCaptureFixture
) -> None:
    assert method == heard("tickByTick", values, version, caplog)[0]


@pytest.mark.parametrize("version", (157, 178))
@pytest.mark.parametrize(
    ("name", "values", "method"),
    [
        (
            "historicalTicks",
            {"ticks": [{"time": 5, "price": Decimal("9.5"), "size": Decimal(1)}]},
            "historicalTicks",
        ),
        ("historicalTicksBidAsk", {"ticks": [{"time": 5}], "done": True}, "historicalTicksBidAsk"),
        ("historicalTicksLast", {"ticks": [{"time": 5}], "done": True}, "historicalTicksLast"),
        ("historicalSchedule", {"sessions": [{"refDate": "20120604"}]}, "historicalSchedule"),
        (
            "symbolSamples",
            {"contracts": [{"symbol": "IBM", "derivativeSecTypes": [{"secType_": "OPT"}]}]},
            "symbolSamples",
        ),
        (
            "marketRule",
            {"priceIncrements": [{"lowEdge": Decimal(0), "increment": Decimal("0.01")}]},
            "marketRule",
        ),
        (
            "securityDefinitionOptionParameter",
            {"expirations": [{"expiration": "20120615"}], "strikes": [{"strike": Decimal(560)}]},
            "securityDefinitionOptionParameter",
        ),
        ("positionMulti", {"symbol": "IBM", "position": Decimal(1)}, "positionMulti"),
        ("positionMultiEnd", {}, "positionMultiEnd"),
        ("realtimeBar", {"open": Decimal("9.5")}, "realtimeBar"),
        ("pnlSingle", {"pos": Decimal(1)}, "pnlSingle"),
        ("orderBound", {"permId": 1}, "orderBound"),
        ("securityDefinitionOptionParameterEnd", {}, "securityDefinitionOptionParameterEnd"),
    ],
)
def test_ib_async_takes_every_other_message_without_a_complaint(
    name: str, values: dict[str, Any], method: str, version: int, caplog: pytest.LogCaptureFixture
) -> None:
    assert method == heard(name, values, version, caplog)[0]
