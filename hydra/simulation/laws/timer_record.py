"""Every timer of one process, overheard from its setting to its firing, and the clock they go by. It judges nothing else."""

from __future__ import annotations

from hydra.runtime.listening import Listener
from hydra.runtime.timers import Timer


class TimerRecord(Listener):
    """`wrong` are sentences without a law."""

    def __init__(self) -> None:
        self.wrong: list[str] = []
        self._armed: dict[Timer, None] = {}
        self._now_us = 0

    def timer_armed(self, now_us: int, timer: Timer) -> None:
        self._goes_on(now_us)
        self._armed[timer] = None

    def timer_fired(self, now_us: int, timer: Timer) -> None:
        self._goes_on(now_us)
        whose = f"a timer of {timer.owner or 'nobody'} for {timer.due_us} us"
        if timer not in self._armed:
            how = "after it was cancelled" if timer.cancelled else "a second time"
            self.wrong.append(f"{whose} fired {how}, at {now_us} us")
        self._armed.pop(timer, None)
        if now_us < timer.due_us:
            self.wrong.append(f"{whose} fired early, at {now_us} us")

    def timer_cancelled(self, now_us: int, timer: Timer) -> None:
        self._goes_on(now_us)
        self._armed.pop(timer, None)

    def _goes_on(self, now_us: int) -> None:
        if now_us < self._now_us:
            self.wrong.append(f"the monotonic clock went back from {self._now_us} us to {now_us} us")
        self._now_us = now_us
