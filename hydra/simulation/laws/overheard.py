"""What was overheard of one process, as a value: taken at the instant of its end, so that nothing it does later counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hydra.runtime.spec import SupervisorSpec
from hydra.simulation.laws.life_record import Living
from hydra.simulation.laws.otp import Happened
from hydra.simulation.laws.wire_record import WrittenOrder


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """How a process stood at an instant at which nothing was left to do: who lives (`began` is in market microseconds), how
    many messages wait for whom, and how far its journal has come on disk and in what it published."""

    at_us: int
    living: Mapping[str, Living]
    mailboxes: Mapping[str, int]
    journal_seq: int
    published_seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Overheard:
    """Instants are market microseconds, but those of `happened`, which the process counts from its own beginning.

    `stale`, `twice`, `lost`, `overlaps`, `timers`, `bursts` and `unreadable` are sentences without a law. `killed`: it did
    not end in order. `open_asks` are those of the outside that nobody has ended. `escalated_us` is when its root gave up,
    `said` what it told its operator on stderr.
    """

    process_n: int
    tree: SupervisorSpec
    began_us: int
    ended_us: int
    killed: bool
    orders: tuple[WrittenOrder, ...] = ()
    bursts: tuple[str, ...] = ()
    unreadable: tuple[str, ...] = ()
    stale: tuple[str, ...] = ()
    twice: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    open_asks: tuple[str, ...] = ()
    happened: tuple[Happened, ...] = ()
    overlaps: tuple[str, ...] = ()
    escalated_us: int | None = None
    timers: tuple[str, ...] = ()
    rest: Rest | None = None
    said: tuple[str, ...] = ()
