"""Why an incarnation ended, as a value.

It never holds the exception itself, which would keep frames alive.
"""

from __future__ import annotations

import traceback as tracebacks
from dataclasses import dataclass, field
from typing import Literal

StopKind = Literal["normal", "shutdown", "crashed", "killed", "fenced", "start_failed"]


@dataclass(frozen=True, slots=True)
class StopReason:
    """normal and shutdown are ends as intended; every other kind is abnormal in the sense of OTP."""

    kind: StopKind
    text: str
    traceback: str = field(default="", repr=False)

    @property
    def abnormal(self) -> bool:
        return self.kind not in ("normal", "shutdown")

    def __str__(self) -> str:
        return self.text if self.kind == "crashed" else f"{self.kind}: {self.text}"


def reason_of(error: BaseException, *, kind: StopKind = "crashed") -> StopReason:
    """The exception as a sentence and its traceback as text."""
    text = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return StopReason(kind, text, "".join(tracebacks.format_exception(error)))
