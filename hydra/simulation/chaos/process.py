"""One process of a hunted world: the real tree at the gateway that outlives it, and the faults that fall into its time.

Built by a run, lived in slices, ended once: in order, or by a death after which nothing it does reaches anybody.
"""

from __future__ import annotations

import itertools
import shutil
from bisect import insort
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from random import Random

from hydra.errors import StartError
from hydra.records import BookImage
from hydra.simulation.chaos.plan import told
from hydra.simulation.disk import Disk
from hydra.simulation.faults.base import Arena, Fault, PowerLoss, Undo
from hydra.simulation.faults.catalogue import KINDS
from hydra.simulation.world import ARTIFACTS, JOURNAL, Schedule, SimulatedWorld, SimulationPlan, Venue
from hydra.supervisor.picture import book_of

FILES = (JOURNAL, f"{JOURNAL}-wal")


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Where a process finds itself. `disk` is under all journals of a run; `began_s` the run's time at the first step;
    `heir` the directory in which the journal is left for the next process when this one is killed."""

    plan: SimulationPlan
    venue: Venue
    disk: Disk
    began_s: float
    schedule: Schedule
    heir: Path
    note: Callable[[float, str], None]
    on_trace: Callable[[str], object] | None
    on_jump: Callable[[datetime], None] | None
    on_death: Callable[[], None]


class Process:
    """`died` is why it was killed, empty while it lives; `told_to_stop` whether to leave orders when it was sent SIGTERM."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.died = ""
        self.told_to_stop: bool | None = None
        self.begun: list[Fault] = []
        self.missed: list[Fault] = []
        self._undos: dict[Fault, Undo] = {}
        self._agenda: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = itertools.count()
        self.simulated = SimulatedWorld(
            setting.plan,
            venue=setting.venue,
            schedule=setting.schedule,
            on_jump=setting.on_jump,
            on_trace=setting.on_trace,
        )
        self.world, self.desk = self.simulated.world, self.simulated.desk
        self.arena = Arena(
            world=self.world,
            desk=self.desk,
            network=self.simulated.network,
            venue=setting.venue,
            kill_process=self.kill,
            note=self._note,
            missed=lambda text: None,
            tools={"disk": setting.disk, "damage": [], "stop": self._stop},
        )

    @property
    def now_s(self) -> float:
        """The run's time: market seconds since its first process began."""
        return self.setting.began_s + self.world.loop.now_us() / 1e6

    @property
    def failed(self) -> str:
        """Why it cannot go on by itself, empty while it can."""
        return self.simulated.failure or self.desk.failed

    @property
    def over(self) -> bool:
        """Whether it needs its service manager: killed, given up, or told to stop."""
        return bool(self.died or self.failed or self.told_to_stop is not None)

    def start(self, waiting: Iterable[Fault]) -> None:
        """Start the tree, what is due already let loose before; the other faults come at their times. Raises StartError,
        unless it was killed while it started."""
        for fault in waiting:
            if fault.at_s <= self.now_s:
                self._begin(fault)
            else:
                self._plan(fault.at_s, partial(self._begin, fault))
        try:
            self.desk.start()
        except StartError:
            if not self.died:
                raise

    def _stop(self, leave_orders: bool) -> None:
        """SIGTERM: the service manager sees to it between two steps."""
        self.told_to_stop = leave_orders

    def _plan(self, at_s: float, act: Callable[[], None]) -> None:
        """Between two steps of the loop, so that what a fault raises is nobody's crash but its own."""
        insort(self._agenda, (max(at_s, self.now_s), next(self._numbers), act), key=lambda item: item[:2])

    def _begin(self, fault: Fault) -> None:
        self.begun.append(fault)
        self._note(told(fault))
        seed = self.setting.plan.seed
        self.arena.missed = lambda text: self._miss(fault, text)
        undo = KINDS[fault.kind].begin(self.arena, fault, Random(f"{seed}/{fault}"))
        if undo is not None:
            self._undos[fault] = undo
            if fault.for_s:
                self._plan(self.now_s + fault.for_s, partial(self._undo, fault))

    def _miss(self, fault: Fault, text: str) -> None:
        """Once, though both its beginning and its end may have found nothing."""
        if fault in self.missed:
            return
        self.missed.append(fault)
        self._note(f"{fault.kind} hit nothing: {text}")

    def _undo(self, fault: Fault) -> None:
        undo = self._undos.pop(fault, None)
        if undo is not None:
            self.arena.missed = lambda text: self._miss(fault, text)
            self._note(f"over: {fault.kind}")
            undo()

    def calm(self) -> None:
        """Every fault that is still on ends, also those that an earlier process has left at the gateway."""
        for fault in list(self._undos):
            self._undo(fault)
        self.arena.gateway.calm()
        self.arena.network.settle()

    def live(self, until_s: float, done: Callable[[], bool] | None = None) -> None:
        """To this instant of the run, or until it is over or done."""
        while self._agenda and self._agenda[0][0] <= until_s and not self._ends(done):
            at_s, _, act = self._agenda.pop(0)
            self._run_to(at_s, done)
            if self._ends(done):
                insort(self._agenda, (at_s, -1, act), key=lambda item: item[:2])
            else:
                act()
        self._run_to(until_s, done)

    def _run_to(self, until_s: float, done: Callable[[], bool] | None) -> None:
        """When nothing at all is to happen before, the clock still goes there."""
        while (left_s := until_s - self.now_s) > 0 and not self._ends(done):
            self.world.run_until(lambda: self._ends(done), limit_s=left_s)
            if not self._ends(done) and until_s - self.now_s > 0:
                self.world.run_for(until_s - self.now_s)

    def _ends(self, done: Callable[[], bool] | None) -> bool:
        return self.over or (done is not None and done())

    def kill(self, reason: str, loss: PowerLoss) -> None:
        """It dies at this instant; what its journal has committed is what the next process finds."""
        if self.died:
            return
        self.died = reason
        self._note(f"the process dies: {reason}")
        self.setting.on_death()
        self.leave_journal()
        self.simulated.network.cut(refusing=f"the process was killed: {reason}", landing=loss == "landing")
        for damage in self.arena.tools["damage"]:
            damage(self.setting.heir)
        self.setting.disk.clear()

    def leave_journal(self) -> None:
        """Copy journal and its log of writes as they are on disk now, and the artifacts."""
        self.setting.heir.mkdir(parents=True, exist_ok=True)
        for name in FILES:
            file = self.setting.plan.directory / name
            if file.exists():
                shutil.copy(file, self.setting.heir / name)
        artifacts = self.setting.plan.directory / ARTIFACTS
        if artifacts.exists():
            shutil.copytree(artifacts, self.setting.heir / ARTIFACTS, dirs_exist_ok=True)

    def close(self) -> None:
        """Nobody runs any more; what this process still does while it ends, nobody outside hears."""
        self.setting.disk.clear()
        self.simulated.network.end()
        self.world.stop()

    @property
    def book(self) -> BookImage:
        """The journal's book as last published."""
        return book_of(self.world.published())

    def _note(self, text: str) -> None:
        self.setting.note(self.now_s, text)
