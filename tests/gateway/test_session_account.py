"""Positions, account values and summaries: complete at first, then only news."""

from decimal import Decimal

from tests.gateway.raw_client import (
    MINUTE_US,
    Desktop,
    errors,
    only,
)


def test_account_updates_are_complete_then_only_news() -> None:
    desktop = Desktop()
    client = desktop.client()
    client.place(1, "BUY", 5, desktop.ask())
    heard = client.answer("reqAccountUpdates", {"subscribe": True, "acctCode": ""})
    values = {each["key"]: each["value"] for each in only(heard, "updateAccountValue")}
    assert ("DU1234567", "true") == (values["AccountCode"], values["AccountReady"])
    assert ["AAPL"] == [each["symbol"] for each in only(heard, "updatePortfolio")]
    assert "accountDownloadEnd" == heard[-1].name
    desktop.wait(3 * MINUTE_US)
    news = client.take()
    assert ["AAPL"] == [each["symbol"] for each in only(news, "updatePortfolio")]
    assert 0 < len(only(news, "updateAccountValue")) < len(values)
    assert [] == client.answer("reqAccountUpdates", {"subscribe": False, "acctCode": ""})
    desktop.wait(10 * MINUTE_US)
    assert [] == client.take()


def test_an_account_summary_answers_the_wanted_tags_and_a_third_subscription_is_refused() -> None:
    client = Desktop().client()
    heard = client.answer("reqAccountSummary", {"reqId": 1, "groupName": "All", "tags": "NetLiquidation,BuyingPower"})
    assert [("NetLiquidation", "1000000.00"), ("BuyingPower", "4000000.00")] == [
        (each["tag"], each["value"]) for each in only(heard, "accountSummary")
    ]
    assert "accountSummaryEnd" == heard[-1].name
    client.send("reqAccountSummary", {"reqId": 2, "groupName": "All", "tags": "$LEDGER:ALL"})
    assert [(3, 322)] == errors(client.answer("reqAccountSummary", {"reqId": 3, "groupName": "All", "tags": "Cushion"}))
    client.send("cancelAccountSummary", {"reqId": 1})
    assert [] == errors(client.answer("reqAccountSummary", {"reqId": 3, "groupName": "All", "tags": "Cushion"}))


def test_streams_by_request_id_end_with_their_marker_and_can_be_cancelled() -> None:
    desktop = Desktop()
    client = desktop.client()
    updates = client.answer("reqAccountUpdatesMulti", {"reqId": 1, "account": "DU1234567"})
    assert ("accountUpdateMulti", "accountUpdateMultiEnd") == (updates[0].name, updates[-1].name)
    assert ["positionMultiEnd"] == [each.name for each in client.answer("reqPositionsMulti", {"reqId": 2})]
    heard = client.place(1, "BUY", 5, desktop.ask())
    assert [(2, Decimal(5))] == [(each["reqId"], each["position"]) for each in only(heard, "positionMulti")]
    assert [] != only(heard, "accountUpdateMulti")
    client.send("cancelPositionsMulti", {"reqId": 2})
    client.send("cancelAccountUpdatesMulti", {"reqId": 1})
    client.send("cancelPositions")
    after = [each.name for each in client.place(2, "BUY", 5, desktop.ask())]
    assert [] == [name for name in after if name not in ("openOrder", "orderStatus", "execDetails", "commissionReport")]
