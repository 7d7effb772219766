"""The world of simulation: everybody on one virtual loop, one thread, virtual time, every choice seeded."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from hydra.runtime.clock import NAIVE_EPOCH, VirtualClock
from hydra.runtime.interference import Bystanders, Interference, VirtualLife, VirtualPost
from hydra.runtime.loops import VirtualLoop
from hydra.runtime.policies import policy_of
from hydra.runtime.pump import Pump, VirtualHost
from hydra.runtime.recording import Recorded
from hydra.runtime.tasks import cancel, loop_failure
from hydra.runtime.trace import Trace
from hydra.runtime.virtual_timers import VirtualTimers
from hydra.runtime.watchdog import WatchdogOnDemand
from hydra.runtime.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from hydra.runtime.actor import Actor
    from hydra.runtime.envelope import Envelope
    from hydra.runtime.life import Life
    from hydra.runtime.listening import Listener
    from hydra.runtime.mailbox import Mailbox
    from hydra.runtime.message import Lifecycle, LifecycleKind
    from hydra.runtime.reasons import StopReason
    from hydra.runtime.schedule import Hold, Policy


class VirtualWorld(World):
    def __init__(
        self,
        *,
        seed: int,
        start_at: datetime,
        on_fatal: Callable[[str], None],
        on_escalation: Callable[[str], None],
        lifecycle_listener: str | None = None,
        policy: str = "fifo",
        holds: Sequence[Hold] = (),
        recording: bool = False,
        on_jump: Callable[[datetime], None] | None = None,
        on_trace: Callable[[str], object] | None = None,
    ) -> None:
        """on_jump hears each new instant as a naive UTC datetime of the real class: it moves freezegun.

        on_trace hears each delivery as the line that the digest is made of, see Trace. `policy` is what policy_of
        understands; `holds` are for the policy "hold", and with `recording` there are such of this run at its end.
        """
        self.loop = VirtualLoop(None if on_jump is None else lambda us: on_jump(self._naive(us)))
        clock = VirtualClock(start_at, self.loop.now_us)
        self._bystanders = Bystanders(self.loop.now_us)
        super().__init__(
            seed=seed,
            clock=clock,
            timers=VirtualTimers(self.loop, self._bystanders),
            lifecycle_listener=lifecycle_listener,
            on_fatal=on_fatal,
            on_escalation=on_escalation,
            post=VirtualPost(clock, self._bystanders),
            life_type=partial(VirtualLife, self._bystanders),
        )
        self._start_us = clock.now_us()
        self._wall_us = 0  # how far the wall clock was set away from the market's
        self._on_jump = on_jump
        self._trace = Trace(on_trace)
        chosen: Policy[VirtualHost] = policy_of(policy, seed=seed, holds=holds)
        self._recorded = Recorded(chosen)
        self._is_recording = recording
        self._watchdog = WatchdogOnDemand(self)
        policy_in_force = self._recorded if recording else chosen
        self._pump = Pump(self.loop, policy_in_force, self._trace, self._bystanders, self._watchdog.begin)
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

    def holds(self) -> tuple[Hold, ...]:
        """With policy "hold" they make the same run again. Raises RuntimeError when nothing was recorded."""
        if not self._is_recording:
            raise RuntimeError("this world was not recording its schedule")
        return self._recorded.holds()

    def listen(self, listener: Listener) -> None:
        """It hears everything from now on, after those that listen already."""
        self._bystanders.listeners.append(listener)

    @property
    def interference(self) -> Interference | None:
        """Who meddles with this world: nobody, unless it is set."""
        return self._bystanders.interference

    @interference.setter
    def interference(self, meddler: Interference | None) -> None:
        self._bystanders.interference = meddler

    def stop(self) -> None:
        """As ever; then who hangs lets go, tasks that nobody owned are cancelled, and the loop is closed."""
        if self.loop.is_closed():
            return
        super().stop()
        self._pump.end()
        self.loop.resume()
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
        replies = mailbox.take(0)
        for listener in self._bystanders.listeners:
            for envelope in replies:
                listener.delivered(self.loop.now_us(), "", 1, envelope)
        return replies

    def host(self, life: Life) -> None:
        VirtualHost(life, self, self._pump).start_on_loop()

    # ---- what listeners hear of lives

    def build(self, life: Life) -> Actor:
        now_us = self.loop.now_us()
        for listener in self._bystanders.listeners:
            listener.life_launched(now_us, life.name, life.incarnation, life.supervisor, life.restarts)
        return super().build(life)

    def life_started(self, life: Life) -> None:
        super().life_started(life)
        if life.started:
            for listener in self._bystanders.listeners:
                listener.life_started(self.loop.now_us(), life.name, life.incarnation)

    def over(self, life: Life, reason: StopReason) -> None:
        super().over(life, reason)
        for listener in self._bystanders.listeners:
            listener.life_ended(self.loop.now_us(), life.name, life.incarnation, reason)

    def announce(self, kind: LifecycleKind, name: str, **particulars: Any) -> Lifecycle:
        lifecycle = super().announce(kind, name, **particulars)
        for listener in self._bystanders.listeners:
            listener.announced(self.loop.now_us(), lifecycle)
        return lifecycle

    def _loop_failed(self, loop: Any, context: dict[str, Any]) -> None:
        """A callback that nobody spawned failed: it is the only LoopActor's if there is one, else fatal."""
        owners = [life for life in self.lives.values() if life.behaviour.ON_LOOP]
        reason = loop_failure(context)
        if len(owners) == 1:
            owners[0].end(reason)
        else:
            self.fatal(f"a callback of the virtual loop failed, {len(owners)} could own it: {reason.text}")

    def step_wall(self, seconds: float) -> bool:
        """Set the wall clock, which on_jump moves, by so much; no other time is touched. False when nobody hears of it."""
        self._wall_us += round(seconds * 1e6)
        if self._on_jump is None:
            return False
        self._on_jump(self._naive(self.loop.now_us()))
        return True

    def _naive(self, us: int) -> datetime:
        return NAIVE_EPOCH + timedelta(microseconds=self._start_us + self._wall_us + us)
