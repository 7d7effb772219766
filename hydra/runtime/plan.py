"""What a supervisor means to do next, as a value, and how it gets there one step at a time. Pure.

A step is: start this child and wait until it has, or stop that child and wait until it is down. It never
decides what the plan is; supervision.py does.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

from hydra.runtime import signals
from hydra.runtime.children import Child, Children, ChildState, find, put, without
from hydra.runtime.reasons import StopReason

if TYPE_CHECKING:
    from hydra.runtime.signals import Effect, Signal
    from hydra.runtime.spec import SupervisorSpec


ORDERLY = StopReason("shutdown", "its supervisor said so")


class Phase(Enum):
    STARTING = "starting"
    RUNNING = "running"
    TERMINATING = "terminating"
    OVER = "over"


class After(Enum):
    """What a child is once its stop step is done."""

    KEPT = "kept"  # this supervisor ends; the next incarnation of it starts the child again
    RESTARTED = "restarted"  # waits for the sibling whose failure took it along
    CLOSED = "closed"  # over for good
    FORGOTTEN = "forgotten"  # over for good, and its name is free


@dataclass(frozen=True, slots=True, kw_only=True)
class StartStep:
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StopStep:
    name: str
    after: After


@dataclass(frozen=True, slots=True, kw_only=True)
class Supervision:
    """`awaiting` is the child whose answer the first step of the plan waits for, `step` numbers the steps."""

    spec: SupervisorSpec
    children: Children
    phase: Phase = Phase.STARTING
    plan: tuple[StartStep | StopStep, ...] = ()
    awaiting: str | None = None
    step: int = 0
    backlog: tuple[Signal, ...] = ()
    restarts_us: tuple[int, ...] = ()
    ending: StopReason = ORDERLY


class Planner:
    """Scratch paper of one decision: the state as it changes, the effects as they come up."""

    def __init__(self, state: Supervision) -> None:
        self.state = state
        self.effects: list[Effect] = []

    def work(self) -> None:
        """Take steps until one has to be waited for or the plan is done."""
        while self.state.plan and self.state.awaiting is None:
            self._take(self.state.plan[0])

    def _take(self, step: StartStep | StopStep) -> None:
        child = find(self.state.children, step.name)
        if isinstance(step, StartStep):
            if child is None or child.live:
                self.step_done()
            else:
                self.put(replace(child, state=ChildState.STARTING))
                self._await(child, signals.Start(name=child.name), child.start_timeout_s)
        elif child is None:
            self.step_done()
        elif not child.live:
            self.step_done()
            self.leave(child, step.after)
        else:
            self.put(replace(child, state=ChildState.STOPPING))
            self._await(child, signals.Stop(name=child.name), child.shutdown_s)

    def _await(self, child: Child, effect: Effect, timeout_s: float | None) -> None:
        step = self.state.step + 1
        self.set(awaiting=child.name, step=step)
        self.effects.append(effect)
        if timeout_s is not None:
            self.effects.append(signals.Deadline(step=step, seconds=timeout_s))

    def step_done(self) -> None:
        self.set(plan=self.state.plan[1:], awaiting=None)

    def leave(self, child: Child, after: After) -> None:
        match after:
            case After.KEPT:
                self.put(replace(child, state=ChildState.STOPPED))
            case After.RESTARTED:
                self.put(replace(child, state=ChildState.RESTARTING, ticket=child.ticket + 1))
            case After.CLOSED:
                self.put(replace(child, state=ChildState.STOPPED))
                self.effects.append(signals.Retire(name=child.name, forgotten=False))
            case After.FORGOTTEN:
                self.set(children=without(self.state.children, child.name))
                self.effects.append(signals.Retire(name=child.name, forgotten=True))

    def refuse(self, request: signals.StartChild, reason: str) -> None:
        self.effects.append(signals.Refuse(request=request, reason=reason))

    def put(self, child: Child) -> None:
        self.set(children=put(self.state.children, child))

    def set(self, **changes: object) -> None:
        self.state = replace(self.state, **changes)  # type: ignore[arg-type]
