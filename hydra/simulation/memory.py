"""How much memory this process holds, by the kernel's own account."""

from __future__ import annotations

import contextlib
import gc
import resource
from collections.abc import Iterator
from pathlib import Path

STATM = Path("/proc/self/statm")
"""Sizes in pages: the whole address space first, then what of it is resident (proc_pid_statm(5))."""


COLLECT_AFTER = (50_000, 10, 10)
"""gc.set_threshold in a simulated world, whose frozen values make few cycles: Python's own 700 cost a twentieth of a run."""


@contextlib.contextmanager
def rare_collections() -> Iterator[None]:
    """Look for dead cycles rarely; as before afterwards."""
    before = gc.get_threshold()
    gc.set_threshold(*COLLECT_AFTER)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def resident_mb() -> float:
    """Resident memory now, in megabytes of 10^6 bytes; the largest so far where there is no /proc."""
    if STATM.exists():
        pages = int(STATM.read_text(encoding="ascii").split()[1])
        return pages * resource.getpagesize() / 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
