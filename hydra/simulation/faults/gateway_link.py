"""The gateway loses IB, its farms or its mind about time and pace; it restarts, at night or now, or waits for a person."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from random import Random

from hydra.gateway.fault_kinds import FAULTS
from hydra.gateway.faults import GatewayFault
from hydra.gateway.faults_link import STRAYS
from hydra.gateway.instants import SECOND_US, midnight_us
from hydra.simulation.faults.at_gateway import inject
from hydra.simulation.faults.base import Arena, Fault, Kind, Undo
from hydra.simulation.faults.drawing import Shape, one_of, seconds, word
from hydra.simulation.greetings import Door

DAY_S = 86_400
RESTARTS_AT_S = (23 * 60 + 45) * 60
"""A quarter to twelve in New York, the default of an IB Gateway (ib-gateway-behaviour 4.7)."""
DEAF_S = 0.5
"""Order actions of the last half second before a restart are lost (Lean.IB#242)."""
NIGHT_WITHIN_S = 7200.0


def _kind(
    bare: str,
    rows: tuple[int, ...],
    shape: Shape,
    begin: Callable[[Arena, Fault, Random], Undo | None] = inject,
) -> Kind:
    name = f"gateway.{bare}"
    sentence = FAULTS[bare].sentence if bare in FAULTS else _SENTENCES[bare]
    return Kind(
        name=name, suffers="gateway", rows=rows, sentence=sentence, draw=partial(shape.draw, name), begin=begin
    )


class _Restart:
    """Deaf for a moment; then the process is gone with all it had not written down; then it is back on its store."""

    def __init__(self, arena: Arena) -> None:
        self.arena = arena
        self._lift_door: Undo | None = None
        self._is_over = False
        deaf_us = round(DEAF_S * SECOND_US)
        now_us = arena.network.now_us()
        arena.gateway.inject(GatewayFault(kind="restart", at_us=now_us, for_us=deaf_us, amount=2 * DEAF_S))
        arena.later(DEAF_S, self.go_down)

    def go_down(self) -> None:
        if self._lift_door is None and not self._is_over:
            network = self.arena.network
            self._lift_door = network.door.lay(Door(greeting="refuse"))
            network.reset_all(landing=False)
            self.arena.gateway.reopen()
            network.settle()

    def come_back(self) -> None:
        self.go_down()
        self._is_over = True
        if self._lift_door is not None:
            self._lift_door()


def _restart(arena: Arena, _fault: Fault, _chance: Random) -> Undo:
    return _Restart(arena).come_back


def _restart_at_night(arena: Arena, fault: Fault, _chance: Random) -> Undo | None:
    """At the next quarter to twelve, if that is not far away."""
    now_us = arena.network.now_us()
    wait_s = (RESTARTS_AT_S - (now_us - midnight_us(now_us)) / SECOND_US) % DAY_S
    if wait_s > NIGHT_WITHIN_S:
        arena.missed(f"{fault.kind}: it is {wait_s:.0f} s until the gateway's nightly restart, limit {NIGHT_WITHIN_S:g} s")
        return None
    restarts: list[_Restart] = []
    is_off: list[bool] = []

    def fall() -> None:
        if not is_off:
            restarts.append(_Restart(arena))
            arena.later(fault.amount, restarts[0].come_back)

    def undo() -> None:
        is_off.append(True)
        for restart in restarts:
            restart.come_back()

    arena.later(wait_s, fall)
    return undo


WHILE = (5.0, 600.0)
DOWN = (20.0, 420.0)
HOURS = (3600.0, 6 * 3600.0)

_SENTENCES = {
    "nightly_restart": "At a quarter to twelve the gateway restarts: deaf, then gone, then back with the same orders.",
    "weekly_reauth": "The gateway is gone for hours, until a person logs in.",
}
KINDS: tuple[Kind, ...] = (
    _kind("connectivity", (19, 22), Shape(span=(2.0, 400.0), amount=one_of(0, 0, 0.3, 1), target=word("", "lost"))),
    _kind("farm_flicker", (19,), Shape(span=(0.5, 200.0), target=word("usfarm", "ushmds", "secdefil"))),
    _kind("competing_session", (19, 28), Shape(span=WHILE)),
    _kind("unsolicited", (26,), Shape(target=word("", *STRAYS))),
    _kind("slow", (15, 26), Shape(span=WHILE, amount=seconds(0.1, 30.0))),
    _kind("pacing_delay", (20,), Shape(span=WHILE, amount=one_of(1, 3, 5, 10, 20))),
    _kind("pacing_strict", (20,), Shape(span=WHILE, amount=one_of(5, 10, 20, 50))),
    _kind("restart", (18, 25), Shape(span=DOWN), _restart),
    _kind("nightly_restart", (18,), Shape(amount=seconds(*DOWN)), _restart_at_night),
    _kind("weekly_reauth", (18,), Shape(span=HOURS), _restart),
)
