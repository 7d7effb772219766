"""How actors are late: hung in a turn, slow in every turn, woken late by their timers."""

from __future__ import annotations

from random import Random

from hydra.simulation.faults.actor_victims import VICTIMS, set_trap, traps_of
from hydra.simulation.faults.base import Arena, Fault, Kind, Scope, Undo, lasting, within
from hydra.simulation.faults.trap_kinds import Hangs, LateTimers, Slow

REPLACEABLE = ("risk", "router", "monitor", "exit", "strategy/*", "router/*")
"""A hang of the journal or the broker ends the process instead; alerts and reporter are not watched so soon."""


def _draw_hang(chance: Random, scope: Scope) -> Fault:
    at_s, for_s = within(chance, scope), lasting(chance, 0.2, 60.0)
    return Fault(kind="actor.hang", at_s=at_s, for_s=for_s, target=chance.choice(VICTIMS))


def _draw_zombie(chance: Random, scope: Scope) -> Fault:
    at_s, for_s = within(chance, scope), lasting(chance, 31.0, 300.0)
    return Fault(kind="actor.zombie", at_s=at_s, for_s=for_s, target=chance.choice(REPLACEABLE))


def _begin_hang(arena: Arena, fault: Fault, chance: Random) -> Undo | None:
    trap = Hangs(world=arena.world, pattern=fault.target, tell=lambda name: arena.note(f"{name} hangs"))
    away = set_trap(arena, trap)

    def over() -> None:
        away()
        trap.end()

    return over


def _draw_slow(chance: Random, scope: Scope) -> Fault:
    at_s, for_s = within(chance, scope), lasting(chance, 5.0, 300.0)
    turn_s = lasting(chance, 0.01, 5.0)
    return Fault(kind="actor.slow", at_s=at_s, for_s=for_s, target=chance.choice(VICTIMS), amount=turn_s)


def _begin_slow(arena: Arena, fault: Fault, chance: Random) -> Undo | None:
    return traps_of(arena).add(Slow(pattern=fault.target, turn_s=fault.amount))


def _draw_late_timers(chance: Random, scope: Scope) -> Fault:
    at_s, for_s = within(chance, scope), lasting(chance, 5.0, 300.0)
    return Fault(kind="actor.late_timers", at_s=at_s, for_s=for_s, amount=lasting(chance, 0.01, 5.0))


def _begin_late_timers(arena: Arena, fault: Fault, chance: Random) -> Undo | None:
    return traps_of(arena).add(LateTimers(latest_s=fault.amount, chance=chance))


KINDS: tuple[Kind, ...] = (
    Kind(
        name="actor.hang",
        suffers="actor",
        rows=(7,),
        sentence="A turn of an actor (target) does not return for a while; journal and broker may end the process.",
        draw=_draw_hang,
        begin=_begin_hang,
    ),
    Kind(
        name="actor.zombie",
        suffers="actor",
        rows=(8,),
        sentence="An actor (target) hangs until it has long been replaced; then it goes on where it was.",
        draw=_draw_zombie,
        begin=_begin_hang,
    ),
    Kind(
        name="actor.slow",
        suffers="actor",
        rows=(9,),
        sentence="An actor (target) needs so many seconds (amount) for each turn: its mailbox fills, quotes are merged.",
        draw=_draw_slow,
        begin=_begin_slow,
    ),
    Kind(
        name="actor.late_timers",
        suffers="actor",
        rows=(31,),
        sentence="Each timer fires late, by up to so many seconds (amount), never early, in order for each actor.",
        draw=_draw_late_timers,
        begin=_begin_late_timers,
    ),
)
