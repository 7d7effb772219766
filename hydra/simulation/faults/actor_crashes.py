"""How actors fail by themselves: anywhere in a turn, again and again, at their start."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import cast, get_args

from hydra.simulation.disk import Trap
from hydra.simulation.faults.actor_victims import VICTIMS, killing, one_of, set_trap, traps_of
from hydra.simulation.faults.base import Arena, Fault, Kind, Scope, Undo, lasting, within
from hydra.simulation.faults.journal import STATEMENTS_MAX, TRAP_S, set_at_disk
from hydra.simulation.faults.trap_kinds import AtWork, Crashes, CrashesAlways, FailsStarts, Injected, Place

TELLS_MAX = 8

EXOTIC: Mapping[str, Callable[[], BaseException]] = {
    "SystemExit": lambda: SystemExit("an exit that a fault wanted"),
    "KeyboardInterrupt": lambda: KeyboardInterrupt("an interrupt that a fault wanted"),
    "MemoryError": lambda: MemoryError("a shortage that a fault wanted"),
}


def _draw_place(chance: Random) -> str:
    place = chance.choice(get_args(Place))
    return place if place in ("start", "end") else f"{place} {round(TELLS_MAX ** chance.random())}"


def _draw_crash(chance: Random, scope: Scope) -> Fault:
    target = f"{chance.choice(VICTIMS)} {_draw_place(chance)}"
    return Fault(kind="actor.crash_in_handler", at_s=within(chance, scope), target=target)


def _begin_crash(arena: Arena, fault: Fault, chance: Random) -> Undo | None:
    pattern, *place = fault.target.split()
    return crash_trap(arena, pattern, _place_of(place), lambda: Injected(f"it fails, {' '.join(place)}"))


def _draw_exotic(chance: Random, scope: Scope) -> Fault:
    target = f"{chance.choice(VICTIMS)} {chance.choice(list(EXOTIC))} {_draw_place(chance)}"
    return Fault(kind="actor.crash_exotic", at_s=within(chance, scope), target=target)


def _begin_exotic(arena: Arena, fault: Fault, chance: Random) -> Undo | None:
    pattern, name, *place = fault.target.split()
    return crash_trap(arena, pattern, _place_of(place), EXOTIC[name])


def _place_of(words: list[str]) -> tuple[Place, int]:
    return cast(Place, words[0]), int(words[1]) if len(words) > 1 else 0


def crash_trap(arena: Arena, pattern: str, where: tuple[Place, int], error: Callable[[], BaseException]) -> Undo:
    place, nth = where
    trap = Crashes(
        world=arena.world,
        pattern=pattern,
        place=place,
        nth=nth,
        error=error,
        tell=lambda name: arena.note(f"{name} crashes, {place} {nth or 'of a turn'}"),
    )
    return set_trap(arena, trap)


def _draw_at_write(chance: Random, scope: Scope) -> Fault:
    at_s, nth = within(chance, scope), round(lasting(chance, 1.0, STATEMENTS_MAX))
    target = chance.choice(("before", "after"))
    return Fault(kind="actor.crash_at_write", at_s=at_s, for_s=TRAP_S, target=target, amount=nth)


def _begin_at_write(arena: Arena, fault: Fault, chance: Random) -> Undo | None:
    """What others write to the journal's file, last words for instance, is not counted."""
    text = f"{fault.target} statement {fault.amount:g}"

    def spring() -> None:
        arena.note(f"journal crashes, {text}")
        raise Injected(f"it fails, {text}")

    at_work = AtWork(name="journal")
    away = traps_of(arena).add(at_work)
    trap = Trap(round(fault.amount), spring, is_after=fault.target == "after", counts=lambda statement: at_work.now)
    off = set_at_disk(arena, trap)

    def undo() -> None:
        away()
        if off is not None:
            off()

    return undo


def _draw_crash_loop(chance: Random, scope: Scope) -> Fault:
    at_s, for_s = within(chance, scope), lasting(chance, 5.0, 120.0)
    return Fault(kind="actor.crash_loop", at_s=at_s, for_s=for_s, target=chance.choice(VICTIMS))


def _begin_crash_loop(arena: Arena, fault: Fault, chance: Random) -> Undo | None:
    victim = one_of(arena, fault.target, chance)
    return traps_of(arena).add(CrashesAlways(victim=victim)) if victim else None


def _draw_start_fails(chance: Random, scope: Scope) -> Fault:
    times = chance.randint(1, 5)
    target = f"{chance.choice(VICTIMS)} {chance.choice(('early', 'late'))}"
    return Fault(kind="actor.start_fails", at_s=within(chance, scope), target=target, amount=times)


def _begin_start_fails(arena: Arena, fault: Fault, chance: Random) -> Undo | None:
    pattern, when = fault.target.split()
    victim = one_of(arena, pattern, chance)
    if not victim:
        return None
    away = traps_of(arena).add(FailsStarts(victim=victim, times=round(fault.amount), late=when == "late"))
    killing(arena, victim)()
    return away


KINDS: tuple[Kind, ...] = (
    Kind(
        name="actor.crash_in_handler",
        suffers="actor",
        rows=(3,),
        sentence="An actor fails in a turn: at its start or end, or before or after the n-th message it tells.",
        draw=_draw_crash,
        begin=_begin_crash,
    ),
    Kind(
        name="actor.crash_at_write",
        suffers="actor",
        rows=(3,),
        sentence="The journal's actor fails before or after its amount-th statement: a begin, an insert, a commit, any.",
        draw=_draw_at_write,
        begin=_begin_at_write,
    ),
    Kind(
        name="actor.crash_exotic",
        suffers="actor",
        rows=(4,),
        sentence="The same with an exception that would end a process: SystemExit, KeyboardInterrupt, MemoryError.",
        draw=_draw_exotic,
        begin=_begin_exotic,
    ),
    Kind(
        name="actor.start_fails",
        suffers="actor",
        rows=(5,),
        sentence="An actor is killed, and its next starts (amount) fail: before anything is opened, or after.",
        draw=_draw_start_fails,
        begin=_begin_start_fails,
    ),
    Kind(
        name="actor.crash_loop",
        suffers="actor",
        rows=(6,),
        sentence="An actor (target) fails in each of its turns for a while, perhaps beyond its supervisor's intensity.",
        draw=_draw_crash_loop,
        begin=_begin_crash_loop,
    ),
)
