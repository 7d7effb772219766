"""Time goes wrong: the machine sleeps, pauses, or has its wall clock set; or the gateway tells another time."""

from __future__ import annotations

from functools import partial
from random import Random

from hydra.simulation.faults.at_gateway import inject
from hydra.simulation.faults.base import Arena, Fault, Kind, Undo
from hydra.simulation.faults.drawing import Shape, either_way, seconds

SUSPENDED = seconds(60.0, 7200.0)
PAUSED = seconds(0.1, 5.0)
STEPPED = either_way(1.0, 3600.0)
SKEWED = either_way(0.5, 600.0)


def _sleep(arena: Arena, fault: Fault, _chance: Random) -> None:
    """Whatever was due meanwhile comes late, all at once; the market and the gateway have gone on."""
    arena.world.loop.skip(fault.amount)


def _step(arena: Arena, fault: Fault, _chance: Random) -> Undo | None:
    """Nobody may notice: deadlines go by the monotonic clock, sessions by the market's."""
    if not arena.world.step_wall(fault.amount):
        arena.missed(f"{fault.kind}: nobody reads a wall clock in this world")
        return None
    return lambda: _step_back(arena, fault)


def _step_back(arena: Arena, fault: Fault) -> None:
    arena.world.step_wall(-fault.amount)


KINDS: tuple[Kind, ...] = (
    Kind(
        name="clock.suspend",
        suffers="clock",
        rows=(30,),
        sentence="The machine is suspended for minutes to hours, and everything that was due is late.",
        draw=partial(Shape(amount=SUSPENDED).draw, "clock.suspend"),
        begin=_sleep,
    ),
    Kind(
        name="clock.pause",
        suffers="clock",
        rows=(31,),
        sentence="Nothing runs for a moment, as in a collection of garbage.",
        draw=partial(Shape(amount=PAUSED).draw, "clock.pause"),
        begin=_sleep,
    ),
    Kind(
        name="clock.wall_step",
        suffers="clock",
        rows=(30,),
        sentence="Somebody sets the wall clock back or forward; monotonic time goes on.",
        draw=partial(Shape(span=(1.0, 1800.0), amount=STEPPED).draw, "clock.wall_step"),
        begin=_step,
    ),
    Kind(
        name="clock.gateway_skew",
        suffers="clock",
        rows=(30,),
        sentence="The gateway tells a time that is off by seconds to minutes.",
        draw=partial(Shape(span=(5.0, 900.0), amount=SKEWED).draw, "clock.gateway_skew"),
        begin=inject,
    ),
)
