"""One hunted world from its plan to its verdict: safety under faults, then liveness without them.

Around the processes stand a service manager, which starts the next one when one has ended, and an operator, who resumes
what has halted; both are part of the plan's world, not of hydra.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from hydra.errors import StartError
from hydra.journal.reading import JournalReader
from hydra.messages.decisions import AlertRaised, LawViolated
from hydra.messages.facts import LinkChanged
from hydra.records import BookImage
from hydra.runtime.loops import Livelock
from hydra.simulation.chaos.plan import ChaosPlan
from hydra.simulation.chaos.process import Process, Setting
from hydra.simulation.chaos.reached import reached
from hydra.simulation.chaos.result import SILENT, ChaosResult, Hearing, Telling
from hydra.simulation.chaos.workloads import config_of
from hydra.simulation.disk import Disk, installed
from hydra.simulation.laws.liveness import slack_us
from hydra.simulation.laws.records import Records
from hydra.simulation.markets import tape_day
from hydra.simulation.world import Schedule, SimulationPlan, Venue, venue_of
from hydra.supervisor.broker import BrokerStatus
from hydra.supervisor.desk_status import Summary
from hydra.values import LinkState, TradingState

SLICE_S = 15.0
"""How often service manager and operator look."""
RESTART_S = 5.0
RESUME_AFTER_S = 120.0
CALM_S = 600.0
BARS_DAYS = 3
MINUTES_A_DAY = 1440.0
PROCESSES_MAX = 60
LINK_ALERTS = ("link_down", "link_down_long")


class _FarEnough(Exception):
    """The run has come to where it was to be stopped."""


class ChaosRun:
    """Build it in an empty directory, run it once."""

    def __init__(
        self,
        plan: ChaosPlan,
        directory: Path,
        *,
        base: SimulationPlan | None = None,
        hearing: Hearing = SILENT,
        until_s: float | None = None,
        recording: bool = False,
    ) -> None:
        """With `until_s` it stops at that second of the run, whatever is on then, and no law is asked. `recording` leaves
        in the result the holds that would give the same schedule. `base` decides what is traded instead of the plan's
        workload and knobs."""
        self.plan = plan
        self._directory = directory
        self._base = base or _base_of(plan)
        self._hearing = hearing
        self._telling = Telling(hearing)
        self._schedule = Schedule(policy=plan.policy, holds=plan.holds, recording=recording)
        self._until_s = until_s
        self._digest = hashlib.sha256()
        self._waiting = list(plan.faults)
        self._violations: list[str] = []
        self._injected: Counter[str] = Counter()
        self._missed: Counter[str] = Counter()
        self._processes_n = 0
        self._halted_since_s: float | None = None
        self._calm_us: int | None = None
        self._disk = Disk()
        self._records = Records(self._base.config)
        self.venue = self._venue()
        self.process: Process
        self.summary: Summary

    def run(self) -> ChaosResult:
        """All of it. Time that stands still is a violation too."""
        livelock = ""
        with installed(self._disk):
            try:
                self._both_phases()
            except Livelock as stuck:
                livelock = str(stuck)
                self._abandon()
            except _FarEnough:
                self._abandon()
                return self._result(())
        self._violations.extend(self._own_verdict())
        at_rest = self.plan.recovers and not livelock
        laws = self._records.broken(calm_us=self._calm_us, at_rest=at_rest, livelock=livelock)
        return self._result((*self._violations, *laws))

    def until(self, done: Callable[[BookImage], bool], until_s: float) -> bool:
        """Begin if need be, and live until the journal's book is so, or to this second; whether it was. Then `run`."""
        with installed(self._disk):
            self._begin()
            return self._live(until_s, lambda process: done(process.book))

    def _begin(self) -> None:
        if not self._processes_n:
            self._start(self._directory / "1")

    def _both_phases(self) -> None:
        self._begin()
        self._live(self.plan.minutes * 60.0)
        self.process.calm()
        self._waiting.clear()
        if self.plan.recovers:
            self._converge()
        else:
            self._never_return()
        self._end()

    # ---- the processes

    def _venue(self) -> Venue:
        """The gateway, its tape played to where the plan begins."""
        venue = venue_of(replace(self._base, directory=self._directory))
        venue.gateway.advance(self.plan.begins_us)
        venue.gateway.drain()
        return venue

    def _start(self, directory: Path) -> Process:
        """The next process, as a service manager starts it: again and again while it cannot start."""
        while True:
            self._processes_n += 1
            limit = PROCESSES_MAX + math.ceil(self.plan.minutes)
            if self._processes_n > limit:
                raise Livelock(f"{self._processes_n} processes were started, limit {limit}")
            process = self.process = self._new_process(directory)
            self._records.attach(process.simulated)
            try:
                process.start(self._waiting)
            except StartError as error:
                self._telling.intervened(process.now_s, f"the process could not start: {error}")
                directory = self._bury(process)
            else:
                return process

    def _new_process(self, directory: Path) -> Process:
        directory.mkdir(parents=True, exist_ok=True)
        began_s = (self.venue.gateway.market_us - self.plan.begins_us) / 1e6
        setting = Setting(
            plan=replace(self._base, directory=directory),
            venue=self.venue,
            disk=self._disk,
            began_s=began_s,
            schedule=self._schedule,
            heir=self._directory / str(self._processes_n + 1),
            note=self._telling.intervened,
            on_jump=self._hearing.on_jump,
            on_trace=partial(self._telling.delivered, began_s),
            on_death=partial(self._records.detach, killed=True),
        )
        return Process(setting)

    def _bury(self, process: Process) -> Path:
        """What has ended is closed and counted; returns the directory in which the next process finds its journal. The
        gateway plays on until the service manager has noticed."""
        self._account_for(process)
        process.close()
        self.venue = self._venue_after(process)
        self.venue.gateway.advance(self._market_us(process) + round(RESTART_S * 1e6))
        self.venue.gateway.drain()
        return process.setting.heir if process.died else process.setting.plan.directory

    def _market_us(self, process: Process) -> int:
        """The market's instant; the tape of a gateway at which nobody waits for anything stands behind it."""
        return self.plan.begins_us + round(process.now_s * 1e6)

    def _account_for(self, process: Process) -> None:
        """It is over: what it did goes into the books of the run."""
        self._records.detach(killed=False)
        lost = process.arena.tools.get("journal_lost")
        if lost:
            self._records.forgive(str(lost))
        self._digest.update(process.world.digest().encode())
        self._injected.update(fault.kind for fault in process.begun)
        self._missed.update(fault.kind for fault in process.missed)
        self._waiting = [fault for fault in self._waiting if fault not in process.begun]

    def _venue_after(self, process: Process) -> Venue:
        """The gateway that the process leaves behind; a new one on what is durable, if it died too."""
        venue = process.arena.venue
        if not process.arena.tools.get("gateway_dies"):
            return venue
        venue.store.crash()
        return venue_of(process.setting.plan, store=venue.store)

    # ---- the two who look after it

    def _live(self, until_s: float, done: Callable[[Process], bool] = lambda process: False) -> bool:
        """Until then, or until it is done, through as many processes as it takes; whether it was done."""
        while self.process.now_s < until_s:
            process = self.process
            if self._until_s is not None and process.now_s >= self._until_s:
                raise _FarEnough
            process.live(min(until_s, process.now_s + SLICE_S, self._until_s or until_s), partial(done, process))
            if self._hearing.on_progress is not None:
                self._hearing.on_progress(process.now_s)
            if process.over:
                self._replace(process)
            elif done(process):
                return True
            else:
                self._attend(process)
        return False

    def _replace(self, process: Process) -> None:
        """The service manager: what was killed or hangs is gone; what gave up, or was told to stop, ends in its own order,
        unless it is killed meanwhile."""
        if process.told_to_stop is not None or (not process.died and process.desk.failed):
            self._telling.intervened(process.now_s, process.failed or "SIGTERM")
            process.desk.stop(leave_orders=process.told_to_stop is not False, reason=process.failed or "SIGTERM")
        elif not process.died:
            process.kill(process.failed, "landing")
        self._halted_since_s = None
        self._start(self._bury(process))

    def _attend(self, process: Process) -> None:
        """The operator: what does not trade for two minutes is resumed, whatever it was."""
        if process.book.trading.state is TradingState.ACTIVE:
            self._halted_since_s = None
        elif self._halted_since_s is None:
            self._halted_since_s = process.now_s
        elif process.now_s - self._halted_since_s >= RESUME_AFTER_S:
            self._halted_since_s = None
            answer = process.desk.resume(by="the operator", reason="two minutes have passed", force=True)
            self._telling.intervened(process.now_s, f"the operator resumes: {answer.text}")

    # ---- the second phase

    def _converge(self) -> None:
        """Without faults it comes to rest by itself; the laws of liveness are judged by how it stands then. What a
        knob has made slow is given its time."""
        self._calm_us = self._market_us(self.process)
        slack_s = slack_us(self._base.config) / 1e6
        self._live(self.process.now_s + CALM_S + slack_s)
        if not self._live(self.process.now_s + RESUME_AFTER_S + slack_s + 2 * SLICE_S, _trades):
            trading = self.process.book.trading
            self._violations.append(f"L2: trading could not be resumed: {trading.state} by {trading.by}: {trading.reason}")
        self._live(self.process.now_s + SLICE_S)
        self._records.look()

    def _never_return(self) -> None:
        """The gateway is gone for good: nothing is sent, and somebody is told."""
        self.process.arena.network.cut(refusing="the gateway never returns")
        self._live(self.process.now_s + self._base.config.broker.alarm_after_s + CALM_S)
        if not self._is_alarmed() and not _is_suspended(self.process):
            self._violations.append("L7: the gateway never returned, and no alert tells of it")

    def _is_alarmed(self) -> bool:
        """Whether an alert tells of the link since it last worked."""
        with JournalReader(self.process.simulated.journal_path) as reader:
            links = reader.events(kind=LinkChanged.__name__)
            alerts = reader.events(kind=AlertRaised.__name__)
        ready = max((one.seq for one in links if getattr(one.event, "state", None) is LinkState.READY), default=0)
        return any(one.seq > ready and getattr(one.event, "kind", "") in LINK_ALERTS for one in alerts)

    def _end(self) -> None:
        """SIGTERM."""
        process = self.process
        self.summary = process.desk.stop(leave_orders=False, reason="the plan has ended")
        if self.plan.recovers:
            self._violations.extend(_unexplained(self.summary, process.book))
        self._account_for(process)
        process.simulated.network.end()

    def _own_verdict(self) -> Iterator[str]:
        """The laws that hydra itself found broken. That it had to set a message aside is true when its journal is made to
        crash over it; what was lost by that, the other laws see."""
        if self._records.forgiven:
            return
        with JournalReader(self.process.simulated.journal_path) as reader:
            for stored in reader.events(kind=LawViolated.__name__):
                event = stored.event
                if isinstance(event, LawViolated) and not event.law.startswith("S7"):
                    yield f"L3: hydra says that a law was broken: {event.law}: {event.text}"

    def _abandon(self) -> None:
        """The process ends in the middle of what it does, and with it the run."""
        self._records.detach(killed=True)
        self.process.close()

    def _result(self, violations: tuple[str, ...]) -> ChaosResult:
        process = self.process
        with JournalReader(process.simulated.journal_path) as reader:
            places = reached(stored.event for stored in reader.fold())
        return ChaosResult(
            plan=self.plan,
            violations=violations,
            digest=self._digest.hexdigest(),
            broke_at_s=process.now_s,
            processes=self._processes_n,
            orders=process.book.tally.orders,
            fills=process.book.tally.fills,
            injected=self._injected,
            missed=self._missed,
            reached=places,
            tail=self._telling.tail,
            holds=process.world.holds() if self._schedule.recording else (),
        )


def _unexplained(summary: Summary, book: BookImage) -> Iterator[str]:
    """What hydra could not prove at its end. Differences are judged by the laws, which know the gateway's truth; so is what
    hydra says of its journal, below."""
    differences = {f"open difference: {difference.text}" for difference in book.differences}
    for text in summary.unexplained:
        if text not in differences and "broken laws in this journal" not in text:
            yield f"L3: {text}"


def _base_of(plan: ChaosPlan) -> SimulationPlan:
    return SimulationPlan(
        config=config_of(plan, tape_day(plan.begins_us)),
        seed=plan.seed,
        days=BARS_DAYS + math.ceil(plan.minutes / MINUTES_A_DAY),
        clock="plain",
        quote_interval_s=plan.quote_interval_s,
        directory=Path(),
    )


def _trades(process: Process) -> bool:
    return process.book.trading.state is TradingState.ACTIVE


def _is_suspended(process: Process) -> bool:
    """Whether the link is down on purpose: the gateway's nightly restart raises no alarm."""
    link = process.world.published().get("broker")
    return isinstance(link, BrokerStatus) and link.state is LinkState.SUSPENDED
