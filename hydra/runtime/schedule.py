"""Who is delivered to next in a virtual world.

Only the order within a (sender, receiver) pair is promised.
"""

from __future__ import annotations

import heapq
import itertools
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from hydra.runtime.mailbox import oldest

if TYPE_CHECKING:
    import random
    from collections import deque
    from collections.abc import Sequence

    from hydra.runtime.envelope import Envelope

WINDOW = 64  # how far into a lane a choice of senders looks


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """From this step on, for so many steps, the channel is not delivered while anything else can be.

    With `batch`, which has no sender: the batch that the receiver takes at this step holds at most so many envelopes.
    A step is one choice of a channel: one for each turn, and one more for each further envelope of a batch.
    """

    sender: str
    receiver: str
    from_step: int
    steps: int
    batch: int = 0


class Reader(Protocol):
    """Who is delivered to."""

    @property
    def name(self) -> str: ...

    @property
    def lane(self) -> Sequence[Envelope]:
        """What it may read next, oldest first; empty if it is only to end."""

    @property
    def waiting(self) -> int:
        """How many envelopes wait for it altogether."""


Receiver = TypeVar("Receiver", bound=Reader)


class Policy(ABC, Generic[Receiver]):
    """The receivers that have something to read, each at most once."""

    @abstractmethod
    def add(self, receiver: Receiver, number: int) -> None:
        """`number` is that of the oldest message that waits for it."""

    @abstractmethod
    def pop(self) -> Receiver: ...

    @abstractmethod
    def __len__(self) -> int: ...

    @abstractmethod
    def choose(self, lane: deque[Envelope]) -> int:
        """Which envelope of the lane: the first one of the chosen sender."""

    @abstractmethod
    def batch_max(self, limit: int) -> int:
        """How many envelopes a batch may hold this time."""


class Fifo(Policy[Receiver]):
    """The global order of sending."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, Receiver]] = []
        self._orders = itertools.count()

    def add(self, receiver: Receiver, number: int) -> None:
        heapq.heappush(self._heap, (number, next(self._orders), receiver))

    def pop(self) -> Receiver:
        return heapq.heappop(self._heap)[2]

    def __len__(self) -> int:
        return len(self._heap)

    def choose(self, lane: deque[Envelope]) -> int:
        return oldest(lane)

    def batch_max(self, limit: int) -> int:
        return limit


class Shuffled(Policy[Receiver]):
    """A seeded choice of receiver, then of sender, then of the size of a batch."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._receivers: list[Receiver] = []

    def add(self, receiver: Receiver, number: int) -> None:
        self._receivers.append(receiver)

    def pop(self) -> Receiver:
        index = self._chance.randrange(len(self._receivers))
        self._receivers[index], self._receivers[-1] = self._receivers[-1], self._receivers[index]
        return self._receivers.pop()

    def __len__(self) -> int:
        return len(self._receivers)

    def choose(self, lane: deque[Envelope]) -> int:
        firsts: dict[str, int] = {}
        for index, envelope in enumerate(itertools.islice(lane, WINDOW)):
            firsts.setdefault(envelope.sender, index)
        return self._chance.choice(list(firsts.values())) if len(firsts) > 1 else 0

    def batch_max(self, limit: int) -> int:
        return self._chance.randint(1, limit) if limit else 0
