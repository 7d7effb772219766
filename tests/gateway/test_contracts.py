"""Which instrument a contract block means."""

from typing import Any

import pytest

from hydra.gateway.contracts import INSTRUMENTS, find

BLOCK = {
    **dict.fromkeys(("symbol", "secType", "exchange", "primaryExchange", "currency", "localSymbol"), ""),
    "tradingClass": "",
    "conId": 0,
}

FOUND: list[tuple[dict[str, Any], int | None]] = [
    ({"conId": 265598}, 265598),
    ({"conId": 265598, "exchange": "SMART", "symbol": "AAPL", "secType": "STK", "currency": "USD"}, 265598),
    ({"symbol": "IBM", "secType": "STK", "exchange": "SMART", "currency": "USD"}, 8314),
    ({"symbol": "IBM", "secType": "STK", "exchange": "NYSE", "primaryExchange": "NYSE"}, 8314),
    ({"symbol": "MSFT", "secType": "STK", "localSymbol": "MSFT", "tradingClass": "NMS"}, 272093),
    ({"symbol": "SPY", "secType": "STK"}, None),
    ({"symbol": "IBM"}, None),
    ({"symbol": "IBM", "secType": "OPT"}, None),
    ({"symbol": "IBM", "secType": "STK", "currency": "EUR"}, None),
    ({"symbol": "IBM", "secType": "STK", "exchange": "NASDAQ"}, None),
    ({"symbol": "IBM", "secType": "STK", "primaryExchange": "NASDAQ"}, None),
    ({"symbol": "IBM", "secType": "STK", "tradingClass": "NMS"}, None),
    ({"conId": 265598, "symbol": "IBM"}, None),
    ({"conId": 1}, None),
    ({}, None),
]


@pytest.mark.parametrize(("given", "con_id"), FOUND)
def test_a_block_means_an_instrument_only_if_everything_in_it_agrees(given: dict[str, Any], con_id: int | None) -> None:
    found = find(BLOCK | given)
    assert con_id == (None if found is None else found.con_id)


def test_no_two_instruments_share_a_number_or_a_symbol() -> None:
    assert len(INSTRUMENTS) == len({each.con_id for each in INSTRUMENTS})
    assert len(INSTRUMENTS) == len({each.symbol for each in INSTRUMENTS})
