"""A journal in a real world: a broker that answers every question, an actor that folds, and eyes on the file."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import ClassVar

from hydra.journal.rows import StoredEvent
from hydra.journal.store import EventStore
from hydra.messages import commands as c
from hydra.messages.base import Event
from hydra.messages.sync import Recorded
from hydra.runtime.actor import Actor, Context
from hydra.runtime.message import Lane, Message
from hydra.runtime.spec import Backoff, ChildSpec, Strategy, SupervisorSpec
from hydra.runtime.threads import ThreadWorld
from hydra.runtime.virtual import VirtualWorld
from hydra.runtime.world import World
from hydra.supervisor.journal import JournalActor, JournalPlan, JournalStatus
from hydra.supervisor.syncing import SyncingActor
from hydra.supervisor.wiring import wiring_of
from tests.core.books import NOW
from tests.core.paper_journal import START, rules
from tests.core.telling import session_opened, snapshot

QUICK = replace(
    rules(), reconcile=replace(rules().reconcile, settle_s=0.5, settle_quiet_s=0.05, answer_within_s=0.2)
)
KINDS = ("threads", "virtual", "shuffled")
PATIENCE_S = 10.0
WIRING = replace(wiring_of(()), syncing=("risk", "exit"), alerts=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Work(Message):
    """Something of the user lane."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Act(Message):
    """Run this in the actor. Only tests send code."""

    LANE: ClassVar[Lane] = Lane.CONTROL
    act: Callable[[Actor], object] = field(repr=False)


class WatchedJournal(JournalActor):
    """Counts its batches; can be asked to die after the commit of the next one. Work holds it up until the gate opens."""

    def __init__(self, context: Context, plan: JournalPlan, stage: JournalStage) -> None:
        super().__init__(context, plan, WIRING)
        self.stage = stage

    def receive_all(self, messages: Sequence[Message]) -> None:
        if any(isinstance(message, Work) for message in messages):
            self.stage.gate.wait(PATIENCE_S)
        messages = [message for message in messages if not isinstance(message, Work)]
        self.stage.batches.append(len(messages))
        super().receive_all(messages)
        if self.stage.dies_after_commit:
            self.stage.dies_after_commit = False
            raise RuntimeError("between commit and the end of the batch")


class QuietBroker(Actor):
    """One socket, an empty account, an answer to every question about it."""

    def __init__(self, context: Context, stage: JournalStage) -> None:
        super().__init__(context)
        self.stage = stage
        self.session = 0

    def on_start(self) -> None:
        self.context.tell("journal", session_opened(self.context.incarnation * 1_000))

    def receive(self, message: Message) -> None:
        self.stage.heard.append(message)
        match message:
            case c.AcceptSession(session=session):
                self.session = session
            case c.FetchSnapshot(request_n=request_n) if self.stage.answers:
                self.context.tell("journal", snapshot(request_n, session=self.session))


class Folder(SyncingActor):
    """Notes what it lives through."""

    def __init__(self, context: Context, stage: JournalStage) -> None:
        super().__init__(context)
        self.stage = stage

    def came_alive(self) -> None:
        self.note("alive")

    def heard(self, recorded: Recorded) -> None:
        self.note(recorded.seq)

    def handle(self, message: Message) -> None:
        match message:
            case Act(act=act):
                act(self)
            case Work(text=text):
                self.note(text)
            case _:
                super().handle(message)

    def note(self, what: object) -> None:
        self.stage.notes.setdefault(self.context.name, []).append(what)


class JournalStage:
    """Not started yet. `gate` is open."""

    def __init__(self, kind: str, path: Path) -> None:
        self.kind = kind
        self.path = path
        self.answers = True
        self.dies_after_commit = False
        self.gate = threading.Event()
        self.gate.set()
        self.batches: list[int] = []
        self.heard: list[Message] = []
        self.notes: dict[str, list[object]] = {}
        self.world: World = _world(kind)

    def start(self) -> JournalStage:
        plan = JournalPlan(path=self.path, start=START, rules=QUICK)
        self.world.start(
            SupervisorSpec(
                name="hydra",
                strategy=Strategy.ONE_FOR_ONE,
                intensity=10,
                period_s=60.0,
                backoff=Backoff(initial_s=0.01, jitter=0.0),
                why="a test wants it",
                children=(
                    _child("journal", lambda context: WatchedJournal(context, plan, self)),
                    _child("broker", lambda context: QuietBroker(context, self)),
                    _child("risk", lambda context: Folder(context, self)),
                    _child("exit", lambda context: Folder(context, self)),
                ),
            )
        )
        return self

    def until(self, done: Callable[[], bool]) -> None:
        assert self.world.run_until(done, limit_s=PATIENCE_S), f"never came true; {self.notes}"

    def alive(self, name: str, times: int = 1) -> None:
        self.until(lambda: self.notes.get(name, []).count("alive") >= times)

    def status(self) -> JournalStatus:
        status = self.world.published()["journal"]
        assert isinstance(status, JournalStatus)
        return status

    def until_seq(self, seq: int) -> None:
        self.until(lambda: self.status().book.seq >= seq)

    def incarnation(self, name: str) -> int:
        return next(actor.incarnation for actor in self.world.actors() if actor.name == name)

    def told(self, kind: type[Message]) -> list[Message]:
        return [message for message in list(self.heard) if isinstance(message, kind)]

    def stop(self) -> list[StoredEvent]:
        """Everything that is on file in the end."""
        self.gate.set()
        self.world.stop()
        store = EventStore.open(self.path, create=False)
        stored = list(store.fold())
        store.close()
        return stored


def events(stored: list[StoredEvent], kind: type[Event]) -> list[Event]:
    return [one.event for one in stored if isinstance(one.event, kind)]


def _child(name: str, build: Callable[[Context], Actor]) -> ChildSpec:
    return ChildSpec(name=name, build=build, why="a test wants it")


def _world(kind: str) -> World:
    failures: list[str] = []
    if kind == "threads":
        return ThreadWorld(
            seed=7, on_fatal=failures.append, on_escalation=failures.append, lifecycle_listener="journal"
        )
    return VirtualWorld(
        seed=7,
        start_at=NOW,
        on_fatal=failures.append,
        on_escalation=failures.append,
        lifecycle_listener="journal",
        policy="random" if kind == "shuffled" else "fifo",
    )
