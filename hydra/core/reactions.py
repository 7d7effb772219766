"""What follows from an event by law: verdicts, the end of a signal, a pause, an alert. Decided once, here,
and recorded."""

from __future__ import annotations

from collections.abc import Callable

from hydra.core.book import Book
from hydra.core.effects import Effects, Send
from hydra.core.orders import CALLED_DEAD, ENDED_STATUSES, INACTIVE, LIVE_STATUSES
from hydra.core.settling import CLOSING
from hydra.core.sides import found_by
from hydra.core.signals import end_of
from hydra.messages import commands as c
from hydra.messages import decisions as d
from hydra.messages import facts as f
from hydra.messages.base import Event
from hydra.values import Difference, Execution, OrderState, SignalEnd, TradingState


def react(book: Book, event: Event, known: Callable[[str], bool]) -> Effects:
    """The consequences of one event, on the book that already contains it."""
    match event:
        case d.RunStarted():
            yield from _new_run(book, event)
        case f.SessionOpened() if book.trading.state is TradingState.HALTED:
            yield Send("broker", c.LatchHalt(latched=True, reason=book.trading.reason))
        case f.SessionClosed():
            yield from _doubt_all(book, f"session {event.session} ended: {event.reason}")
        case f.OrderNotWritten():
            yield from _not_written(book, event)
        case f.OrderStatusReported():
            yield from _status(book, event, known)
        case f.OrderErrorReported(effect="order_dead" | "order_unknown"):
            yield from _doubt(book, event.order_ref, f"error {event.code} {event.text}")
        case f.ExecutionReported(of_closed_day=True):
            yield found_by(book, _late_correction(event), event.execution)
        case f.ExecutionReported():
            yield from _execution(book, event, known)
        case d.ParentEnded():
            yield end_of(event)
        case d.SignalEnded(signal_id=ref, end=end) if ref.startswith(CLOSING) and end is not SignalEnd.EXECUTED:
            text = f"what was to be closed by {ref} is not closed, or not all of it ({end}): {event.reason}"
            yield d.AlertRaised(kind="close", about=ref, severity="warning", text=text)
        case d.DifferenceFound():
            yield from _pause(book, event.difference)
        case d.BreakerTripped():
            yield d.AlertRaised(kind="breaker", about=event.breaker, severity="critical", text=event.text)
            if book.trading.state is TradingState.ACTIVE:
                yield d.TradingStateChanged(state=TradingState.REDUCING, by=event.breaker, reason=event.text)
        case f.InstrumentUnknown():
            text = f"{event.symbol} cannot be traded, the broker does not know it: {event.text}"
            yield d.AlertRaised(kind="market_data", about=event.symbol, severity="warning", text=text)
        case f.MarketDataNoticed():
            yield d.AlertRaised(kind="market_data", about=event.symbol, severity="warning", text=event.text)
        case d.LawViolated():
            yield d.AlertRaised(kind="law", about=event.law, severity="critical", text=event.text)
        case d.TradingStateChanged():
            yield from _latch(event)


def _new_run(book: Book, event: d.RunStarted) -> Effects:
    if book.session_live:
        reason = "the process that held it ended without closing it"
        yield f.SessionClosed(session=book.session, reason=reason, planned=False)


def _doubt_all(book: Book, reason: str) -> Effects:
    for order in book.unproven():
        yield from _doubt(book, order.order_ref, reason)


def _doubt(book: Book, order_ref: str, reason: str) -> Effects:
    order = book.orders.get(order_ref)
    if order is not None and not order.state.is_final and order.state is not OrderState.UNKNOWN:
        yield d.OrderDoubted(order_ref=order_ref, reason=reason)


def _not_written(book: Book, event: f.OrderNotWritten) -> Effects:
    order = book.orders.get(event.order_ref)
    if order is None or order.state.is_final:
        return
    if order.state in (OrderState.WRITTEN, OrderState.WORKING):
        text = f"the broker says of order {event.order_ref}, which is {order.state}, that it never wrote it"
        yield d.LawViolated(law="S1 one answer to each hand-over", text=text)
    else:
        yield d.OrderEnded(
            order_ref=event.order_ref,
            state=OrderState.NOT_WRITTEN.value,
            filled=order.filled,
            evidence=f"never put on the wire: {event.reason}",
        )


def _status(book: Book, event: f.OrderStatusReported, known: Callable[[str], bool]) -> Effects:
    """`Cancelled` with the fills that we know is an end; with others it is a doubt. `Inactive` is always a doubt."""
    order = book.orders.get(event.order_ref)
    if event.status in LIVE_STATUSES:
        symbol = order.intent.want.terms.symbol if order is not None else ""
        words = f"its status is {event.status}"
        yield from _risen(book, event.order_ref, known, symbol=symbol, evidence=None, words=words)
    if order is None or order.state.is_final:
        return
    if event.status in ENDED_STATUSES and event.filled == order.filled:
        yield d.OrderEnded(
            order_ref=event.order_ref,
            state=OrderState.CANCELLED.value,
            filled=order.filled,
            evidence=f"orderStatus {event.status}, filled {event.filled} as by executions",
        )
    elif event.status in ENDED_STATUSES:
        reason = f"{event.status} with {event.filled} filled, executions make {order.filled}"
        yield from _doubt(book, event.order_ref, reason)
    elif event.status == INACTIVE:
        yield from _doubt(book, event.order_ref, f"Inactive {event.why_held}".strip())


def _execution(book: Book, event: f.ExecutionReported, known: Callable[[str], bool]) -> Effects:
    fill = event.execution
    evidence = f"execution {fill.exec_id} of {fill.quantity}"
    yield from _risen(book, fill.order_ref, known, symbol=fill.symbol, evidence=fill, words=evidence)
    order = book.orders.get(fill.order_ref)
    if order is None:
        yield from _stranger(book, event, known)
        return
    if order.state is not OrderState.FILLED and order.filled >= order.intent.want.terms.quantity:
        yield d.OrderEnded(
            order_ref=fill.order_ref,
            state=OrderState.FILLED.value,
            filled=order.filled,
            evidence="executions cover the quantity",
        )
    order = book.orders.get(fill.order_ref)
    if order is not None and order.filled > order.intent.want.terms.quantity:
        text = f"order {fill.order_ref} filled {order.filled}, more than its quantity {order.intent.want.terms.quantity}"
        yield d.LawViolated(law="S1 never more than intended", text=text)


def _stranger(book: Book, event: f.ExecutionReported, known: Callable[[str], bool]) -> Effects:
    """An execution of no open order: a late one of ours is normal, anything else is EXTERNAL and pauses (peers 3.3)."""
    fill = event.execution
    if not book.opening or known(f"intent/{fill.order_ref}"):
        return
    difference = Difference(
        item=f"execution/{fill.exec_id}",
        kind="external_execution",
        symbol=fill.symbol,
        ours="no such order",
        theirs=f"{fill.side} {fill.quantity} {fill.symbol} at {fill.price}",
        text=f"somebody else traded this account: {fill.side} {fill.quantity} {fill.symbol} at {fill.price} "
        f"(execution {fill.exec_id}, orderRef {fill.order_ref or 'none'}); it is counted in the position",
    )
    yield found_by(book, difference, fill)


def _risen(
    book: Book,
    order_ref: str,
    known: Callable[[str], bool],
    *,
    symbol: str,
    evidence: Execution | None,
    words: str,
) -> Effects:
    """An order that we called dead and that lives: its truth is taken, and a person must look (PROTOCOL section 1).

    `words` tell what proves it; where that was an execution, it is the `evidence`.
    """
    item = f"verdict/{order_ref}"
    if item in book.differences or item in book.accepted:
        return
    verdict = next((state for state in CALLED_DEAD if known(f"order-end/{order_ref}/{state}/0")), None)
    if verdict is None:
        return
    difference = Difference(
        item=item,
        kind="wrong_verdict",
        symbol=symbol,
        ours=verdict.value,
        theirs=words,
        text=f"order {order_ref} was called {verdict}, but {words}: another may have been sent in its place",
    )
    yield found_by(book, difference, evidence)


def _late_correction(event: f.ExecutionReported) -> Difference:
    fill = event.execution
    return Difference(
        item=f"execution/{fill.exec_id}",
        kind="late_correction",
        symbol=fill.symbol,
        ours="an earlier revision, its day is closed",
        theirs=f"{fill.side} {fill.quantity} {fill.symbol} at {fill.price}",
        text=f"execution {fill.exec_id} corrects a fill of an earlier day: it is now {fill.side} {fill.quantity} "
        f"{fill.symbol} at {fill.price}; our books of that day are closed and do not contain it",
    )


def _pause(book: Book, difference: Difference) -> Effects:
    yield d.AlertRaised(kind="difference", about=difference.item, severity="critical", text=difference.text)
    if book.trading.state in (TradingState.ACTIVE, TradingState.REDUCING):
        yield d.TradingStateChanged(state=TradingState.PAUSED, by="reconciliation", reason=difference.text)


def _latch(event: d.TradingStateChanged) -> Effects:
    halted = event.state is TradingState.HALTED
    yield Send("broker", c.LatchHalt(latched=halted, reason=event.reason))
    if halted:
        yield Send("broker", c.CancelEverything(reason=event.reason))
