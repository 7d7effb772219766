"""What a client asks for with placeOrder, judged by its own words alone: a ticket, or a refusal with IB's
code and text.

It knows no account and no market. Whatever the exchange cannot honour is refused by name, never silently
dropped.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from hydra.gateway.contracts import Instrument
from hydra.gateway.records import ZERO
from hydra.gateway.refusals import OFF_TICK, Refusal, invalid

# Attributes that would change how an order trades, with the values that leave it alone. All else of an
# order is either honoured or without effect on a paper account (openClose, origin, settlingFirm, ...).
_NEUTRAL: dict[str, tuple[object, ...]] = {
    "auxPrice": (None, ZERO),
    "ocaGroup": ("",),
    "parentId": (0,),
    "blockOrder": (False,),
    "sweepToFill": (False,),
    "displaySize": (0, None),
    "hidden": (False,),
    "discretionaryAmt": (None, ZERO),
    "goodAfterTime": ("",),
    "goodTillDate": ("",),
    "faGroup": ("",),
    "modelCode": ("",),
    "allOrNone": (False,),
    "minQty": (None, 0),
    "percentOffset": (None, ZERO),
    "deltaNeutralOrderType": ("", "None"),
    "trailStopPrice": (None, ZERO),
    "trailingPercent": (None, ZERO),
    "scalePriceIncrement": (None, ZERO),
    "scaleTable": ("",),
    "activeStartTime": ("",),
    "activeStopTime": ("",),
    "hedgeType": ("",),
    "notHeld": (False,),
    "dncPresent": (False,),
    "algoStrategy": ("",),
    "conditions": ([],),
    "adjustedOrderType": ("", "None"),
    "cashQty": (None, ZERO),
    "isOmsContainer": (False,),
    "duration": (None, 0),
    "postToAts": (None, 0),
}
QUANTITY_MAX = Decimal(10**9)
PRICE_MAX = Decimal(10**7)
ORDER_ID_MAX = 2**31 - 1
_TIFS = ("DAY", "GTC")
_SIDES = ("BUY", "SELL")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """A well-formed limit order of a known client in a known instrument."""

    client_id: int
    order_id: int
    instrument: Instrument
    side: str
    quantity: Decimal
    limit_price: Decimal
    tif: str
    order_ref: str
    outside_rth: bool
    is_preview: bool


def read_ticket(
    client_id: int, values: Mapping[str, Any], instrument: Instrument, account: str
) -> Ticket | Refusal:
    """The ticket in the values of a placeOrder message, or why a gateway would not take it."""
    for check in (_check_words, _check_numbers, _check_attributes):
        refusal = check(values)
        if refusal is not None:
            return refusal
    if values["account"] not in ("", account):
        return invalid(f"The account code is not {account}.")
    if values["lmtPrice"] % instrument.min_tick:
        return OFF_TICK
    return Ticket(
        client_id=client_id,
        order_id=values["orderId"],
        instrument=instrument,
        side=values["action"],
        quantity=Decimal(int(values["totalQuantity"])),
        limit_price=values["lmtPrice"].quantize(instrument.min_tick),
        tif=values["tif"] or "DAY",  # what a gateway without order presets makes of none
        order_ref=values["orderRef"],
        outside_rth=values["outsideRth"],
        is_preview=values["whatIf"],
    )


def _check_words(values: Mapping[str, Any]) -> Refusal | None:
    if values["action"] not in _SIDES:
        return invalid(f"Invalid order side {values['action']!r}: it must be BUY or SELL.")
    if values["orderType"] != "LMT":
        return _unsupported(f"order type {values['orderType']!r}: only LMT is simulated")
    if values["tif"] not in ("", *_TIFS):
        return _unsupported(f"time in force {values['tif']!r}: only DAY and GTC are simulated")
    return None


def _check_numbers(values: Mapping[str, Any]) -> Refusal | None:
    quantity, price = values["totalQuantity"], values["lmtPrice"]
    if values["orderId"] > ORDER_ID_MAX:
        return invalid(f"The order id {values['orderId']} must be at most {ORDER_ID_MAX}.")
    if not ZERO < quantity <= QUANTITY_MAX:
        return invalid(f"The order quantity {quantity} must be above zero and at most {QUANTITY_MAX}.")
    if quantity != quantity.to_integral_value():
        return invalid(f"The order quantity {quantity} must be a whole number of shares.")
    if price is None or not ZERO < price <= PRICE_MAX:
        return invalid(f"A limit order needs a limit price above zero and at most {PRICE_MAX}.")
    return None


def _check_attributes(values: Mapping[str, Any]) -> Refusal | None:
    for name, neutral in _NEUTRAL.items():
        if name in values and values[name] not in neutral:
            return _unsupported(f"{name} = {values[name]!s}")
    return None


def _unsupported(what: str) -> Refusal:
    return Refusal(code=201, text=f"Order rejected - reason:The simulated exchange does not support {what}.")
