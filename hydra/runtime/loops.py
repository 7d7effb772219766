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

from hydra.runtime.stalls import Gate, Stall, owner_of

if TYPE_CHECKING:
    from collections import deque
    from collections.abc import Callable, Mapping

STEPS_PER_INSTANT_MAX = 100_000
_ROUNDING_US = 1e-3  # a float of seconds is this close to the microsecond it means


class Livelock(Exception):
    """Callbacks keep each other busy and time stands still."""


class VirtualLoop(asyncio.SelectorEventLoop):
    """`network`, if set, has `async connect(protocol_factory, host, port)` and serves create_connection."""

    network: Any = None
    _ready: deque[Any]  # asyncio's own
    _stopping: bool

    def __init__(self, on_jump: Callable[[int], None] | None = None) -> None:
        """on_jump hears the new time, in microseconds since the loop was made, at each jump."""
        self._now_us = 0
        self._on_jump = on_jump
        self._limit_us: int | None = None
        self._done: Callable[[], bool] | None = None
        self._steps = 0
        self._skip_us = 0
        self._stalled = ""
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

    def skip(self, seconds: float) -> None:
        """Let the clock jump by this much at the next opportunity: what was due meanwhile fires late, in order of due time,
        as after a suspended process. A run whose limit it passes ends there."""
        self._skip_us += round(seconds * 1e6)

    def _wait(self, timeout: float | None) -> None:
        """In place of select(): move the clock, or stop."""
        if self._skip_us:
            skip_us, self._skip_us = self._skip_us, 0
            self._move(self._now_us + skip_us)
            timeout = None if timeout is None else max(0.0, timeout - skip_us / 1e6)
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

    def call_again(self, handle: asyncio.Handle) -> None:
        """As call_soon, with a handle that has run before."""
        self._ready.append(handle)

    def takes_turn(self, handle: asyncio.Handle) -> bool:
        """Whether this callback is all that is ready, and may run now. Then it is taken off, for its owner to run at once: a
        turn of the loop would do nothing else, and costs more than many a message."""
        if len(self._ready) != 1 or self._ready[0] is not handle or self._skip_us or self._stopping:
            return False
        if self._steps >= STEPS_PER_INSTANT_MAX or (self._done is not None and self._done()):
            return False
        self._steps += 1
        self._ready.clear()
        return True

    def _quiescent(self) -> None:
        """Nothing is ready and nothing will be: only who waits for an instant gets there."""
        if self._done is None and self._limit_us is not None:
            self._move(max(self._now_us, self._limit_us))
        self.stop()

    def _jump(self, to_us: int) -> None:
        if self._limit_us is not None and to_us > self._limit_us:
            self._move(max(self._now_us, self._limit_us))
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

    # ---- one who is blocked

    def is_stalled(self, owner: str) -> bool:
        """Whether the callbacks of this LoopActor wait."""
        return bool(owner) and owner == self._stalled

    def stall(self, owner: str) -> Callable[[], None]:
        """From now on the callbacks of this LoopActor wait, until what is returned is called. Raises RuntimeError while
        another stall lasts."""
        if self._stalled:
            raise RuntimeError(f"{owner} cannot be stalled while {self._stalled} is")
        outside = type(self.network).__module__.rpartition(".")[0]
        self._stalled, self._ready = owner, Stall(self._ready, lambda handle: owner_of(handle, outside) == owner)
        return self.resume

    def call_when_resumed(self, callback: Callable[[Any], object], argument: Any) -> None:
        """After what waits already; soon, if nobody is stalled."""
        waiting = self._ready.waiting if isinstance(self._ready, Stall) else self._ready
        waiting.append(asyncio.Handle(callback, (argument,), self))

    def resume(self) -> None:
        """Nobody is blocked any more; what has waited runs first."""
        if isinstance(self._ready, Stall):
            self._stalled, self._ready = "", self._ready.over()

    # ---- the outside

    async def create_connection(
        self, protocol_factory: Callable[[], Any], host: Any = None, port: Any = None, **kwargs: Any
    ) -> Any:
        if self.network is None:
            raise ConnectionRefusedError(f"nothing listens on {host}:{port}: the virtual loop has no network")
        protocols: list[Any] = []

        def gated() -> Gate:
            protocols.append(protocol_factory())
            return Gate(self, protocols[0])

        transport, _ = await self.network.connect(gated, host, port)
        return transport, protocols[0]

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
