"""One way to come alive: an actor starts unsynchronised, asks for a reconciliation and takes its state from the answer.

While unsynchronised it reads only the control lane; everything else waits. It never assumes anything from before.
"""

from __future__ import annotations

from hydra.core.book import Book
from hydra.messages.commands import SyncDue
from hydra.messages.sync import JournalUp, Reconcile, Reconciled, Recorded
from hydra.runtime.actor import Actor, Context
from hydra.runtime.message import Message

ASK_EVERY_S = 1.0
SYNCS_PER_INCARNATION = 1_000_000


class SyncingActor(Actor):
    """Base of every actor that folds the journal's events into a book of its own."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.book = Book()
        self.synced = False
        self.sync_n = context.incarnation * SYNCS_PER_INCARNATION

    def on_start(self) -> None:
        self._begin_sync()

    def receive(self, message: Message) -> None:
        match message:
            case Recorded():
                if message.seq > self.book.seq:
                    self.book.apply(message.seq, message.at, message.event)
                    self.heard(message)
            case Reconciled(sync_n=sync_n):
                if sync_n == self.sync_n and not self.synced:
                    self._take(message)
            case JournalUp():
                self._begin_sync()
            case SyncDue(sync_n=sync_n):
                if sync_n == self.sync_n and not self.synced:
                    self._ask()
            case _:
                self.handle(message)

    def came_alive(self) -> None:
        """The book is current: take up the work that it shows."""

    def heard(self, recorded: Recorded) -> None:
        """The book has just taken in one more event."""

    def handle(self, message: Message) -> None:
        """Any other message."""
        raise TypeError(f"{self.context.name} does not understand {type(message).__name__}")

    def is_fresh(self) -> bool:
        """Whether nothing of mine can be at the broker yet, so that no new listing is needed."""
        return False

    def _begin_sync(self) -> None:
        self.synced = False
        self.sync_n += 1
        self.context.hold()
        self._ask()

    def _ask(self) -> None:
        context = self.context
        context.tell("journal", Reconcile(who=context.name, sync_n=self.sync_n, fresh=self.is_fresh()))
        context.after(ASK_EVERY_S, SyncDue(sync_n=self.sync_n))

    def _take(self, message: Reconciled) -> None:
        self.book = Book.from_image(message.book)
        self.synced = True
        self.came_alive()
        self.context.release()
