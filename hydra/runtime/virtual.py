"""The world of simulation: everybody on one virtual loop, one thread, virtual time, every choice seeded."""

from __future__ import annotations

import asyncio
import random
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal

from hydra.runtime.clock import NAIVE_EPOCH, VirtualClock
from hydra.runtime.loops import VirtualLoop
from hydra.runtime.pump import Pump, VirtualHost
from hydra.runtime.schedule import Fifo, Policy, Shuffled
from hydra.runtime.tasks import cancel, loop_failure
from hydra.runtime.trace import Trace
from hydra.runtime.virtual_timers import VirtualTimers
from hydra.runtime.world import World

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from hydra.runtime.envelope import Envelope
    from hydra.runtime.life import Life
    from hydra.runtime.mailbox import Mailbox


class VirtualWorld(World):
    def __init__(
        self,
        *,
        seed: int,
        start_at: datetime,
        on_fatal: Callable[[str], None],
        on_escalation: Callable[[str], None],
        lifecycle_listener: str | None = None,
        policy: Literal["fifo", "random"] = "fifo",
        on_jump: Callable[[datetime], None] | None = None,
        on_trace: Callable[[str], object] | None = None,
    ) -> None:
        """on_jump hears each new instant as a naive UTC datetime of the real class: it moves freezegun.

        on_trace hears each delivery as the line that the digest is made of, see Trace.
        """
        self.loop = VirtualLoop(None if on_jump is None else lambda us: on_jump(self._naive(us)))
        clock = VirtualClock(start_at, self.loop.now_us)
        super().__init__(
            seed=seed,
            clock=clock,
            timers=VirtualTimers(self.loop),
            lifecycle_listener=lifecycle_listener,
            on_fatal=on_fatal,
            on_escalation=on_escalation,
        )
        self._start_us = clock.now_us()
        self._trace = Trace(on_trace)
        self._pump = Pump(self.loop, _policy(policy, seed), self._trace)
        self.loop.set_exception_handler(self._loop_failed)

    def run_until(self, done: Callable[[], bool], *, limit_s: float) -> bool:
        """Until done(), for at most limit_s of virtual time.

        False if it never was, or as soon as nothing can happen any more. done() is asked before every step.
        """
        return self.loop.run(limit_s=limit_s, done=done)

    def run_for(self, seconds: float) -> None:
        """This long, timers due at its end included."""
        self.loop.run(limit_s=seconds, done=None)

    def digest(self) -> str:
        """Over (virtual us, sender, receiver, message type and repr) of each delivery so far."""
        return self._trace.digest()

    def stop(self) -> None:
        """As ever; then the loop is closed, and tasks that nobody owned are cancelled."""
        if self.loop.is_closed():
            return
        super().stop()
        self.loop.run_until_complete(self._cancel_rest())
        asyncio.set_event_loop(None)
        self.loop.close()

    async def _cancel_rest(self) -> None:
        mine = asyncio.current_task()
        rest = [task for task in asyncio.all_tasks() if task is not mine]
        await cancel(sorted(rest, key=lambda task: task.get_name()))
        await self.loop.shutdown_asyncgens()

    def wait_until(self, done: Callable[[], bool]) -> None:
        self.loop.run(limit_s=None, done=done)

    def await_reply(self, mailbox: Mailbox, timeout_s: float) -> list[Envelope]:
        self.loop.run(limit_s=timeout_s, done=lambda: mailbox.deliverable)
        return mailbox.take(0)

    def host(self, life: Life) -> None:
        VirtualHost(life, self, self._pump).start_on_loop()

    def _loop_failed(self, loop: Any, context: dict[str, Any]) -> None:
        """A callback that nobody spawned failed: it is the only LoopActor's if there is one, else fatal."""
        owners = [life for life in self.lives.values() if life.behaviour.ON_LOOP]
        reason = loop_failure(context)
        if len(owners) == 1:
            owners[0].end(reason)
        else:
            self.fatal(f"a callback of the virtual loop failed, {len(owners)} could own it: {reason.text}")

    def _naive(self, us: int) -> datetime:
        return NAIVE_EPOCH + timedelta(microseconds=self._start_us + us)


def _policy(name: Literal["fifo", "random"], seed: int) -> Policy[VirtualHost]:
    if name == "fifo":
        return Fifo()
    return Shuffled(random.Random(f"{seed}/runtime/schedule"))
