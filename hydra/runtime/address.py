"""Where an actor is told things. An address outlives the actor's incarnations; telling it never raises.

The post office knows every address of a world, stamps and delivers, and keeps the dead letters (a bounded
ring and a total), so that nothing that was told is lost without a trace.
"""

from __future__ import annotations

import itertools
from collections import deque
from functools import partial
from typing import TYPE_CHECKING

from hydra.runtime.envelope import DeadLetter, Envelope
from hydra.runtime.mailbox import Mailbox

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hydra.runtime.clock import Clock
    from hydra.runtime.message import Message
    from hydra.runtime.timers import Timer

DEAD_LETTERS_MAX = 1_000


class Address:
    """A name, its mailbox and the number of its latest incarnation."""

    __slots__ = ("closed", "incarnation", "mailbox", "name")

    def __init__(self, name: str, mailbox: Mailbox) -> None:
        self.name = name
        self.mailbox = mailbox
        self.incarnation = 0
        self.closed = ""  # why it refuses everything; empty while it does not


class PostOffice:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._addresses: dict[str, Address] = {}
        self._numbers = itertools.count(1)
        self._dead: deque[DeadLetter] = deque(maxlen=DEAD_LETTERS_MAX)
        self._dead_numbers = itertools.count(1)
        self.dead_total = 0

    def send(self, sender: str, incarnation: int, to: str, message: Message, timer: Timer | None = None) -> None:
        """A new envelope, delivered; never raises."""
        self.deliver(to, Envelope(sender, incarnation, message, next(self._numbers), timer))

    def deliver(self, to: str, envelope: Envelope) -> None:
        """Into the mailbox of this address, or among the dead letters with the reason."""
        address = self._addresses.get(to)
        if address is None:
            self.bury(to, envelope, f"there is no such address: {to}")
        elif address.closed:
            self.bury(to, envelope, address.closed)
        else:
            refusal = address.mailbox.put(envelope)
            if refusal is not None:
                self.bury(to, envelope, refusal)

    def open(self, name: str, *, limit: int) -> Address:
        """The address of this name, made if there is none, opened again if it was closed."""
        address = self._addresses.get(name)
        if address is None:
            mailbox = Mailbox(limit=limit, admit=partial(self._admit, name))
            address = self._addresses[name] = Address(name, mailbox)
        address.closed = ""
        return address

    def close(self, name: str, reason: str, *, forgotten: bool) -> None:
        """Refuse from now on; what waits becomes dead letters. A forgotten name can be used afresh."""
        address = self._addresses.get(name)
        if address is None:
            return
        address.closed = reason
        if forgotten:
            del self._addresses[name]
        self.bury_all(name, address.mailbox.drain(), reason)

    def close_all(self, reason: str) -> None:
        for name in list(self._addresses):
            self.close(name, reason, forgotten=False)

    def find(self, name: str) -> Address | None:
        return self._addresses.get(name)

    def bury(self, to: str, envelope: Envelope, reason: str) -> None:
        self._dead.append(
            DeadLetter(
                sender=envelope.sender,
                incarnation=envelope.incarnation,
                to=to,
                message=envelope.message,
                reason=reason,
                at=self._clock.now(),
            )
        )
        self.dead_total = next(self._dead_numbers)

    def bury_all(self, to: str, envelopes: Iterable[Envelope], reason: str) -> None:
        for envelope in envelopes:
            if not is_cancelled(envelope):
                self.bury(to, envelope, reason)

    def bury_unsent(self, sender: str, incarnation: int, to: str, message: Message, reason: str) -> None:
        self.bury(to, Envelope(sender, incarnation, message, next(self._numbers)), reason)

    def dead_letters(self) -> tuple[DeadLetter, ...]:
        return tuple(self._dead)

    def _admit(self, to: str, envelope: Envelope) -> bool:
        """Asked at delivery: a cancelled timer is no loss, an orphaned command is a dead letter."""
        if envelope.timer is not None and envelope.timer.cancelled:
            return False
        if envelope.message.BOUND_TO_SENDER:
            sender = self._addresses.get(envelope.sender)
            if sender is not None and sender.incarnation > envelope.incarnation:
                self.bury(to, envelope, _replaced(envelope, sender))
                return False
        return True


def is_cancelled(envelope: Envelope) -> bool:
    return envelope.timer is not None and envelope.timer.cancelled


def _replaced(envelope: Envelope, sender: Address) -> str:
    was, now = envelope.incarnation, sender.incarnation
    return f"its sender {sender.name} was replaced: incarnation {was} sent it, incarnation {now} lives"
