"""Traps by what they do: kill, crash, fail starts, hang, delay. They know names and message boundaries, and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from random import Random
from typing import Literal

from hydra.runtime.envelope import Envelope
from hydra.runtime.interference import Interference
from hydra.runtime.life import Life
from hydra.runtime.message import Message
from hydra.runtime.signals import Signal
from hydra.runtime.timers import Timer
from hydra.runtime.virtual import VirtualWorld
from hydra.simulation.faults.traps import Trap

Place = Literal["start", "end", "before", "after"]


class Injected(Exception):
    """A failure that a fault put into an actor."""


@dataclass(eq=False, kw_only=True)
class AfterTurns(Trap):
    """Acts at the n-th message boundary of anybody, between two effects of one cascade."""

    turns: int
    act: Callable[[], object]

    def offered(self, life: Life) -> None:
        self.turns -= 1
        if self.turns == 0:
            self.is_sprung = True
            self.act()


@dataclass(eq=False, kw_only=True)
class KillsWaiting(Trap):
    """Ends the victim when it has told somebody: in that very turn, or when the next word of another waits for it."""

    victim: str
    answered: bool
    kill: Callable[[], object]
    _has_asked: bool = False

    def sent(self, to: str, envelope: Envelope) -> None:
        if self.is_sprung or envelope.timer is not None or isinstance(envelope.message, Signal):
            return
        if envelope.sender == self.victim and to != self.victim:
            self._has_asked = True
        if self._has_asked and (not self.answered or (to == self.victim != envelope.sender)):
            self.is_sprung = True
            self.kill()


@dataclass(eq=False, kw_only=True)
class Crashes(Trap):
    """Raises once, in the first suitable turn of whoever fits the pattern: at its start or end, before or after its n-th
    message. What a LoopActor's tasks tell outside of turns counts too, from the setting of the trap on."""

    world: VirtualWorld
    pattern: str
    place: Place
    nth: int
    error: Callable[[], BaseException]
    tell: Callable[[str], object]
    _inside: str = ""
    _told: int = 0

    def entering(self, life: Life, turn: Sequence[Envelope]) -> None:
        if fnmatchcase(life.name, self.pattern):
            self._inside = life.name
            self._told = 0
            self._spring_at("start", life.name)

    def leaving(self, life: Life, turn: Sequence[Envelope]) -> None:
        if self._inside:
            self._spring_at("end", life.name)

    def left(self, life: Life) -> None:
        self._inside = ""

    def sending(self, to: str, envelope: Envelope) -> None:
        if self._is_theirs(envelope):
            self._told += 1
            if self._told == self.nth:
                self._spring_at("before", envelope.sender)

    def sent(self, to: str, envelope: Envelope) -> None:
        if self._told == self.nth and self._is_theirs(envelope):
            self._spring_at("after", envelope.sender)

    def _is_theirs(self, envelope: Envelope) -> bool:
        if envelope.timer is not None or isinstance(envelope.message, Signal):
            return False
        if self._inside:
            return envelope.sender == self._inside
        return fnmatchcase(envelope.sender, self.pattern) and self._is_in_task(envelope.sender)

    def _is_in_task(self, name: str) -> bool:
        life = self.world.lives.get(name)
        return life is not None and life.behaviour.ON_LOOP and asyncio.current_task(self.world.loop) is not None

    def _spring_at(self, place: Place, name: str) -> None:
        if place == self.place and not self.is_sprung:
            self.is_sprung = True
            self.tell(name)
            raise self.error()


@dataclass(eq=False, kw_only=True)
class AtWork(Interference):
    """Knows whether an incarnation of this name is in its start or in a turn at this moment."""

    name: str
    _life: Life | None = None

    @property
    def now(self) -> bool:
        """Not of one that is over: what a start that failed leaves behind is not its work."""
        return self._life is not None and not self._life.is_over

    def starting(self, life: Life) -> None:
        self._note(life, life)

    def started(self, life: Life) -> None:
        self._note(life, None)

    def entering(self, life: Life, turn: Sequence[Envelope]) -> None:
        self._note(life, life)

    def left(self, life: Life) -> None:
        self._note(life, None)

    def _note(self, life: Life, at_work: Life | None) -> None:
        if life.name == self.name:
            self._life = at_work


@dataclass(eq=False, kw_only=True)
class Overtakes(Trap):
    """Acts once, before the next message of this type reaches this mailbox."""

    to: str
    kind: type[Message]
    act: Callable[[], object]

    def sending(self, to: str, envelope: Envelope) -> None:
        if to == self.to and isinstance(envelope.message, self.kind) and not self.is_sprung:
            self.is_sprung = True
            self.act()


@dataclass(eq=False, kw_only=True)
class CrashesAlways(Interference):
    """Each turn of the victim fails at its start, and each start."""

    victim: str

    def entering(self, life: Life, turn: Sequence[Envelope]) -> None:
        if life.name == self.victim:
            raise Injected("it fails every time")


@dataclass(eq=False, kw_only=True)
class FailsStarts(Interference):
    """The next n starts of the victim fail: before anything was opened, or when all was."""

    victim: str
    times: int
    late: bool

    def starting(self, life: Life) -> None:
        self._fail(life, late=False)

    def started(self, life: Life) -> None:
        self._fail(life, late=True)

    def _fail(self, life: Life, *, late: bool) -> None:
        if life.name == self.victim and self.times > 0 and late == self.late:
            self.times -= 1
            raise Injected(f"its start fails {'late' if late else 'early'}, {self.times} more will")


@dataclass(eq=False, kw_only=True)
class AtStart(Trap):
    """Acts once, while an incarnation of the victim starts."""

    victim: str
    act: Callable[[], object]

    def starting(self, life: Life) -> None:
        if life.name == self.victim and not self.is_sprung:
            self.is_sprung = True
            self.act()


@dataclass(eq=False, kw_only=True)
class Hangs(Trap):
    """The next turn of whoever fits the pattern does not return before the end of the trap; nor do a LoopActor's
    callbacks."""

    world: VirtualWorld
    pattern: str
    tell: Callable[[str], object]
    _wake: list[Callable[[], None]] = field(default_factory=list)

    def hangs(self, life: Life, turn: Sequence[Envelope], wake: Callable[[], None]) -> bool:
        if self.is_sprung or not fnmatchcase(life.name, self.pattern):
            return False
        if life.behaviour.ON_LOOP:
            self._wake.append(self.world.loop.stall(life.name))
        self._wake.append(wake)
        self.is_sprung = True
        self.tell(life.name)
        return True

    def end(self) -> None:
        """Who hangs comes back, in whatever world it finds."""
        for wake in self._wake:
            wake()


@dataclass(eq=False, kw_only=True)
class Slow(Interference):
    """Everyone who fits the pattern needs a while for each turn."""

    pattern: str
    turn_s: float

    def rest_s(self, life: Life) -> float:
        return self.turn_s if fnmatchcase(life.name, self.pattern) else 0.0


@dataclass(eq=False, kw_only=True)
class LateTimers(Interference):
    """Every timer is late by a chance of its own."""

    latest_s: float
    chance: Random

    def lateness_s(self, timer: Timer) -> float:
        return self.chance.uniform(0.0, self.latest_s) if timer.owner else 0.0
