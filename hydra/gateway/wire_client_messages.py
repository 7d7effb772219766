"""Every message a client may send, by its number, as IB's field lists give it; tables only."""

from hydra.gateway.wire_blocks import (
    CONTRACT_TO_CLIENT,
    CONTRACT_TO_SERVER,
    DELTA_NEUTRAL_CONTRACT,
    REQUEST_COMBO_LEGS,
)
from hydra.gateway.wire_orders import PLACE_ORDER
from hydra.gateway.wire_rows import layout

_SESSION = (
    layout(71, "startApi", "version:v=2 clientId:i optCapab:s"),
    layout(8, "reqIds", "version:v=1 numIds:i=1"),
    layout(17, "reqManagedAccts", "version:v=1"),
    layout(14, "setServerLogLevel", "version:v=1 logLevel:i"),
    layout(49, "reqCurrentTime", "version:v=1"),
    layout(104, "reqUserInfo", "reqId:i"),
)

_ORDERS = (
    PLACE_ORDER,
    layout(4, "cancelOrder", "version:v=1 orderId:i manualCancelOrderTime:s>=169"),
    layout(58, "reqGlobalCancel", "version:v=1"),
    layout(5, "reqOpenOrders", "version:v=1"),
    layout(16, "reqAllOpenOrders", "version:v=1"),
    layout(15, "reqAutoOpenOrders", "version:v=1 bAutoBind:b"),
    layout(
        7,
        "reqExecutions",
        "version:v=3 reqId:i clientId:i acctCode:s time:s symbol:s secType:s exchange:s side:s",
    ),
    layout(99, "reqCompletedOrders", "apiOnly:b"),
    layout(
        21,
        "exerciseOptions",
        "version:v=2 reqId:i",
        CONTRACT_TO_CLIENT,
        "exerciseAction:i exerciseQuantity:i account:s override:i",
    ),
)

_ACCOUNT = (
    layout(61, "reqPositions", "version:v=1"),
    layout(64, "cancelPositions", "version:v=1"),
    layout(74, "reqPositionsMulti", "version:v=1 reqId:i account:s modelCode:s"),
    layout(75, "cancelPositionsMulti", "version:v=1 reqId:i"),
    layout(6, "reqAccountUpdates", "version:v=2 subscribe:b acctCode:s"),
    layout(76, "reqAccountUpdatesMulti", "version:v=1 reqId:i account:s modelCode:s ledgerAndNLV:b"),
    layout(77, "cancelAccountUpdatesMulti", "version:v=1 reqId:i"),
    layout(62, "reqAccountSummary", "version:v=1 reqId:i groupName:s tags:s"),
    layout(63, "cancelAccountSummary", "version:v=1 reqId:i"),
    layout(92, "reqPnL", "reqId:i account:s modelCode:s"),
    layout(93, "cancelPnL", "reqId:i"),
    layout(94, "reqPnLSingle", "reqId:i account:s modelCode:s conId:i"),
    layout(95, "cancelPnLSingle", "reqId:i"),
)

_LIVE_PRICES = (
    layout(
        1,
        "reqMktData",
        "version:v=11 reqId:i",
        CONTRACT_TO_SERVER,
        REQUEST_COMBO_LEGS,
        DELTA_NEUTRAL_CONTRACT,
        "genericTickList:s snapshot:b regulatorySnapshot:b mktDataOptions:s",
    ),
    layout(2, "cancelMktData", "version:v=2 reqId:i"),
    layout(59, "reqMarketDataType", "version:v=1 marketDataType:i=1"),
    layout(97, "reqTickByTickData", "reqId:i", CONTRACT_TO_SERVER, "tickType:s numberOfTicks:i ignoreSize:b"),
    layout(98, "cancelTickByTickData", "reqId:i"),
    layout(
        50,
        "reqRealTimeBars",
        "version:v=3 reqId:i",
        CONTRACT_TO_SERVER,
        "barSize:i=5 whatToShow:s useRTH:b realTimeBarsOptions:s",
    ),
    layout(51, "cancelRealTimeBars", "version:v=1 reqId:i"),
    layout(
        54,
        "calculateImpliedVolatility",
        "version:v=3 reqId:i",
        CONTRACT_TO_SERVER,
        "optionPrice:f underPrice:f nOptions:i options:s",
    ),
    layout(56, "cancelCalculateImpliedVolatility", "version:v=1 reqId:i"),
    layout(
        55,
        "calculateOptionPrice",
        "version:v=3 reqId:i",
        CONTRACT_TO_SERVER,
        "volatility:f underPrice:f nOptions:i options:s",
    ),
    layout(57, "cancelCalculateOptionPrice", "version:v=1 reqId:i"),
)

_HISTORY = (
    layout(
        20,
        "reqHistoricalData",
        "reqId:i",
        CONTRACT_TO_SERVER,
        "includeExpired:b endDateTime:s barSizeSetting:s durationStr:s useRTH:b whatToShow:s formatDate:i=1",
        REQUEST_COMBO_LEGS,
        "keepUpToDate:b chartOptions:s",
    ),
    layout(25, "cancelHistoricalData", "version:v=1 reqId:i"),
    layout(
        87,
        "reqHeadTimeStamp",
        "reqId:i",
        CONTRACT_TO_SERVER,
        "includeExpired:b useRTH:b whatToShow:s formatDate:i=1",
    ),
    layout(90, "cancelHeadTimeStamp", "reqId:i"),
    layout(
        96,
        "reqHistoricalTicks",
        "reqId:i",
        CONTRACT_TO_SERVER,
        "includeExpired:b startDateTime:s endDateTime:s numberOfTicks:i whatToShow:s useRth:b ignoreSize:b miscOptions:s",
    ),
)

_CONTRACTS = (
    layout(
        9,
        "reqContractDetails",
        "version:v=8 reqId:i",
        CONTRACT_TO_SERVER,
        "includeExpired:b secIdType:s secId:s issuerId:s>=176",
    ),
    layout(
        78,
        "reqSecDefOptParams",
        "reqId:i underlyingSymbol:s futFopExchange:s underlyingSecType:s underlyingConId:i",
    ),
    layout(81, "reqMatchingSymbols", "reqId:i pattern:s"),
    layout(91, "reqMarketRule", "marketRuleId:i"),
    layout(83, "reqSmartComponents", "reqId:i bboExchange:s"),
    layout(82, "reqMktDepthExchanges"),
)

CLIENT_MESSAGES = (*_SESSION, *_ORDERS, *_ACCOUNT, *_LIVE_PRICES, *_HISTORY, *_CONTRACTS)
