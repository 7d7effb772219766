"""The instruments the gateway can trade, and which of them a client means; it knows no price."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

SMART = "SMART"


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """What contract details say of one stock; the numbers and texts are IB's own."""

    con_id: int
    symbol: str
    primary_exchange: str
    trading_class: str
    long_name: str
    industry: str
    category: str
    subcategory: str
    isin: str
    sec_type: str = "STK"
    currency: str = "USD"
    stock_type: str = "COMMON"
    market_name: str
    min_tick: Decimal = Decimal("0.01")
    order_types: tuple[str, ...] = ("LMT",)

    @property
    def valid_exchanges(self) -> tuple[str, ...]:
        """Where an order may be sent: the router and the listing exchange."""
        return (SMART, self.primary_exchange)


def _nyse(con_id: int, symbol: str, trade: tuple[str, str, str], *, long_name: str, isin: str) -> Instrument:
    """A stock listed in New York; `trade` is industry, category and subcategory."""
    return Instrument(
        con_id=con_id,
        symbol=symbol,
        primary_exchange="NYSE",
        trading_class=symbol,
        market_name=symbol,
        long_name=long_name,
        industry=trade[0],
        category=trade[1],
        subcategory=trade[2],
        isin=isin,
    )


INSTRUMENTS = (
    Instrument(
        con_id=265598,
        symbol="AAPL",
        primary_exchange="NASDAQ",
        trading_class="NMS",
        market_name="NMS",
        long_name="APPLE INC",
        industry="Technology",
        category="Computers",
        subcategory="Computers",
        isin="US0378331005",
    ),
    Instrument(
        con_id=8314,
        symbol="IBM",
        primary_exchange="NYSE",
        trading_class="IBM",
        market_name="IBM",
        long_name="INTL BUSINESS MACHINES CORP",
        industry="Technology",
        category="Computers",
        subcategory="Computer Services",
        isin="US4592001014",
    ),
    Instrument(
        con_id=272093,
        symbol="MSFT",
        primary_exchange="NASDAQ",
        trading_class="NMS",
        market_name="NMS",
        long_name="MICROSOFT CORP",
        industry="Technology",
        category="Software",
        subcategory="Applications Software",
        isin="US5949181045",
    ),
    _nyse(8894, "KO", ("Consumer", "Beverages", "Soft drinks"), long_name="COCA-COLA CO/THE", isin="US1912161007"),
    _nyse(8719, "JNJ", ("Consumer", "Pharmaceuticals", "Medical-Drugs"), long_name="JOHNSON & JOHNSON", isin="US4781601046"),
    _nyse(1520593, "JPM", ("Financial", "Banks", "Diversified Banks"), long_name="JPMORGAN CHASE & CO", isin="US46625H1005"),
    _nyse(11442, "PG", ("Consumer", "Cosmetics", "Toiletries"), long_name="PROCTER & GAMBLE CO/THE", isin="US7427181091"),
    _nyse(13824, "WMT", ("Consumer", "Retail", "Retail-Discount"), long_name="WALMART INC", isin="US9311421039"),
    _nyse(13977, "XOM", ("Energy", "Oil&Gas", "Oil Comp-Integrated"), long_name="EXXON MOBIL CORP", isin="US30231G1022"),
    _nyse(10098, "BAC", ("Financial", "Banks", "Diversified Banks"), long_name="BANK OF AMERICA CORP", isin="US0605051046"),
    _nyse(5684, "CVX", ("Energy", "Oil&Gas", "Oil Comp-Integrated"), long_name="CHEVRON CORP", isin="US1667641005"),
)
"""Those with bundled bars first. A market offers those it has prices of; numbers and texts of the others are not checked."""

_BY_CON_ID = {instrument.con_id: instrument for instrument in INSTRUMENTS}
_BY_SYMBOL = {instrument.symbol: instrument for instrument in INSTRUMENTS}


def find(values: Mapping[str, Any]) -> Instrument | None:
    """Return the instrument that a contract block names, None if it names none (IB's error 200).

    A conId decides, and what stands beside it must agree. Without one, symbol and type are needed. A given
    exchange or primary exchange must be one of the instrument's.
    """
    con_id = values["conId"]
    instrument = _BY_CON_ID.get(con_id) if con_id else _BY_SYMBOL.get(values["symbol"])
    if instrument is None or not (con_id or values["secType"]):
        return None
    return instrument if _agrees(values, instrument) else None


def _agrees(values: Mapping[str, Any], instrument: Instrument) -> bool:
    return (
        values["symbol"] in ("", instrument.symbol)
        and values["secType"] in ("", instrument.sec_type)
        and values["currency"] in ("", instrument.currency)
        and values["exchange"] in ("", *instrument.valid_exchanges)
        and values.get("primaryExchange", "") in ("", instrument.primary_exchange)
        and values["localSymbol"] in ("", instrument.symbol)
        and values["tradingClass"] in ("", instrument.trading_class)
    )
