"""Every kind of fault by name. It only joins what the modules beside it say."""

from __future__ import annotations

from collections.abc import Mapping

from hydra.simulation.faults import actors, clock, gateway_link, gateway_orders, journal, market, network, operator, process
from hydra.simulation.faults.base import Kind

ROWS = range(1, 39)
"""Rows of the catalogue of faults (faults-and-invariants 4.2)."""
DRAWN_ROWS = (10, 38)
"""The order of messages and buggified knobs: drawn with a world, not let loose in it."""

_MODULES = (actors, network, gateway_orders, gateway_link, market, clock, journal, process, operator)


def _named() -> Mapping[str, Kind]:
    named: dict[str, Kind] = {}
    for module in _MODULES:
        for kind in module.KINDS:
            if kind.name in named:
                raise ValueError(f"two kinds of fault are called {kind.name}")
            named[kind.name] = kind
    return named


KINDS = _named()
