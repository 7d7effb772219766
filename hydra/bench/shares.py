"""Where the time of this process goes, by part: the CPU timer looks a few hundred times a second at who is running.

It sees the main thread only. What the standard library does is counted for the part that asked for it.
"""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Mapping
from types import FrameType, TracebackType

EVERY_S = 0.002
ELSEWHERE = "elsewhere"
_LIBRARIES = {
    "/ib_async/": "ib_async",
    "/eventkit/": "ib_async",
    "/pykka/": "pykka",
    "/asyncio/": "asyncio",
}


class Shares:
    """A context; afterwards `by_part` has each part's share of the samples, largest first. Parts are the packages below
    hydra, ib_async with its eventkit, pykka and asyncio."""

    def __init__(self) -> None:
        self._samples: Counter[str] = Counter()
        self._part_of_file: dict[str, str] = {}

    def __enter__(self) -> Shares:
        signal.signal(signal.SIGPROF, self._look)
        signal.setitimer(signal.ITIMER_PROF, EVERY_S, EVERY_S)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        signal.setitimer(signal.ITIMER_PROF, 0.0)
        signal.signal(signal.SIGPROF, signal.SIG_IGN)

    @property
    def by_part(self) -> Mapping[str, float]:
        """Shares that add up to 1, rounded to a thousandth; empty when it was too short for a single sample."""
        total = self._samples.total()
        return {part: round(count / total, 3) for part, count in self._samples.most_common()}

    def _look(self, number: int, frame: FrameType | None) -> None:
        while frame is not None:
            part = self._part(frame.f_code.co_filename)
            if part:
                self._samples[part] += 1
                return
            frame = frame.f_back
        self._samples[ELSEWHERE] += 1

    def _part(self, file: str) -> str:
        part = self._part_of_file.get(file)
        if part is None:
            part = self._part_of_file[file] = part_of(file)
        return part


def part_of(file: str) -> str:
    """The part that a source file belongs to; empty for one that works for others."""
    for folder, name in _LIBRARIES.items():
        if folder in file:
            return name
    _, found, below = file.rpartition("/hydra/")
    return f"hydra.{below.split('/')[0].removesuffix('.py')}" if found else ""
