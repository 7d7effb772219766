"""An asyncio loop whose time jumps to the next timer. It waits for nothing real and runs in one thread.

Instants are whole microseconds. A timer fires strictly after its deadline: ib_async re-arms its throttle for
the very instant at which it would have to be later than that, and would spin for ever on a clock that lands
there exactly.
"""

from __future__ import annotations

import asyncio
import math
import selectors
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

STEPS_PER_INSTANT_MAX = 5_000_000
_ROUNDING_US = 1e-3  # a float of seconds is this close to the microsecond it means


class Livelock(Exception):
    """Callbacks keep each other busy and time stands still."""


class VirtualLoop(asyncio.SelectorEventLoop):
    """`network`, if set, has `async connect(protocol_factory, host, port)` and serves create_connection."""

    network: Any = None

    def __init__(self, on_jump: Callable[[int], None] | None = None) -> None:
        """on_jump hears the new time, in microseconds since the loop was made, at each jump."""
        self._now_us = 0
        self._on_jump = on_jump
        self._limit_us: int | None = None
        self._done: Callable[[], bool] | None = None
        self._steps = 0
        self.finished = False  # done() was true; whoever would begin something new should not
        super().__init__(_NoWaiting(self._wait))

    # ---- time

    def time(self) -> float:
        return self._now_us / 1e6

    def now_us(self) -> int:
        return self._now_us

    def call_at(  # type: ignore[override]
        self, when: float, callback: Callable[..., object], *args: Any, context: Any = None
    ) -> asyncio.TimerHandle:
        """Set between the deadline's microsecond and the next: a clock of whole ones is late then."""
        between = (math.ceil(when * 1e6 - _ROUNDING_US) + 0.5) / 1e6
        return super().call_at(between, callback, *args, context=context)

    def _wait(self, timeout: float | None) -> None:
        """In place of select(): move the clock, or stop."""
        if self._done is not None and self._done():
            self.finished = True
            self.stop()
        elif timeout is None:
            self._quiescent()
        elif timeout > 0:
            self._jump(self._now_us + math.ceil(timeout * 1e6 - _ROUNDING_US))
        else:
            self._steps += 1
            if self._steps > STEPS_PER_INSTANT_MAX:
                raise Livelock(f"{self._steps} steps at {self._now_us} us, limit {STEPS_PER_INSTANT_MAX}")

    def _quiescent(self) -> None:
        """Nothing is ready and nothing will be: only who waits for an instant gets there."""
        if self._done is None and self._limit_us is not None:
            self._move(self._limit_us)
        self.stop()

    def _jump(self, to_us: int) -> None:
        if self._limit_us is not None and to_us > self._limit_us:
            self._move(self._limit_us)
            self.stop()
        else:
            self._move(to_us)

    def _move(self, to_us: int) -> None:
        self._steps = 0
        if to_us != self._now_us:
            self._now_us = to_us
            if self._on_jump is not None:
                self._on_jump(to_us)

    # ---- running

    def run(self, *, limit_s: float | None, done: Callable[[], bool] | None) -> bool:
        """Run until done() (asked before every step), the limit (timers due then still fire), or quiescence.

        Returns whether done() became true. Without done, the clock ends at the limit.
        """
        if done is not None and done():
            return True
        self._limit_us = None if limit_s is None else self._now_us + math.ceil(limit_s * 1e6) + 1
        self._done, self.finished = done, False
        asyncio.set_event_loop(self)  # eventkit schedules on the policy's loop, not on the running one
        try:
            self.run_forever()
            return self.finished
        finally:
            self._limit_us, self._done, self.finished = None, None, False

    # ---- the outside

    async def create_connection(
        self, protocol_factory: Callable[[], Any], host: Any = None, port: Any = None, **kwargs: Any
    ) -> Any:
        if self.network is None:
            raise ConnectionRefusedError(f"nothing listens on {host}:{port}: the virtual loop has no network")
        return await self.network.connect(protocol_factory, host, port)

    def run_in_executor(  # type: ignore[override]
        self, executor: Any, func: Callable[..., Any], *args: Any
    ) -> asyncio.Future[Any]:
        """Inline: there are no other threads."""
        future: asyncio.Future[Any] = self.create_future()
        try:
            future.set_result(func(*args))
        except Exception as error:  # noqa: BLE001 - it is the future's
            future.set_exception(error)
        return future


class _NoWaiting(selectors.BaseSelector):
    """Reports no event, ever; the loop's own wake-up pipe is registered here and never read."""

    def __init__(self, wait: Callable[[float | None], None]) -> None:
        self._keys: dict[Any, selectors.SelectorKey] = {}
        self._wait = wait

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        fd = fileobj if isinstance(fileobj, int) else fileobj.fileno()
        self._keys[fileobj] = selectors.SelectorKey(fileobj, fd, events, data)
        return self._keys[fileobj]

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self._keys.pop(fileobj)

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self._wait(timeout)
        return []

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return self._keys
