"""How a kind of network fault is written as one row: what it is called, what chance may draw, what it does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from hydra.simulation.faults.base import Arena, Fault, Kind, Scope, Undo, lasting, within

Begin = Callable[[Arena, Fault, Random], Undo | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """What chance draws: a length between two (log-uniform; without, it is an instant), one of the targets, an amount."""

    lasts_s: tuple[float, float] | None = None
    targets: tuple[str, ...] = ("",)
    amount: Callable[[Random], float] = lambda chance: 0.0


def row(name: str, rows: tuple[int, ...], sentence: str, begin: Begin, draw: Draw) -> Kind:
    """The kind `network.<name>`."""

    def drawn(chance: Random, scope: Scope) -> Fault:
        return Fault(
            kind=f"network.{name}",
            at_s=within(chance, scope),
            for_s=lasting(chance, *draw.lasts_s) if draw.lasts_s is not None else 0.0,
            target=chance.choice(draw.targets),
            amount=float(draw.amount(chance)),
        )

    return Kind(
        name=f"network.{name}", suffers="network", rows=rows, sentence=sentence, draw=drawn, begin=begin
    )
