"""All traps of one world as one interference. A trap waits at the edges of turns, starts, sends and timers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hydra.runtime.envelope import Envelope
from hydra.runtime.interference import Interference
from hydra.runtime.life import Life
from hydra.runtime.timers import Timer


class Trap(Interference):
    """One that can do what it was set for once: then it is sprung."""

    is_sprung: bool = False


class Traps(Interference):
    """All traps of one world; each hears everything, in the order of setting."""

    def __init__(self) -> None:
        self._set: list[Interference] = []

    def add(self, trap: Interference) -> Callable[[], None]:
        """Set it; returns how it is taken away, which may be done more than once."""
        self._set.append(trap)

        def away() -> None:
            if trap in self._set:
                self._set.remove(trap)

        return away

    def starting(self, life: Life) -> None:
        for trap in tuple(self._set):
            trap.starting(life)

    def started(self, life: Life) -> None:
        for trap in tuple(self._set):
            trap.started(life)

    def offered(self, life: Life) -> None:
        for trap in tuple(self._set):
            trap.offered(life)

    def hangs(self, life: Life, turn: Sequence[Envelope], wake: Callable[[], None]) -> bool:
        return any(trap.hangs(life, turn, wake) for trap in tuple(self._set))

    def entering(self, life: Life, turn: Sequence[Envelope]) -> None:
        for trap in tuple(self._set):
            trap.entering(life, turn)

    def leaving(self, life: Life, turn: Sequence[Envelope]) -> None:
        for trap in tuple(self._set):
            trap.leaving(life, turn)

    def left(self, life: Life) -> None:
        for trap in tuple(self._set):
            trap.left(life)

    def sending(self, to: str, envelope: Envelope) -> None:
        for trap in tuple(self._set):
            trap.sending(to, envelope)

    def sent(self, to: str, envelope: Envelope) -> None:
        for trap in tuple(self._set):
            trap.sent(to, envelope)

    def rest_s(self, life: Life) -> float:
        return max((trap.rest_s(life) for trap in self._set), default=0.0)

    def lateness_s(self, timer: Timer) -> float:
        return max((trap.lateness_s(timer) for trap in self._set), default=0.0)
