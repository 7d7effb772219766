"""What this disk's fdatasync costs: the floor under every durable figure, measured where the journal lies."""

from __future__ import annotations

import os
import time
from pathlib import Path

BLOCK = b"\0" * 4096


def fsync_seconds(directory: Path, samples: int) -> tuple[float, ...]:
    """Append one block and fdatasync, again and again."""
    path = directory / "fsync.probe"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        taken = []
        for _ in range(samples):
            os.write(descriptor, BLOCK)
            began = time.perf_counter()
            os.fdatasync(descriptor)
            taken.append(time.perf_counter() - began)
    finally:
        os.close(descriptor)
        path.unlink()
    return tuple(taken)
