"""How a virtual world delivers: one callback hands one turn to one host and arms itself again.

So actors and ib_async's own callbacks take turns on the loop, and only the policy decides whose turn is next.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hydra.runtime.hosts import ParkedHost
from hydra.runtime.tasks import Tasks, cancel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hydra.runtime.crew import Crew
    from hydra.runtime.envelope import Envelope
    from hydra.runtime.life import Life
    from hydra.runtime.loops import VirtualLoop
    from hydra.runtime.schedule import Policy
    from hydra.runtime.trace import Trace


class VirtualHost(ParkedHost):
    """One incarnation on the virtual loop; a LoopActor's tasks live there too."""

    def __init__(self, life: Life, crew: Crew, pump: Pump) -> None:
        super().__init__(life, crew)
        self.queued = False
        self._pump = pump
        self._tasks = Tasks(life, pump.loop)

    def _start_actor_loop(self) -> None:
        self._pump.loop.call_soon(self._begin)

    def start_on_loop(self) -> None:
        self._start_actor_loop()

    def _begin(self) -> None:
        if self.life.is_over:
            return
        if self.life.behaviour.ON_LOOP:
            self.life.context.connect_loop(self._pump.loop, self._tasks.spawn)
        self._actor_loop_setup()
        if self.actor_stopped.is_set():
            self._conclude()
        elif not self.life.is_over:
            self.life.address.mailbox.attach(lambda: self._pump.ready(self))

    def take(self) -> Sequence[Envelope]:
        mailbox, policy = self.life.address.mailbox, self._pump.policy
        turn = mailbox.take(policy.batch_max(self.life.behaviour.BATCH_MAX), policy.choose)
        self._pump.note(self.life.name, turn)
        return turn

    def deliver(self) -> None:
        """One turn; then queue again if there is more."""
        if self.actor_stopped.is_set():
            return
        if not self.step():
            self._conclude()
        elif self.life.address.mailbox.pending:
            self._pump.ready(self)

    def _conclude(self) -> None:
        self.life.farewell()
        if self._tasks.running:
            self._pump.loop.create_task(self._outlive_tasks(), name=f"{self.life.name}-end")
        else:
            self.crew.life_over(self.life)

    async def _outlive_tasks(self) -> None:
        await cancel(self._tasks.running)
        self.crew.life_over(self.life)


class Pump:
    def __init__(self, loop: VirtualLoop, policy: Policy[VirtualHost], trace: Trace) -> None:
        self.loop = loop
        self.policy = policy
        self.trace = trace
        self._armed = False

    def ready(self, host: VirtualHost) -> None:
        """It has something to read, or it is time for it to end."""
        if not host.queued:
            host.queued = True
            self.policy.add(host, host.life.address.mailbox.head_number)
            self._arm()

    def note(self, to: str, turn: Sequence[Envelope]) -> None:
        """These envelopes are about to be received."""
        now_us = self.loop.now_us()
        for envelope in turn:
            self.trace.note(now_us, to, envelope)

    def _arm(self) -> None:
        if not self._armed:
            self._armed = True
            self.loop.call_soon(self._deliver)

    def _deliver(self) -> None:
        self._armed = False
        if self.policy and not self.loop.finished:
            host = self.policy.pop()
            host.queued = False
            host.deliver()
        if self.policy:
            self._arm()
