"""Scheduling by channel, a (sender, receiver) pair: what could be delivered now, in the order of sending."""

from __future__ import annotations

import itertools
from abc import abstractmethod
from typing import TYPE_CHECKING, Generic, NamedTuple

from hydra.runtime.schedule import WINDOW, Policy, Reader, Receiver

if TYPE_CHECKING:
    from collections import deque
    from collections.abc import Sequence

    from hydra.runtime.envelope import Envelope


class Candidate(NamedTuple):
    """The first envelope of a channel, at this place of its lane, could be delivered now. One without a sender lets the
    receiver end."""

    rank: tuple[int, int, int]
    receiver: Reader
    sender: str
    place: int

    @property
    def channel(self) -> tuple[str, str]:
        return self.sender, self.receiver.name


class Ready(Generic[Receiver]):
    """The receivers that have something to read, and when each came to have it."""

    def __init__(self) -> None:
        self._since: dict[Receiver, tuple[int, int]] = {}
        self._orders = itertools.count()

    def add(self, receiver: Receiver, number: int) -> None:
        self._since[receiver] = number, next(self._orders)

    def remove(self, receiver: Receiver) -> None:
        del self._since[receiver]

    def take(self, chosen: Candidate) -> Receiver:
        """The receiver of this candidate, which is removed."""
        receiver = next(each for each in self._since if each is chosen.receiver)
        self.remove(receiver)
        return receiver

    def __len__(self) -> int:
        return len(self._since)

    def candidates(self) -> list[Candidate]:
        """Each channel of each receiver; the first one is what the policy fifo delivers."""
        found: list[Candidate] = []
        for receiver, (number, order) in self._since.items():
            for sender, index, sent in firsts(receiver.lane) or [("", 0, 0)]:
                rank = number if index == 0 else max(number, sent)
                found.append(Candidate((rank, order, index), receiver, sender, index))
        return sorted(found) if len(found) > 1 else found  # no two have the same rank


def firsts(lane: Sequence[Envelope]) -> list[tuple[str, int, int]]:
    """Each sender in the lane, where its first envelope stands and that envelope's number."""
    if len(lane) == 1:
        return [(lane[0].sender, 0, lane[0].number)]
    seen: dict[str, tuple[int, int]] = {}
    for index, envelope in enumerate(itertools.islice(lane, WINDOW)):
        if envelope.sender not in seen:
            seen[envelope.sender] = index, envelope.number
    return [(sender, index, number) for sender, (index, number) in seen.items()]


def within_lane(receiver: Reader, lane: Sequence[Envelope]) -> list[Candidate]:
    """The channels of one receiver alone, for a further envelope of its turn."""
    return [Candidate((0, 0, index), receiver, sender, index) for sender, index, _ in firsts(lane)]


class ByChannel(Policy[Receiver]):
    """Chooses a channel for each turn, then one for each further envelope of a batch."""

    def __init__(self) -> None:
        self._ready: Ready[Receiver] = Ready()
        self._receiver: Receiver | None = None
        self._first: tuple[Sequence[Envelope], int] | None = None
        self.step = 0

    @abstractmethod
    def pick(self, candidates: list[Candidate]) -> int:
        """The index of one of them."""

    def add(self, receiver: Receiver, number: int) -> None:
        self._ready.add(receiver, number)

    def pop(self) -> Receiver:
        self.step += 1
        candidates = self._ready.candidates()
        chosen = candidates[self.pick(candidates)]
        receiver = self._ready.take(chosen)
        self._receiver, self._first = receiver, (receiver.lane, chosen.place)
        return receiver

    def __len__(self) -> int:
        return len(self._ready)

    def choose(self, lane: deque[Envelope]) -> int:
        first, self._first = self._first, None
        if first is not None and first[0] is lane:
            return first[1]
        self.step += 1
        candidates = within_lane(self._popped(), lane)
        return candidates[self.pick(candidates)].place

    def batch_max(self, limit: int) -> int:
        return limit

    def _popped(self) -> Receiver:
        if self._receiver is None:
            raise RuntimeError("a lane is read before any receiver was chosen")
        return self._receiver
