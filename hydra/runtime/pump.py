"""How a virtual world delivers: one callback hands one turn to one host and arms itself again.

So actors and ib_async's own callbacks take turns on the loop, and only the policy decides whose turn is next.
"""

from __future__ import annotations

import asyncio
import contextvars
from functools import partial
from typing import TYPE_CHECKING

from hydra.runtime.hosts import ParkedHost
from hydra.runtime.stalls import ACTOR
from hydra.runtime.tasks import Tasks, cancel

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hydra.runtime.crew import Crew
    from hydra.runtime.envelope import Envelope
    from hydra.runtime.interference import Bystanders
    from hydra.runtime.life import Life
    from hydra.runtime.loops import VirtualLoop
    from hydra.runtime.schedule import Policy
    from hydra.runtime.trace import Trace


class VirtualHost(ParkedHost):
    """One incarnation on the virtual loop; a LoopActor's tasks live there too.

    It is deaf while it hangs in a turn, and while it rests after one.
    """

    def __init__(self, life: Life, crew: Crew, pump: Pump) -> None:
        super().__init__(life, crew)
        self.name = life.name
        self.mailbox = life.address.mailbox
        self.queued = False
        self._pump = pump
        self._tasks = Tasks(life, pump.loop)
        self._held: Sequence[Envelope] = ()
        self._rests = False
        self._context: contextvars.Context | None = None

    @property
    def lane(self) -> Sequence[Envelope]:
        """What it may read next, oldest first."""
        return self.mailbox.next_lane

    @property
    def waiting(self) -> int:
        return self.mailbox.depth

    def _start_actor_loop(self) -> None:
        self._pump.loop.call_soon(self._begin)

    def start_on_loop(self) -> None:
        self._start_actor_loop()

    def _begin(self) -> None:
        if self.life.is_over:
            return
        self._pump.alive[self] = None
        if self.life.behaviour.ON_LOOP:
            self.life.context.connect_loop(self._pump.loop, self._tasks.spawn)
            self._context = contextvars.copy_context()
            self._context.run(ACTOR.set, self.name)
            self._context.run(self._actor_loop_setup)
        else:
            self._actor_loop_setup()
        if self.is_over:
            self._conclude()
        elif not self.life.is_over:
            self.mailbox.attach(partial(self._pump.ready, self))

    def take(self) -> Sequence[Envelope]:
        policy = self._pump.policy
        turn = self.mailbox.take(policy.batch_max(self.life.behaviour.BATCH_MAX), policy.choose)
        self._pump.note(self.life, turn)
        return turn

    def deliver(self) -> None:
        """One turn; then queue again if there is more."""
        if self._held or self._rests or self._parking.is_over:
            return
        meddler = self._pump.bystanders.interference
        if meddler is not None:
            meddler.offered(self.life)
        self._go_on(self.step())

    def run_turn(self, turn: Sequence[Envelope]) -> bool:
        meddler = self._pump.bystanders.interference
        if turn and meddler is not None and meddler.hangs(self.life, turn, self._wake):
            self._hang(turn)
            return True
        return self._run(turn)

    def _run(self, turn: Sequence[Envelope]) -> bool:
        if self._context is not None:
            return self._context.run(super().run_turn, turn)
        return super().run_turn(turn)

    def _go_on(self, lives: bool) -> None:
        if not lives:
            self._conclude()
        elif self._held or self._must_rest():
            return
        elif self.mailbox.calls(self.life.incarnation):
            self._pump.ready(self)

    def _must_rest(self) -> bool:
        meddler = self._pump.bystanders.interference
        if meddler is None:
            return self._rests
        rest_s = meddler.rest_s(self.life)
        if rest_s > 0:
            self._rests = True
            self._pump.loop.call_later(rest_s, self._rested)
        return self._rests

    def _rested(self) -> None:
        self._rests = False
        self._pump.ready(self)

    def _hang(self, turn: Sequence[Envelope]) -> None:
        self._held = self.life.at_hand = turn
        self.life.turns += 1
        self.life.busy = True
        self._pump.someone_hangs()

    def _wake(self) -> None:
        """The handler goes on at last, whatever has become of this incarnation; then it ends, or reads on."""
        turn, self._held = self._held, ()
        if turn:
            self._go_on(self._run(turn))

    def let_go(self) -> None:
        """The world has ended while it hangs or rests: it never takes another turn, but what it holds open is closed."""
        self._held = ()
        self.actor_stopped.set()
        self.life.farewell()

    def _conclude(self) -> None:
        del self._pump.alive[self]
        self.life.farewell()
        if self._tasks.running:
            self._pump.loop.create_task(self._outlive_tasks(), name=f"{self.life.name}-end")
        else:
            self.crew.life_over(self.life)

    async def _outlive_tasks(self) -> None:
        await cancel(self._tasks.running)
        self.crew.life_over(self.life)


class Pump:
    """`someone_hangs` is called when a turn does not return, so that somebody watches it."""

    def __init__(
        self,
        loop: VirtualLoop,
        policy: Policy[VirtualHost],
        trace: Trace,
        bystanders: Bystanders,
        someone_hangs: Callable[[], None],
    ) -> None:
        self.loop = loop
        self.policy = policy
        self.trace = trace
        self.bystanders = bystanders
        self.someone_hangs = someone_hangs
        self.alive: dict[VirtualHost, None] = {}
        self._armed = False
        self._next = asyncio.Handle(self._deliver, (), loop)  # the same one each time: there are hundreds of thousands

    def ready(self, host: VirtualHost) -> None:
        """It has something to read, or it is time for it to end."""
        if not host.queued:
            host.queued = True
            self.policy.add(host, host.mailbox.head_number)
            self._arm()

    def note(self, to: Life, turn: Sequence[Envelope]) -> None:
        """These envelopes are about to be received."""
        now_us = self.loop.now_us()
        for envelope in turn:
            self.trace.note(now_us, to.name, envelope)
            for listener in self.bystanders.listeners:
                listener.delivered(now_us, to.name, to.incarnation, envelope)

    def end(self) -> None:
        """The world has stopped: as the end of a process closes the files of a thread that has not ended."""
        left, self.alive = self.alive, {}
        for host in left:
            host.let_go()

    def _arm(self) -> None:
        if not self._armed:
            self._armed = True
            self.loop.call_again(self._next)

    def _deliver(self) -> None:
        """One turn; and the next one, as long as that is all the loop has to do."""
        policy = self.policy
        while True:
            self._armed = False
            if policy and not self.loop.finished:
                host = policy.pop()
                host.queued = False
                host.deliver()
            if not policy:
                return
            self._arm()
            if not self.loop.takes_turn(self._next):
                return
