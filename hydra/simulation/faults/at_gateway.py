"""How a fault of a simulation is let loose in the gateway, which has faults of its own by the same name without prefix."""

from __future__ import annotations

from random import Random

from hydra.gateway.fault_kinds import FAULTS
from hydra.gateway.faults import GatewayFault
from hydra.simulation.faults.base import Arena, Fault, Undo


def inject(arena: Arena, fault: Fault, chance: Random) -> Undo | None:
    """Begin it now; the undoing lifts it. The gateway rolls the fault's own dice, seeded by `chance`."""
    gateway, now_us = arena.gateway, arena.network.now_us()
    kind, dice = fault.kind.rpartition(".")[2], chance.getrandbits(32)
    for_us = round(fault.for_s * 1e6)  # so that it ends also when the process that was to lift it is dead by then
    theirs = GatewayFault(
        kind=kind, at_us=now_us, for_us=for_us, target=fault.target, amount=fault.amount, dice=dice
    )
    if not gateway.inject(theirs):
        arena.missed(f"{fault.kind}: the gateway has nothing that it could hurt")
    arena.network.settle()
    if not FAULTS[kind].lasts:
        return None

    def lift() -> None:
        gateway.lift(theirs)
        if FAULTS[kind].begin is None and not gateway.struck_n(theirs):
            arena.missed(f"{fault.kind}: nothing came by for it to hurt")
        arena.network.settle()

    return lift
