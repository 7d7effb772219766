"""Timers on the virtual loop, which is asked for the earliest one only: so ties keep their order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hydra.runtime.timers import Timers

if TYPE_CHECKING:
    import asyncio

    from hydra.runtime.interference import Bystanders
    from hydra.runtime.loops import VirtualLoop
    from hydra.runtime.timers import Timer


class VirtualTimers(Timers):
    def __init__(self, loop: VirtualLoop, bystanders: Bystanders) -> None:
        super().__init__()
        self._loop = loop
        self._bystanders = bystanders
        self._handle: asyncio.TimerHandle | None = None
        self._handle_us = 0
        self._not_before_us: dict[str, int] = {}  # for whom an earlier timer is late, until then

    def arm(self, timer: Timer) -> None:
        for listener in self._bystanders.listeners:
            listener.timer_armed(self._loop.now_us(), timer)
        self.heap.push(timer)
        self._wake_for_next()

    def drop(self, timer: Timer) -> None:
        super().drop(timer)
        for listener in self._bystanders.listeners:
            listener.timer_cancelled(self._loop.now_us(), timer)

    def _wake_for_next(self) -> None:
        next_us = self.heap.next_us()
        if next_us is None or (self._handle is not None and self._handle_us <= next_us):
            return
        if self._handle is not None:
            self._handle.cancel()
        self._handle_us = next_us
        self._handle = self._loop.call_at(next_us / 1e6, self._fire_due)

    def _fire_due(self) -> None:
        """Due means later than the deadline, also for one that was set for this very instant."""
        self._handle = None
        while (timer := self.heap.pop_due(self._loop.now_us() - 1)) is not None:
            late_until_us = self._late_until_us(timer)
            if late_until_us > self._loop.now_us():
                self._loop.call_at(late_until_us / 1e6, self._fire, timer)
            else:
                self._fire(timer)
        self._wake_for_next()

    def _late_until_us(self, timer: Timer) -> int:
        """An actor's own timers stay in order, for one thread fires them all in the other world."""
        meddler = self._bystanders.interference
        if meddler is None and not self._not_before_us:
            return 0
        now_us = self._loop.now_us()
        late_s = 0.0 if meddler is None else meddler.lateness_s(timer)
        due_us = max(now_us + round(late_s * 1e6), self._not_before_us.pop(timer.owner, 0))
        if due_us > now_us:
            self._not_before_us[timer.owner] = due_us + 1
        return due_us

    def _fire(self, timer: Timer) -> None:
        if timer.cancelled:
            return
        for listener in self._bystanders.listeners:
            listener.timer_fired(self._loop.now_us(), timer)
        timer.fire(timer)
