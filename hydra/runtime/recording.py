"""Takes down how a run under any policy differs from the order of sending, as holds of channels: a unit that can be left
out one by one. It changes nothing in the run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hydra.runtime.channels import Candidate, Ready, within_lane
from hydra.runtime.schedule import Hold, Policy, Receiver

if TYPE_CHECKING:
    from collections import deque
    from collections.abc import Sequence

    from hydra.runtime.envelope import Envelope

Channel = tuple[str, str]


class Recorded(Policy[Receiver]):
    """Stands around the policy that decides. A channel is held from the first step at which it was passed over to the last
    one before it was chosen; at steps between, where it was not passed over, holding it changes nothing."""

    def __init__(self, policy: Policy[Receiver]) -> None:
        self._policy = policy
        self._ready: Ready[Receiver] = Ready()
        self._popped: Receiver | None = None
        self._turn: tuple[list[Candidate], Sequence[Envelope]] | None = None
        self._step = 0
        self._passed: dict[Channel, tuple[int, int]] = {}
        self._holds: list[Hold] = []

    def holds(self) -> tuple[Hold, ...]:
        """Those of the run so far."""
        self._settle_turn(0)
        for channel in list(self._passed):
            self._close(channel)
        return tuple(sorted(self._holds, key=lambda hold: (hold.from_step, hold.receiver, hold.sender)))

    def add(self, receiver: Receiver, number: int) -> None:
        self._policy.add(receiver, number)
        self._ready.add(receiver, number)

    def pop(self) -> Receiver:
        self._settle_turn(0)
        self._step += 1
        candidates = self._ready.candidates()
        receiver = self._policy.pop()
        self._ready.remove(receiver)
        self._popped, self._turn = receiver, (candidates, receiver.lane)
        return receiver

    def __len__(self) -> int:
        return len(self._policy)

    def choose(self, lane: deque[Envelope]) -> int:
        index = self._policy.choose(lane)
        if self._turn is not None and self._turn[1] is lane:
            self._settle_turn(index)
            return index
        self._settle_turn(0)
        self._step += 1
        if self._popped is not None:
            self._settle(within_lane(self._popped, lane), index)
        return index

    def batch_max(self, limit: int) -> int:
        size = self._policy.batch_max(limit)
        if self._popped is not None and size < min(limit, self._popped.waiting):
            hold = Hold(sender="", receiver=self._popped.name, from_step=self._step, steps=1, batch=size)
            self._holds.append(hold)
        return size

    def _settle_turn(self, index: int) -> None:
        """The channel of the turn is known: the one whose first envelope stands at this place of the receiver's lane."""
        turn, self._turn = self._turn, None
        if turn is not None:
            self._settle(turn[0], index)

    def _settle(self, candidates: list[Candidate], index: int) -> None:
        for candidate in candidates:
            if candidate.receiver is self._popped and candidate.place == index:
                self._close(candidate.channel)
                return
            first, _ = self._passed.get(candidate.channel, (self._step, 0))
            self._passed[candidate.channel] = first, self._step

    def _close(self, channel: Channel) -> None:
        """It is delivered now, or the run is over: it was held until the last step at which it was passed over."""
        first, last = self._passed.pop(channel, (0, 0))
        if first:
            sender, receiver = channel
            self._holds.append(Hold(sender=sender, receiver=receiver, from_step=first, steps=last - first + 1))
