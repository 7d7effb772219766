"""What supervisors are told and what they decide: their events are messages, their effects are values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from hydra.runtime.message import Lane, LifecycleKind, Message, WhenFull

if TYPE_CHECKING:
    from hydra.runtime.children import Child
    from hydra.runtime.reasons import StopReason
    from hydra.runtime.spec import ChildSpec


class Signal(Message):
    """Base of what a supervisor hears: read first, never refused."""

    __slots__ = ()
    LANE: ClassVar[Lane] = Lane.CONTROL
    WHEN_FULL: ClassVar[WhenFull] = WhenFull.NEVER


@dataclass(frozen=True, slots=True, kw_only=True)
class Begin(Signal):
    """Start your static children in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildStarted(Signal):
    """The child's on_start returned."""

    name: str
    incarnation: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildDown(Signal):
    """The child's incarnation is over; told exactly once, whatever ended it."""

    name: str
    incarnation: int
    reason: StopReason


@dataclass(frozen=True, slots=True, kw_only=True)
class TryAgain(Signal):
    """A backoff is over. The ticket dates it: a later decision about the child makes it stale."""

    name: str
    ticket: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTimedOut(Signal):
    """The start or the stop in progress took too long."""

    step: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StartChild(Signal):
    """Add a dynamic child and start it."""

    BOUND_TO_SENDER: ClassVar[bool] = True

    spec: ChildSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class StopChild(Signal):
    """Stop a child for good; a dynamic one is forgotten."""

    BOUND_TO_SENDER: ClassVar[bool] = True

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminate(Signal):
    """Stop all children in reverse order, then end with this reason. It was meant for one incarnation."""

    KEPT: ClassVar[bool] = False

    reason: StopReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Effect: start a new incarnation of this child."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """Effect: ask this child to end in order."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fence:
    """Effect: this child did not answer in time; go on without it, deaf to what it may still say."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """Effect: StepTimedOut(step) to myself after seconds."""

    step: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """Effect: this message to myself after seconds."""

    seconds: float
    message: TryAgain


@dataclass(frozen=True, slots=True, kw_only=True)
class Announce:
    """Effect: a Lifecycle about this child, as it was when this was decided."""

    kind: LifecycleKind
    child: Child
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalate:
    """Effect: a Lifecycle about myself: more restarts than I may make; my end follows."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Retire:
    """Effect: this child is over for good; its address refuses from now on, and is forgotten if dynamic."""

    name: str
    forgotten: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Refuse:
    """Effect: this request cannot be met; it becomes a dead letter."""

    request: Message
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportStarted:
    """Effect: my start is complete."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exit:
    """Effect: my end is complete."""

    reason: StopReason


Effect = Start | Stop | Fence | Deadline | Later | Announce | Escalate | Retire | Refuse | ReportStarted | Exit
