"""The three long order messages, field by field: placeOrder, openOrder, completedOrder; tables only.

Defaults of the two server messages are what a live paper gateway printed (server version 170) for a value
nobody set: `None` for two order types, `?` for the right of a stock or future, 3 for the OCA type.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from hydra.gateway.wire_blocks import (
    ALGO,
    CONDITIONS,
    CONTRACT_TO_SERVER,
    DELTA_NEUTRAL_CONTRACT,
    ORDER_COMBO_LEGS,
    PEG_BENCH,
)
from hydra.gateway.wire_rows import Field, filled, layout, one_of, positive, when

_ORDER_CONTRACT_TO_CLIENT = (
    "conId:i symbol:s secType:s lastTradeDateOrContractMonth:s strike:g right:s=? multiplier:s exchange:s "
    "currency:s localSymbol:s tradingClass:s"
)

_SCALE = when(
    positive("scalePriceIncrement"),
    "scalePriceAdjustValue:F scalePriceAdjustInterval:I scaleProfitOffset:F scaleAutoReset:b "
    "scaleInitPosition:I scaleInitFillQty:I scaleRandomPercent:b",
)

_HEDGE = when(filled("hedgeType"), "hedgeParam:s")

_PEG_BEST = ("PEG BEST", "PEGBEST")
_PEG_MID = ("PEG MID", "PEGMID")


def _has_mid_offsets(seen: Mapping[str, Any]) -> bool:
    """PEG MID always; PEG BEST when it competes up to the midpoint, spelled as an infinite offset."""
    if seen["orderType"] in _PEG_BEST:
        return bool(seen["competeAgainstBestOffset"] == Decimal("Infinity"))
    return seen["orderType"] in _PEG_MID


PLACE_ORDER = layout(
    3,
    "placeOrder",
    "orderId:i",
    CONTRACT_TO_SERVER,
    "secIdType:s secId:s action:s totalQuantity:q orderType:s lmtPrice:F auxPrice:F tif:s ocaGroup:s "
    "account:s openClose:s=O origin:i orderRef:s transmit:b=1 parentId:i blockOrder:b sweepToFill:b "
    "displaySize:i triggerMethod:i outsideRth:b hidden:b",
    when(one_of("secType", "BAG"), ORDER_COMBO_LEGS),
    "sharesAllocation:s discretionaryAmt:f goodAfterTime:s goodTillDate:s faGroup:s faMethod:s "
    "faPercentage:s faProfile:s<177 modelCode:s shortSaleSlot:i designatedLocation:s exemptCode:i=-1 "
    "ocaType:i rule80A:s settlingFirm:s allOrNone:b minQty:I percentOffset:F eTradeOnly:b firmQuoteOnly:b "
    "nbboPriceCap:F auctionStrategy:i startingPrice:F stockRefPrice:F delta:F stockRangeLower:F "
    "stockRangeUpper:F overridePercentageConstraints:b volatility:F volatilityType:I "
    "deltaNeutralOrderType:s deltaNeutralAuxPrice:F",
    when(
        filled("deltaNeutralOrderType"),
        "deltaNeutralConId:i deltaNeutralSettlingFirm:s deltaNeutralClearingAccount:s "
        "deltaNeutralClearingIntent:s deltaNeutralOpenClose:s deltaNeutralShortSale:b "
        "deltaNeutralShortSaleSlot:i deltaNeutralDesignatedLocation:s",
    ),
    "continuousUpdate:b referencePriceType:I trailStopPrice:F trailingPercent:F scaleInitLevelSize:I "
    "scaleSubsLevelSize:I scalePriceIncrement:F",
    _SCALE,
    "scaleTable:s activeStartTime:s activeStopTime:s hedgeType:s",
    _HEDGE,
    "optOutSmartRouting:b clearingAccount:s clearingIntent:s notHeld:b",
    DELTA_NEUTRAL_CONTRACT,
    ALGO,
    "algoId:s whatIf:b orderMiscOptions:s solicited:b randomizeSize:b randomizePrice:b",
    PEG_BENCH,
    CONDITIONS,
    "adjustedOrderType:s triggerPrice:F lmtPriceOffset:F adjustedStopPrice:F adjustedStopLimitPrice:F "
    "adjustedTrailingAmount:F adjustableTrailingUnit:i extOperator:s softDollarTier.name:s "
    "softDollarTier.val:s cashQty:F mifid2DecisionMaker:s mifid2DecisionAlgo:s mifid2ExecutionTrader:s "
    "mifid2ExecutionAlgo:s dontUseAutoPriceForHedge:b isOmsContainer:b discretionaryUpToLimitPrice:b "
    "usePriceMgmtAlgo:I duration:I>=158 postToAts:I>=160 autoCancelParent:b>=162 "
    "advancedErrorOverride:s>=166 manualOrderTime:s>=169",
    when(one_of("exchange", "IBKRATS"), "minTradeQty:I>=170"),
    when(one_of("orderType", *_PEG_BEST), "minCompeteSize:I>=170 competeAgainstBestOffset:F>=170"),
    when(_has_mid_offsets, "midOffsetAtWhole:F>=170 midOffsetAtHalf:F>=170"),
)

OPEN_ORDER = layout(
    5,
    "openOrder",
    "orderId:i",
    _ORDER_CONTRACT_TO_CLIENT,
    "action:s totalQuantity:q orderType:s lmtPrice:F=0.0 auxPrice:F=0.0 tif:s ocaGroup:s account:s "
    "openClose:s origin:i orderRef:s clientId:i permId:i outsideRth:b hidden:b discretionaryAmt:g "
    "goodAfterTime:s sharesAllocation:s faGroup:s faMethod:s faPercentage:s faProfile:s<177 modelCode:s "
    "goodTillDate:s rule80A:s percentOffset:F settlingFirm:s shortSaleSlot:i designatedLocation:s "
    "exemptCode:i=-1 auctionStrategy:i startingPrice:F stockRefPrice:F delta:F stockRangeLower:F "
    "stockRangeUpper:F displaySize:I=2147483647 blockOrder:b sweepToFill:b allOrNone:b minQty:I ocaType:i=3 "
    "eTradeOnly:b firmQuoteOnly:b nbboPriceCap:F parentId:i triggerMethod:i volatility:F volatilityType:i "
    "deltaNeutralOrderType:s=None deltaNeutralAuxPrice:F",
    when(
        filled("deltaNeutralOrderType"),
        "deltaNeutralConId:i deltaNeutralSettlingFirm:s deltaNeutralClearingAccount:s "
        "deltaNeutralClearingIntent:s deltaNeutralOpenClose:s=? deltaNeutralShortSale:b "
        "deltaNeutralShortSaleSlot:i deltaNeutralDesignatedLocation:s",
    ),
    "continuousUpdate:b referencePriceType:i trailStopPrice:F trailingPercent:F basisPoints:F "
    "basisPointsType:I comboLegsDescrip:s",
    ORDER_COMBO_LEGS,
    "scaleInitLevelSize:I=2147483647 scaleSubsLevelSize:I=2147483647 scalePriceIncrement:F",
    _SCALE,
    "hedgeType:s",
    _HEDGE,
    "optOutSmartRouting:b clearingAccount:s clearingIntent:s=IB notHeld:b",
    DELTA_NEUTRAL_CONTRACT,
    ALGO,
    "solicited:b whatIf:b status:s initMarginBefore:D maintMarginBefore:D equityWithLoanBefore:D "
    "initMarginChange:D maintMarginChange:D equityWithLoanChange:D initMarginAfter:D maintMarginAfter:D "
    "equityWithLoanAfter:D commission:F minCommission:F maxCommission:F commissionCurrency:s warningText:s "
    "randomizeSize:b randomizePrice:b",
    PEG_BENCH,
    CONDITIONS,
    "adjustedOrderType:s=None triggerPrice:D trailStopPrice2:D lmtPriceOffset:D adjustedStopPrice:D "
    "adjustedStopLimitPrice:D adjustedTrailingAmount:D adjustableTrailingUnit:i softDollarTier.name:s "
    "softDollarTier.val:s softDollarTier.displayName:s cashQty:g dontUseAutoPriceForHedge:b=1 "
    "isOmsContainer:b discretionaryUpToLimitPrice:b usePriceMgmtAlgo:b duration:I>=158 postToAts:I>=160 "
    "autoCancelParent:b>=162 minTradeQty:I>=170 minCompeteSize:I>=170 competeAgainstBestOffset:F>=170 "
    "midOffsetAtWhole:F>=170 midOffsetAtHalf:F>=170",
)

COMPLETED_ORDER = layout(
    101,
    "completedOrder",
    _ORDER_CONTRACT_TO_CLIENT,
    "action:s totalQuantity:q orderType:s lmtPrice:F=0.0 auxPrice:F=0.0 tif:s ocaGroup:s account:s "
    "openClose:s origin:i orderRef:s permId:i outsideRth:b hidden:b discretionaryAmt:g goodAfterTime:s "
    "faGroup:s faMethod:s faPercentage:s faProfile:s<177 modelCode:s goodTillDate:s rule80A:s "
    "percentOffset:F settlingFirm:s shortSaleSlot:i designatedLocation:s exemptCode:i=-1 startingPrice:F "
    "stockRefPrice:F delta:F stockRangeLower:F stockRangeUpper:F displaySize:I=2147483647 sweepToFill:b "
    "allOrNone:b minQty:I ocaType:i=3 triggerMethod:i volatility:F volatilityType:i "
    "deltaNeutralOrderType:s=None deltaNeutralAuxPrice:F",
    when(
        filled("deltaNeutralOrderType"),
        "deltaNeutralConId:i deltaNeutralShortSale:b deltaNeutralShortSaleSlot:i deltaNeutralDesignatedLocation:s",
    ),
    "continuousUpdate:b referencePriceType:i trailStopPrice:F trailingPercent:F comboLegsDescrip:s",
    ORDER_COMBO_LEGS,
    "scaleInitLevelSize:I=2147483647 scaleSubsLevelSize:I=2147483647 scalePriceIncrement:F",
    _SCALE,
    "hedgeType:s",
    _HEDGE,
    "clearingAccount:s clearingIntent:s=IB notHeld:b",
    DELTA_NEUTRAL_CONTRACT,
    ALGO,
    "solicited:b status:s randomizeSize:b randomizePrice:b",
    PEG_BENCH,
    CONDITIONS,
    "trailStopPrice2:D lmtPriceOffset:D cashQty:g dontUseAutoPriceForHedge:b=1 isOmsContainer:b "
    "autoCancelDate:s filledQuantity:q refFuturesConId:i=2147483647 autoCancelParent:b",
    Field(name="shareholder", kind="s", default="Not an insider or substantial shareholder"),
    "imbalanceOnly:b routeMarketableToBbo:b parentPermId:i=9223372036854775807 completedTime:s "
    "completedStatus:s minTradeQty:I>=170 minCompeteSize:I>=170 competeAgainstBestOffset:F>=170 "
    "midOffsetAtWhole:F>=170 midOffsetAtHalf:F>=170",
)
