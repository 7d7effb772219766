"""Contract details, price increments and recorded daily bars."""

from decimal import Decimal
from typing import Any

import pytest

from tests.gateway.raw_client import (
    AAPL,
    Desktop,
    errors,
    only,
)

CENT = Decimal("0.01")


def test_contract_details_name_the_hours_and_unknown_contracts_are_200() -> None:
    client = Desktop().client()
    heard = client.answer("reqContractDetails", AAPL | {"reqId": 5})
    (details,) = only(heard, "contractData")
    assert (265598, CENT) == (details["conId"], details["minTick"])
    assert details["liquidHours"].startswith("20120604:0930-20120604:1600;")
    assert "contractDataEnd" == heard[-1].name
    assert [(6, 200)] == errors(client.answer("reqContractDetails", AAPL | {"reqId": 6, "symbol": "NOSUCH"}))


def test_the_price_increments_are_a_cent() -> None:
    client = Desktop().client()
    (rule,) = only(client.answer("reqMarketRule", {"marketRuleId": 26}), "marketRule")
    assert [{"lowEdge": Decimal(0), "increment": CENT}] == rule["priceIncrements"]
    assert [(-1, 321)] == errors(client.answer("reqMarketRule", {"marketRuleId": 1}))


def history(**more: Any) -> dict[str, Any]:
    wanted = {"reqId": 5, "barSizeSetting": "1 day", "durationStr": "3 D", "useRTH": True, "whatToShow": "TRADES"}
    return AAPL | wanted | more


def test_daily_bars_end_with_today_so_far() -> None:
    client = Desktop().client()
    (answer,) = only(client.answer("reqHistoricalData", history()), "historicalData")
    assert ["20120531", "20120601", "20120604"] == [bar["date"] for bar in answer["bars"]]
    assert Decimal("560.99") == answer["bars"][1]["close"]
    (earlier,) = only(
        client.answer("reqHistoricalData", history(endDateTime="20120531 23:59:59 US/Eastern")), "historicalData"
    )
    assert ["20120529", "20120530", "20120531"] == [bar["date"] for bar in earlier["bars"]]


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"barSizeSetting": "5 mins"}, 162),
        ({"whatToShow": "BID_ASK"}, 162),
        ({"durationStr": "3 X"}, 162),
        ({"durationStr": "99999999999 D"}, 162),
        ({"keepUpToDate": True}, 162),
        ({"endDateTime": "19700101 00:00:00"}, 162),
        ({"endDateTime": "some day"}, 321),
        ({"endDateTime": "20120601 00:00:00 Nowhere/City"}, 321),
        ({"symbol": "NOSUCH"}, 200),
    ],
)
def test_history_that_is_not_recorded_is_refused_with_a_reason(more: dict[str, Any], code: int) -> None:
    client = Desktop().client()
    assert [(5, code)] == errors(client.answer("reqHistoricalData", history(**more)))


def test_cancelling_history_that_was_answered_finds_nothing() -> None:
    assert [(5, 366)] == errors(Desktop().client().answer("cancelHistoricalData", {"reqId": 5}))
