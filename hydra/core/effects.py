"""What the sequencer asks of the journal actor: append this event, send this after the commit, remind me later.

A sequencer function is a generator of effects. An Event that it yields is appended and folded before the generator goes on,
so the next line sees the book with it; the yield answers whether the event was new.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from hydra.messages.base import Event
from hydra.runtime.message import Message


@dataclass(frozen=True, slots=True)
class Send:
    """Tell `message` to the actor named `to`, once what was appended so far is committed."""

    to: str
    message: Message


@dataclass(frozen=True, slots=True)
class Later:
    """Tell me `message` in `delay_s` seconds of machine time."""

    delay_s: float
    message: Message


@dataclass(frozen=True, slots=True)
class Moment:
    """One instant on both clocks: `now` is market time, `machine_s` monotonic machine seconds (never stored)."""

    now: datetime
    machine_s: float


T = TypeVar("T")
Effect = Event | Send | Later
Effects = Generator[Effect, bool, None]
EffectsOf = Generator[Effect, bool, T]


def drive(effects: Effects, record: Callable[[Event], bool], hand_on: Callable[[Send | Later], object]) -> None:
    """Run a generator of effects: each event is recorded before it goes on, and it hears whether that was new."""
    answer: bool | None = None
    while True:
        try:
            effect = next(effects) if answer is None else effects.send(answer)
        except StopIteration:
            return
        answer = True
        if isinstance(effect, Send | Later):
            hand_on(effect)
        else:
            answer = record(effect)
