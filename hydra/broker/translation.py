"""Plain values of the wire into ours and back: numbers, instants, execution ids, orders, contracts. Pure, no ib_async.

ib_async decodes numbers into floats; `Decimal(str(x))` gives back the digits that the gateway sent.
"""

from __future__ import annotations

import math
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from hydra.core.instants import from_us, seconds_between, to_us
from hydra.errors import HydraError
from hydra.values import ZERO, Instrument, Intent, OrderTerms, QuoteKind, Side

UNSET_DOUBLE = 1.7976931348623157e308
UNSET_INTEGER = 2147483647
NO_PRICE = -1.0
NUMBERS_MAX = 4096
"""Prices and sizes come again and again: so many are translated once."""
QUOTE_KINDS = {
    1: QuoteKind.LIVE,
    2: QuoteKind.FROZEN,
    3: QuoteKind.DELAYED,
    4: QuoteKind.DELAYED_FROZEN,
}
SIDES = {"BUY": Side.BUY, "BOT": Side.BUY, "SELL": Side.SELL, "SLD": Side.SELL, "SSHORT": Side.SELL}


class Untranslatable(HydraError):
    """The gateway sent a value that means nothing to us."""


def plain(value: Decimal) -> Decimal:
    """The same number without trailing zeros, exponent or minus before a zero: 100, not 100.0 and not 1E+2."""
    short = value.normalize()
    if not short:
        return ZERO
    return short.quantize(Decimal(1)) if short.as_tuple().exponent > 0 else short  # type: ignore[operator]


@lru_cache(maxsize=NUMBERS_MAX, typed=True)
def number(value: float | str | Decimal | None) -> Decimal | None:
    """A Decimal, or None for everything IB uses for "no value": unset doubles, NaN, infinity, empty text."""
    if value is None or value == "":
        return None
    try:
        as_float = float(value)
        parsed = Decimal(str(value))
    except (ValueError, InvalidOperation):
        return None
    if not math.isfinite(as_float) or as_float == UNSET_DOUBLE:
        return None
    return plain(parsed)


def price(value: float | str | Decimal | None) -> Decimal | None:
    """A price of the top of book; IB's -1 and 0 mean that there is none."""
    parsed = number(value)
    return parsed if parsed is not None and parsed > 0 else None


def quantity(value: float | str | Decimal | None, what: str) -> Decimal:
    """A quantity that must be there; raises Untranslatable, naming what it is."""
    parsed = number(value)
    if parsed is None:
        raise Untranslatable(f"{what} is {value!r}, expected a number")
    return parsed


def whole(value: int) -> int:
    """An id; IB's unset integer is 0."""
    return 0 if value == UNSET_INTEGER else value


def side(word: str) -> Side:
    """BUY, SELL of orders; BOT, SLD of executions."""
    found = SIDES.get(word)
    if found is None:
        raise Untranslatable(f"side {word!r}, expected one of {', '.join(SIDES)}")
    return found


def instant(at: datetime) -> datetime:
    """An aware instant as a real UTC datetime, whatever class and zone it came in (freezegun leaks its own)."""
    if at.tzinfo is None:
        raise Untranslatable(f"instant {at.isoformat()} has no time zone")
    return from_us(to_us(at))


def clock_skew_s(gateway_at: datetime, *, asked_at: datetime, heard_at: datetime) -> float:
    """How far the gateway's clock is surely ahead of ours (negative: behind).

    It tells whole seconds, cut off, at some instant between asking and hearing: within that there is no skew.
    """
    ahead_s = seconds_between(heard_at, gateway_at)
    behind_s = seconds_between(gateway_at, asked_at) - 1.0
    if ahead_s > 0:
        return ahead_s
    return -behind_s if behind_s > 0 else 0.0


def trading_date(text: str) -> date:
    """The day of a daily bar, `20261120`."""
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        raise Untranslatable(f"the day of a daily bar is {text!r}, expected YYYYMMDD") from None


def order_fields(intent: Intent, account: str) -> dict[str, object]:
    """Every field of IB's order that a preset could otherwise fill in (ib-gateway-behaviour 4.6). Always a limit order."""
    terms = intent.want.terms
    return {
        "orderId": intent.broker_order_id,
        "action": terms.side.value,
        "totalQuantity": plain(terms.quantity),
        "orderType": "LMT",
        "lmtPrice": plain(terms.limit),
        "tif": terms.tif,
        "orderRef": intent.want.order_ref,
        "account": account,
        "transmit": True,
        "outsideRth": False,
        "hidden": False,
        "allOrNone": False,
        "blockOrder": False,
        "sweepToFill": False,
        "displaySize": 0,
        "triggerMethod": 0,
        "ocaGroup": "",
        "ocaType": 0,
        "parentId": 0,
        "openClose": "O",
        "origin": 0,
        "whatIf": False,
        "overridePercentageConstraints": False,
    }


def contract_fields(instrument: Instrument) -> dict[str, object]:
    """IB's contract of an instrument: its con_id decides, the rest must agree with it."""
    multiplier = "" if instrument.multiplier == 1 else f"{plain(instrument.multiplier):f}"
    return {
        "conId": instrument.con_id,
        "symbol": instrument.symbol,
        "secType": instrument.sec_type,
        "exchange": instrument.exchange,
        "primaryExchange": instrument.primary_exchange,
        "currency": instrument.currency,
        "localSymbol": instrument.local_symbol,
        "tradingClass": instrument.trading_class,
        "multiplier": multiplier,
    }


def bare_contract_fields(terms: OrderTerms) -> dict[str, object]:
    """The contract of an order whose instrument was not looked up on this link: con_id and routing are enough for IB."""
    return {**stock_fields(terms.symbol), "conId": terms.con_id}


def stock_fields(symbol: str) -> dict[str, object]:
    """What we ask contract details for: a US stock by its symbol, smart-routed."""
    return {"symbol": symbol, "secType": "STK", "exchange": "SMART", "currency": "USD"}
