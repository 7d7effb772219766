"""A process of the stage that faults can hurt and end, and its successors on one disk: what a chaos run does, by hand."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

from hydra.config import Config
from hydra.simulation.disk import Disk, installed
from hydra.simulation.faults.base import Arena, Fault, Kind, PowerLoss, Scope, Undo
from hydra.simulation.world import Venue, venue_of
from tests.drills.stage import STAGES, Stage


class Mortal:
    """One process. `died` is why it was killed; `told_to_stop` whether to leave its orders."""

    def __init__(
        self,
        directory: Path,
        disk: Disk,
        n: int = 1,
        *,
        seed: int = 1,
        config: Config | None = None,
        venue: Venue | None = None,
    ) -> None:
        self.directory, self.disk, self.n, self.seed, self.config = directory, disk, n, seed, config
        self.stage = Stage(directory / str(n), seed, config=config, venue=venue)
        self.died = ""
        self.told_to_stop: bool | None = None
        self.notes: list[str] = []
        self.missed: list[str] = []
        self.arena = Arena(
            world=self.stage.world,
            desk=self.stage.desk,
            network=self.stage.network,
            venue=self.stage.sim.venue,
            kill_process=self.kill,
            note=self.notes.append,
            missed=self.missed.append,
            tools={"disk": disk, "damage": [], "stop": self.stop},
        )

    @property
    def heir(self) -> Path:
        return self.directory / str(self.n + 1)

    def suffer(self, kind: Kind, *, for_s: float = 0.0, target: str = "", amount: float = 0.0) -> Undo:
        """Let a fault of this kind loose now; returns how it is undone."""
        fault = Fault(kind=kind.name, at_s=self.stage.world.loop.time(), for_s=for_s, target=target, amount=amount)
        return kind.begin(self.arena, fault, Random(f"{self.seed}/{fault}")) or (lambda: None)

    def kill(self, reason: str, loss: PowerLoss) -> None:
        if self.died:
            return
        self.died = reason
        self.leave_journal()
        self.stage.network.cut(refusing=reason, landing=loss == "landing")
        for damage in self.arena.tools["damage"]:
            damage(self.heir)
        self.disk.clear()

    def leave_journal(self) -> None:
        self.heir.mkdir(parents=True)
        for file in sorted((self.directory / str(self.n)).glob("hydra.db*")):
            if file.suffix in (".db", ".db-wal"):
                shutil.copy(file, self.heir / file.name)

    def stop(self, leave_orders: bool) -> None:
        self.told_to_stop = leave_orders

    def until_death(self, minutes: float = 30) -> str:
        """Run until it is killed; returns why."""
        assert self.stage.world.run_until(lambda: bool(self.died), limit_s=minutes * 60), self.stage.picture()
        return self.died

    def end_as_told(self) -> None:
        """Run until it is told to stop, and stop it as a service manager does."""
        assert self.stage.world.run_until(lambda: self.told_to_stop is not None, limit_s=3600), self.stage.picture()
        self.stage.desk.stop(leave_orders=bool(self.told_to_stop), reason="SIGTERM")

    def next(self) -> Mortal:
        """The process after this one, not started yet."""
        self.stage.network.end()
        self.stage.world.stop()
        if not self.died:
            self.leave_journal()
        venue = self.arena.venue
        if self.arena.tools.get("gateway_dies"):
            venue.store.crash()
            venue = venue_of(self.stage.plan, store=venue.store)
        return Mortal(self.directory, self.disk, self.n + 1, seed=self.seed, config=self.config, venue=venue)


@contextmanager
def born(directory: Path, *, seed: int = 1, config: Config | None = None) -> Iterator[Mortal]:
    """The first process, not started yet; whatever became of it and its successors is closed at the end."""
    with installed(Disk()) as disk:
        try:
            yield Mortal(directory, disk, seed=seed, config=config)
        finally:
            while STAGES:
                STAGES.pop().world.stop()


def drawn(kinds: tuple[Kind, ...], draws: int = 40) -> Iterator[tuple[Kind, Fault]]:
    """Every kind, with what chance makes of it within an hour."""
    scope = Scope(from_s=20.0, until_s=3600.0, symbols=("AAPL",))
    for one in kinds:
        chance = Random(f"1/{one.name}")
        for _ in range(draws):
            yield one, one.draw(chance, scope)


def kind(kinds: tuple[Kind, ...], name: str) -> Kind:
    """The kind of this name."""
    (found,) = (one for one in kinds if one.name == name)
    return found
