"""Faults of connections that stand: they are reset, torn at any byte, stalled, forgotten by one end.

Each hurts the connections that stand when it begins; who connects afterwards is served, or, in a partition, unheard.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from random import Random

from hydra.simulation.faults.base import Arena, Fault, Kind, Undo, lasting
from hydra.simulation.faults.network_rows import Begin, Draw, row
from hydra.simulation.greetings import Door
from hydra.simulation.lane import Lane
from hydra.simulation.transport import MemoryTransport

OUTWARD, INWARD, BOTH = "outward", "inward", "both"
"""Client to gateway, gateway to client."""
LANDING, LOST = "landing", "lost"
"""Whether what the client had written still reaches the gateway."""
BYTES_MAX = 20_000
FLAPS_MAX = 8
STALL_S = (0.05, 120.0)
FORGOTTEN_S = (40.0, 900.0)
"""Longer than a heartbeat and its deadline."""


def _standing(arena: Arena, fault: Fault) -> tuple[MemoryTransport, ...]:
    standing = tuple(transport for transport in arena.network.connections if not transport.is_gone)
    if not standing:
        arena.missed(f"{fault.kind}: nobody is connected")
    return standing


def _lanes(connections: Sequence[MemoryTransport], target: str) -> tuple[Lane, ...]:
    outward = [transport.outward for transport in connections if target in (OUTWARD, BOTH)]
    inward = [transport.inward for transport in connections if target in (INWARD, BOTH)]
    return (*outward, *inward)


def _hold(lanes: Sequence[Lane]) -> Undo:
    for lane in lanes:
        lane.hold()

    def let_go() -> None:
        for lane in lanes:
            lane.let_go()

    return let_go


def _reset_these(connections: Sequence[MemoryTransport]) -> None:
    for transport in connections:
        transport.reset(ConnectionResetError("connection reset by peer"))


def _reset(arena: Arena, fault: Fault, _chance: Random) -> None:
    if _standing(arena, fault):
        arena.network.reset_all(landing=fault.target == LANDING)


def _reset_after_bytes(arena: Arena, fault: Fault, _chance: Random) -> Undo:
    armed: list[Lane] = []
    for transport in _standing(arena, fault):
        for lane in _lanes([transport], fault.target):
            lane.cut_off_after(int(fault.amount), partial(_reset_these, [transport]))
            armed.append(lane)

    def disarm() -> None:
        for lane in armed:
            lane.cut_off_never()

    return disarm


def _flap(arena: Arena, fault: Fault, chance: Random) -> Undo:
    is_over = False

    def flap(landing: bool) -> None:
        if not is_over:
            arena.network.reset_all(landing=landing)

    def stop() -> None:
        nonlocal is_over
        is_over = True

    for _ in range(int(fault.amount)):
        arena.later(chance.uniform(0, fault.for_s), partial(flap, chance.random() < 0.5))
    return stop


def _stalling(*, dies: bool) -> Begin:
    """One direction, or both, carries nothing; at the end all of it arrives, or the connection is reset."""

    def begin(arena: Arena, fault: Fault, _chance: Random) -> Undo | None:
        standing = _standing(arena, fault)
        let_go = _hold(_lanes(standing, fault.target))
        if not standing:
            return None
        return partial(_reset_these, standing) if dies else let_go

    return begin


def _partition(arena: Arena, fault: Fault, _chance: Random) -> Undo:
    lift = arena.network.door.lay(Door(greeting="swallow"))
    let_go = _hold(_lanes(arena.network.connections, BOTH))

    def heal() -> None:
        lift()
        let_go()

    return heal


def _swizzle(arena: Arena, fault: Fault, chance: Random) -> Undo | None:
    """Clog some directions one by one in the first half, free them in another order in the second."""
    lanes = _lanes(_standing(arena, fault), BOTH)
    clogged: list[Lane] = []
    is_over = False

    def clog(lane: Lane) -> None:
        if not is_over:
            lane.hold()
            clogged.append(lane)

    def free(lane: Lane) -> None:
        if lane in clogged:
            clogged.remove(lane)
            lane.let_go()

    def stop() -> None:
        nonlocal is_over
        is_over = True
        for lane in list(clogged):
            free(lane)

    half_s = fault.for_s / 2
    for lane in chance.sample(lanes, min(len(lanes), chance.randint(1, 1 + len(lanes) // 2))):
        arena.later(chance.uniform(0, half_s), partial(clog, lane))
        arena.later(chance.uniform(half_s, fault.for_s), partial(free, lane))
    return stop


def _bytes(chance: Random) -> float:
    return round(lasting(chance, 1, BYTES_MAX))


_WAYS = (OUTWARD, INWARD, BOTH)

KINDS: tuple[Kind, ...] = (
    row("reset", (14,), "the connection is reset at once", _reset, Draw(targets=(LANDING, LOST))),
    row(
        "reset_after_bytes",
        (14,),
        "the connection is reset when `amount` more bytes have arrived in one direction",
        _reset_after_bytes,
        Draw(targets=(OUTWARD, INWARD), amount=_bytes),
    ),
    row(
        "flapping",
        (14,),
        "the connection is reset `amount` times",
        _flap,
        Draw(lasts_s=(2.0, 180.0), amount=lambda chance: chance.randint(2, FLAPS_MAX)),
    ),
    row(
        "stall",
        (15,),
        "a direction carries nothing, then delivers it all",
        _stalling(dies=False),
        Draw(lasts_s=STALL_S, targets=_WAYS),
    ),
    row(
        "stall_then_reset",
        (15,),
        "a direction carries nothing, then the connection is reset",
        _stalling(dies=True),
        Draw(lasts_s=STALL_S, targets=_WAYS),
    ),
    row(
        "half_open",
        (15,),
        "nothing passes, and the gateway does not see that the client has gone until it is over (326)",
        _stalling(dies=True),
        Draw(lasts_s=FORGOTTEN_S, targets=(BOTH,)),
    ),
    row(
        "mute_until_dead",
        (15,),
        "the gateway is not heard any more, until the client gives up",
        _stalling(dies=True),
        Draw(lasts_s=FORGOTTEN_S, targets=(INWARD,)),
    ),
    row("partition", (12, 15), "nothing passes, and nobody can connect", _partition, Draw(lasts_s=(0.5, 300.0))),
    row(
        "swizzle",
        (15,),
        "some directions are clogged one by one and freed in another order",
        _swizzle,
        Draw(lasts_s=(2.0, 90.0)),
    ),
)
