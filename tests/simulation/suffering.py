"""A stage with an arena around it: a test lets one fault loose, sees it end, and lets the desk come to rest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random

from hydra.config import Config
from hydra.gateway.instants import parse_text
from hydra.simulation.faults import clock, gateway_link, gateway_orders, market
from hydra.simulation.faults.base import Arena, Fault, Kind, Scope, Undo
from hydra.simulation.world import Venue, venue_of
from hydra.values import TradingState
from tests.drills.configs import restless
from tests.drills.stage import Stage, plan

_KINDS = (*gateway_link.KINDS, *gateway_orders.KINDS, *market.KINDS, *clock.KINDS)
KINDS: dict[str, Kind] = {kind.name: kind for kind in _KINDS}
SCOPE = Scope(from_s=0.0, until_s=1.0, symbols=("AAPL", "IBM", "MSFT"))
REST_MINUTES = 2.0


def standing_at(directory: Path, seed: int, text: str) -> Suffering:
    """A desk at a new gateway whose tape stands at this New York time, `20120604 23:30:00`; it is not started."""
    what = plan(directory, seed, restless())
    venue = venue_of(what)
    venue.gateway.advance(parse_text(text, "US/Eastern"))
    venue.gateway.drain()
    return Suffering(directory, seed, config=what.config, venue=venue)


def never(reason: str, loss: str) -> None:
    raise AssertionError(f"no fault here kills the process, but one did: {reason}, {loss}")


class Suffering(Stage):
    """`missed` are the faults that found nothing to hurt."""

    def __init__(self, directory: Path, seed: int = 1, *, config: Config | None = None, venue: Venue | None = None) -> None:
        super().__init__(directory, seed, config=config, venue=venue)
        self.missed: list[str] = []
        self.arena = Arena(
            world=self.world,
            desk=self.desk,
            network=self.network,
            venue=self.sim.venue,
            kill_process=never,
            note=lambda text: None,
            missed=self.missed.append,
            tools={},
        )

    def suffer(self, kind: str, *, for_s: float = 0.0, target: str = "", amount: float = 0.0) -> Undo:
        """Let this fault loose now; the answer undoes it, once."""
        return self.loose(Fault(kind=kind, at_s=0.0, for_s=for_s, target=target, amount=amount))

    def loose(self, fault: Fault) -> Undo:
        undos: list[Callable[[], None] | None] = [
            KINDS[fault.kind].begin(self.arena, fault, Random(f"{self.plan.seed}/{fault}"))
        ]

        def undo() -> None:
            end = undos.pop() if undos else None
            if end is not None:
                end()

        return undo

    def drawn(self, kind: str, seed: int, longest_s: float = 400.0) -> Fault:
        """A fault as chance draws it, but not longer than a test can wait."""
        fault = KINDS[kind].draw(Random(f"{seed}/{kind}"), SCOPE)
        return replace(fault, for_s=min(fault.for_s, longest_s))

    def through(self, kind: str, *, for_s: float, target: str = "", amount: float = 0.0) -> Suffering:
        """The fault from its beginning to its end."""
        undo = self.suffer(kind, for_s=for_s, target=target, amount=amount)
        self.world.run_for(for_s)
        undo()
        return self

    def rest(self, minutes: float = REST_MINUTES) -> Suffering:
        """What may pass until all is well again; a person has resumed what was latched off."""
        self.run(minutes)
        if self.book.trading.state is not TradingState.ACTIVE:
            self.desk.resume(by="a person", reason="the fault is over", force=True)
            self.run(minutes)
        assert self.book.session_live, self.picture()
        return self
