"""A message on its way, and what is left of it when nobody could take it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from hydra.runtime.message import Message
    from hydra.runtime.timers import Timer

OUTSIDE = "outside"  # the sender of what is told from no actor
RUNTIME = "runtime"  # the sender of what the runtime itself says


class Envelope:
    """A message with its sender's name and incarnation.

    `number` rises in the order of sending. `tried`: a batch with it failed, so from now on it is presented
    alone.
    """

    __slots__ = ("incarnation", "message", "number", "sender", "timer", "tried")

    def __init__(self, sender: str, incarnation: int, message: Message, number: int, timer: Timer | None = None) -> None:
        self.sender = sender
        self.incarnation = incarnation
        self.message = message
        self.number = number
        self.timer = timer
        self.tried = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """A message that no receiver took, or whose receiver died of it, and why."""

    sender: str
    incarnation: int
    to: str
    message: Message
    reason: str
    at: datetime
