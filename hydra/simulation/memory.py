"""How much memory this process holds, by the kernel's own account."""

from __future__ import annotations

import resource
from pathlib import Path

STATM = Path("/proc/self/statm")
"""Sizes in pages: the whole address space first, then what of it is resident (proc_pid_statm(5))."""


def resident_mb() -> float:
    """Resident memory now, in megabytes of 10^6 bytes; the largest so far where there is no /proc."""
    if STATM.exists():
        pages = int(STATM.read_text(encoding="ascii").split()[1])
        return pages * resource.getpagesize() / 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
