"""The world of production: every actor on a thread of its own (pykka), LoopActors with their own asyncio
loop there.

A hung thread cannot be ended, only fenced; it is counted as leaked until it comes back.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from hydra.runtime.clock import MarketClock
from hydra.runtime.hosts import ThreadHost
from hydra.runtime.loop_host import LoopHost
from hydra.runtime.timers import ThreadTimers
from hydra.runtime.watchdog import Watchdog
from hydra.runtime.world import World

if TYPE_CHECKING:
    from collections.abc import Callable

    from hydra.runtime.envelope import Envelope
    from hydra.runtime.life import Life
    from hydra.runtime.mailbox import Mailbox


POLL_EVERY_S = 0.005


class ThreadWorld(World):
    clock: MarketClock

    def __init__(
        self,
        *,
        seed: int,
        on_fatal: Callable[[str], None],
        on_escalation: Callable[[str], None],
        clock: MarketClock | None = None,
        lifecycle_listener: str | None = None,
    ) -> None:
        market = clock or MarketClock()
        timers = ThreadTimers(market, on_fatal)
        super().__init__(
            seed=seed,
            clock=market,
            timers=timers,
            lifecycle_listener=lifecycle_listener,
            on_fatal=on_fatal,
            on_escalation=on_escalation,
        )
        self._changed = threading.Condition()
        self._thread_timers = timers
        self._watchdog = Watchdog(self)
        timers.start()
        self._watchdog.watch()

    @property
    def leaked_threads(self) -> int:
        """Fenced incarnations whose threads have not come back."""
        return self._watchdog.leaked

    def host(self, life: Life) -> None:
        if life.behaviour.ON_LOOP:
            LoopHost(life, self).start_thread()
        else:
            ThreadHost(life, self).start_thread()

    def fence(self, name: str, reason: str) -> bool:
        life = self.lives.get(name)
        fenced = super().fence(name, reason)
        if fenced and life is not None and life.busy:
            self._watchdog.leak(life)
        return fenced

    def stop(self) -> None:
        super().stop()
        self._thread_timers.stop()

    def wait_until(self, done: Callable[[], bool]) -> None:
        with self._changed:
            self._changed.wait_for(done)

    def run_until(self, done: Callable[[], bool], *, limit_s: float) -> bool:
        """done() is asked every POLL_EVERY_S, on the caller's thread. False if it never was."""
        until_s = self.clock.monotonic_s() + limit_s
        pause = threading.Event()
        while not done():
            left_s = until_s - self.clock.monotonic_s()
            if left_s <= 0:
                return False
            pause.wait(min(POLL_EVERY_S, left_s))
        return True

    def await_reply(self, mailbox: Mailbox, timeout_s: float) -> list[Envelope]:
        return mailbox.wait(1, batch_max=0, timeout_s=timeout_s)

    def root_started(self) -> None:
        with self._changed:
            super().root_started()
            self._changed.notify_all()

    def root_over(self, life: Life) -> None:
        super().root_over(life)
        with self._changed:
            self._changed.notify_all()
