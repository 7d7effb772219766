"""Rows that several messages share: contracts, combo legs, order conditions; no message of its own."""

from hydra.gateway.wire_rows import Variant, filled, group, one_of, rows, when, words

CONTRACT_TO_SERVER = words(
    "conId:i symbol:s secType:s lastTradeDateOrContractMonth:s strike:f right:s multiplier:s exchange:s "
    "primaryExchange:s currency:s localSymbol:s tradingClass:s"
)  # the reference calls it CON12
CONTRACT_TO_CLIENT = words(
    "conId:i symbol:s secType:s lastTradeDateOrContractMonth:s strike:f right:s multiplier:s exchange:s "
    "currency:s localSymbol:s tradingClass:s"
)  # CON11: the same without primaryExchange

REQUEST_COMBO_LEGS = when(one_of("secType", "BAG"), group("comboLegs", "conId:i ratio:i action:s exchange:s"))

ORDER_COMBO_LEGS = rows(
    group(
        "comboLegs",
        "conId:i ratio:i action:s exchange:s openClose:i shortSaleSlot:i designatedLocation:s exemptCode:i=-1",
    ),
    group("orderComboLegs", "price:F"),
    group("smartComboRoutingParams", "tag:s value:s"),
)

DELTA_NEUTRAL_CONTRACT = rows("dncPresent:b", when(one_of("dncPresent", True), "dnc.conId:i dnc.delta:f dnc.price:f"))

ALGO = rows("algoStrategy:s", when(filled("algoStrategy"), group("algoParams", "tag:s value:s")))

PEG_BENCH = when(
    one_of("orderType", "PEG BENCH", "PEGBENCH"),
    "referenceContractId:i isPeggedChangeAmountDecrease:b peggedChangeAmount:f referenceChangeAmount:f "
    "referenceExchangeId:s",
)

_CONDITION_BY_TYPE = Variant(
    selector="type",
    cases={
        1: words("conjunction:s isMore:b price:f conId:i exch:s triggerMethod:i"),
        3: words("conjunction:s isMore:b time:s"),
        4: words("conjunction:s isMore:b percent:i"),
        5: words("conjunction:s secType:s exch:s symbol:s"),
        6: words("conjunction:s isMore:b volume:i conId:i exch:s"),
        7: words("conjunction:s isMore:b changePercent:f conId:i exch:s"),
    },
)  # price, time, margin, execution, volume, per cent change; there is no type 2

CONDITIONS = rows(
    group("conditions", "type:i", _CONDITION_BY_TYPE),
    when(filled("conditions"), "conditionsIgnoreRth:b conditionsCancelOrder:b"),
)
