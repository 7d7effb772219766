"""What can be wrong with a journal or with what it is asked to record. Every fault is a sentence."""

from __future__ import annotations

from pathlib import Path

from hydra.errors import HydraError, StartError


class JournalDamaged(StartError):
    """The file is not what hydra wrote. `seq` is the first event that cannot be trusted, 0 for the file itself."""

    def __init__(self, path: Path, seq: int, text: str) -> None:
        place = f" at event {seq}" if seq else ""
        super().__init__(f"The journal {path} cannot be trusted{place}: {text}.")
        self.seq = seq
        self.text = text


class WriterFenced(HydraError):
    """A later writer took the journal over; what this one did since its last commit does not exist."""


class WriteFailed(HydraError):
    """SQLite could not begin, append or commit. The store is of no use any more: close it, open it, read it."""


class NotRecordable(HydraError):
    """This event would not come back from the journal as it went in; it was not recorded."""


class NotReadable(HydraError):
    """This kind and body are no event that this version of hydra knows."""
