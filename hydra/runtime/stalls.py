"""Which callbacks of a virtual loop belong to an actor, and how they wait while that actor is blocked.

On a real machine such an actor has a loop of its own: blocked in one message it runs no callback, no timer, and reads no
socket, while the kernel goes on sending and receiving for it.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections import deque
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

ACTOR: contextvars.ContextVar[str] = contextvars.ContextVar("actor", default="")
"""The LoopActor whose code runs, or whose code asked for the callback that runs; empty for everybody else's."""


RUNTIME_PACKAGE = __name__.rpartition(".")[0]


def owner_of(handle: Any, outside: str) -> str:
    """The actor that a callback belongs to; nobody, if its code lives in the package `outside` or in the runtime's own:
    an actor that tells lets them schedule callbacks too."""
    callback = handle._callback
    bound = getattr(callback, "__self__", None)
    module = getattr(callback, "__module__", None) if bound is None else type(bound).__module__
    if module is not None and f"{module}.".startswith((f"{RUNTIME_PACKAGE}.", f"{outside or RUNTIME_PACKAGE}.")):
        return ""
    return str(handle._context.get(ACTOR, ""))


class Stall(deque[Any]):
    """The ready callbacks of a loop, in place of its own deque. What was ready before still runs: it has begun."""

    def __init__(self, ready: deque[Any], waits: Callable[[Any], bool]) -> None:
        super().__init__(ready)
        self.waiting: deque[Any] = deque()
        self._waits = waits

    def append(self, handle: Any) -> None:
        if self._waits(handle):
            self.waiting.append(handle)
        else:
            super().append(handle)

    def over(self) -> deque[Any]:
        """All of them again, those that have waited first."""
        return deque([*self.waiting, *self])


class Gate(asyncio.Protocol):
    """Stands before a client's protocol: what the kernel brings waits while the client is blocked.

    `loop` is the loop of whoever connected, asked at each call whether its owner is stalled now.
    """

    def __init__(self, loop: Any, protocol: Any) -> None:
        self._protocol = protocol
        self._loop = loop
        self._owner = ACTOR.get()

    def connection_made(self, transport: Any) -> None:
        self._protocol.connection_made(transport)

    def data_received(self, data: bytes) -> None:
        self._pass_on(self._protocol.data_received, data)

    def eof_received(self) -> bool | None:
        return bool(self._protocol.eof_received())

    def connection_lost(self, exc: Exception | None) -> None:
        self._pass_on(self._protocol.connection_lost, exc)

    def pause_writing(self) -> None:
        self._protocol.pause_writing()

    def resume_writing(self) -> None:
        self._protocol.resume_writing()

    def _pass_on(self, hear: Callable[[Any], object], what: Any) -> None:
        if self._loop.is_stalled(self._owner):
            self._loop.call_when_resumed(hear, what)
        else:
            hear(what)
