"""What every message is: an Event is recorded by the journal, a Command asks somebody, a Notice may be lost."""

from __future__ import annotations

from typing import ClassVar

from hydra.runtime.message import Lane, Message, WhenFull


class Event(Message):
    """A fact. Never refused by a full mailbox; recorded by the journal before anybody acts on it.

    `fact_id` names its content: recording the same fact twice is recording it once. Empty means: each telling is a new fact.
    """

    __slots__ = ()
    WHEN_FULL: ClassVar[WhenFull] = WhenFull.NEVER

    @property
    def fact_id(self) -> str:
        """Stable identity of the fact, or empty."""
        return ""

    @property
    def subject(self) -> str:
        """What the fact is about: an order_ref, a signal_id, an actor; empty for the whole."""
        return ""


class Command(Message):
    """A wish. Refused visibly when the mailbox is full; dies with the incarnation that sent it."""

    __slots__ = ()
    BOUND_TO_SENDER: ClassVar[bool] = True


class Urgent(Message):
    """A command that overtakes: stop, cancel, synchronise."""

    __slots__ = ()
    LANE: ClassVar[Lane] = Lane.CONTROL
    WHEN_FULL: ClassVar[WhenFull] = WhenFull.NEVER


class Due(Message):
    """A timer of one incarnation."""

    __slots__ = ()
    KEPT: ClassVar[bool] = False
    WHEN_FULL: ClassVar[WhenFull] = WhenFull.NEVER
