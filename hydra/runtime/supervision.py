"""The mind of a supervisor: (state, event) -> (state, effects). Pure; it never starts or stops anything
itself.

What it hears while a step of its plan is under way waits in the backlog, except the order to terminate, which
replaces the plan. OTP's meaning of the words, with two additions: restarts wait for a backoff, and children
added at run time are forgotten, not restarted, when a static sibling's failure stops them (who added them
adds them again).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hydra.runtime import signals
from hydra.runtime.children import Child, ChildState, find, group_of
from hydra.runtime.plan import After, Phase, Planner, StartStep, StopStep, Supervision
from hydra.runtime.reasons import StopReason
from hydra.runtime.restarts import add_restart, delay_s
from hydra.runtime.spec import Restart

if TYPE_CHECKING:
    import random

    from hydra.runtime.signals import Effect, Signal
    from hydra.runtime.spec import SupervisorSpec


def newborn(spec: SupervisorSpec) -> Supervision:
    return Supervision(spec=spec, children=tuple(Child(spec=child) for child in spec.children))


def decide(
    state: Supervision, event: Signal, *, now_us: int, chance: random.Random
) -> tuple[Supervision, tuple[Effect, ...]]:
    """now_us is monotonic; `chance` jitters the backoff."""
    decision = _Decision(state, now_us, chance)
    decision.hear(event)
    decision.advance()
    return decision.state, tuple(decision.effects)


class _Decision(Planner):
    """Scratch paper of one decide()."""

    def __init__(self, state: Supervision, now_us: int, chance: random.Random) -> None:
        super().__init__(state)
        self._now_us = now_us
        self._chance = chance

    def hear(self, event: Signal) -> None:
        match event:
            case signals.Begin():
                self.set(plan=tuple(StartStep(name=child.name) for child in self.state.children))
            case signals.ChildStarted():
                self._started(event)
            case signals.ChildDown():
                self._down(event)
            case signals.StepTimedOut(step=step):
                self._timed_out(step)
            case signals.Terminate(reason=reason):
                self._terminate(reason)
            case signals.StartChild() if self.state.phase is Phase.TERMINATING:
                self.refuse(event, f"{self.state.spec.name} ends")
            case _:
                self.set(backlog=(*self.state.backlog, event))

    def advance(self) -> None:
        """Go on until something has to be waited for."""
        self.work()
        while self.state.awaiting is None and self.state.phase is not Phase.OVER:
            if self.state.phase is Phase.STARTING:
                self.set(phase=Phase.RUNNING)
                self.effects.append(signals.ReportStarted())
            elif self.state.phase is Phase.TERMINATING:
                self.set(phase=Phase.OVER)
                self.effects.append(signals.Exit(reason=self.state.ending))
            elif self.state.backlog:
                event, *rest = self.state.backlog
                self.set(backlog=tuple(rest))
                self._act(event)
            else:
                return
            self.work()

    # ---- what children report

    def _started(self, event: signals.ChildStarted) -> None:
        child = find(self.state.children, event.name)
        if child is None or child.incarnation != event.incarnation or child.state is not ChildState.STARTING:
            return
        self.put(replace(child, state=ChildState.RUNNING, up_us=self._now_us))
        if self.state.awaiting == event.name:  # else the plan has changed meanwhile: this supervisor ends
            self.step_done()

    def _down(self, event: signals.ChildDown) -> None:
        child = find(self.state.children, event.name)
        if child is None or child.incarnation != event.incarnation or not child.live:
            return
        child = replace(child, state=ChildState.DOWN, last_reason=str(event.reason))
        self.put(child)
        if self.state.awaiting != event.name:
            if not any(step.name == event.name for step in self.state.plan):
                self.set(backlog=(*self.state.backlog, event))
            return
        step = self.state.plan[0]
        self.step_done()
        if isinstance(step, StopStep):
            self.leave(child, step.after)
        elif self.state.phase is Phase.STARTING:
            self._terminate(StopReason("start_failed", f"{child.name}: {event.reason.text}"))
        else:
            self._failed(child, event.reason)

    def _timed_out(self, step: int) -> None:
        if step != self.state.step or self.state.awaiting is None:
            return
        child = find(self.state.children, self.state.awaiting)
        if child is not None:
            starting = isinstance(self.state.plan[0], StartStep)
            limit_s = child.start_timeout_s if starting else child.shutdown_s
            reason = f"did not {'start' if starting else 'stop'} within {limit_s:g} s"
            self.effects.append(signals.Fence(name=child.name, reason=reason))

    # ---- what follows

    def _act(self, event: Signal) -> None:
        match event:
            case signals.ChildDown():
                child = find(self.state.children, event.name)
                if child is not None and child.state is ChildState.DOWN:
                    self._failed(child, event.reason)
            case signals.TryAgain():
                self._try_again(event)
            case signals.StartChild():
                self._add(event)
            case signals.StopChild(name=name):
                child = find(self.state.children, name)
                if child is not None:
                    after = After.FORGOTTEN if child.dynamic else After.CLOSED
                    self.set(plan=(StopStep(name=name, after=after),))

    def _failed(self, child: Child, reason: StopReason) -> None:
        if not child.wants_restart(reason):
            self.leave(child, self._for_good(child))
        elif child.give_up_after is not None and child.restarts >= child.give_up_after:
            self._give_up(child, reason)
        elif child.give_up_after is None and not self._within_intensity():
            self._escalate(child, reason)
        else:
            self._restart(child, reason)

    def _for_good(self, child: Child) -> After:
        forgotten = child.dynamic or child.spec.restart is Restart.TEMPORARY
        return After.FORGOTTEN if forgotten else After.CLOSED

    def _give_up(self, child: Child, reason: StopReason) -> None:
        text = f"gave up after {child.restarts} restarts, last: {reason}"
        self.effects.append(signals.Announce(kind="gave_up", child=child, reason=text))
        self.leave(child, self._for_good(child))
        if not child.dynamic:
            self.put(replace(child, state=ChildState.GAVE_UP))

    def _within_intensity(self) -> bool:
        spec = self.state.spec
        restarts_us, allowed = add_restart(
            self.state.restarts_us,
            self._now_us,
            intensity=spec.intensity,
            period_us=round(spec.period_s * 1e6),
        )
        self.set(restarts_us=restarts_us)
        return allowed

    def _escalate(self, child: Child, reason: StopReason) -> None:
        spec = self.state.spec
        text = (
            f"{spec.name}: restart {len(self.state.restarts_us)} within {spec.period_s:g} s, "
            f"limit {spec.intensity}; last: {child.name}: {reason}"
        )
        self.effects.append(signals.Escalate(reason=text))
        self._terminate(StopReason("shutdown", text))

    def _restart(self, child: Child, reason: StopReason) -> None:
        backoff = self.state.spec.backoff
        rested = child.up_us is not None and self._now_us - child.up_us >= backoff.reset_after_s * 1e6
        attempt = 1 if rested else child.attempt + 1
        child = replace(
            child,
            state=ChildState.RESTARTING,
            restarts=child.restarts + 1,
            attempt=attempt,
            ticket=child.ticket + 1,
            up_us=None,
        )
        self.put(child)
        group = group_of(self.state.children, child, self.state.spec.strategy)
        others = tuple(other for other in group if other.name != child.name)
        self.set(plan=tuple(StopStep(name=other.name, after=_taken_along(other)) for other in others[::-1]))
        self.effects.append(signals.Announce(kind="restarting", child=child, reason=str(reason)))
        again = signals.TryAgain(name=child.name, ticket=child.ticket)
        self.effects.append(signals.Later(seconds=delay_s(backoff, attempt, self._chance), message=again))

    def _try_again(self, event: signals.TryAgain) -> None:
        child = find(self.state.children, event.name)
        if child is None or child.state is not ChildState.RESTARTING or child.ticket != event.ticket:
            return
        group = group_of(self.state.children, child, self.state.spec.strategy)
        self.set(plan=tuple(StartStep(name=member.name) for member in group))

    def _add(self, event: signals.StartChild) -> None:
        name = event.spec.name
        if find(self.state.children, name) is not None:
            self.refuse(event, f"{name} is a child already")
            return
        self.set(
            children=(*self.state.children, Child(spec=event.spec, dynamic=True)),
            plan=(StartStep(name=name),),
        )

    def _terminate(self, reason: StopReason) -> None:
        if self.state.phase in (Phase.TERMINATING, Phase.OVER):
            return
        for event in self.state.backlog:
            if isinstance(event, signals.StartChild):
                self.refuse(event, f"{self.state.spec.name} ends")
        plan = tuple(
            StopStep(name=child.name, after=After.FORGOTTEN if child.dynamic else After.KEPT)
            for child in self.state.children[::-1]
        )
        self.set(phase=Phase.TERMINATING, ending=reason, backlog=(), awaiting=None, plan=plan)


def _taken_along(child: Child) -> After:
    forgotten = child.dynamic or child.spec.restart is Restart.TEMPORARY
    return After.FORGOTTEN if forgotten else After.RESTARTED
