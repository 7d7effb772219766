"""One cell of the recovery matrix, played in a directory of its own in memory, fenced from the real world."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable

from hydra.runtime.loops import Livelock
from hydra.simulation.fences import fenced
from hydra.simulation.memory import rare_collections
from hydra.simulation.recovery.cells import Cell
from hydra.simulation.recovery.drama import Drama
from hydra.simulation.recovery.outcome import DramaFailed, Outcome, unhappened
from hydra.simulation.world import MEMORY


def play(cell: Cell, on_trace: Callable[[str], object] | None = None) -> Outcome:
    """Live through one cell. `on_trace` hears each delivery (see Trace) and, marked with ***, who dies and what the venue
    does.

    Raises DramaFailed when the cell did not happen as its name says, Livelock when time stood still.
    """
    scratch = tempfile.TemporaryDirectory(prefix="hydra-", dir=MEMORY if MEMORY.is_dir() else None)
    with rare_collections(), scratch as name, contextlib.chdir(name), fenced(clocks=True):
        drama = Drama(cell, on_trace)
        try:
            return drama.play()
        finally:
            drama.process.close()


def lived(cell: Cell, on_trace: Callable[[str], object] | None = None) -> Outcome:
    """The same; a cell that did not happen, or in which time stood still, is an outcome with something wrong."""
    try:
        return play(cell, on_trace)
    except (DramaFailed, Livelock) as failure:
        return unhappened(cell, str(failure))
