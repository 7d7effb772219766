"""The schedules that a virtual world can be run under, by name. Each keeps the order within a channel and loses nothing."""

from __future__ import annotations

import random
from collections import deque
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from hydra.runtime.channels import ByChannel, Candidate
from hydra.runtime.schedule import Fifo, Hold, Policy, Receiver, Shuffled

if TYPE_CHECKING:
    from collections.abc import Sequence

STARVED_STEPS_MAX = 200
FED_STEPS_MAX = 50
DEPTH_MAX = 4
ROUND_STEPS = (50, 5_000)
NAMES = f"fifo, random, starve:NAME, pct:1 to pct:{DEPTH_MAX}, hold"


def policy_of(text: str, *, seed: int, holds: Sequence[Hold] = ()) -> Policy[Receiver]:
    """`fifo`: the order of sending. `random`: any receiver, then any sender. `starve:NAME` (a pattern, as of files): that
    receiver only when nobody else can be, for stretches. `pct:D`: random priorities of channels that change D - 1 times a
    round (Burckhardt and others 2010: finds orders of depth D). `hold`: the order of sending, but for the holds.

    Raises ValueError for any other text.
    """
    name, _, argument = text.partition(":")
    chance = random.Random(f"{seed}/runtime/schedule")
    match name:
        case "fifo" if not argument:
            return Fifo()
        case "random" if not argument:
            return Shuffled(chance)
        case "hold" if not argument:
            return Held(holds)
        case "starve" if argument:
            return Starving(argument, chance)
        case "pct" if argument.isdecimal() and 1 <= int(argument) <= DEPTH_MAX:
            return Pct(int(argument), chance)
    raise ValueError(f"there is no schedule {text}; there are {NAMES}")


class Starving(ByChannel[Receiver]):
    """Random, with stretches in which receivers of one name wait while anybody else can be delivered to."""

    def __init__(self, name: str, chance: random.Random) -> None:
        super().__init__()
        self._name = name
        self._chance = chance
        self._starves = False
        self._left = 0
        self._is_meant: dict[str, bool] = {}  # bounded: one entry for each name of an actor

    def pick(self, candidates: list[Candidate]) -> int:
        if self._left == 0:
            self._starves = not self._starves
            self._left = self._chance.randint(1, STARVED_STEPS_MAX if self._starves else FED_STEPS_MAX)
        self._left -= 1
        fed = [index for index, each in enumerate(candidates) if not self._is_starved(each)]
        return self._chance.choice(fed) if fed else self._chance.randrange(len(candidates))

    def _is_starved(self, candidate: Candidate) -> bool:
        if not self._starves:
            return False
        name = candidate.receiver.name
        if name not in self._is_meant:
            self._is_meant[name] = fnmatchcase(name, self._name)
        return self._is_meant[name]

    def batch_max(self, limit: int) -> int:
        return self._chance.randint(1, limit) if limit else 0


class Pct(ByChannel[Receiver]):
    """Probabilistic concurrency testing. A world has no end that could be estimated, so it is done in rounds of random
    length, each with priorities of its own."""

    def __init__(self, depth: int, chance: random.Random) -> None:
        super().__init__()
        self._depth = depth
        self._chance = chance
        self._priorities: dict[tuple[str, str], float] = {}
        self._changes: dict[int, float] = {}
        self._round_ends_at = 0

    def pick(self, candidates: list[Candidate]) -> int:
        if self.step > self._round_ends_at:
            self._begin_round()
        index = self._foremost(candidates)
        lowered = self._changes.pop(self.step, None)
        if lowered is not None:
            self._priorities[candidates[index].channel] = lowered
            index = self._foremost(candidates)
        return index

    def _begin_round(self) -> None:
        shortest, longest = ROUND_STEPS
        length = round(shortest * (longest / shortest) ** self._chance.random())
        self._round_ends_at = self.step + length
        self._priorities.clear()
        self._changes = {self.step + self._chance.randrange(length): float(-change) for change in range(1, self._depth)}

    def _foremost(self, candidates: list[Candidate]) -> int:
        priorities = [self._priority(candidate.channel) for candidate in candidates]
        return priorities.index(max(priorities))

    def _priority(self, channel: tuple[str, str]) -> float:
        known = self._priorities.get(channel)
        if known is None:
            known = self._priorities[channel] = self._chance.random()
        return known

    def batch_max(self, limit: int) -> int:
        return self._chance.randint(1, limit) if limit and self._chance.random() < 0.5 else limit


class Held(ByChannel[Receiver]):
    """The order of sending, except that some channels are held back for a while."""

    def __init__(self, holds: Sequence[Hold]) -> None:
        super().__init__()
        self._holds: dict[tuple[str, str], deque[Hold]] = {}
        self._batches: dict[tuple[str, int], int] = {}
        for hold in sorted(holds, key=lambda hold: hold.from_step):
            if hold.batch:
                self._batches[hold.receiver, hold.from_step] = hold.batch
            else:
                self._holds.setdefault((hold.sender, hold.receiver), deque()).append(hold)

    def pick(self, candidates: list[Candidate]) -> int:
        for index, candidate in enumerate(candidates):
            if not self._is_held(candidate.channel):
                return index
        return 0

    def _is_held(self, channel: tuple[str, str]) -> bool:
        holds = self._holds.get(channel)
        if not holds:
            return False
        while holds and holds[0].from_step + holds[0].steps <= self.step:
            holds.popleft()
        return bool(holds) and holds[0].from_step <= self.step

    def batch_max(self, limit: int) -> int:
        return min(limit, self._batches.get((self._popped().name, self.step), limit))
