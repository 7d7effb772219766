"""Market data: subscriptions, snapshots, and the ticks that follow each quote; live, delayed, or honestly
none.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from hydra.gateway.contracts import Instrument
from hydra.gateway.floor import Floor
from hydra.gateway.instants import SECOND_US
from hydra.gateway.market import Quote
from hydra.gateway.records import ZERO
from hydra.gateway.refusals import NO_DEFINITION, Refusal
from hydra.gateway.session import Session, Ticker

LIVE, DELAYED, DELAYED_FROZEN = 1, 3, 4
TICKS = ("tickPrice", "tickSize", "tickGeneric", "tickString")
DELAY_US = 15 * 60 * SECOND_US
_NO_PRICE = Decimal(-1)
_SNAPSHOT_PERMISSIONS = 3
_BBO_EXCHANGE = "9c0001"
_Values = dict[str, Any]

_NOT_SUBSCRIBED = "Requested market data is not subscribed."
_REFUSED_WITH_DELAYED = Refusal(code=354, text=f"{_NOT_SUBSCRIBED} Delayed market data is available.")
_REFUSED = Refusal(code=354, text=_NOT_SUBSCRIBED)
_REFUSED_DELAYED = Refusal(code=10168, text=f"{_NOT_SUBSCRIBED} Delayed market data is not enabled.")
_SHOWN_DELAYED = Refusal(code=10167, text=f"{_NOT_SUBSCRIBED} Displaying delayed market data.")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ids:
    """The tick types of one quality of data; prices carry their size, and a separate size tick follows."""

    bid: int
    bid_size: int
    ask: int
    ask_size: int
    last: int
    last_size: int
    high: int
    low: int
    volume: int
    close: int
    open: int


_LIVE_IDS = _Ids(
    bid=1, bid_size=0, ask=2, ask_size=3, last=4, last_size=5, high=6, low=7, volume=8, close=9, open=14
)
_DELAYED_IDS = _Ids(
    bid=66,
    bid_size=69,
    ask=67,
    ask_size=70,
    last=68,
    last_size=71,
    high=72,
    low=73,
    volume=74,
    close=75,
    open=76,
)


def req_market_data_type(_floor: Floor, session: Session, values: _Values) -> None:
    session.subscriptions.market_data_type = values["marketDataType"]


def req_market_data(floor: Floor, session: Session, values: _Values) -> None:
    """The parameters, the type, the present ticks; then, unless it is a snapshot, what changes."""
    request_id = values["reqId"]
    instrument = floor.instrument(values)
    if request_id in session.subscriptions.tickers:
        session.error(request_id, 102, "Duplicate ticker ID.")
    elif instrument is None:
        session.refuse(request_id, NO_DEFINITION)
    elif values["regulatorySnapshot"]:
        session.error(request_id, 10170, "No permissions for regulatory snapshot.")
    elif _is_offered(floor, session, request_id):
        _subscribe(floor, session, request_id, instrument, is_snapshot=values["snapshot"])


def cancel_market_data(_floor: Floor, session: Session, values: _Values) -> None:
    if session.subscriptions.tickers.pop(values["reqId"], None) is None:
        session.error(values["reqId"], 300, "Can't find EId with tickerId:" + str(values["reqId"]))


def _is_offered(floor: Floor, session: Session, request_id: int) -> bool:
    """Whether data of the asked quality flows; the client is told when it does not, or comes late."""
    wants_delayed = session.subscriptions.market_data_type in (DELAYED, DELAYED_FROZEN)
    match floor.config.market_data, wants_delayed:
        case "live", _:
            return True
        case "delayed", True:
            session.refuse(request_id, _SHOWN_DELAYED)
            return True
        case "delayed", False:
            session.refuse(request_id, _REFUSED_WITH_DELAYED)
        case _, True:
            session.refuse(request_id, _REFUSED_DELAYED)
        case _:
            session.refuse(request_id, _REFUSED)
    return False


def _subscribe(
    floor: Floor, session: Session, request_id: int, instrument: Instrument, *, is_snapshot: bool
) -> None:
    is_delayed = floor.config.market_data == "delayed"
    ticker = Ticker(request_id=request_id, instrument=instrument, delay_us=DELAY_US if is_delayed else 0)
    parameters = {"minTick": instrument.min_tick, "bboExchange": _BBO_EXCHANGE}
    session.send(
        "tickReqParams", {"reqId": request_id, "snapshotPermissions": _SNAPSHOT_PERMISSIONS} | parameters
    )
    session.send("marketDataType", {"reqId": request_id, "marketDataType": DELAYED if is_delayed else LIVE})
    session.subscriptions.tickers[request_id] = ticker
    _send_ticks(floor, session, ticker)
    _send_day(floor, session, ticker)
    if is_snapshot:
        session.send("tickSnapshotEnd", {"reqId": request_id})
        del session.subscriptions.tickers[request_id]


def push_quotes(floor: Floor) -> None:
    """After a quote event: every subscriber hears what changed for it."""
    for session in floor.clients():
        for ticker in session.subscriptions.tickers.values():
            _send_ticks(floor, session, ticker)


def tell_ticks_again(floor: Floor, symbol: str = "") -> None:
    """Every subscriber of this symbol, or of any, hears the present prices, whatever it heard before."""
    for session in floor.clients():
        for ticker in session.subscriptions.tickers.values():
            if symbol in ("", ticker.instrument.symbol):
                ticker.sent.clear()
                _send_ticks(floor, session, ticker)
                _send_day(floor, session, ticker)


def symbol_of(session: Session, request_id: int) -> str:
    """The symbol that a subscription is for; empty when there is no such subscription."""
    ticker = session.subscriptions.tickers.get(request_id)
    return "" if ticker is None else ticker.instrument.symbol


def _send_ticks(floor: Floor, session: Session, ticker: Ticker) -> None:
    quote = floor.market.quote(ticker.instrument.symbol, floor.now_us - ticker.delay_us)
    ids = _ids(ticker)
    if quote is None:
        _send_no_prices(session, ticker)
        return
    _send_price(session, ticker, ids.bid, quote.bid, ids.bid_size, quote.bid_size)
    _send_price(session, ticker, ids.ask, quote.ask, ids.ask_size, quote.ask_size)
    _send_price(session, ticker, ids.last, quote.last, ids.last_size, quote.last_size)
    _send_size(session, ticker, ids.volume, quote.volume)
    _send_range(session, ticker, quote)


def _send_no_prices(session: Session, ticker: Ticker) -> None:
    """Outside the session there is no bid and no ask: price -1 with size 0, as the real gateway says it."""
    ids = _ids(ticker)
    _send_price(session, ticker, ids.bid, _NO_PRICE, ids.bid_size, ZERO)
    _send_price(session, ticker, ids.ask, _NO_PRICE, ids.ask_size, ZERO)


def _send_range(session: Session, ticker: Ticker, quote: Quote) -> None:
    """The day's high and low, moved on by each last price once they are known."""
    ids = _ids(ticker)
    if quote.last > ticker.sent.get(ids.high, quote.last):
        _send_price(session, ticker, ids.high, quote.last)
    if quote.last < ticker.sent.get(ids.low, quote.last):
        _send_price(session, ticker, ids.low, quote.last)


def _send_day(floor: Floor, session: Session, ticker: Ticker) -> None:
    """The day's prices so far and the close before it; outside the session, the latest close only."""
    for tick_type, price in _day_prices(floor, ticker):
        _send_price(session, ticker, tick_type, price)


def _day_prices(floor: Floor, ticker: Ticker) -> Iterator[tuple[int, Decimal]]:
    symbol, at_us, ids = ticker.instrument.symbol, floor.now_us - ticker.delay_us, _ids(ticker)
    is_open = floor.market.quote(symbol, at_us) is not None
    bars = floor.market.daily_bars(symbol, at_us, 2)
    if is_open:
        today, bars = bars[-1], bars[:-1]
        yield from ((ids.high, today.high), (ids.low, today.low), (ids.open, today.open))
    if bars:
        yield ids.close, bars[-1].close


def _ids(ticker: Ticker) -> _Ids:
    return _DELAYED_IDS if ticker.delay_us else _LIVE_IDS


def _send_price(
    session: Session,
    ticker: Ticker,
    tick_type: int,
    price: Decimal,
    size_type: int | None = None,
    size: Decimal = ZERO,
) -> None:
    """A price with its size when either changed, then the size on its own, as real gateways repeat it."""
    is_news = ticker.sent.get(tick_type) != price or (
        size_type is not None and ticker.sent.get(size_type) != size
    )
    if not is_news:
        return
    ticker.sent[tick_type] = price
    values = {"reqId": ticker.request_id, "tickType": tick_type, "price": price, "size": size}
    session.send("tickPrice", values)
    if size_type is not None:
        _send_size(session, ticker, size_type, size)


def _send_size(session: Session, ticker: Ticker, tick_type: int, size: Decimal) -> None:
    if ticker.sent.get(tick_type) != size:
        ticker.sent[tick_type] = size
        session.send("tickSize", {"reqId": ticker.request_id, "tickType": tick_type, "size": size})
