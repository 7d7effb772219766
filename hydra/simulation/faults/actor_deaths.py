"""How actors and their supervisors are killed: at any message boundary, alone or together."""

from __future__ import annotations

from random import Random

from hydra.simulation.faults.actor_crashes import crash_trap
from hydra.simulation.faults.actor_victims import STATIC, VICTIMS, killing, living, one_of, set_trap
from hydra.simulation.faults.base import Arena, Fault, Kind, Scope, Undo, within
from hydra.simulation.faults.trap_kinds import AfterTurns, AtStart, Injected, KillsWaiting

SUPERVISORS = ("routing", "routing", "outer", "hydra")
TURNS_MAX = 200


def _draw_kill(chance: Random, scope: Scope) -> Fault:
    turns = round(TURNS_MAX ** chance.random()) - 1
    return Fault(kind="actor.kill", at_s=within(chance, scope), target=chance.choice(VICTIMS), amount=turns)


def _begin_kill(arena: Arena, fault: Fault, chance: Random) -> Undo | None:
    victim = one_of(arena, fault.target, chance)
    if not victim:
        return None
    if fault.amount < 1:
        killing(arena, victim)()
        return None
    return set_trap(arena, AfterTurns(turns=round(fault.amount), act=killing(arena, victim)))


def _draw_kill_waiting(chance: Random, scope: Scope) -> Fault:
    answered = float(chance.random() < 0.5)
    return Fault(kind="actor.kill_waiting", at_s=within(chance, scope), target=chance.choice(VICTIMS), amount=answered)


def _begin_kill_waiting(arena: Arena, fault: Fault, chance: Random) -> Undo | None:
    victim = one_of(arena, fault.target, chance)
    if not victim:
        return None
    trap = KillsWaiting(victim=victim, answered=bool(fault.amount), kill=killing(arena, victim))
    return set_trap(arena, trap)


def _draw_kill_many(chance: Random, scope: Scope) -> Fault:
    names = chance.sample(STATIC, chance.randint(2, len(STATIC)))
    while_restarting = float(chance.random() < 0.5)
    return Fault(kind="actor.kill_many", at_s=within(chance, scope), target=",".join(names), amount=while_restarting)


def _begin_kill_many(arena: Arena, fault: Fault, chance: Random) -> Undo | None:
    first, *others = fault.target.split(",")
    rest = [killing(arena, name) for name in others]

    def kill_others() -> None:
        for kill in rest:
            kill()

    if not living(arena, first):
        arena.missed(f"no actor {first} lives")
        return None
    killing(arena, first)()
    if fault.amount < 1:
        kill_others()
        return None
    return set_trap(arena, AtStart(victim=first, act=kill_others))


def _draw_kill_supervisor(chance: Random, scope: Scope) -> Fault:
    crashes = float(chance.random() < 0.5)
    target = chance.choice(SUPERVISORS)
    return Fault(kind="actor.kill_supervisor", at_s=within(chance, scope), target=target, amount=crashes)


def _begin_kill_supervisor(arena: Arena, fault: Fault, chance: Random) -> Undo | None:
    if not living(arena, fault.target):
        arena.missed(f"no supervisor {fault.target} lives")
        return None
    if fault.amount < 1:
        killing(arena, fault.target)()
        return None
    children = [row.name for row in arena.world.actors() if row.supervisor == fault.target and row.state == "running"]
    undo = crash_trap(arena, fault.target, ("start", 0), lambda: Injected("a supervisor fails"))
    if children:
        killing(arena, chance.choice(children))()
    return undo


KINDS: tuple[Kind, ...] = (
    Kind(
        name="actor.kill",
        suffers="actor",
        rows=(1,),
        sentence="An actor (target) is killed at a message boundary: at once, or at the amount-th one of anybody.",
        draw=_draw_kill,
        begin=_begin_kill,
    ),
    Kind(
        name="actor.kill_waiting",
        suffers="actor",
        rows=(2,),
        sentence="An actor (target) is killed when it has told somebody; amount 1: when an answer waits for it.",
        draw=_draw_kill_waiting,
        begin=_begin_kill_waiting,
    ),
    Kind(
        name="actor.kill_many",
        suffers="actor",
        rows=(1, 2),
        sentence="Several actors (target) are killed at once; amount 1: the others while the first one restarts.",
        draw=_draw_kill_many,
        begin=_begin_kill_many,
    ),
    Kind(
        name="actor.kill_supervisor",
        suffers="actor",
        rows=(1, 6),
        sentence="A supervisor (target) is told to die with its children; amount 1: it crashes at the death of a child.",
        draw=_draw_kill_supervisor,
        begin=_begin_kill_supervisor,
    ),
)
