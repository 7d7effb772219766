"""How fast we may talk: a bucket of tokens over everything sent. Pure; time is an argument, nothing is sent here.

A token comes back one second after it was spent, so no window of one second ever holds more messages than the bucket
(IB counts 50 in a second and ends the session at the third violation). Cancels go before orders, orders before
requests, each lane in its own order. The last tokens are kept for the lanes above, and a few beyond the bucket for global
cancels alone: they never wait for anything else, but not even a person in a panic talks the session to its end with them.
"""

from __future__ import annotations

from collections import deque
from enum import IntEnum
from typing import Generic, TypeVar

T = TypeVar("T")

WINDOW_US = 1_000_000
CANCELS_RESERVED_FRACTION = 8
ORDERS_RESERVED_FRACTION = 4
GLOBAL_CANCELS_KEPT = 5
"""A second, beyond the bucket; with the most that it may hold that is still what IB allows."""


class SendLane(IntEnum):
    """What goes first. GLOBAL_CANCEL waits for no other lane."""

    GLOBAL_CANCEL = 0
    CANCEL = 1
    ORDER = 2
    REQUEST = 3


class Pacer(Generic[T]):
    """Messages that wait for their turn. `per_s_max` counts everything but the slots that only global cancels have."""

    def __init__(self, per_s_max: int) -> None:
        self.per_s_max = per_s_max
        cancels_kept = per_s_max // CANCELS_RESERVED_FRACTION
        self._floor = {
            SendLane.GLOBAL_CANCEL: -GLOBAL_CANCELS_KEPT,
            SendLane.CANCEL: 0,
            SendLane.ORDER: cancels_kept,
            SendLane.REQUEST: cancels_kept + per_s_max // ORDERS_RESERVED_FRACTION,
        }
        self._waiting: dict[SendLane, deque[T]] = {lane: deque() for lane in SendLane}
        self._spent_us: deque[int] = deque()
        self.sent_n = 0

    def put(self, lane: SendLane, message: T) -> None:
        """Queue one message; `take` says when it may go."""
        self._waiting[lane].append(message)

    def take(self, now_us: int) -> tuple[T, ...]:
        """Everything that may go now, in the order in which it must be written. Taking is spending."""
        if self.is_idle:
            return ()
        self._refill(now_us)
        going: list[T] = []
        for lane, queue in self._waiting.items():
            while queue and self._left() > self._floor[lane]:
                going.append(queue.popleft())
                self._spent_us.append(now_us)
        self.sent_n += len(going)
        return tuple(going)

    def wait_us(self, now_us: int) -> int | None:
        """Microseconds until `take` can give more, at least one; None when nothing waits."""
        lane = next((lane for lane, queue in self._waiting.items() if queue), None)
        if lane is None:
            return None
        self._refill(now_us)
        short = self._floor[lane] + 1 - self._left()
        if short <= 0:
            return 1
        return max(1, self._spent_us[short - 1] + WINDOW_US - now_us)

    @property
    def is_idle(self) -> bool:
        """Whether nothing waits in any lane."""
        return not any(self._waiting.values())

    def _left(self) -> int:
        return self.per_s_max - len(self._spent_us)

    def _refill(self, now_us: int) -> None:
        while self._spent_us and now_us - self._spent_us[0] >= WINDOW_US:
            self._spent_us.popleft()
