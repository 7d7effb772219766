"""What an actor may receive, and how each kind wants to be queued. Never anything mutable."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from collections.abc import Hashable


class Lane(Enum):
    """A mailbox has two: the control lane is read empty before the user lane is looked at."""

    CONTROL = "control"
    USER = "user"


class WhenFull(Enum):
    """What becomes of a message when its receiver's mailbox is at its limit."""

    REFUSE = "refuse"  # a command: it becomes a dead letter
    NEVER = "never"  # a fact: taken in beyond the limit
    LATEST = "latest"  # only the latest per conflation key waits, the older is superseded


class Message:
    """Base of everything an actor may receive; subclasses are frozen, slotted, keyword-only dataclasses."""

    __slots__ = ()

    LANE: ClassVar[Lane] = Lane.USER
    WHEN_FULL: ClassVar[WhenFull] = WhenFull.REFUSE
    KEPT: ClassVar[bool] = True  # still waits after a restart of its receiver
    BOUND_TO_SENDER: ClassVar[bool] = False  # dies if its sender's incarnation was replaced before delivery

    def conflation_key(self) -> Hashable:
        """Among messages of one class with equal keys only the latest waits (WhenFull.LATEST)."""
        return None


LifecycleKind = Literal["started", "down", "restarting", "stopped", "gave_up", "escalated", "poisoned"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifecycle(Message):
    """Something happened to an actor.

    Each incarnation that started or tried to ends in exactly one "stopped" (it ended as asked, or normally)
    or "down" (it crashed, was killed, was fenced, or could not start). "poisoned": a batch actor set a
    message aside.
    """

    WHEN_FULL: ClassVar[WhenFull] = WhenFull.NEVER

    kind: LifecycleKind
    name: str
    incarnation: int
    restarts: int
    reason: str
    at: datetime
