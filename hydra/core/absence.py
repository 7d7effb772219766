"""Orders that no listing shows: only doubt, evidence and time together make a verdict, never the first absence.

It remembers since when each has been absent from complete listings of this session; that dies with the session.
"""

from __future__ import annotations

from collections.abc import Generator

from hydra.core.book import Book
from hydra.core.effects import Effect, Moment, Send
from hydra.core.judging import ended
from hydra.core.orders import INACTIVE
from hydra.core.sessions import trading_day
from hydra.messages.commands import CloseSession
from hydra.records import OrderRecord
from hydra.values import Difference, OrderState

Judged = Generator[Effect, bool, Difference | float | None]
"""Of one absent order: a difference, the seconds until it can be judged, or nothing (it was judged)."""


class Absences:
    """`since_s`: order_ref -> machine seconds of the first complete listing of this session that lacks it, or of the latest
    word that the broker said of it after that."""

    def __init__(self, book: Book, *, settle_s: float, settle_quiet_s: float) -> None:
        self.book = book
        self.settle_s = settle_s
        self.settle_quiet_s = settle_quiet_s
        self.since_s: dict[str, float] = {}

    def note(self, absent: tuple[OrderRecord, ...], moment: Moment) -> None:
        """Take in one listing: whoever came back is forgotten."""
        self.since_s = {
            order.order_ref: self.since_s.get(order.order_ref, moment.machine_s) for order in absent
        }

    def named(self, order_ref: str, moment: Moment) -> None:
        """The broker spoke of it as of one that has not ended: what was absent before that says nothing any more."""
        if order_ref in self.since_s:
            self.since_s[order_ref] = moment.machine_s

    def judge(self, order: OrderRecord, moment: Moment) -> Judged:
        """What is to be said of an absent UNKNOWN order now.

        Only an error that says "dead" shortens the wait: an Inactive order may be held, and work again when it is listed.
        """
        absent_s = moment.machine_s - self.since_s[order.order_ref]
        said_dead = order.last_error or (f"status {INACTIVE}" if order.last_status == INACTIVE else "")
        wait_s = (self.settle_quiet_s if order.last_error else self.settle_s) - absent_s
        if round(wait_s, 3) > 0:  # floats of machine seconds
            return wait_s
        if said_dead:
            state = OrderState.CANCELLED if order.filled else OrderState.REJECTED
            yield from verdict(order, state, f"{said_dead}; absent from complete listings for {absent_s:.1f} s")
        elif _expired_overnight(order, moment):
            yield from verdict(order, OrderState.CANCELLED, "a DAY order of an earlier day, in no complete listing")
        elif order.perm_ids:
            return _vanished(order, f"order {order.order_ref} was acknowledged, but is in no listing of the broker")
        elif order.intent.session == self.book.session:
            reason = f"order {order.order_ref} is neither acknowledged nor listed after {absent_s:.1f} s"
            yield Send("broker", CloseSession(session=self.book.session, reason=reason))
        elif order.intent.session < self.book.client_since:
            text = f"order {order.order_ref} was sent under another client id, whose socket may still hold it"
            return _vanished(order, text)
        else:
            evidence = f"absent from open, completed and executions for {absent_s:.1f} s of a later session"
            yield from verdict(order, OrderState.NEVER_REACHED, evidence)
        return None


def verdict(order: OrderRecord, state: OrderState, evidence: str) -> Generator[Effect, bool, None]:
    """End an order. The same verdict twice means that the first was wrong: an order that lived is CANCELLED now."""
    is_new = yield ended(order, state, evidence)
    if not is_new:
        yield ended(order, OrderState.CANCELLED, evidence)


def _expired_overnight(order: OrderRecord, moment: Moment) -> bool:
    """A DAY order of an earlier exchange day: then absence means that it expired."""
    return order.intent.want.terms.tif == "DAY" and trading_day(order.intended_at) < trading_day(moment.now)


def _vanished(order: OrderRecord, text: str) -> Difference:
    terms = order.intent.want.terms
    return Difference(
        item=f"order/{order.order_ref}",
        kind="vanished_order",
        symbol=terms.symbol,
        ours=f"{order.state} {order.filled}/{terms.quantity}",
        theirs="not listed",
        text=text,
    )
