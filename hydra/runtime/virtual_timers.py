"""Timers on the virtual loop, which is asked for the earliest one only: so ties keep their order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hydra.runtime.timers import Timers

if TYPE_CHECKING:
    import asyncio

    from hydra.runtime.loops import VirtualLoop
    from hydra.runtime.timers import Timer


class VirtualTimers(Timers):
    def __init__(self, loop: VirtualLoop) -> None:
        super().__init__()
        self._loop = loop
        self._handle: asyncio.TimerHandle | None = None
        self._handle_us = 0

    def arm(self, timer: Timer) -> None:
        self.heap.push(timer)
        self._wake_for_next()

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
            timer.fire(timer)
        self._wake_for_next()
