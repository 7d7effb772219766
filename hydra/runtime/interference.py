"""Where a virtual world can be meddled with: at the edges of turns, starts, sends and timers. It decides nothing itself.

What an interference raises is taken for an exception of the actor's own at that place.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from hydra.runtime.address import PostOffice, is_cancelled
from hydra.runtime.life import Life

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from hydra.runtime.clock import Clock
    from hydra.runtime.envelope import Envelope
    from hydra.runtime.listening import Listener
    from hydra.runtime.timers import Timer


class Interference:
    """This one lets everything happen as it would."""

    def starting(self, life: Life) -> None:
        """Before on_start; may raise."""

    def started(self, life: Life) -> None:
        """After on_start returned; may raise."""

    def offered(self, life: Life) -> None:
        """This one is about to be given a turn: a message boundary. It may be ended here, or anybody else."""

    def hangs(self, life: Life, turn: Sequence[Envelope], wake: Callable[[], None]) -> bool:
        """True: the turn, which has left the mailbox, is not run before wake() is called."""
        return False

    def entering(self, life: Life, turn: Sequence[Envelope]) -> None:
        """The first thing in its turn; may raise."""

    def leaving(self, life: Life, turn: Sequence[Envelope]) -> None:
        """The last thing in its turn, unless it crashed; may raise."""

    def left(self, life: Life) -> None:
        """Its turn is over, crashed or not."""

    def sending(self, to: str, envelope: Envelope) -> None:
        """Before it reaches the mailbox; may raise in the sender's turn."""

    def sent(self, to: str, envelope: Envelope) -> None:
        """After it reached the mailbox; may raise in the sender's turn."""

    def rest_s(self, life: Life) -> float:
        """How long it is deaf after the turn that it has just had, in virtual seconds."""
        return 0.0

    def lateness_s(self, timer: Timer) -> float:
        """How much later than it would this timer fires, in virtual seconds."""
        return 0.0


class Bystanders:
    """Who listens to one virtual world, and who meddles with it."""

    def __init__(self, now_us: Callable[[], int]) -> None:
        self.now_us = now_us
        self.listeners: list[Listener] = []
        self.interference: Interference | None = None


class VirtualLife(Life):
    """A life whose starts and turns can be meddled with and listened to."""

    def __init__(self, bystanders: Bystanders, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._bystanders = bystanders

    def _start(self) -> None:
        meddler = self._bystanders.interference
        if meddler is None:
            super()._start()
        else:
            meddler.starting(self)
            super()._start()
            meddler.started(self)

    def _perform(self, turn: Sequence[Envelope]) -> None:
        meddler = self._bystanders.interference
        if meddler is None:
            super()._perform(turn)
            return
        try:
            meddler.entering(self, turn)
            super()._perform(turn)
            meddler.leaving(self, turn)
        finally:
            meddler.left(self)

    def turn(self, turn: Sequence[Envelope]) -> bool:
        survived = super().turn(turn)
        for listener in self._bystanders.listeners:
            listener.turn_ended(self._bystanders.now_us(), self.name, self.incarnation, not survived)
        return survived


class VirtualPost(PostOffice):
    """A post office whose every envelope can be heard of, and whose senders can be stopped in mid-turn."""

    def __init__(self, clock: Clock, bystanders: Bystanders) -> None:
        super().__init__(clock)
        self._bystanders = bystanders

    def deliver(self, to: str, envelope: Envelope) -> None:
        meddler = self._bystanders.interference
        if meddler is not None:
            meddler.sending(to, envelope)
        if self._bystanders.listeners:
            self._deliver_heard(to, envelope)
        else:
            super().deliver(to, envelope)
        if meddler is not None:
            meddler.sent(to, envelope)

    def _deliver_heard(self, to: str, envelope: Envelope) -> None:
        now_us = self._bystanders.now_us()
        for listener in self._bystanders.listeners:
            listener.sent(now_us, to, envelope)
        address = self.find(to)
        before = (self.dead_total, -1 if address is None else address.mailbox.depth)
        super().deliver(to, envelope)
        if address is not None and before == (self.dead_total, address.mailbox.depth):
            for listener in self._bystanders.listeners:
                listener.merged(now_us, to, envelope)

    def bury(self, to: str, envelope: Envelope, reason: str) -> None:
        super().bury(to, envelope, reason)
        for listener in self._bystanders.listeners:
            listener.buried(self._bystanders.now_us(), to, envelope, reason)

    def bury_all(self, to: str, envelopes: Iterable[Envelope], reason: str) -> None:
        waiting = list(envelopes)
        super().bury_all(to, waiting, reason)
        for envelope in waiting:
            self._hear_dropped(to, envelope)

    def _admit(self, to: str, envelope: Envelope) -> bool:
        if self._bystanders.listeners:
            self._hear_dropped(to, envelope)
        return super()._admit(to, envelope)

    def _hear_dropped(self, to: str, envelope: Envelope) -> None:
        if is_cancelled(envelope):
            for listener in self._bystanders.listeners:
                listener.dropped(self._bystanders.now_us(), to, envelope)
