"""The cells of the recovery matrix as data: where an order stands, what the venue does meanwhile, who dies. Nothing acts.

A cell that cannot be has its reason in one table, so that what is left out is as readable as what is run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, get_args

from hydra.values import ChildKind

Point = Literal[
    "before intent",
    "after intent",
    "in the socket buffer",
    "sent unacknowledged",
    "acknowledged",
    "partly filled",
    "filled",
    "cancel sent",
    "modify sent",
]
Action = Literal[
    "nothing",
    "fill",
    "partial",
    "cancel",
    "reject",
    "hide from listings",
    "fill then correct",
    "manual counter-trade",
    "restart",
]
Victim = Literal["journal", "broker", "risk", "router", "monitor", "exit", "child", "link", "process"]

POINTS: tuple[Point, ...] = get_args(Point)
ACTIONS: tuple[Action, ...] = get_args(Action)
VICTIMS: tuple[Victim, ...] = get_args(Victim)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One drama. Which kind of child works the order, and what a correction changes, follow from its place."""

    point: Point
    action: Action
    victim: Victim

    def __str__(self) -> str:
        return f"{self.point} / {self.action} / {self.victim}"

    @property
    def place(self) -> tuple[int, int, int]:
        """Row, column and layer, from 0."""
        return POINTS.index(self.point), ACTIONS.index(self.action), VICTIMS.index(self.victim)

    @property
    def kind(self) -> ChildKind:
        """Every pair of point and action, action and victim, victim and point meets both kinds."""
        return (ChildKind.PATIENCE, ChildKind.TWAP)[sum(self.place) % 2]

    @property
    def corrects_quantity(self) -> bool:
        """A correction changes how much was traded, not only the price."""
        return self.place[2] % 2 == 1


OF_THE_ORDER: tuple[Action, ...] = ("fill", "partial", "cancel", "reject", "hide from listings", "fill then correct")
"""What the venue can do only to an order that reaches it."""
STOPS: dict[Point, tuple[Victim, ...]] = {
    "before intent": ("journal", "broker", "link", "process"),
    "after intent": ("broker", "link", "process"),
    "in the socket buffer": ("link", "process"),
}
"""Whose death at which point takes the order with it: it is never committed, its session is over, or its bytes are lost. A
broker's actor that dies closes its socket, which still sends what is in its buffer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why some cells cannot be."""

    sentence: str
    holds: Callable[[Cell], bool]


REASONS: tuple[Reason, ...] = (
    Reason(
        sentence="hydra never changes an order that it has sent: it cancels it and sends another; no modify is on the wire",
        holds=lambda cell: cell.point == "modify sent",
    ),
    Reason(
        sentence="this death takes the order with it before it reaches the venue, which can do nothing to what it never saw",
        holds=lambda cell: cell.victim in STOPS.get(cell.point, ()) and cell.action in OF_THE_ORDER,
    ),
    Reason(
        sentence="the venue rejects an order at its door; one that it has taken it cancels, which is a column of its own",
        holds=lambda cell: cell.action == "reject" and cell.point in ("acknowledged", "partly filled", "filled"),
    ),
    Reason(
        sentence="nothing is left of a filled order that could trade or be cancelled",
        holds=lambda cell: cell.point == "filled" and cell.action in ("fill", "partial", "cancel"),
    ),
)


def impossible(cell: Cell) -> str:
    """Why this cell cannot be, in a sentence; empty when it can."""
    return next((reason.sentence for reason in REASONS if reason.holds(cell)), "")


def every_cell() -> Iterator[Cell]:
    """The whole matrix, impossible cells too."""
    for point in POINTS:
        for action in ACTIONS:
            for victim in VICTIMS:
                yield Cell(point=point, action=action, victim=victim)


def possible_cells() -> tuple[Cell, ...]:
    """Those that are run."""
    return tuple(cell for cell in every_cell() if not impossible(cell))


SQUARES = (0, 2, 5, 7)
"""The Latin squares of the slice, by the sum of a cell's places."""


def chosen_slice() -> tuple[Cell, ...]:
    """Four of the nine Latin squares that the matrix is made of: of each pair of point and action four victims, of each pair
    of action and victim four points, of each pair of victim and point four actions, as far as they can be."""
    return tuple(cell for cell in possible_cells() if sum(cell.place) % len(VICTIMS) in SQUARES)
