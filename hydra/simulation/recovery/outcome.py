"""What comes of a cell of the recovery matrix, as a value; nothing here acts."""

from __future__ import annotations

from dataclasses import dataclass

from hydra.simulation.recovery.cells import Cell
from hydra.simulation.recovery.counting import Counts


class DramaFailed(Exception):
    """The cell did not happen as its name says: the sentence tells where it stuck."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a cell. `recovery_s` is virtual seconds from the death to synchronised and trading permitted, or to
    PAUSED over a difference; None if that never came. `reached_venue`: the order that was caught did. `wrong` has every
    wrong thing in a sentence, empty when all is well."""

    cell: Cell
    counts: Counts
    recovery_s: float | None
    trading: str
    orders: int
    fills: int
    reached_venue: bool
    processes: int
    virtual_s: float
    digest: str
    wrong: tuple[str, ...]


def unhappened(cell: Cell, why: str) -> Outcome:
    """Of a cell that did not happen as its name says."""
    return Outcome(
        cell=cell,
        counts=Counts(),
        recovery_s=None,
        trading="",
        orders=0,
        fills=0,
        reached_venue=False,
        processes=0,
        virtual_s=0.0,
        digest="",
        wrong=(why,),
    )
