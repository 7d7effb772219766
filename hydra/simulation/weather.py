"""How bytes travel now: how long, in what pieces, in what heaps. It moves no byte itself.

The usual stands below everything; a fault lays something over it for a while, and what was laid last counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from random import Random
from typing import Generic, TypeVar

LATENCY_MIN_S = 0.0002
LATENCY_MAX_S = 0.0012

T = TypeVar("T")
Undo = Callable[[], None]
Cut = Callable[[bytes], Iterable[tuple[float, bytes]]]
"""Bytes into pieces, each with the seconds between the piece before it (or the first one's own time) and itself."""


class Overlay(Generic[T]):
    """A value that can be covered by others; the latest that was laid and not lifted counts."""

    def __init__(self, usual: T) -> None:
        self.now = usual
        self._layers: dict[int, T] = {0: usual}
        self._laid_n = 0

    def lay(self, over: T) -> Undo:
        """Cover what counts now; the answer lifts this layer again, wherever it lies, and twice is no matter."""
        self._laid_n += 1
        number = self._laid_n
        self._layers[number] = self.now = over

        def lift() -> None:
            self._layers.pop(number, None)
            self.now = self._layers[max(self._layers)]

        return lift


class Weather:
    """What all connections of one network are exposed to. Latencies one way and heap lengths in seconds.

    Without a cut what is put on the wire travels whole. With a heap length of more than 0 bytes arrive only at whole
    multiples of it, all that became due since the last in one heap.
    """

    def __init__(self, chance: Random) -> None:
        self.latency: Overlay[Callable[[], float]] = Overlay(lambda: chance.uniform(LATENCY_MIN_S, LATENCY_MAX_S))
        self.cut: Overlay[Cut | None] = Overlay(None)
        self.heap_s: Overlay[float] = Overlay(0.0)
