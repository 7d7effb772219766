"""Contract blocks as the gateway sends them: the fields that orders, executions and positions share. Pure."""

from typing import Any

from hydra.gateway.contracts import INSTRUMENTS, SMART, Instrument

_BY_SYMBOL = {instrument.symbol: instrument for instrument in INSTRUMENTS}


def instrument_of(symbol: str) -> Instrument:
    """The instrument of a symbol that the gateway has traded. Raises KeyError for any other."""
    return _BY_SYMBOL[symbol]


def contract_fields(symbol: str) -> dict[str, Any]:
    """The contract block CON11 of a symbol, routed to SMART."""
    instrument = instrument_of(symbol)
    return {
        "conId": instrument.con_id,
        "symbol": instrument.symbol,
        "secType": instrument.sec_type,
        "exchange": SMART,
        "currency": instrument.currency,
        "localSymbol": instrument.symbol,
        "tradingClass": instrument.trading_class,
    }
