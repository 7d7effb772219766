"""What waits for one address: two lanes, bounded, kept over restarts. It never blocks a sender.

One incarnation at a time has the seat and may read. A batch stays here until it is settled, so that a crash
presents it again. The lock is re-entrant because a finalizer run by the garbage collector may tell in
mid-put.
"""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING

from hydra.runtime.message import Lane, Message, WhenFull

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from hydra.runtime.envelope import Envelope

    Key = tuple[type[Message], Hashable]

NOBODY = 0  # no incarnation has the seat


def oldest(lane: deque[Envelope]) -> int:
    """The choice of every world but a shuffled one: first in, first out."""
    return 0


class Mailbox:
    def __init__(self, *, limit: int, admit: Callable[[Envelope], bool]) -> None:
        """`admit` is asked at delivery, and accounts for what it turns down."""
        self.limit = limit
        self._admit = admit
        self._lock = threading.RLock()
        self._ready = threading.Condition(self._lock)
        self._control: deque[Envelope] = deque()
        self._user: deque[Envelope] = deque()
        self._latest: dict[Key, Envelope] = {}
        self._batch: list[Envelope] = []
        self._again: deque[Envelope] = deque()
        self._reader = NOBODY
        self._held = self._ending = self._drains = False
        self._waiting = 0  # readers asleep: a fenced one may still be waking up beside its successor
        self._wake: Callable[[], None] | None = None

    # ---- senders

    def put(self, envelope: Envelope) -> str | None:
        """None if the envelope waits now, or was merged with one that does; else why it was refused."""
        message = envelope.message
        rule = message.WHEN_FULL
        key = _key(message) if rule is WhenFull.LATEST else None
        with self._lock:
            if key is not None and self._supersedes(key, envelope):
                return None
            if rule is not WhenFull.NEVER and envelope.timer is None and self.depth >= self.limit:
                return f"the mailbox is full: {self.depth} waiting, limit {self.limit}"
            if key is not None:
                self._latest[key] = envelope
            (self._control if message.LANE is Lane.CONTROL else self._user).append(envelope)
            self._signal()
        return None

    def _supersedes(self, key: Key, envelope: Envelope) -> bool:
        waiting = self._latest.get(key)
        if waiting is None:
            return False
        waiting.message, waiting.sender = envelope.message, envelope.sender
        waiting.incarnation = envelope.incarnation
        return True

    def _signal(self) -> None:
        if self._wake is not None:
            self._wake()
        elif self._waiting:
            self._ready.notify()

    @property
    def depth(self) -> int:
        return len(self._control) + len(self._user) + len(self._batch) + len(self._again)

    @property
    def head_number(self) -> int:
        """The number of the oldest waiting envelope of the lane that is read next, 0 if none waits."""
        lane = self._again or self._control or self._user
        return lane[0].number if lane else 0

    @property
    def next_lane(self) -> deque[Envelope]:
        """What the reader chooses from next, oldest first; a batch that failed before has its own order."""
        if self._again or self._control:
            return self._again or self._control
        return deque() if self._held else self._user

    # ---- the seat

    def seat(self, reader: int, *, drains: bool) -> list[Envelope]:
        """Give the seat to an incarnation. Returns what the earlier ones left that does not stay: timers,
        quotes.

        With `drains`, an orderly end waits until everything deliverable has been read.
        """
        with self._lock:
            self._reader, self._drains = reader, drains
            self._held = self._ending = False
            return [] if reader == 1 else self._sweep(_stays)

    def attach(self, wake: Callable[[], None]) -> None:
        """Call `wake` at every put from now on, and once if anything waits already."""
        with self._lock:
            self._wake = wake
            if self.deliverable or self._ending:
                wake()

    def vacate(self, reader: int) -> None:
        """Take the seat away. A batch not settled will be presented again."""
        with self._lock:
            if reader != self._reader:
                return
            self._reader, self._wake = NOBODY, None
            self._unsettle()
            self._ready.notify_all()

    def end(self, reader: int, *, at_once: bool) -> None:
        """The reader will find that it is time to end, before any further message unless it drains."""
        with self._lock:
            if reader != self._reader:
                return
            self._ending = True
            self._drains = self._drains and not at_once
            self._signal()

    def hold(self, held: bool) -> None:
        with self._lock:
            self._held = held
            if not held:
                self._signal()

    def drain(self) -> list[Envelope]:
        """Everything that waits, taken out."""
        with self._lock:
            return self._sweep(lambda envelope: False)

    def _sweep(self, stays: Callable[[Envelope], bool]) -> list[Envelope]:
        swept: list[Envelope] = []
        for lane in (self._again, self._control, self._user):
            swept += [envelope for envelope in lane if not stays(envelope)]
            kept = [envelope for envelope in lane if stays(envelope)]
            lane.clear()
            lane.extend(kept)
        for envelope in swept:
            self._latest.pop(_key(envelope.message), None)
        return swept

    # ---- the reader

    @property
    def deliverable(self) -> bool:
        return bool(self._again or self._control or (self._user and not self._held))

    def is_over_for(self, reader: int) -> bool:
        """Whether this reader has lost its seat or should end now."""
        return reader != self._reader or (self._ending and not (self._drains and self.deliverable))

    @property
    def pending(self) -> bool:
        """Whether the reader has anything to do."""
        return self._ending or self.deliverable

    def calls(self, reader: int) -> bool:
        """Whether this reader has anything to do, or should end now."""
        return reader != self._reader or self._ending or self.deliverable

    def wait(self, reader: int, *, batch_max: int, timeout_s: float | None = None) -> list[Envelope]:
        """Block until there is something to read.

        Empty: the seat is gone, it is time to end, or it took too long.
        """
        with self._lock:
            while not self.is_over_for(reader):
                turn = self.take(batch_max)
                if turn:
                    return turn
                self._waiting += 1
                in_time = self._ready.wait(timeout_s)
                self._waiting -= 1
                if not in_time:
                    return []
            return []

    def take(self, batch_max: int, choose: Callable[[deque[Envelope]], int] = oldest) -> list[Envelope]:
        """What the reader gets next: one envelope, or with batch_max > 0 a batch of up to that many."""
        with self._lock:
            if not batch_max:
                envelope = self._next(choose)
                return [] if envelope is None else [envelope]
            while self._again and not self._batch:
                envelope = self._again.popleft()
                if self._admit(envelope):
                    return self._alone(envelope)
            while len(self._batch) < batch_max and (envelope := self._next(choose)) is not None:
                self._batch.append(envelope)
            return list(self._batch)

    def _alone(self, envelope: Envelope) -> list[Envelope]:
        self._batch = [envelope]
        return [envelope]

    def _next(self, choose: Callable[[deque[Envelope]], int]) -> Envelope | None:
        while lane := self._control or (None if self._held else self._user):
            index = choose(lane) if len(lane) > 1 else 0
            if index:
                envelope = lane[index]
                del lane[index]
            else:
                envelope = lane.popleft()
            if envelope.message.WHEN_FULL is WhenFull.LATEST:
                self._latest.pop(_key(envelope.message), None)
            if self._admit(envelope):
                return envelope
        return None

    def settle(self, reader: int) -> None:
        """The batch was handled: it leaves the mailbox."""
        with self._lock:
            if reader == self._reader:
                self._batch.clear()

    def poisoned(self, reader: int) -> Envelope | None:
        """The batch failed. If it failed before and was presented alone, it is set aside and returned."""
        with self._lock:
            if reader != self._reader or not self._batch or not self._batch[0].tried:
                return None
            return self._batch.pop()

    def _unsettle(self) -> None:
        for envelope in reversed(self._batch):
            envelope.tried = True
            self._again.appendleft(envelope)
        self._batch.clear()


def _key(message: Message) -> Key:
    return type(message), message.conflation_key()


def _stays(envelope: Envelope) -> bool:
    return envelope.timer is None and envelope.message.KEPT
