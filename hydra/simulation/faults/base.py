"""A fault as data, a kind of fault as a row of a table, and the arena in which a fault is let loose.

A plan of faults is a list of data: it can be printed, stored, replayed and shrunk. A fault rolls only its own dice, so
taking one out of a plan leaves the others what they were.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from hydra.gateway.gateway import Gateway
    from hydra.runtime.virtual import VirtualWorld
    from hydra.simulation.network import MemoryNetwork
    from hydra.simulation.world import Venue
    from hydra.supervisor.desk import Desk

Suffers = Literal["actor", "network", "gateway", "market", "clock", "journal", "operator", "process"]
PowerLoss = Literal["landing", "lost"]
"""What becomes of bytes that the dead process had written: they still reach the gateway, or they do not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that goes wrong. `at_s` and `for_s` are market seconds, `at_s` since the first process began; `for_s` of
    0 is an instant. What `target` and `amount` mean, the kind says."""

    kind: str
    at_s: float
    for_s: float = 0.0
    target: str = ""
    amount: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a drawing may know: the span in which faults may happen (market seconds), and the traded symbols."""

    from_s: float
    until_s: float
    symbols: Sequence[str]


Undo = Callable[[], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of fault. `rows` are those of the catalogue (faults-and-invariants 4.2) that it injects.

    `draw` makes one at a random instant of the scope. `begin` lets it loose, at its time, in the arena of the process that
    lives then, and returns how it is undone, for one that lasts; the undoing comes after `for_s`, or when the faults are
    to stop, or never if the process dies before. It rolls only the dice it is given. A kind whose `begin` finds nothing to
    hurt (no such actor, no connection) does nothing and says so by `arena.missed`.
    """

    name: str
    suffers: Suffers
    rows: tuple[int, ...]
    sentence: str
    draw: Callable[[Random, Scope], Fault]
    begin: Callable[[Arena, Fault, Random], Undo | None]


@dataclass(slots=True, kw_only=True)
class Arena:
    """One process with its gateway, as faults see it. `kill_process` ends the process at this very instant: nothing it
    does afterwards reaches the wire, and its journal is what was committed before."""

    world: VirtualWorld
    desk: Desk
    network: MemoryNetwork
    venue: Venue
    kill_process: Callable[[str, PowerLoss], None]
    note: Callable[[str], None]
    missed: Callable[[str], None]
    tools: dict[str, Any]
    """What a group of faults keeps for the length of one process, under its own key."""

    @property
    def gateway(self) -> Gateway:
        return self.venue.gateway

    def later(self, delay_s: float, act: Callable[[], None]) -> None:
        """In this many virtual seconds, if the process still lives then."""
        self.world.loop.call_later(delay_s, act)


def within(chance: Random, scope: Scope) -> float:
    """A random instant of the scope, in whole milliseconds."""
    return round(chance.uniform(scope.from_s, scope.until_s), 3)


def lasting(chance: Random, shortest_s: float, longest_s: float) -> float:
    """A random length, log-uniform: short ones are as frequent as long ones. Whole milliseconds."""
    span: float = (longest_s / shortest_s) ** chance.random()
    return round(shortest_s * span, 3)
