"""What can be asked about instruments: contract details, price increments, recorded daily bars."""

from decimal import Decimal
from typing import Any

from hydra.gateway.bars import DailyBar
from hydra.gateway.calendar import liquid_hours_text, trading_hours_text
from hydra.gateway.contracts import Instrument
from hydra.gateway.floor import Floor
from hydra.gateway.instants import exchange_day, parse_text, zoned_text
from hydra.gateway.records import ZERO
from hydra.gateway.refusals import NO_DEFINITION, invalid, no_history
from hydra.gateway.session import Session

MARKET_RULE = 26
CENT = Decimal("0.01")
BARS_MAX = 5000
# Bars of one day per unit of a duration text, counted in sessions.
_SESSIONS_PER_UNIT = {"D": 1, "W": 5, "M": 21, "Y": 252}
_Values = dict[str, Any]


def req_contract_details(floor: Floor, session: Session, values: _Values) -> None:
    request_id = values["reqId"]
    instrument = floor.instrument(values)
    if instrument is None:
        session.refuse(request_id, NO_DEFINITION)
        return
    session.send("contractData", {"reqId": request_id} | _details(instrument, floor.now_us))
    session.send("contractDataEnd", {"reqId": request_id})


def _details(instrument: Instrument, now_us: int) -> _Values:
    today = exchange_day(now_us)
    return {
        "symbol": instrument.symbol,
        "secType": instrument.sec_type,
        "exchange": "SMART",
        "currency": instrument.currency,
        "localSymbol": instrument.symbol,
        "marketName": instrument.market_name,
        "tradingClass": instrument.trading_class,
        "conId": instrument.con_id,
        "minTick": instrument.min_tick,
        "orderTypes": ",".join(instrument.order_types),
        "validExchanges": ",".join(instrument.valid_exchanges),
        "longName": instrument.long_name,
        "primaryExchange": instrument.primary_exchange,
        "industry": instrument.industry,
        "category": instrument.category,
        "subcategory": instrument.subcategory,
        "timeZoneId": "US/Eastern",
        "tradingHours": trading_hours_text(today),
        "liquidHours": liquid_hours_text(today),
        "secIdList": [{"tag": "ISIN", "value": instrument.isin}],
        "marketRuleIds": ",".join(str(MARKET_RULE) for _ in instrument.valid_exchanges),
        "stockType": instrument.stock_type,
    }


def req_market_rule(_floor: Floor, session: Session, values: _Values) -> None:
    """The one rule that contract details name: a cent at any price."""
    rule_id = values["marketRuleId"]
    if rule_id != MARKET_RULE:
        session.refuse(-1, invalid(f"Market rule {rule_id} is not known."))
        return
    steps = [{"lowEdge": ZERO, "increment": CENT}]
    session.send("marketRule", {"marketRuleId": rule_id, "priceIncrements": steps})


def req_historical_data(floor: Floor, session: Session, values: _Values) -> None:
    """Daily TRADES bars; anything else is refused with 162 and the reason."""
    request_id = values["reqId"]
    instrument = floor.instrument(values)
    if instrument is None:
        session.refuse(request_id, NO_DEFINITION)
        return
    reason = _why_not(values)
    if reason is not None:
        session.refuse(request_id, no_history(reason))
        return
    _send_bars(floor, session, instrument, values)


def cancel_historical_data(_floor: Floor, session: Session, values: _Values) -> None:
    """Every request is answered at once, so that there is never one left to cancel."""
    request_id = values["reqId"]
    session.error(request_id, 366, f"No historical data query found for ticker id:{request_id}")


def _why_not(values: _Values) -> str | None:
    if values["barSizeSetting"] not in ("1 day", "1D"):
        return f"the simulated gateway has bars of 1 day only, not {values['barSizeSetting']!r}"
    if values["whatToShow"] != "TRADES":
        return f"the simulated gateway has TRADES only, not {values['whatToShow']!r}"
    if values["keepUpToDate"]:
        return "the simulated gateway does not keep bars up to date"
    if _bar_count(values["durationStr"]) is None:
        return f"the duration {values['durationStr']!r} is not a number of D, W, M or Y within {BARS_MAX} days"
    return None


def _bar_count(duration: str) -> int | None:
    """Sessions in a duration such as `30 D`, None when it is none."""
    number, _, unit = duration.strip().partition(" ")
    if not number.isascii() or not number.isdigit() or unit not in _SESSIONS_PER_UNIT:
        return None
    count = int(number[:6]) * _SESSIONS_PER_UNIT[unit]
    return count if 0 < count <= BARS_MAX else None


def _send_bars(floor: Floor, session: Session, instrument: Instrument, values: _Values) -> None:
    request_id, zone, end = values["reqId"], floor.config.time_zone, values["endDateTime"]
    try:
        end_us = min(parse_text(end, zone), floor.now_us) if end else floor.now_us
    except ValueError as error:
        session.refuse(request_id, invalid(str(error)))
        return
    bars = floor.market.daily_bars(instrument.symbol, end_us, _bar_count(values["durationStr"]) or 0)
    if not bars:
        reason = f"HMDS query returned no data: {instrument.symbol}@SMART Trades"
        session.refuse(request_id, no_history(reason))
        return
    span = {"startDate": f"{bars[0].day:%Y%m%d} 00:00:00 {zone}", "endDate": zoned_text(end_us, zone)}
    session.send("historicalData", {"reqId": request_id, "bars": [_bar(each) for each in bars]} | span)


def _bar(bar: DailyBar) -> _Values:
    """`wap` is the middle of the day's prices: the recording has no trades to weigh."""
    middle = (bar.open + bar.high + bar.low + bar.close) / 4
    return {
        "date": f"{bar.day:%Y%m%d}",
        "open": bar.open,
        "high": bar.high,
        "low": bar.low,
        "close": bar.close,
        "volume": bar.volume,
        "wap": middle,
        "barCount": 0,
    }
