"""Timers of actors: a heap by due time, ties in the order of setting. Late, never early; a cancelled one
never fires.

The heap is shared by both worlds. ThreadTimers is the one timer thread of a thread world.
"""

from __future__ import annotations

import heapq
import itertools
import threading
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from hydra.runtime.reasons import reason_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from hydra.runtime.clock import Clock

COMPACT_FROM = 64  # cancelled timers left in the heap before it is worth rebuilding


class Timer:
    """One wake-up. `market_us` is set if it waits for market time; then due_us follows the clock's anchor. `owner` is the
    actor whose it is, empty if nobody's."""

    __slots__ = ("_forget", "cancelled", "due_us", "fire", "market_us", "owner")

    def __init__(
        self,
        *,
        due_us: int,
        fire: Callable[[Timer], None],
        forget: Callable[[Timer], None],
        market_us: int | None = None,
        owner: str = "",
    ) -> None:
        self.due_us = due_us
        self.market_us = market_us
        self.fire = fire
        self.owner = owner
        self._forget = forget
        self.cancelled = False

    def cancel(self) -> None:
        """Never fires from now on, even if it is due and its message already waits."""
        if not self.cancelled:
            self.cancelled = True
            self._forget(self)


class TimerHeap:
    """Pure of time: the caller says what time it is."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, Timer]] = []
        self._orders = itertools.count()
        self.cancelled = 0

    def __len__(self) -> int:
        return len(self._heap)

    def push(self, timer: Timer) -> None:
        if self.cancelled > COMPACT_FROM and self.cancelled * 2 > len(self._heap):
            self._rebuild([entry for entry in self._heap if not entry[2].cancelled])
        heapq.heappush(self._heap, (timer.due_us, next(self._orders), timer))

    def pop_due(self, now_us: int) -> Timer | None:
        """The earliest timer whose time has come."""
        while self._heap and (self._heap[0][2].cancelled or self._heap[0][0] <= now_us):
            timer = heapq.heappop(self._heap)[2]
            if not timer.cancelled:
                return timer
            self.cancelled = max(0, self.cancelled - 1)
        return None

    def next_us(self) -> int | None:
        while self._heap and self._heap[0][2].cancelled:
            heapq.heappop(self._heap)
            self.cancelled = max(0, self.cancelled - 1)
        return self._heap[0][0] if self._heap else None

    def follow(self, clock: Clock) -> None:
        """The clock was re-anchored: compute again when market timers are due."""
        for _, _, timer in self._heap:
            if timer.market_us is not None:
                timer.due_us = clock.due_us(timer.market_us)
        self._rebuild([(timer.due_us, order, timer) for _, order, timer in self._heap])

    def _rebuild(self, entries: list[tuple[int, int, Timer]]) -> None:
        self._heap = [entry for entry in entries if not entry[2].cancelled]
        heapq.heapify(self._heap)
        self.cancelled = 0


class Timers(ABC):
    """Sets timers going in one world."""

    def __init__(self) -> None:
        self.heap = TimerHeap()

    @abstractmethod
    def arm(self, timer: Timer) -> None: ...

    def drop(self, timer: Timer) -> None:
        """This one, which was armed, was cancelled.

        Counted without a lock: the count only says when to tidy up.
        """
        self.heap.cancelled += 1


class ThreadTimers(Timers):
    """One daemon thread that sleeps until the next timer is due."""

    def __init__(self, clock: Clock, on_failure: Callable[[str], None]) -> None:
        """on_failure hears it if a timer raises, which no sound one does: a world without timers is lost."""
        super().__init__()
        self._clock = clock
        self._on_failure = on_failure
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="timers", daemon=True)
        self._stopped = False
        clock.on_reanchor(self._follow)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        with self._changed:
            self._stopped = True
            self._changed.notify()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join()

    def arm(self, timer: Timer) -> None:
        with self._changed:
            first_us = self.heap.next_us()
            self.heap.push(timer)
            if first_us is None or timer.due_us < first_us:
                self._changed.notify()

    def _follow(self) -> None:
        with self._changed:
            self.heap.follow(self._clock)
            self._changed.notify()

    def _run(self) -> None:
        while (timer := self._wait()) is not None:
            try:
                timer.fire(timer)
            except BaseException as error:  # noqa: BLE001 - it must not end the thread of all timers
                self._on_failure(f"a timer failed: {reason_of(error).text}")

    def _wait(self) -> Timer | None:
        with self._changed:
            while not self._stopped:
                now_us = self._clock.monotonic_us()
                timer = self.heap.pop_due(now_us)
                if timer is not None:
                    return timer
                next_us = self.heap.next_us()
                self._changed.wait(None if next_us is None else (next_us - now_us) / 1e6)
        return None
