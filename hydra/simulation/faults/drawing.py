"""How chance draws a fault of a kind, in one row: when, for how long, on whom, by how much."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from hydra.simulation.faults.base import Fault, Scope, lasting, within

Span = tuple[float, float]
"""The shortest and the longest, seconds."""


def nothing(_chance: Random) -> float:
    return 0.0


def everybody(_chance: Random, _scope: Scope) -> str:
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """`span` is how long it lasts, log-uniform; None makes an instant."""

    span: Span | None = None
    amount: Callable[[Random], float] = nothing
    target: Callable[[Random, Scope], str] = everybody

    def draw(self, kind: str, chance: Random, scope: Scope) -> Fault:
        """One fault of this kind, at a random instant of the scope."""
        at_s = within(chance, scope)
        for_s = 0.0 if self.span is None else lasting(chance, *self.span)
        target = self.target(chance, scope)
        return Fault(kind=kind, at_s=at_s, for_s=for_s, target=target, amount=self.amount(chance))


def seconds(shortest_s: float, longest_s: float) -> Callable[[Random], float]:
    """A length as an amount."""
    return lambda chance: lasting(chance, shortest_s, longest_s)


def one_of(*choices: float) -> Callable[[Random], float]:
    return lambda chance: chance.choice(choices)


def either_way(least: float, most: float) -> Callable[[Random], float]:
    """A fraction up or down, log-uniform."""
    return lambda chance: chance.choice((-1, 1)) * lasting(chance, least, most)


def word(*choices: str) -> Callable[[Random, Scope], str]:
    return lambda chance, _scope: chance.choice(choices)


def a_symbol(chance: Random, scope: Scope) -> str:
    return chance.choice(list(scope.symbols))


def a_symbol_or_all(chance: Random, scope: Scope) -> str:
    return chance.choice(["", *scope.symbols])
