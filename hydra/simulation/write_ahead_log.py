"""SQLite's write-ahead log as bytes: where its last transaction lies, and how a power cut tears it.

The format is https://www.sqlite.org/fileformat2.html#the_write_ahead_log . It never touches a log that SQLite has copied
back into the database, in whole or in part: there a power cut can no longer tear what was committed.
"""

from __future__ import annotations

import struct
from pathlib import Path
from random import Random

HEADER_BYTES = 32
FRAME_HEADER_BYTES = 24
CHECKPOINT_FRAMES = 1000
"""From so many on, SQLite copies the log back at each commit (wal_autocheckpoint)."""
SECTOR_BYTES = 512


def last_transaction(log: bytes) -> range | None:
    """The bytes of the last transaction that was committed; None if there is none, or it may be in the database too."""
    if len(log) < HEADER_BYTES:
        return None
    page_bytes, salt = struct.unpack(">8xI4x8s8x", log[:HEADER_BYTES])
    frame_bytes = FRAME_HEADER_BYTES + page_bytes
    begins = commits = HEADER_BYTES
    frames_n = 0
    for start in range(HEADER_BYTES, len(log) - frame_bytes + 1, frame_bytes):
        pages_after_commit, frame_salt = struct.unpack(">4xI8s8x", log[start : start + FRAME_HEADER_BYTES])
        if frame_salt != salt:
            break
        frames_n += 1
        if pages_after_commit:
            begins, commits = commits, start + frame_bytes
    return range(begins, commits) if commits > HEADER_BYTES and frames_n < CHECKPOINT_FRAMES else None


def tear(path: Path, chance: Random) -> bool:
    """Undo the last commit of this log as a power cut in the middle of it would have left it: written up to some byte, and
    nothing or zeros behind it. False if it cannot be torn."""
    log = path.read_bytes() if path.exists() else b""
    torn = last_transaction(log)
    if torn is None:
        return False
    cut = chance.choice(torn)
    zeros = bytes(chance.choice((0, SECTOR_BYTES, len(log) - cut)))
    path.write_bytes(log[:cut] + zeros)
    return True
