"""The market jumps, halts, or shows ticks at which nobody can trade: the false is only shown, the real moves the fills."""

from __future__ import annotations

from functools import partial

from hydra.gateway.fault_kinds import FAULTS
from hydra.simulation.faults.at_gateway import inject
from hydra.simulation.faults.base import Kind
from hydra.simulation.faults.drawing import Shape, a_symbol, a_symbol_or_all, either_way, one_of, seconds

WHILE = (1.0, 300.0)
LULD = (300.0, 900.0)
"""A volatility halt lasts five minutes, or more."""


def _kind(bare: str, rows: tuple[int, ...], shape: Shape) -> Kind:
    name = f"market.{bare}"
    sentence = FAULTS[bare].sentence
    return Kind(name=name, suffers="market", rows=rows, sentence=sentence, draw=partial(shape.draw, name), begin=inject)


KINDS: tuple[Kind, ...] = (
    _kind("gap", (28,), Shape(span=(10.0, 1800.0), amount=either_way(0.002, 0.2), target=a_symbol_or_all)),
    _kind("halt", (29,), Shape(span=LULD, amount=either_way(0.001, 0.1), target=a_symbol)),
    _kind("quote_zero", (28,), Shape(span=WHILE, amount=one_of(0, -1, 0.0001, 1e9), target=a_symbol_or_all)),
    _kind("quote_unset", (28,), Shape(span=WHILE, target=a_symbol_or_all)),
    _kind("quote_sizeless", (28,), Shape(span=WHILE, target=a_symbol_or_all)),
    _kind("quote_crossed", (28,), Shape(span=WHILE, amount=seconds(0.001, 0.2), target=a_symbol_or_all)),
    _kind("quote_frozen", (28,), Shape(span=WHILE, amount=one_of(0, 0, 1, 5), target=a_symbol_or_all)),
    _kind("quote_burst", (28,), Shape(amount=one_of(50, 200, 800), target=a_symbol_or_all)),
    _kind("quote_stale_first", (28,), Shape(span=(60.0, 1800.0), amount=seconds(20.0, 3600.0))),
)
