"""How pykka runs an incarnation. Each remedy here answers a trait of pykka 4.5 that would bite.

pykka's own message loop, stop and failure paths are used as they are. What is replaced: the inbox (our
mailbox, so that it outlives the actor), what follows an exception (pykka answers a BaseException with
ActorRegistry.stop_all), and the ends, so that each incarnation is reported over exactly once. Hosts are not
entered in pykka's global registry.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pykka

from hydra.runtime.reasons import reason_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hydra.runtime.crew import Crew
    from hydra.runtime.envelope import Envelope
    from hydra.runtime.life import Life


class Turn:
    """What pykka's loop takes from an inbox. An empty message means: it is time to end."""

    __slots__ = ("message",)
    reply_to = None  # hydra's actors never answer pykka's futures

    def __init__(self, message: Sequence[Envelope]) -> None:
        self.message = message


class ActorCrash(Exception):
    """Carries any exception of a behaviour through pykka's loop as an ordinary one."""


class MailboxInbox:
    """pykka's inbox protocol over our mailbox.

    It says it is empty, so that pykka never throws messages away.
    """

    def __init__(self, life: Life) -> None:
        self._mailbox = life.address.mailbox
        self._reader = life.incarnation
        self._batch_max = life.behaviour.BATCH_MAX

    def put(self, envelope: object, /) -> None:
        raise TypeError(f"{envelope!r} was put into a pykka inbox; messages go to an address")

    def get(self) -> Turn:
        return Turn(self._mailbox.wait(self._reader, batch_max=self._batch_max))

    def empty(self) -> bool:
        return True


class ParkedInbox(MailboxInbox):
    """Gives the one turn that was offered."""

    turn: Turn | None = None

    def get(self) -> Turn:
        turn, self.turn = self.turn, None
        if turn is None:
            raise RuntimeError("no turn was offered")
        return turn


class Parking(threading.Event):
    """What pykka's loop asks before each message, whether to stop: yes, after the one turn that was offered. `is_over`:
    for good."""

    def __init__(self, inbox: ParkedInbox) -> None:
        super().__init__()
        self._inbox = inbox
        self.is_over = False

    def set(self) -> None:
        self.is_over = True
        super().set()

    def is_set(self) -> bool:
        return self.is_over or self._inbox.turn is None


class Host(pykka.ThreadingActor):
    """One incarnation, as pykka sees it."""

    use_daemon_thread = True

    def __init__(self, life: Life, crew: Crew, inbox: MailboxInbox) -> None:
        self.life = life
        self.crew = crew
        self._inbox = inbox
        super().__init__()
        self.actor_urn = f"urn:hydra:{life.name}:{life.incarnation}"  # pykka's own is a uuid4: not replayable
        self._actor_ref = pykka.ActorRef(self)

    # an instance's own inbox, where pykka expects a class's
    def _create_actor_inbox(self) -> MailboxInbox:  # type: ignore[override]
        return self._inbox

    def _actor_loop_setup(self) -> None:
        """pykka goes on to its loop after a failed on_start of any kind; ours is stopped then."""
        if self.life.begin():
            self.crew.life_begun(self.life)
        else:
            self.actor_stopped.set()

    def _handle_receive(self, message: Sequence[Envelope]) -> None:
        if not message:
            self._stop()
        elif not self.life.turn(message):
            raise ActorCrash(str(self.life.reason))

    def _handle_failure(self, *exc_info: Any) -> None:
        """The crash is in the Lifecycle with its traceback; pykka would log it and leave its registry."""
        self.actor_stopped.set()


class ThreadHost(Host):
    """On a thread of its own, blocking on its mailbox."""

    def __init__(self, life: Life, crew: Crew) -> None:
        super().__init__(life, crew, MailboxInbox(life))

    def start_thread(self) -> None:
        self._start_actor_loop()

    def _actor_loop(self) -> None:
        threading.current_thread().name = f"{self.life.name}#{self.life.incarnation}"
        try:
            super()._actor_loop()
        except BaseException as error:  # noqa: BLE001 - a fault of the runtime itself, still one DOWN
            self.life.end(reason_of(error))
        finally:
            self.life.farewell()
            self.crew.life_over(self.life)


class ParkedHost(Host):
    """Driven from outside, one turn at a time: for asyncio loops, real and virtual."""

    def __init__(self, life: Life, crew: Crew) -> None:
        self._parked = ParkedInbox(life)
        super().__init__(life, crew, self._parked)
        self.actor_stopped = self._parking = Parking(self._parked)
        self._actor_ref = pykka.ActorRef(self)  # it keeps the event that it finds

    @property
    def is_over(self) -> bool:
        """Whether it takes no further turn."""
        return self._parking.is_over

    def take(self) -> Sequence[Envelope]:
        """What to read next; empty if there is nothing."""
        return self.life.address.mailbox.take(self.life.behaviour.BATCH_MAX)

    def step(self) -> bool:
        """Let pykka's loop handle one turn, if there is one. False when this incarnation ended with it."""
        turn: Sequence[Envelope] = ()
        if not self.life.address.mailbox.is_over_for(self.life.incarnation):
            turn = self.take()
            if not turn:
                return True
        return self.run_turn(turn)

    def run_turn(self, turn: Sequence[Envelope]) -> bool:
        """Let pykka's loop handle this one; empty: let it end. False when this incarnation ended with it."""
        self._parked.turn = Turn(turn)
        self._actor_loop_running()
        return not self._parking.is_over
