"""The JournalActor's way of driving a sequencer, over a list instead of a file and with time in the hand.

Committed pages survive a crash; everything else dies. `turn` stops at every point where a crash could lie between.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar, TypeVar

from hydra.core.book import Book
from hydra.core.comparison import Tolerance
from hydra.core.effects import Effects, Later, Moment, Send
from hydra.core.reconciling import ReconcileRules
from hydra.core.sequencer import RunStart, Sequencer, SequencerRules
from hydra.messages import commands as c
from hydra.messages import decisions as d
from hydra.messages.base import Event
from hydra.messages.sync import BrokerSnapshot, Reconcile
from hydra.runtime.message import Lifecycle, LifecycleKind, Message
from tests.core.books import NOW, parent, signal, want
from tests.core.telling import commit, qualified, session_opened, snapshot

E = TypeVar("E", bound=Event)
M = TypeVar("M", bound=Message)

START = RunStart(version="test", config_fingerprint="f", pid=1)
TOLERANCE = Tolerance(price=Decimal("0.005"), cash=Decimal("0.001"))


def rules(foreign: str = "pause", *, crashed_runs_max: int = 3) -> SequencerRules:
    return SequencerRules(
        ack_probe_s=2.0,
        clock_skew_max_s=5.0,
        disorderly_runs_max=crashed_runs_max,
        reconcile=ReconcileRules(
            settle_s=10.0, settle_quiet_s=1.0, answer_within_s=5.0, tolerance=TOLERANCE, foreign=foreign
        ),
    )


@dataclass(frozen=True, kw_only=True)
class Page:
    seq: int
    at: datetime
    event: Event


@dataclass(kw_only=True)
class Pages:
    """What is on disk."""

    pages: list[Page] = field(default_factory=list)
    ids: dict[str, int] = field(default_factory=dict)

    def add(self, page: Page) -> None:
        self.pages.append(page)
        self.ids[page.event.fact_id or f"#{page.seq}"] = page.seq


class PaperJournal:
    """One process with one journal. `sent` is what left since the last look, `timers` what will be said to itself."""

    MIND: ClassVar[type[Sequencer]] = Sequencer

    def __init__(
        self,
        pages: Pages | None = None,
        *,
        foreign: str = "pause",
        now: datetime = NOW,
        crashed_runs_max: int = 3,
    ) -> None:
        self.disk = pages if pages is not None else Pages()
        self.rules = rules(foreign, crashed_runs_max=crashed_runs_max)
        self.now = now
        self.machine_s = 1_000.0
        self.incarnation = 0
        self.sent: list[Send] = []
        self.timers: list[tuple[float, Message]] = []
        self.fresh: dict[str, int] = {}
        self.drafts: list[Page] = []
        self.outbox: list[Send | Later] = []
        self.start()

    # ---- as JournalActor does

    def start(self) -> None:
        """A new incarnation: fold what is on disk, then the first page or the hand-overs."""
        for _ in self.starting():
            pass

    def starting(self) -> Iterator[str]:
        self.incarnation += 1
        self.timers.clear()
        self.drafts, self.outbox, self.fresh = [], [], {}
        book = Book()
        for page in self.disk.pages:
            book.apply(page.seq, page.at, page.event)
        self.mind = self.MIND(book, self.rules, self.known, incarnation=self.incarnation)
        moment = self.moment()
        first = self.incarnation == 1
        yield from self._commit([self.mind.begin_run(START, moment) if first else self.mind.resumed(moment)], moment)

    def turn(self, messages: list[Message]) -> Iterator[str]:
        """One batch; stops after each append, after the commit, and after each message that leaves."""
        moment = self.moment()
        yield from self._commit([self.mind.take(message, moment) for message in messages], moment)

    def known(self, fact_id: str) -> bool:
        return fact_id in self.disk.ids or fact_id in self.fresh

    def moment(self) -> Moment:
        return Moment(now=self.now, machine_s=self.machine_s)

    def _commit(self, batch: list[Effects], moment: Moment) -> Iterator[str]:
        for effects in batch:
            yield from self._drive(effects, moment)
        yield "before commit"
        for page in self.drafts:
            self.disk.add(page)
        self.drafts, self.fresh = [], {}
        yield "after commit"
        while self.outbox:
            self.leave(self.outbox.pop(0))
            yield "after telling"

    def _drive(self, effects: Effects, moment: Moment) -> Iterator[str]:
        answer: bool | None = None
        while True:
            try:
                effect = next(effects) if answer is None else effects.send(answer)
            except StopIteration:
                return
            answer = True
            if isinstance(effect, Send | Later):
                self.outbox.append(effect)
            elif effect.fact_id and self.known(effect.fact_id):
                answer = False
            else:
                page = Page(seq=self.book.seq + 1, at=moment.now, event=effect)
                self.drafts.append(page)
                self.fresh[effect.fact_id] = page.seq
                self.book.apply(page.seq, page.at, effect)
                self.recorded(page)
                yield "after append"
                yield from self._drive(self.mind.react(effect, moment), moment)

    def recorded(self, page: Page) -> None:
        """A world that has actors tells them of it."""

    def leave(self, effect: Send | Later) -> None:
        """It is committed, so it may be told."""
        if isinstance(effect, Send):
            self.sent.append(effect)
        else:
            self.timers.append((self.moment().machine_s + effect.delay_s, effect.message))

    # ---- for tests

    @property
    def book(self) -> Book:
        return self.mind.book

    def tell(self, *messages: Message) -> list[Event]:
        """One batch from beginning to end; what was recorded."""
        before = len(self.disk.pages)
        for _ in self.turn(list(messages)):
            pass
        return [page.event for page in self.disk.pages[before:]]

    def advance(self, seconds: float) -> list[Event]:
        """Machine and market time pass; timers that come due are heard one by one."""
        before = len(self.disk.pages)
        until = self.machine_s + seconds
        while self.timers and min(self.timers, key=lambda timer: timer[0])[0] <= until:
            timer = min(self.timers, key=lambda timer: timer[0])
            self.timers.remove(timer)
            self._move_to(timer[0])
            self.tell(timer[1])
        self._move_to(until)
        return [page.event for page in self.disk.pages[before:]]

    def _move_to(self, machine_s: float) -> None:
        self.now += timedelta(seconds=machine_s - self.machine_s)
        self.machine_s = machine_s

    def crash(self) -> None:
        """The actor dies and is started again; what was committed stays."""
        self.start()

    def new_process(self) -> PaperJournal:
        """The process dies; another one opens the same file."""
        return PaperJournal(self.disk, foreign=self.rules.reconcile.foreign, now=self.now)

    def events(self, kind: type[E]) -> list[E]:
        return [page.event for page in self.disk.pages if isinstance(page.event, kind)]

    def told(self, kind: type[M], to: str | None = None) -> list[M]:
        """Messages of one class that left, to anybody or to this actor."""
        return [
            send.message
            for send in self.sent
            if isinstance(send.message, kind) and (to is None or send.to == to)
        ]

    @property
    def request_n(self) -> int:
        """The listing that was asked for last."""
        return self.mind.reconciling.request_n

    def answer(self, **changes: Any) -> list[Event]:
        """The broker answers the last question with this listing."""
        return self.tell(self.listing(**changes))

    def listing(self, **changes: Any) -> BrokerSnapshot:
        return snapshot(self.request_n, **({"session": self.book.session} | changes))

    def look(self, **changes: Any) -> list[Event]:
        """Some time later, ask for a listing and answer it so."""
        self._move_to(self.machine_s + 1.5)
        self.tell(c.ReconcileNow(reason="test"))
        return self.answer(**changes)


def lifecycle(name: str, kind: LifecycleKind, reason: str = "boom", incarnation: int = 1) -> Lifecycle:
    return Lifecycle(name=name, kind=kind, incarnation=incarnation, restarts=0, reason=reason, at=NOW)


def sync(who: str, sync_n: int = 1, *, fresh: bool = False) -> Reconcile:
    return Reconcile(who=who, sync_n=sync_n, fresh=fresh)


def connected(foreign: str = "pause") -> PaperJournal:
    """A new journal on a flat account: session 1 is live, the books are open, AAPL is known."""
    journal = PaperJournal(foreign=foreign)
    journal.tell(session_opened())
    journal.tell(qualified())
    journal.answer()
    return journal


def trading(foreign: str = "pause") -> PaperJournal:
    """Risk and the child of parent s1 are synchronised, and parent s1 is open: an order may come."""
    journal = connected(foreign)
    journal.tell(sync("risk"), sync("router/s1", fresh=True))
    journal.answer()
    journal.tell(
        c.SubmitSignal(signal=signal()),
        d.SignalAdmitted(signal_id="s1", quantity=parent().quantity, text=""),
        d.ParentOpened(parent=parent()),
    )
    journal.sent.clear()
    return journal


def handed(journal: PaperJournal) -> list[tuple[str, int]]:
    """Which intents went to the broker, for which session."""
    sent = journal.told(c.TransmitOrder, "broker")
    return [(transmit.intent.want.order_ref, transmit.intent.session) for transmit in sent]


def permitted(journal: PaperJournal, ref: str = "s1.1.1", **changes: Any) -> c.CommitOrder:
    return commit(want(order_ref=ref), as_of_seq=journal.book.seq, **changes)


def ordered() -> PaperJournal:
    journal = trading()
    journal.tell(permitted(journal))
    return journal
