"""The JournalActor: the sequencer's hands. It appends in groups, commits, and only then tells anybody.

It never decides (that is `core/sequencer.py`) and is never unsynchronised: it is folding, or open.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from hydra.core.book import Book
from hydra.core.effects import Effects, Later, Moment, Send, drive
from hydra.core.sequencer import RunStart, Sequencer, SequencerRules
from hydra.journal.faults import WriteFailed, WriterFenced
from hydra.journal.store import EventStore
from hydra.messages.base import Event
from hydra.messages.decisions import RunStarted
from hydra.messages.facts import SessionOpened
from hydra.messages.sync import JournalUp, Recorded
from hydra.records import BookImage
from hydra.runtime.actor import BatchActor, Context, StopReason
from hydra.runtime.message import Message
from hydra.supervisor.wiring import Wiring


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalPlan:
    """Where the journal lies and by what rules it sequences."""

    path: Path
    start: RunStart
    rules: SequencerRules


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalStatus:
    """What the outside sees of the journal."""

    book: BookImage
    at: datetime


class JournalActor(BatchActor):
    """Owns the store and the book of record."""

    def __init__(self, context: Context, plan: JournalPlan, wiring: Wiring) -> None:
        super().__init__(context)
        self.plan = plan
        self.wiring = wiring
        self.store: EventStore | None = None
        self.outbox: list[Send | Later] = []

    def on_start(self) -> None:
        self.store = EventStore.open(self.plan.path, create=True)
        book = Book()
        for stored in self.store.fold():
            book.apply(stored.seq, stored.at, stored.event)
        incarnation = self.context.incarnation
        self.sequencer = Sequencer(book, self.plan.rules, self.store.known, incarnation=incarnation)
        first = incarnation == 1
        moment = self._moment()
        begin = self.sequencer.begin_run(self.plan.start, moment) if first else self.sequencer.resumed(moment)
        self._commit([begin], moment)
        if not first:
            for name in self.wiring.syncing:
                self.context.tell(name, JournalUp(incarnation=self.context.incarnation))

    def receive_all(self, messages: Sequence[Message]) -> None:
        moment = self._moment()
        self._commit([self.sequencer.take(message, moment) for message in messages], moment)

    def may_be_poison(self, error: BaseException) -> bool:
        """A disk that fails is no message's fault, nor is a later writer."""
        is_disk = isinstance(error, WriteFailed) and isinstance(error.__cause__, sqlite3.OperationalError)
        return not (is_disk or isinstance(error, WriterFenced))

    def on_stop(self, reason: StopReason) -> None:
        if self.store is not None:
            self.store.close()

    def _commit(self, batch: Sequence[Effects], moment: Moment) -> None:
        """One transaction for the whole batch; what is to be told waits until it is durable."""
        store = self._store
        store.begin()
        for effects in batch:
            self._drive(effects, moment)
        store.commit()
        outbox, self.outbox = self.outbox, []
        for effect in outbox:
            if isinstance(effect, Send):
                self.context.tell(effect.to, effect.message)
            else:
                self.context.after(effect.delay_s, effect.message)
        self.context.publish(JournalStatus(book=self.sequencer.book.image(), at=moment.now))

    def _drive(self, effects: Effects, moment: Moment) -> None:
        """Run a generator of effects: each event is appended, folded and reacted to before the generator goes on."""
        drive(effects, lambda event: self._record(event, moment), self.outbox.append)

    def _record(self, event: Event, moment: Moment) -> bool:
        """Append, fold, tell, react. False when the same fact is in the journal already."""
        book = self.sequencer.book
        run = event.run if isinstance(event, RunStarted) else book.run
        session = event.session if isinstance(event, SessionOpened) else book.session
        stored = self._store.append(event, at=moment.now, run=run, session=session)
        if stored is None:
            return False
        book.apply(stored.seq, stored.at, event)
        recorded = Recorded(seq=stored.seq, at=stored.at, event=event)
        self.outbox.extend(Send(name, recorded) for name in self.wiring.hearers(event))
        self._drive(self.sequencer.react(event, moment), moment)
        return True

    @property
    def _store(self) -> EventStore:
        if self.store is None:
            raise RuntimeError("the journal is not open")
        return self.store

    def _moment(self) -> Moment:
        return Moment(now=self.context.clock.now(), machine_s=self.context.clock.monotonic_s())
