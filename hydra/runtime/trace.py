"""What a virtual world leaves behind to be compared: one line for each delivery, and a digest over them.

Two runs that are the same have the same lines. Where they differ, the first line that does is where to look.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from hydra.runtime.envelope import Envelope
    from hydra.runtime.message import Message

SPELLED_MAX = 16  # a message told to many reaches them all before so many others
LINES_MAX = 64  # to be hashed at once


class Trace:
    def __init__(self, hear: Callable[[str], object] | None = None) -> None:
        """`hear` gets each line: virtual microseconds, sender, receiver, message type, message; it ends with a newline."""
        self._hear = hear
        self._hash = hashlib.sha256()
        self._lines: list[str] = []
        self._spelled: dict[int, tuple[Message, str]] = {}

    def note(self, now_us: int, to: str, envelope: Envelope) -> None:
        """One delivery."""
        line = f"{now_us}|{envelope.sender}|{to}|{self._spell(envelope.message)}\n"
        self._lines.append(line)
        if len(self._lines) >= LINES_MAX:
            self._take_in()
        if self._hear is not None:
            self._hear(line)

    def digest(self) -> str:
        """sha256 in hex over all lines so far."""
        self._take_in()
        return self._hash.hexdigest()

    def _take_in(self) -> None:
        self._hash.update("".join(self._lines).encode())
        self._lines.clear()

    def _spell(self, message: Message) -> str:
        """Its type and repr. Messages are frozen: the same object, kept alive here, has the same words."""
        known = self._spelled.get(id(message))
        if known is not None:
            return known[1]
        words = f"{type(message).__name__}|{message!r}"
        if len(self._spelled) >= SPELLED_MAX:
            self._spelled.clear()
        self._spelled[id(message)] = (message, words)
        return words
