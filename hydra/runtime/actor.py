"""What an author of an actor sees: Actor, BatchActor, LoopActor, and the Context each is given.

An actor is behaviour only. It never sees pykka, a thread, a mailbox or another actor; the host of its world
runs it.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from hydra.runtime.clock import microseconds_of
from hydra.runtime.reasons import StopReason
from hydra.runtime.signals import StartChild, StopChild
from hydra.runtime.timers import Timer

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Coroutine, Sequence
    from datetime import datetime
    from typing import Any

    from hydra.runtime.address import Address, PostOffice
    from hydra.runtime.clock import Clock
    from hydra.runtime.message import Message
    from hydra.runtime.spec import ChildSpec
    from hydra.runtime.timers import Timers

__all__ = ["Actor", "BatchActor", "Context", "LoopActor", "StopReason", "Surroundings"]


class Surroundings:
    """What all contexts of one world share."""

    def __init__(self, *, seed: int, clock: Clock, post: PostOffice, timers: Timers) -> None:
        self.seed = seed
        self.clock = clock
        self.post = post
        self.timers = timers
        self.published: dict[str, object] = {}


class Context:
    """One incarnation's way to the world. After its end it is stale: what is told becomes dead letters,
    timers do not fire, nothing is published."""

    def __init__(self, address: Address, incarnation: int, around: Surroundings) -> None:
        self.name = address.name
        self.incarnation = incarnation
        self.clock = around.clock
        self.stale = ""  # why nothing may leave any more; empty while it may
        self._mailbox = address.mailbox
        self._around = around
        self._timers: dict[Timer, None] = {}
        self._streams: dict[str, random.Random] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._spawn: Callable[[Coroutine[Any, Any, object], str], asyncio.Task[None]] | None = None
        self._end: Callable[[StopReason], None] = _nothing

    def tell(self, to: str, message: Message) -> None:
        """Never raises, never blocks; order is kept between me and one receiver."""
        if self.stale:
            self._around.post.bury_unsent(self.name, self.incarnation, to, message, self.stale)
        else:
            self._around.post.send(self.name, self.incarnation, to, message)

    def after(self, delay_s: float, message: Message) -> Timer:
        """This message to myself after delay_s of machine time; dies with me, this incarnation."""
        due_us = self.clock.monotonic_us() + math.ceil(max(delay_s, 0.0) * 1e6)
        return self._arm(due_us, message, market_us=None)

    def at(self, instant: datetime, message: Message) -> Timer:
        """This message to myself once market time has reached the aware instant; dies with me."""
        market_us = microseconds_of(instant)
        return self._arm(self.clock.due_us(market_us), message, market_us=market_us)

    def random(self, stream: str) -> random.Random:
        """My stream of chance of this name, the same for each incarnation and each run of one seed."""
        if stream not in self._streams:
            self._streams[stream] = random.Random(f"{self._around.seed}/{self.name}/{stream}")
        return self._streams[stream]

    def hold(self) -> None:
        """Read only the control lane until release(); what else comes waits, my own timers too."""
        self._mailbox.hold(True)

    def release(self) -> None:
        self._mailbox.hold(False)

    def publish(self, snapshot: object) -> None:
        """A frozen value that the outside may read: World.published()[name]."""
        if not self.stale:
            self._around.published[self.name] = snapshot

    def start_child(self, supervisor: str, spec: ChildSpec) -> None:
        """Ask a supervisor to add a dynamic child. A name already in use makes the request a dead letter."""
        self.tell(supervisor, StartChild(spec=spec))

    def stop_child(self, supervisor: str, name: str) -> None:
        """Ask a supervisor to stop a child for good; a name it does not have is no matter."""
        self.tell(supervisor, StopChild(name=name))

    def exit(self, reason: str = "done") -> None:
        """I end normally after this message."""
        self._end(StopReason("normal", reason))

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """My asyncio loop; only a LoopActor that is being run has one."""
        if self._loop is None:
            raise RuntimeError(f"{self.name} has no asyncio loop: only a LoopActor has, from on_start on")
        return self._loop

    def spawn(self, coroutine: Coroutine[Any, Any, object], *, name: str = "") -> asyncio.Task[None]:
        """A task of mine: if it raises I crash, when I end it is cancelled.

        Its result is dropped: let it tell.
        """
        if self._spawn is None:
            coroutine.close()
            raise RuntimeError(f"{self.name} cannot spawn a task: only a LoopActor can, from on_start on")
        return self._spawn(coroutine, name)

    def _arm(self, due_us: int, message: Message, *, market_us: int | None) -> Timer:
        timer = Timer(
            due_us=due_us,
            market_us=market_us,
            fire=lambda timer: self._fire(timer, message),
            forget=self._forget,
            owner=self.name,
        )
        if self.stale:
            timer.cancelled = True
            return timer
        self._timers[timer] = None
        self._around.timers.arm(timer)
        return timer

    def _fire(self, timer: Timer, message: Message) -> None:
        self._timers.pop(timer, None)
        self._around.post.send(self.name, self.incarnation, self.name, message, timer)

    def _forget(self, timer: Timer) -> None:
        if self._timers.pop(timer, timer) is None:
            self._around.timers.drop(timer)

    # For the host of this incarnation only.

    def connect(self, end: Callable[[StopReason], None]) -> None:
        self._end = end

    def connect_loop(
        self,
        loop: asyncio.AbstractEventLoop,
        spawn: Callable[[Coroutine[Any, Any, object], str], asyncio.Task[None]],
    ) -> None:
        self._loop, self._spawn = loop, spawn

    def retire(self, reason: str) -> None:
        """From now on this context is stale."""
        self.stale = reason
        for timer in list(self._timers):
            timer.cancel()
        self._spawn = None


class Actor:
    """Behaviour. Only `receive` must be written."""

    BATCH_MAX: ClassVar[int] = 0  # how many messages one turn may hold; 0: receive gets them one by one
    ON_LOOP: ClassVar[bool] = False  # hosted on an asyncio loop
    DRAINS: ClassVar[bool] = False  # an orderly shutdown first lets it read everything that waits

    def __init__(self, context: Context) -> None:
        """Runs in the supervisor's thread: opens nothing."""
        self.context = context

    def on_start(self) -> None:
        """In the actor's own thread; opens resources. An exception here is a failed start."""

    def receive(self, message: Message) -> None:
        """One message. An exception here is the end of this incarnation, and of this message."""
        raise NotImplementedError(f"{type(self).__name__} was told {message!r} and has no receive")

    def on_stop(self, reason: StopReason) -> None:
        """In the actor's own thread, on every end that thread survives: closes resources."""


class BatchActor(Actor):
    """Takes messages in groups, for a group commit.

    An envelope leaves the mailbox only after receive_all returned. After a crash the batch is presented
    again, one by one; an envelope that fails then, alone, is set aside as a dead letter and reported as
    Lifecycle "poisoned". A batch may hold messages of both lanes, control first.
    """

    BATCH_MAX: ClassVar[int] = 64
    DRAINS: ClassVar[bool] = True

    def receive_all(self, messages: Sequence[Message]) -> None:
        raise NotImplementedError(f"{type(self).__name__} was told {messages!r} and has no receive_all")

    def may_be_poison(self, error: BaseException) -> bool:
        """Whether it may be the message's own fault that it failed alone. If not, it is presented yet again."""
        return True


class LoopActor(Actor):
    """Lives on an asyncio loop: its own, on its own thread, in production; the virtual one in simulation.

    Each message is one callback of the loop. An exception in a task of Context.spawn, or in a callback of a
    loop that belongs to this actor alone, crashes it.
    """

    ON_LOOP: ClassVar[bool] = True


def _nothing(reason: StopReason) -> None:
    """A context whose incarnation is not hosted yet cannot end it."""
