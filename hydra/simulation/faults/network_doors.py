"""Faults of the gateway's door: who connects is refused, hears nothing, is sent away, or meets another version.

They bite only who connects, so most of them reset what is connected first, as a gateway does that goes down.
"""

from __future__ import annotations

from random import Random

from hydra.simulation.faults.base import Arena, Fault, Kind, Undo
from hydra.simulation.faults.network_rows import Begin, Draw, row
from hydra.simulation.greetings import Door, Greeting

RESET_FIRST = "reset"
"""The target of a fault that resets what is connected when it begins; any other leaves that alone."""
TARGETS = (RESET_FIRST, RESET_FIRST, RESET_FIRST, "")
LASTS_S = (1.0, 600.0)
HANDSHAKE_BYTES = 400
"""Version, accounts, next order id and the farms take less."""
TOO_OLD = (100, 157, 163, 170, 173)
"""Before 174 times have no zone, so hydra's client asks for that version at least."""
OLDER = (174, 175, 176, 177)


def _door(greeting: Greeting) -> Begin:
    def begin(arena: Arena, fault: Fault, _chance: Random) -> Undo:
        lift = arena.network.door.lay(Door(greeting=greeting, amount=int(fault.amount)))
        if fault.target == RESET_FIRST:
            arena.network.reset_all(landing=False)
        return lift

    return begin


_PLAIN = Draw(lasts_s=LASTS_S, targets=TARGETS)
_AFTER_BYTES = Draw(lasts_s=LASTS_S, targets=TARGETS, amount=lambda chance: chance.randrange(HANDSHAKE_BYTES))
_TOO_OLD = Draw(lasts_s=LASTS_S, targets=TARGETS, amount=lambda chance: chance.choice(TOO_OLD))
_OLDER = Draw(lasts_s=LASTS_S, targets=TARGETS, amount=lambda chance: chance.choice(OLDER))

KINDS: tuple[Kind, ...] = (
    row("refuse", (11,), "who connects is refused", _door("refuse"), _PLAIN),
    row("blackhole", (12,), "who connects gets no answer, not even a refusal", _door("swallow"), _PLAIN),
    row("silent_handshake", (13,), "who connects is accepted and never hears a byte", _door("silence"), _PLAIN),
    row(
        "handshake_then_close",
        (13,),
        "who connects is accepted and sent away when `amount` bytes were told",
        _door("hang up"),
        _AFTER_BYTES,
    ),
    row("version_too_old", (17,), "the gateway names server version `amount`, too old", _door("announce"), _TOO_OLD),
    row("version_older", (17,), "the gateway speaks server version `amount`, old enough", _door("speak"), _OLDER),
)
