"""Who suffers what an actor can: victims by name or by a pattern of names, as of files, and the traps of one process."""

from __future__ import annotations

from collections.abc import Callable
from fnmatch import fnmatchcase
from random import Random
from typing import cast

from hydra.simulation.faults.base import Arena, Undo
from hydra.simulation.faults.traps import Trap, Traps

STATIC = ("journal", "broker", "risk", "router", "monitor", "exit")
VICTIMS = (*STATIC, "strategy/*", "reporter", "alerts", "router/*")
TOOL = "actors"


def traps_of(arena: Arena) -> Traps:
    """The traps of this process, which meddle with its world from the first one on."""
    if TOOL not in arena.tools:
        arena.tools[TOOL] = arena.world.interference = Traps()
    return cast(Traps, arena.tools[TOOL])


def living(arena: Arena, pattern: str) -> list[str]:
    """The actors of this name or pattern that run now, in tree order."""
    rows = arena.world.actors()
    return [row.name for row in rows if row.state == "running" and fnmatchcase(row.name, pattern)]


def one_of(arena: Arena, pattern: str, chance: Random) -> str:
    """A living actor of this pattern; empty, and reported as missed, if there is none."""
    names = living(arena, pattern)
    if not names:
        arena.missed(f"no actor {pattern} lives")
        return ""
    return chance.choice(names)


def killing(arena: Arena, victim: str) -> Callable[[], None]:
    """What kills it, whenever it is called."""

    def kill() -> None:
        arena.note(f"{victim} is killed")
        arena.world.kill(victim, "a fault")

    return kill


def set_trap(arena: Arena, trap: Trap) -> Undo:
    """Set it; one that is taken away unsprung has missed."""
    away, missed = traps_of(arena).add(trap), arena.missed

    def undo() -> None:
        away()
        if not trap.is_sprung:
            missed("nobody came to where the trap was set")

    return undo
