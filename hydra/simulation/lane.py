"""One direction of one connection: what is put in arrives later, in order; or waits, is cut off, is lost.

It knows neither who writes nor who reads.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable

from hydra.runtime.loops import VirtualLoop
from hydra.simulation.weather import Weather

INSTANT_S = 1e-6


class Lane:
    """`arrive` gets the bytes, `ended` that no more will come. `carrying` counts the bytes on their way."""

    def __init__(
        self, loop: VirtualLoop, weather: Weather, *, arrive: Callable[[bytes], None], ended: Callable[[], None]
    ) -> None:
        self.carrying = 0
        self.edit: Callable[[bytes], bytes] | None = None
        """Changes what is put in next, once."""
        self.is_leaking = False
        """Whether bytes vanish on their way; the end still arrives."""
        self._loop = loop
        self._weather = weather
        self._arrive = arrive
        self._ended = ended
        self._flying: deque[list[bytes]] = deque()  # an empty one is the end
        self._ripe_n = 0
        self._last_at = 0.0
        self._holds_n = 0
        self._is_over = False
        self._until_n: int | None = None
        self._cut_off: Callable[[], None] | None = None

    @property
    def is_held(self) -> bool:
        """Whether nothing arrives at present."""
        return self._holds_n > 0

    def put(self, data: bytes) -> None:
        """On their way."""
        if self.edit is not None:
            edit, self.edit = self.edit, None
            data = edit(data)
        cut = self._weather.cut.now
        at = self._later()
        if cut is None:
            self._fly(at, data)
            return
        for number, (gap_s, piece) in enumerate(cut(data)):
            at += gap_s
            if number and not gap_s and self._flying:
                self._flying[-1].append(piece)
                self.carrying += len(piece)
            else:
                self._fly(at, piece)

    def end(self) -> None:
        """No more comes after what was put in before."""
        self._start(self._later(), [])

    def hold(self) -> None:
        """Nothing arrives any more, until as many `let_go` as `hold`."""
        self._holds_n += 1

    def let_go(self) -> None:
        """What should have arrived meanwhile arrives now, in order."""
        self._holds_n -= 1
        self._deliver()

    def cut_off_after(self, count: int, cut_off: Callable[[], None]) -> None:
        """So many more bytes arrive, then this happens instead of everything that would follow."""
        self._until_n, self._cut_off = count, cut_off

    def cut_off_never(self) -> None:
        """What was to happen after so many bytes does not."""
        self._until_n, self._cut_off = None, None

    def take_all(self) -> bytes:
        """What is on its way leaves the wire."""
        data = b"".join(piece for pieces in self._flying for piece in pieces)
        self._flying.clear()
        self.carrying = 0
        return b"" if self.is_leaking else data

    def lose_all(self) -> None:
        """The connection is no more."""
        self._is_over = True
        self.take_all()

    def _fly(self, at: float, data: bytes) -> None:
        heap_s = self._weather.heap_s.now
        if not heap_s:
            self._start(at, [data])
            return
        at = math.ceil(at / heap_s) * heap_s
        if at <= self._last_at and self._flying and self._flying[-1]:
            self._flying[-1][-1] += data
            self.carrying += len(data)
        else:
            self._start(at, [data])

    def _start(self, at: float, pieces: list[bytes]) -> None:
        """Strictly after what went the same way earlier: asyncio does not keep the order of equal deadlines."""
        self._last_at = at = max(at, self._last_at + INSTANT_S)
        if self._is_over:
            return
        self.carrying += sum(map(len, pieces))
        self._flying.append(pieces)
        self._loop.call_at(at, self._due)

    def _due(self) -> None:
        self._ripe_n += 1
        self._deliver()

    def _deliver(self) -> None:
        while self._ripe_n and self._flying and not self._holds_n and not self._is_over:
            self._ripe_n -= 1
            pieces = self._flying.popleft()
            self.carrying -= sum(map(len, pieces))
            if not pieces:
                self._is_over = True
                self._ended()
            for piece in pieces:
                self._pass_on(piece)

    def _pass_on(self, piece: bytes) -> None:
        if self._is_over:
            return
        is_last = self._until_n is not None and len(piece) >= self._until_n
        if self._until_n is not None:
            piece = piece[: self._until_n]
            self._until_n -= len(piece)
        if piece and not self.is_leaking:
            self._arrive(piece)
        if is_last and not self._is_over and self._cut_off is not None:
            self._cut_off()

    def _later(self) -> float:
        return self._loop.time() + self._weather.latency.now()
