"""What goes wrong with prices: jumps and halts, which are real, and ticks that show what nobody can trade at, which are not.

The exchange matches on the true market: under a false tick orders fill at true prices only. A gap moves the market itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from random import Random
from typing import Any

from hydra.gateway.announce import announce
from hydra.gateway.faults import FaultSpec, GatewayFault, Passage
from hydra.gateway.floor import Floor
from hydra.gateway.instants import SECOND_US
from hydra.gateway.market import Move
from hydra.gateway.session import Session
from hydra.gateway.session_quotes import TICKS, push_quotes, req_market_data, symbol_of, tell_ticks_again
from hydra.gateway.wire_rows import UNSET_DOUBLE

BIDS, ASKS, LASTS, SIZES = (1, 66), (2, 67), (4, 68), (0, 3, 5, 69, 70, 71)
HALTED = 49
_VOLATILITY_HALT = 2
_NO_VALUE = (Decimal(UNSET_DOUBLE), Decimal("Infinity"))
_CENT = Decimal("0.01")
_SYMBOL = "the symbol; all if empty"
_Rules = Mapping[str, Callable[[Passage], bool]]


def _is_hit(passage: Passage) -> bool:
    return passage.fault.target in ("", symbol_of(passage.session, passage.values["reqId"]))


def _show(passage: Passage, **instead: Any) -> bool:
    passage.session.deliver(passage.name, {**passage.values, **instead})
    return True


def _tell_again(floor: Floor, fault: GatewayFault, _chance: Random) -> bool:
    """At its beginning and at its end: what a fault changes in the ticks is seen at once. Whether anybody sees it."""
    tell_ticks_again(floor, fault.target)
    return any(
        fault.target in ("", ticker.instrument.symbol)
        for session in floor.clients()
        for ticker in session.subscriptions.tickers.values()
    )


def _price_of_nothing(passage: Passage) -> bool:
    kind = passage.values["tickType"]
    if not _is_hit(passage) or kind not in (*BIDS, *ASKS, *LASTS):
        return False
    return _show(passage, price=Decimal(str(passage.fault.amount)))


def _no_value(passage: Passage) -> bool:
    if not _is_hit(passage) or passage.values["tickType"] not in (*BIDS, *ASKS):
        return False
    return _show(passage, price=passage.chance.choice(_NO_VALUE))


def _no_size(passage: Passage) -> bool:
    return _is_hit(passage) and _show(passage, size=Decimal(0))


def _no_size_tick(passage: Passage) -> bool:
    return passage.values["tickType"] in SIZES and _no_size(passage)


def _crossed(passage: Passage) -> bool:
    """Bids above, asks below: each by the fault's amount."""
    kind, price = passage.values["tickType"], passage.values["price"]
    if not _is_hit(passage) or kind not in (*BIDS, *ASKS) or price <= 0:
        return False
    factor = 1 + (1 if kind in BIDS else -1) * Decimal(str(passage.fault.amount))
    return _show(passage, price=(price * factor).quantize(_CENT))


def _frozen(passage: Passage) -> bool:
    return _is_hit(passage)


def _freeze(floor: Floor, fault: GatewayFault, _chance: Random) -> bool:
    if fault.amount:
        floor.later(fault.amount, lambda: _repeat(floor, fault))
    return any(session.subscriptions.tickers for session in floor.clients())


def _repeat(floor: Floor, fault: GatewayFault) -> None:
    """The prices that were sent last, as if they were new."""
    if fault not in floor.troubles.on:
        return
    for session in floor.clients():
        for ticker in session.subscriptions.tickers.values():
            if fault.target in ("", ticker.instrument.symbol):
                _repeat_ticks(floor, fault, session, ticker.request_id)
    floor.later(fault.amount, lambda: _repeat(floor, fault))


def _repeat_ticks(floor: Floor, fault: GatewayFault, session: Session, request_id: int) -> None:
    ticker = session.subscriptions.tickers[request_id]
    quote = floor.market.quote(ticker.instrument.symbol, fault.at_us - ticker.delay_us)
    if quote is not None and not ticker.delay_us:
        tick = {"reqId": request_id}
        session.deliver("tickPrice", tick | {"tickType": BIDS[0], "price": quote.bid, "size": quote.bid_size})
        session.deliver("tickPrice", tick | {"tickType": ASKS[0], "price": quote.ask, "size": quote.ask_size})


def _burst(floor: Floor, fault: GatewayFault, chance: Random) -> bool:
    """Prices a cent around the true ones, so many in one heap; the last ones are true."""
    hit = 0
    for session in floor.clients():
        for ticker in session.subscriptions.tickers.values():
            quote = floor.market.quote(ticker.instrument.symbol, floor.now_us)
            if quote is None or ticker.delay_us or fault.target not in ("", ticker.instrument.symbol):
                continue
            hit += 1
            for _ in range(round(fault.amount)):
                kind, price = chance.choice(((BIDS[0], quote.bid), (ASKS[0], quote.ask)))
                away = _CENT * chance.randint(0, 3) * (-1 if kind in BIDS else 1)
                tick = {"reqId": ticker.request_id, "tickType": kind, "size": Decimal(chance.randint(1, 9) * 100)}
                session.deliver("tickPrice", tick | {"price": price + away})
    tell_ticks_again(floor, fault.target)
    return bool(hit)


def _old_first_quote(passage: Passage) -> bool:
    """A subscription begins with the prices of a while ago."""
    floor = passage.floor
    earlier = replace(floor, now_us=floor.now_us - round(passage.fault.amount * SECOND_US))
    req_market_data(earlier, passage.session, dict(passage.values))
    return True


def _jump(floor: Floor, fault: GatewayFault, _chance: Random) -> bool:
    if not floor.desk.exchange.is_open:
        return False
    move = Move(symbol=fault.target, from_us=floor.now_us, until_us=None, fraction=Decimal(str(fault.amount)))
    floor.troubles.kept[fault] = move
    _play(floor, (*floor.market.moves, move))
    return True


def _jump_back(floor: Floor, fault: GatewayFault, _chance: Random) -> bool:
    move = floor.troubles.kept.get(fault)
    if move is not None:
        ended = replace(move, until_us=floor.now_us)
        _play(floor, tuple(ended if each is move else each for each in floor.market.moves))
    return True


def _play(floor: Floor, moves: tuple[Move, ...]) -> None:
    """From now on the market has these moves; orders and clients notice at once."""
    floor.market = floor.desk.market = floor.market.moved(moves)
    announce(floor, floor.desk.match(floor.now_us))
    push_quotes(floor)


def _halt(floor: Floor, fault: GatewayFault, _chance: Random) -> bool:
    if not floor.desk.exchange.is_open or fault.target not in floor.market.symbols:
        return False
    halted = floor.desk.exchange.halted
    halted[fault.target] = halted.get(fault.target, 0) + 1
    _tell_halted(floor, fault.target, _VOLATILITY_HALT)
    return True


def _reopen(floor: Floor, fault: GatewayFault, _chance: Random) -> bool:
    """Where it trades again, until the close, is the fault's amount away from where it would have been."""
    exchange, symbol = floor.desk.exchange, fault.target
    if symbol not in exchange.halted:
        return False
    exchange.halted[symbol] -= 1
    if exchange.halted[symbol]:
        return False  # halted for another reason still
    del exchange.halted[symbol]
    moves = floor.market.moves
    session = next((each for each in floor.market.sessions(symbol) if each.open_us <= floor.now_us < each.close_us), None)
    if fault.amount and session is not None:
        fraction = Decimal(str(fault.amount))
        moves = (*moves, Move(symbol=symbol, from_us=floor.now_us, until_us=session.close_us, fraction=fraction))
    _tell_halted(floor, symbol, 0)
    _play(floor, moves)
    tell_ticks_again(floor, symbol)
    return True


def _tell_halted(floor: Floor, symbol: str, how: int) -> None:
    for session in floor.clients():
        for ticker in session.subscriptions.tickers.values():
            if ticker.instrument.symbol == symbol:
                session.deliver("tickGeneric", {"reqId": ticker.request_id, "tickType": HALTED, "value": Decimal(how)})


def _false_ticks(kind: str, sentence: str, amount: str, rules: _Rules) -> FaultSpec:
    return FaultSpec(
        kind=kind,
        sentence=sentence,
        lasts=True,
        target=_SYMBOL,
        amount=amount,
        begin=_tell_again,
        end=_tell_again,
        answers=rules,
    )


MARKET_FAULTS: tuple[FaultSpec, ...] = (
    _false_ticks(
        "quote_zero",
        "Bid, ask and last are shown at a price at which nobody trades.",
        "the price: 0, -1 or any other",
        {"tickPrice": _price_of_nothing},
    ),
    _false_ticks(
        "quote_unset",
        "Bid and ask have no value: the largest double, or infinity. (IB never writes NaN.)",
        "",
        {"tickPrice": _no_value},
    ),
    _false_ticks("quote_sizeless", "Every size is 0.", "", {"tickPrice": _no_size, "tickSize": _no_size_tick}),
    _false_ticks(
        "quote_crossed", "The bid stands above the ask.", "by how much either is moved, a fraction", {"tickPrice": _crossed}
    ),
    FaultSpec(
        kind="quote_frozen",
        sentence="No ticks come although the market is open; or the same ticks again and again.",
        lasts=True,
        target=_SYMBOL,
        amount="repeat the last quote every so many seconds; 0: silence",
        begin=_freeze,
        end=_tell_again,
        answers=dict.fromkeys(TICKS, _frozen),
    ),
    FaultSpec(
        kind="quote_burst",
        sentence="Hundreds of ticks come at one instant.",
        lasts=False,
        target=_SYMBOL,
        amount="ticks for each subscription",
        begin=_burst,
    ),
    FaultSpec(
        kind="quote_stale_first",
        sentence="A new subscription begins with an old quote.",
        lasts=True,
        amount="seconds",
        requests={"reqMktData": _old_first_quote},
    ),
    FaultSpec(
        kind="gap",
        sentence="The market jumps, and jumps back at the end; it trades where it stands.",
        lasts=True,
        target=_SYMBOL,
        amount="by which fraction of the price; below zero: down",
        begin=_jump,
        end=_jump_back,
    ),
    FaultSpec(
        kind="halt",
        sentence="One symbol is halted: nothing trades and no prices come; it may reopen elsewhere.",
        lasts=True,
        target="the symbol",
        amount="how far away it reopens, a fraction of the price",
        begin=_halt,
        end=_reopen,
        answers={"tickPrice": _frozen, "tickSize": _frozen},
    ),
)
