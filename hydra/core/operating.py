"""The operator's word on trading: change the state, accept what is open, re-arm. It never loosens anything unasked."""

from __future__ import annotations

from hydra.core.book import Book
from hydra.core.effects import Effects, Send
from hydra.core.folding_differences import ACCEPTED
from hydra.messages.commands import ChangeTrading, VerbAnswered
from hydra.messages.decisions import BreakerRearmed, DifferenceResolved, OperatorActed, OrderEnded, TradingStateChanged
from hydra.values import Difference, OrderState, TradingState

DEAD_ELSEWHERE = ("vanished_order", "fills_missing")
"""Differences about an order that works nowhere: whoever accepts one says that the order is over."""


def change_trading(book: Book, message: ChangeTrading) -> Effects:
    """Go to a trading state. ACTIVE needs every difference gone, or accepted with exactly its present content."""
    ticket = f"{book.run}/{message.reply_to}" if message.reply_to else ""
    is_new = yield OperatorActed(verb=f"go {message.state}", by=message.by, text=message.reason, ticket=ticket)
    if not is_new:
        text = f"trading is {book.trading.state}"
        yield Send(message.reply_to, VerbAnswered(obeyed=book.trading.state is message.state, text=text))
        return
    resuming = message.state is TradingState.ACTIVE
    if resuming and book.differences and not message.force:
        open_items = "; ".join(difference.text for difference in book.differences.values())
        text = f"trading stays {book.trading.state}: {open_items} (hydra reconcile settles it, --force accepts this)"
        yield Send(message.reply_to, VerbAnswered(obeyed=False, text=text))
        return
    if resuming:
        for difference in tuple(book.differences.values()):
            yield from accept(book, difference, message.by, message.reason)
        for breaker in tuple(book.breakers):
            yield BreakerRearmed(breaker=breaker, by=message.by, reason=message.reason)
    yield TradingStateChanged(state=message.state, by=message.by, reason=message.reason)
    yield Send(message.reply_to, VerbAnswered(obeyed=True, text=f"trading is {message.state}"))


def accept(book: Book, difference: Difference, by: str, reason: str) -> Effects:
    """Leave a difference as it is; with this very content it is silent from here on."""
    yield DifferenceResolved(item=difference.item, by=by, how=ACCEPTED, reason=reason)
    if difference.kind in DEAD_ELSEWHERE:
        yield from over_elsewhere(book, difference, by)


def over_elsewhere(book: Book, difference: Difference, by: str) -> Effects:
    """The end of an order that works nowhere, on the word of a person."""
    order = book.orders.get(difference.item.removeprefix("order/"))
    if order is not None and not order.state.is_final:
        yield OrderEnded(
            order_ref=order.order_ref,
            state=OrderState.CANCELLED.value,
            filled=order.filled,
            evidence=f"it works nowhere ({difference.text}); accepted by {by}",
        )
