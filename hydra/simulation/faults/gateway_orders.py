"""What a gateway does to orders and executions on their way: it loses, delays, doubles, reorders, hides, rejects, corrects.

Each kind is one of hydra/gateway/faults_orders.py, with what chance draws for it. `reject_change` is left out: hydra never
changes an order that it has sent.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from hydra.gateway.fault_kinds import FAULTS
from hydra.simulation.faults.at_gateway import inject
from hydra.simulation.faults.base import Arena, Fault, Kind, Scope, Undo, lasting, within

Span = tuple[float, float]
"""The shortest and the longest, seconds."""

WHILE: Span = (5.0, 300.0)
MOMENT: Span = (1.0, 8.0)
"""Shorter than hydra's settle_s: a gateway that denies an order for longer is believed, and a person must look."""
STALE_S_MAX = 2.0
"""Two listings, settle_quiet_s and a second look apart, never show the same stale position."""
SHARES_MAX = 60
CENTS_MAX = 50
REFUSING = "the line flickered"
FLICKER_S = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shape:
    """How chance draws one: how long it lasts (an instant if empty), its amount, its target."""

    span: Span | None = None
    amount: Callable[[Random], float] = lambda _chance: 0.0
    target: Callable[[Random, Scope], str] = lambda _chance, _scope: ""


def _seconds(shortest_s: float, longest_s: float) -> Callable[[Random], float]:
    return lambda chance: lasting(chance, shortest_s, longest_s)


def _whole(lowest: int, highest: int) -> Callable[[Random], float]:
    """A whole number, never 0."""
    return lambda chance: float(chance.choice([n for n in range(lowest, highest + 1) if n]))


def _of(*choices: str) -> Callable[[Random, Scope], str]:
    return lambda chance, _scope: chance.choice(choices)


def _symbol(chance: Random, scope: Scope) -> str:
    return chance.choice(list(scope.symbols))


def _symbol_or_all(chance: Random, scope: Scope) -> str:
    return chance.choice(["", *scope.symbols])


def _any_choice(kind: str) -> Callable[[Random, Scope], str]:
    return _of("", *FAULTS[kind].choices)


def _cents(chance: Random) -> float:
    return _whole(-CENTS_MAX, CENTS_MAX)(chance) / 100


ENDS = ("", "openOrderEnd", "completedOrdersEnd", "execDetailsEnd", "positionEnd", "accountDownloadEnd")


def _flicker(arena: Arena, fault: Fault, chance: Random) -> Undo | None:
    """The fault shows best to a client that connects, and lists everything: so the line breaks for a moment."""
    undo = inject(arena, fault, chance)
    arena.network.cut(refusing=REFUSING)
    arena.later(FLICKER_S, lambda: arena.network.accept() if arena.network.refusing == REFUSING else None)
    return undo


def _kind(
    bare: str,
    rows: Sequence[int],
    shape: _Shape,
    begin: Callable[[Arena, Fault, Random], Undo | None] = inject,
) -> Kind:
    name = f"gateway.{bare}"

    def draw(chance: Random, scope: Scope) -> Fault:
        at_s = within(chance, scope)
        for_s = lasting(chance, *shape.span) if shape.span else 0.0
        return Fault(kind=name, at_s=at_s, for_s=for_s, target=shape.target(chance, scope), amount=shape.amount(chance))

    sentence = FAULTS[bare].sentence
    return Kind(name=name, suffers="gateway", rows=tuple(rows), sentence=sentence, draw=draw, begin=begin)


KINDS: tuple[Kind, ...] = (
    _kind("ack_lost", [21], _Shape(span=WHILE)),
    _kind("fill_before_ack", [21], _Shape(span=WHILE, amount=_seconds(0.05, 20))),
    _kind("status_lost", [21], _Shape(span=WHILE)),
    _kind("status_late", [21], _Shape(span=WHILE, amount=_seconds(0.05, 20))),
    _kind("status_duplicated", [21], _Shape(span=WHILE, amount=_seconds(0.01, 20))),
    _kind("status_reordered", [21], _Shape(span=WHILE, amount=_seconds(0.05, 10))),
    _kind("execution_late", [21, 22], _Shape(span=WHILE, amount=_seconds(0.05, 20))),
    _kind("execution_lost", [21, 22], _Shape(span=WHILE)),
    _kind("commission_late", [23], _Shape(span=WHILE, amount=_seconds(0.05, 60))),
    _kind("commission_missing", [23], _Shape(span=WHILE)),
    _kind("correction_price", [23], _Shape(target=_symbol_or_all, amount=_cents)),
    _kind("correction_quantity", [23], _Shape(target=_symbol_or_all, amount=_whole(1, SHARES_MAX))),
    _kind("bust", [23], _Shape(target=_symbol_or_all)),
    _kind("end_marker_missing", [26], _Shape(span=WHILE, target=_of(*ENDS))),
    _kind("unlisted_order", [26], _Shape(span=MOMENT, target=_symbol_or_all), _flicker),
    _kind("unlisted_completed", [26], _Shape(span=MOMENT, target=_symbol_or_all), _flicker),
    _kind("unlisted_execution", [26], _Shape(span=MOMENT, target=_symbol_or_all), _flicker),
    _kind("late_listing", [26], _Shape(span=WHILE, amount=_seconds(0.01, MOMENT[1]))),
    _kind("stale_positions", [26], _Shape(span=WHILE, amount=_seconds(0.05, STALE_S_MAX))),
    _kind("client_id_busy", [13], _Shape(span=WHILE, amount=_seconds(1, 60)), _flicker),
    _kind("order_id_rollback", [25], _Shape(span=WHILE, amount=_whole(1, 1000)), _flicker),
    _kind("reject_new", [24], _Shape(span=WHILE)),
    _kind("reject_inactive", [24], _Shape(span=WHILE)),
    _kind("inactive_then_live", [24], _Shape(span=WHILE, amount=_seconds(0.05, 30))),
    _kind("false_cancel_errors", [24], _Shape(span=WHILE, target=_any_choice("false_cancel_errors"))),
    _kind("connection_lost_order", [24], _Shape(span=WHILE, target=_any_choice("connection_lost_order"))),
    _kind("cancel_refused", [24], _Shape(span=WHILE, target=_any_choice("cancel_refused"))),
    _kind("cancel_lost", [24], _Shape(span=WHILE)),
    _kind("cancel_fill_race", [24], _Shape(span=WHILE, amount=_seconds(0.01, 5))),
    _kind("cancel_localized", [24], _Shape(span=WHILE)),
    _kind("manual_trade", [27], _Shape(target=_symbol, amount=_whole(-SHARES_MAX, SHARES_MAX))),
    _kind("manual_cancel", [24, 27], _Shape(target=_symbol_or_all)),
)
