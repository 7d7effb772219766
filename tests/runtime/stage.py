"""A world with everything a test wants to see: what actors heard, what became of them, what escalated."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ClassVar

from hydra.runtime.actor import Actor, Context, StopReason
from hydra.runtime.message import Lane, Lifecycle, Message, WhenFull
from hydra.runtime.spec import Backoff, ChildSpec, Strategy, SupervisorSpec
from hydra.runtime.threads import ThreadWorld
from hydra.runtime.virtual import VirtualWorld
from hydra.runtime.world import World

START_AT = datetime(2026, 3, 2, 14, 30, tzinfo=UTC)
PATIENCE_S = 10.0
QUICK = Backoff(initial_s=0.01, jitter=0.0)
EAR = "ear"  # hears every Lifecycle; an address of the world that no actor reads
KINDS = ("threads", "virtual", "shuffled")


@dataclass(frozen=True, slots=True, kw_only=True)
class Say(Message):
    text: str
    reply_to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Do(Message):
    """Run this in the actor. Only tests send code."""

    act: Callable[[Any], object] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class DoNow(Do):
    """Even while held."""

    LANE: ClassVar[Lane] = Lane.CONTROL


@dataclass(frozen=True, slots=True, kw_only=True)
class Urgent(Message):
    LANE: ClassVar[Lane] = Lane.CONTROL
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote(Message):
    WHEN_FULL: ClassVar[WhenFull] = WhenFull.LATEST
    KEPT: ClassVar[bool] = False
    symbol: str
    bid: int

    def conflation_key(self) -> str:
        return self.symbol


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact(Message):
    WHEN_FULL: ClassVar[WhenFull] = WhenFull.NEVER
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound(Message):
    BOUND_TO_SENDER: ClassVar[bool] = True
    text: str


class Stage:
    """One world, not started yet. `heard` is what actors noted, in order: (actor name, note)."""

    def __init__(self, kind: str, *, seed: int = 7) -> None:
        self.kind = kind
        self.heard: list[tuple[str, object]] = []
        self.fatal: list[str] = []
        self.escalated: list[str] = []
        self._lifecycles: list[Lifecycle] = []
        self.world: World = self._world(kind, seed)
        self._ear = self.world.post.open(EAR, limit=1)

    def _world(self, kind: str, seed: int) -> World:
        if kind == "threads":
            return ThreadWorld(
                seed=seed,
                on_fatal=self.fatal.append,
                on_escalation=self.escalated.append,
                lifecycle_listener=EAR,
            )
        return VirtualWorld(
            seed=seed,
            start_at=START_AT,
            on_fatal=self.fatal.append,
            on_escalation=self.escalated.append,
            lifecycle_listener=EAR,
            policy="random" if kind == "shuffled" else "fifo",
        )

    def note(self, name: str, what: object) -> None:
        self.heard.append((name, what))

    def notes(self, name: str) -> list[object]:
        return [what for who, what in list(self.heard) if who == name]

    def until(self, done: Callable[[], bool]) -> None:
        assert self.world.run_until(done, limit_s=PATIENCE_S), f"never came true; heard {self.heard}"

    def until_noted(self, name: str, *expected: object) -> None:
        self.until(lambda: len(self.notes(name)) >= len(expected))
        assert list(expected) == self.notes(name)

    def lifecycles(self, name: str) -> list[Lifecycle]:
        self._lifecycles += [
            envelope.message for envelope in self._ear.mailbox.drain() if isinstance(envelope.message, Lifecycle)
        ]
        lost = [letter.message for letter in self.world.dead_letters() if letter.to == EAR]
        told = [*self._lifecycles, *(message for message in lost if isinstance(message, Lifecycle))]
        return [lifecycle for lifecycle in told if lifecycle.name == name]

    def kinds(self, name: str) -> list[str]:
        return [lifecycle.kind for lifecycle in self.lifecycles(name)]

    def until_kinds(self, name: str, *expected: str) -> None:
        self.until(lambda: len(self.kinds(name)) >= len(expected))
        assert list(expected) == self.kinds(name)

    def state(self, name: str) -> str:
        return next((actor.state for actor in self.world.actors() if actor.name == name), "")

    def running(self, name: str, *, incarnation: int) -> bool:
        return any(
            actor.name == name and actor.state == "running" and actor.incarnation == incarnation
            for actor in self.world.actors()
        )

    def do(self, name: str, act: Callable[[Any], object]) -> None:
        self.world.tell(name, Do(act=act))

    def child(self, name: str, build: type[Performer] | None = None, **options: Any) -> ChildSpec:
        performer = build or Performer
        return ChildSpec(name=name, build=lambda context: performer(context, self), why="a test wants it", **options)

    def start(self, *children: ChildSpec | SupervisorSpec, **options: Any) -> None:
        self.world.start(tree("root", *children, **options))


def tree(name: str, *children: ChildSpec | SupervisorSpec, **options: Any) -> SupervisorSpec:
    chosen: dict[str, Any] = {
        "strategy": Strategy.ONE_FOR_ONE,
        "intensity": 10,
        "period_s": 60.0,
        "backoff": QUICK,
        "why": "a test wants it",
        **options,
    }
    return SupervisorSpec(name=name, children=children, **chosen)


class Performer(Actor):
    """Notes what it hears, answers what wants an answer, does what it is told to do."""

    def __init__(self, context: Context, stage: Stage) -> None:
        super().__init__(context)
        self.stage = stage
        self.count = itertools.count(1)

    def note(self, what: object) -> None:
        self.stage.note(self.context.name, what)

    def receive(self, message: Message) -> None:
        match message:
            case Do(act=act):
                act(self)
            case Say(text=text, reply_to=reply_to):
                self.note(text)
                if reply_to:
                    self.context.tell(reply_to, Say(text=f"{text} {next(self.count)}"))
            case Urgent(text=text) | Fact(text=text) | Bound(text=text):
                self.note(text)
            case Quote(symbol=symbol, bid=bid):
                self.note((symbol, bid))
            case Lifecycle(kind=kind, name=name):
                self.note((kind, name))


class Announcer(Performer):
    """Notes its start and its end too."""

    def on_start(self) -> None:
        self.note("start")

    def on_stop(self, reason: StopReason) -> None:
        self.note(f"stop {reason.kind}")


def boom(actor: Performer) -> object:
    raise ValueError("boom")
