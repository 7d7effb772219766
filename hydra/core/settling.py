"""What is done about a difference that a person wants settled, on the newest settled listing: taken over, closed, cancelled.

Whatever is in the way is a sentence, and then nothing at all is done. What reduces goes the road of every exit: a signal.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from hydra.core.book import Book
from hydra.core.comparison import item_name
from hydra.core.effects import Effects, EffectsOf, Send
from hydra.core.exits import EXIT_VALID_S
from hydra.core.folding_differences import ADOPTED, CLOSED
from hydra.core.folding_orders import split_exec_id
from hydra.core.instants import after_s
from hydra.core.judging import works_for_us
from hydra.core.operating import DEAD_ELSEWHERE, over_elsewhere
from hydra.core.risk_view import is_reducing
from hydra.core.rules_state import state_allows
from hydra.core.sessions import session_at
from hydra.core.wording import number
from hydra.messages.commands import CancelEverything, CancelOrder
from hydra.messages.decisions import BrokerSideAdopted, DifferenceResolved, SignalReceived
from hydra.messages.sync import BrokerSnapshot
from hydra.records import PositionRecord
from hydra.values import ZERO, Difference, OpenOrderLine, PositionLine, Purpose, Side, Signal

CLOSING = "close-"
"""Before the episode in the name of a signal that closes what a person wants closed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A person's word about one difference; `now` is market time."""

    difference: Difference
    by: str
    reason: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Settled:
    """What was done, as a sentence without its end."""

    text: str


@dataclass(frozen=True, slots=True)
class Obstructed:
    """Why nothing was done."""

    text: str


Outcome = EffectsOf[Settled | Obstructed]


# ---- taking the broker's side over


def adopt(book: Book, wish: Wish, snapshot: BrokerSnapshot) -> Outcome:
    """Our books as the broker has it, as far as this difference goes."""
    difference = wish.difference
    match difference.item.partition("/")[0]:
        case "position" | "average":
            return (yield from _adopt_position(book, wish, snapshot))
        case "cash":
            yield _adoption(wish, cash=snapshot.figures.cash)
            yield _resolved(wish, ADOPTED)
            return Settled(f"our cash is {number(book.cash)} now, as the broker states it")
    yield _resolved(wish, ADOPTED)
    if difference.kind in DEAD_ELSEWHERE:
        yield from over_elsewhere(book, difference, wish.by)
        return Settled(f"{difference.item} is over in our books")
    return Settled(f"{difference.item} is taken as ours; our books contained it already")


def _adopt_position(book: Book, wish: Wish, snapshot: BrokerSnapshot) -> Outcome:
    line = line_of(book, wish.difference, snapshot)
    obstacle = _still_works(book, line)
    if obstacle:
        return Obstructed(obstacle)
    yield _adoption(wish, line=line)
    yield _resolved(wish, ADOPTED)
    record = book.positions[line.con_id]
    at = f" at an average of {number(round(record.average_price, 4))}" if record.quantity else ""
    return Settled(f"our books hold {number(record.quantity)} {line.symbol}{at} now, as the broker does")


def line_of(book: Book, difference: Difference, snapshot: BrokerSnapshot) -> PositionLine:
    """The broker's position of a difference in this listing, of quantity 0 where it lists none."""
    name = difference.item.partition("/")[2]
    for line in snapshot.positions:
        if item_name(book, line.con_id, line.symbol) == name:
            return line
    symbols = {con_id: record.symbol for con_id, record in book.positions.items()}
    symbols |= {con_id: line.symbol for con_id, line in book.ignored.items()}
    con_id = next(con_id for con_id, symbol in symbols.items() if item_name(book, con_id, symbol) == name)
    return PositionLine(con_id=con_id, symbol=difference.symbol, quantity=ZERO, average_cost=ZERO)


def _still_works(book: Book, line: PositionLine) -> str:
    """What fills while a position is taken over could be counted twice, or cross zero."""
    orders = [f"{order.order_ref} ({order.state})" for order in book.working(line.con_id)]
    return f"the end of our order {', '.join(orders)} in {line.symbol} is not proven yet" if orders else ""


# ---- closing a position


def close(book: Book, wish: Wish, snapshot: BrokerSnapshot) -> Outcome:
    """Close what is unexplained at the broker: a position by an exit, an order by a cancel."""
    match wish.difference.item.partition("/")[0]:
        case "position":
            return (yield from _close_position(book, wish, snapshot))
        case "execution":
            return (yield from _undo_execution(book, wish))
        case _:
            return (yield from _cancel(book, wish, snapshot))


def _close_position(book: Book, wish: Wish, snapshot: BrokerSnapshot) -> Outcome:
    line = line_of(book, wish.difference, snapshot)
    known = book.positions.get(line.con_id)
    unexplained = line.quantity - (known.quantity if known is not None else ZERO)
    obstacle = _still_works(book, line) or _cannot_close(book, wish, line.con_id)
    left_alone = book.ignored.get(line.con_id)
    if not obstacle and left_alone is not None:
        obstacle = f"{number(left_alone.quantity)} {line.symbol} are ignored by policy: close the rest in TWS"
    if not obstacle and unexplained * line.quantity <= 0:
        obstacle = (
            f"the broker holds {number(line.quantity)} {line.symbol}, less than our books: to close the gap would add "
            "to the position, and hydra only reduces here (--adopt takes the smaller one over)"
        )
    if obstacle:
        return Obstructed(obstacle)
    yield _adoption(wish, line=line)
    yield _resolved(wish, CLOSED)
    return (yield from _reduce(book, wish, book.positions[line.con_id], unexplained))


def _undo_execution(book: Book, wish: Wish) -> Outcome:
    root, _ = split_exec_id(wish.difference.item.partition("/")[2])
    fill = book.executions.get(root)
    if fill is None:
        return Obstructed("the execution is of an earlier day or its position was taken over since: close that position")
    known = book.positions[fill.con_id]
    added = fill.side.sign * fill.quantity
    obstacle = _cannot_close(book, wish, fill.con_id)
    if not obstacle and added * known.quantity <= 0:
        obstacle = f"we hold {number(known.quantity)} {fill.symbol}, so to undo it would add to the position"
    if obstacle:
        return Obstructed(obstacle)
    yield _resolved(wish, CLOSED)
    return (yield from _reduce(book, wish, known, added))


def _cannot_close(book: Book, wish: Wish, con_id: int) -> str:
    """What risk, or the market, would say: asked before anything is changed."""
    difference, trading = wish.difference, book.trading
    symbol = difference.symbol
    if not state_allows(Purpose.EXIT, trading.state, flattening=False):
        return f"trading is {trading.state}, which lets no exit through"
    others = [one.item for one in book.differences.values() if one.symbol == symbol and one.item != difference.item]
    if others:
        return f"{symbol} is in dispute otherwise too, and risk lets nothing trade on that: settle {', '.join(others)} first"
    card = book.instruments.get(symbol)
    if card is None or card.instrument.con_id != con_id:
        return f"hydra trades no contract {con_id} of {symbol} (no strategy names it): close it in TWS"
    if session_at(card.hours, wish.now) is None:
        return f"the session of {symbol} is not open"
    closing = [
        ref
        for ref, record in book.signals.items()
        if record.signal.symbol == symbol and is_reducing(record.signal.purpose)
    ]
    return f"{', '.join(closing)} is closing {symbol} already" if closing else ""


def _reduce(book: Book, wish: Wish, held: PositionRecord, unexplained: Decimal) -> Outcome:
    """An exit of the unexplained part, never of more than is held. Risk and router treat it as any other."""
    quantity = min(abs(unexplained), abs(held.quantity))
    side = Side.SELL if held.quantity > 0 else Side.BUY
    signal = Signal(
        signal_id=f"{CLOSING}{held.episode}-{book.seq}",
        source="operator",
        symbol=held.symbol,
        side=side,
        quantity=quantity,
        purpose=Purpose.EXIT,
        urgent=True,
        episode=held.episode,
        reason=f"{wish.difference.item} is closed by {wish.by}: {wish.reason}",
        at=wish.now,
        valid_until=after_s(wish.now, EXIT_VALID_S),
    )
    yield SignalReceived(signal=signal)
    return Settled(
        f"our books hold {number(held.quantity)} {held.symbol}, and {number(quantity)} are closed by limit orders "
        f"({side} by signal {signal.signal_id})"
    )


# ---- cancelling an order


def _cancel(book: Book, wish: Wish, snapshot: BrokerSnapshot) -> Outcome:
    """An order of our own client id is cancelled by its number. The broker lets no client cancel another's: what is left is
    the cancel of everything, unless that would hit a third party."""
    name = wish.difference.item.partition("/")[2]
    lines = [line for line in snapshot.open_orders if (line.order_ref or str(line.perm_id)) == name]
    if not lines:
        return Obstructed(f"the broker lists no working order {name} any more, so there is nothing to cancel")
    reason = f"{wish.difference.item} is closed by {wish.by}: {wish.reason}"
    if len(lines) == 1 and lines[0].client_id == book.client_id:
        line = lines[0]
        yield _resolved(wish, CLOSED)
        yield from _cancel_own(line, reason)
        return Settled(f"a cancel of order {name} is on its way")
    third = [line for line in snapshot.open_orders if line not in lines and not works_for_us(book, line.order_ref)]
    if third:
        names = ", ".join(line.order_ref or str(line.perm_id) for line in third)
        return Obstructed(
            f"only its own client (id {lines[0].client_id}) or TWS may cancel order {name} alone, and to cancel everything "
            f"would take {names} with it: cancel it there, or halt"
        )
    yield _resolved(wish, CLOSED)
    yield Send("broker", CancelEverything(reason=reason))
    why = "works twice" if len(lines) > 1 else f"is of client {lines[0].client_id}"
    return Settled(
        f"order {name} {why}, so everything that works in the account is cancelled with it, hydra's own orders too"
    )


def _cancel_own(line: OpenOrderLine, reason: str) -> Effects:
    cancel = CancelOrder(order_ref=line.order_ref, broker_order_id=line.broker_order_id, reason=reason)
    yield Send("broker", cancel)


# ---- what is recorded


def _adoption(wish: Wish, *, line: PositionLine | None = None, cash: Decimal | None = None) -> BrokerSideAdopted:
    return BrokerSideAdopted(item=wish.difference.item, by=wish.by, reason=wish.reason, line=line, cash=cash)


def _resolved(wish: Wish, how: str) -> DifferenceResolved:
    return DifferenceResolved(item=wish.difference.item, by=wish.by, how=how, reason=wish.reason)
