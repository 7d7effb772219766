"""What goes on the wire for orders, and what is refused: each ref at most once per session (PROTOCOL section 1).

Every check is made again at the moment of writing, because an order may have waited for its turn.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from hydra.broker import link_requests as requests
from hydra.broker.link import Link
from hydra.broker.orders import Fate
from hydra.broker.pacing import SendLane
from hydra.broker.session import BrokerSession
from hydra.messages.base import Event
from hydra.messages.commands import CancelOrder
from hydra.messages.facts import CancelSent, GlobalCancelSent, OrderNotWritten
from hydra.values import Instrument, Intent, LinkState, Purpose


@dataclass(frozen=True, slots=True, kw_only=True)
class WriterNeeds:
    """What the writer asks of its actor: record a fact, say why an order may not go now (empty: it may), an instrument."""

    record: Callable[[BrokerSession, Event], None]
    objection: Callable[[Intent], str]
    instrument: Callable[[int], Instrument | None]


def objection(
    intent: Intent, *, now: datetime, halted: str, link: LinkState, is_maintenance: bool
) -> str:
    """Why an order may not be written at this moment; empty: it may. `halted` is the reason of the latch, or empty.

    An operator's flatten is what a halt lets through: without it nobody could get out of a halted position.
    """
    valid_until = intent.want.valid_until
    if halted and intent.want.purpose is not Purpose.FLATTEN:
        return f"orders are latched off: {halted}"
    if link is not LinkState.READY:
        return f"the link is {link}"
    if is_maintenance:
        return "the gateway's maintenance window"
    if valid_until <= now:
        return f"the order was valid until {valid_until:%H:%M:%S}, now it is {now:%H:%M:%S}"
    return ""


class OrderWriter:
    """The only writer of orders and cancels on one link."""

    def __init__(self, link: Link, session: BrokerSession, needs: WriterNeeds) -> None:
        self.link = link
        self.session = session
        self.needs = needs
        self._queued: dict[str, Intent] = {}
        self._cancelling: dict[str, None] = {}

    def transmit(self, intent: Intent) -> None:
        """Take a hand-over. Another session's intent, and a second hand-over of a ref, are ignored."""
        if intent.session != self.session.stamp.session:
            return
        ref = intent.want.order_ref
        if self.session.orders.fate(ref) is Fate.CANCELLED_EARLY:
            self._refuse(intent, "cancelled before it was written")
        elif self.session.orders.queue(intent):
            self._queued[ref] = intent
            self.link.put(SendLane.ORDER, lambda: self._write(intent))

    def cancel(self, message: CancelOrder) -> None:
        """Cancel on the wire; an order that still waits for its turn, or has not come yet, is refused instead."""
        ref = message.order_ref
        queued = self._queued.get(ref)
        if queued is not None:
            self._refuse(queued, f"cancelled before it was written: {message.reason}")
            self._record(CancelSent(session=0, order_ref=ref, reason=message.reason))
            return
        fate = self.session.orders.fate(ref)
        if fate is Fate.REFUSED:
            return
        if fate is None:
            self.session.orders.settle(ref, Fate.CANCELLED_EARLY)
        if message.broker_order_id > 0 and ref not in self._cancelling:
            self._cancelling[ref] = None
            self.link.put(SendLane.CANCEL, lambda: self._write_cancel(message))

    def cancel_everything(self, reason: str) -> None:
        """One global cancel, now; nothing that waits may follow it."""
        self.refuse_queued(f"everything is cancelled: {reason}")
        self.link.put(SendLane.GLOBAL_CANCEL, lambda: self._write_global_cancel(reason))

    def refuse_queued(self, reason: str) -> None:
        """Orders that wait for their turn will not be written."""
        for intent in tuple(self._queued.values()):
            self._refuse(intent, reason)

    def _write(self, intent: Intent) -> None:
        ref = intent.want.order_ref
        if self._queued.get(ref) is not intent:
            return
        objection = self.needs.objection(intent)
        if objection:
            self._refuse(intent, objection)
            return
        del self._queued[ref]
        self.session.orders.settle(ref, Fate.WRITTEN)
        instrument = self.needs.instrument(intent.want.terms.con_id)
        requests.write_order(self.link, intent, self.session.account, instrument)

    def _write_cancel(self, message: CancelOrder) -> None:
        del self._cancelling[message.order_ref]
        requests.write_cancel(self.link, message.broker_order_id)
        self._record(CancelSent(session=0, order_ref=message.order_ref, reason=message.reason))

    def _write_global_cancel(self, reason: str) -> None:
        requests.write_global_cancel(self.link)
        self._record(GlobalCancelSent(session=0, reason=reason))

    def _refuse(self, intent: Intent, reason: str) -> None:
        ref = intent.want.order_ref
        self._queued.pop(ref, None)
        self.session.orders.settle(ref, Fate.REFUSED)
        self._record(OrderNotWritten(session=0, order_ref=ref, reason=reason))

    def _record(self, fact: Event) -> None:
        self.needs.record(self.session, fact)


class KeptCancels:
    """Cancels that found no socket: the orders may still work at the exchange, so they wait for the next one."""

    def __init__(self) -> None:
        self._orders: dict[str, CancelOrder] = {}
        self._everything = ""

    def cancel(self, message: CancelOrder, writer: OrderWriter | None) -> None:
        """Cancel now if there is a writer; without an order id there is nothing to keep."""
        if writer is not None:
            writer.cancel(message)
        elif message.broker_order_id > 0:
            self._orders[message.order_ref] = message

    def cancel_everything(self, reason: str, writer: OrderWriter | None) -> None:
        """One global cancel, now if there is a writer."""
        if writer is not None:
            writer.cancel_everything(reason)
        else:
            self._everything = reason

    def drop_everything(self) -> None:
        """The halt is over: do not cancel what was allowed since."""
        self._everything = ""

    def pass_on(self, writer: OrderWriter) -> None:
        """A socket stands: everything goes out now."""
        if self._everything:
            writer.cancel_everything(self._everything)
        for message in self._orders.values():
            writer.cancel(message)
        self._everything = ""
        self._orders.clear()
