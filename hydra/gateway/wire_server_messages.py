"""Every message the server may send, by its number, as IB's field lists give it; tables only."""

from hydra.gateway.wire_blocks import CONTRACT_TO_CLIENT
from hydra.gateway.wire_orders import COMPLETED_ORDER, OPEN_ORDER
from hydra.gateway.wire_rows import Variant, group, layout, words

_SESSION = (
    layout(4, "errMsg", "version:v=2 reqId:i=-1 errorCode:i errorMsg:s advancedOrderRejectJson:s>=166"),
    layout(9, "nextValidId", "version:v=1 orderId:i"),
    layout(15, "managedAccounts", "version:v=1 accountsList:s"),
    layout(49, "currentTime", "version:v=1 time:i"),
    layout(107, "userInfo", "reqId:i whiteBrandingId:s"),
)

_ORDERS = (
    layout(
        3,
        "orderStatus",
        "orderId:i status:s filled:q remaining:q avgFillPrice:f permId:i parentId:i lastFillPrice:f "
        "clientId:i whyHeld:s mktCapPrice:f",
    ),
    OPEN_ORDER,
    layout(53, "openOrderEnd", "version:v=1"),
    layout(
        11,
        "execDetails",
        "reqId:i=-1 orderId:i",
        CONTRACT_TO_CLIENT,
        "execId:s time:s acctNumber:s ex.exchange:s side:s shares:q price:f permId:i clientId:i "
        "liquidation:i cumQty:q avgPrice:f orderRef:s evRule:s evMultiplier:F modelCode:s lastLiquidity:i "
        "pendingPriceRevision:b>=178",
    ),
    layout(55, "execDetailsEnd", "version:v=1 reqId:i"),
    # The live gateway prints realizedPNL and yield as unset doubles, and leaves the redemption date empty.
    layout(
        59,
        "commissionReport",
        "version:v=1 execId:s commission:f currency:s realizedPNL:D yield:D yieldRedemptionDate:I",
    ),
    layout(100, "orderBound", "permId:i apiClientId:i apiOrderId:i"),
    COMPLETED_ORDER,
    layout(102, "completedOrdersEnd"),
)

_ACCOUNT = (
    layout(61, "position", "version:v=3 account:s", CONTRACT_TO_CLIENT, "position:q avgCost:f"),
    layout(62, "positionEnd", "version:v=1"),
    layout(
        71,
        "positionMulti",
        "version:v=1 reqId:i account:s",
        CONTRACT_TO_CLIENT,
        "position:q avgCost:f modelCode:s",
    ),
    layout(72, "positionMultiEnd", "version:v=1 reqId:i"),
    layout(6, "updateAccountValue", "version:v=2 key:s value:s currency:s accountName:s"),
    layout(
        7,
        "updatePortfolio",
        "version:v=8 conId:i symbol:s secType:s lastTradeDateOrContractMonth:s strike:f right:s "
        "multiplier:s primaryExchange:s currency:s localSymbol:s tradingClass:s position:q marketPrice:f "
        "marketValue:f averageCost:f unrealizedPNL:f realizedPNL:f accountName:s",
    ),
    layout(8, "updateAccountTime", "version:v=1 timeStamp:s"),
    layout(54, "accountDownloadEnd", "version:v=1 account:s"),
    layout(73, "accountUpdateMulti", "version:v=1 reqId:i account:s modelCode:s key:s value:s currency:s"),
    layout(74, "accountUpdateMultiEnd", "version:v=1 reqId:i"),
    layout(63, "accountSummary", "version:v=1 reqId:i account:s tag:s value:s currency:s"),
    layout(64, "accountSummaryEnd", "version:v=1 reqId:i"),
    layout(94, "pnl", "reqId:i dailyPnL:D unrealizedPnL:D realizedPnL:D"),
    layout(95, "pnlSingle", "reqId:i pos:q dailyPnL:D unrealizedPnL:D realizedPnL:D value:D"),
)

_TICK_BY_TICK_LAST = words("price:f size:q mask:i exchange:s specialConditions:s")

_LIVE_PRICES = (
    layout(81, "tickReqParams", "reqId:i minTick:f bboExchange:s snapshotPermissions:i"),
    layout(58, "marketDataType", "version:v=1 reqId:i marketDataType:i=1"),
    layout(1, "tickPrice", "version:v=6 reqId:i tickType:i price:f size:q attrMask:i"),
    layout(2, "tickSize", "version:v=6 reqId:i tickType:i size:q"),
    layout(46, "tickString", "version:v=6 reqId:i tickType:i value:s"),
    layout(45, "tickGeneric", "version:v=6 reqId:i tickType:i value:f"),
    # The defaults are what IB prints for a greek it does not have; no client takes an empty field here.
    layout(
        21,
        "tickOptionComputation",
        "reqId:i tickType:i tickAttrib:i impliedVol:f=-1.0 delta:f=-2.0 optPrice:f=-1.0 pvDividend:f=-1.0 "
        "gamma:f=-2.0 vega:f=-2.0 theta:f=-2.0 undPrice:f=-1.0",
    ),
    layout(57, "tickSnapshotEnd", "version:v=1 reqId:i"),
    layout(
        99,
        "tickByTick",
        "reqId:i tickType:i=4 time:i",
        Variant(
            selector="tickType",
            cases={
                1: _TICK_BY_TICK_LAST,
                2: _TICK_BY_TICK_LAST,
                3: words("bidPrice:f askPrice:f bidSize:q askSize:q mask:i"),
                4: words("midPoint:f"),
            },
        ),
    ),
    layout(50, "realtimeBar", "version:v=3 reqId:i time:i open:f high:f low:f close:f volume:q wap:f count:i"),
)

_HISTORY = (
    layout(
        17,
        "historicalData",
        "reqId:i startDate:s endDate:s",
        group("bars", "date:s open:f high:f low:f close:f volume:q wap:f barCount:i"),
    ),
    layout(
        90,
        "historicalDataUpdate",
        "reqId:i barCount:i date:s open:f close:f high:f low:f wap:f volume:q",
    ),
    layout(
        106,
        "historicalSchedule",
        "reqId:i startDateTime:s endDateTime:s timeZone:s",
        group("sessions", "startDateTime:s endDateTime:s refDate:s"),
    ),
    layout(88, "headTimestamp", "reqId:i headTimestamp:s"),
    layout(96, "historicalTicks", "reqId:i", group("ticks", "time:i unused:i price:f size:q"), "done:b"),
    layout(
        97,
        "historicalTicksBidAsk",
        "reqId:i",
        group("ticks", "time:i mask:i priceBid:f priceAsk:f sizeBid:q sizeAsk:q"),
        "done:b",
    ),
    layout(
        98,
        "historicalTicksLast",
        "reqId:i",
        group("ticks", "time:i mask:i price:f size:q exchange:s specialConditions:s"),
        "done:b",
    ),
)

_CONTRACTS = (
    layout(
        10,
        "contractData",
        "version:v=8<164 reqId:i symbol:s secType:s lastTradeDate:s strike:f right:s exchange:s currency:s "
        "localSymbol:s marketName:s tradingClass:s conId:i minTick:f=0.01 mdSizeMultiplier:i=1<164 "
        "multiplier:s orderTypes:s validExchanges:s priceMagnifier:i=1 underConId:i longName:s "
        "primaryExchange:s contractMonth:s industry:s category:s subcategory:s timeZoneId:s tradingHours:s "
        "liquidHours:s evRule:s evMultiplier:I",
        group("secIdList", "tag:s value:s"),
        "aggGroup:i=1 underSymbol:s underSecType:s marketRuleIds:s realExpirationDate:s stockType:s "
        "suggestedSizeIncrement163:q=1>=163<164 minSize:q=1>=164 sizeIncrement:q=1>=164 "
        "suggestedSizeIncrement:q=1>=164",
    ),
    layout(52, "contractDataEnd", "version:v=1 reqId:i"),
    layout(
        75,
        "securityDefinitionOptionParameter",
        "reqId:i exchange:s underlyingConId:i tradingClass:s multiplier:s",
        group("expirations", "expiration:s"),
        group("strikes", "strike:f"),
    ),
    layout(76, "securityDefinitionOptionParameterEnd", "reqId:i"),
    layout(
        79,
        "symbolSamples",
        "reqId:i",
        group(
            "contracts",
            "conId:i symbol:s secType:s primaryExchange:s currency:s",
            group("derivativeSecTypes", "secType_:s"),
            "description:s>=176 issuerId:s>=176",
        ),
    ),
    layout(93, "marketRule", "marketRuleId:i", group("priceIncrements", "lowEdge:f increment:f")),
)

SERVER_MESSAGES = (*_SESSION, *_ORDERS, *_ACCOUNT, *_LIVE_PRICES, *_HISTORY, *_CONTRACTS)
