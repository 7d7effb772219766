"""The actor around a supervisor's mind: it hears, lets the mind decide, and carries out what was decided."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hydra.runtime import signals
from hydra.runtime.actor import Actor
from hydra.runtime.children import find, with_incarnation
from hydra.runtime.plan import ORDERLY, Phase
from hydra.runtime.reasons import StopReason
from hydra.runtime.spec import ChildSpec
from hydra.runtime.supervision import decide, newborn

if TYPE_CHECKING:
    from hydra.runtime.crew import Crew
    from hydra.runtime.life import Life
    from hydra.runtime.message import Message
    from hydra.runtime.signals import Effect, Signal
    from hydra.runtime.spec import SupervisorSpec
    from hydra.runtime.timers import Timer


class SupervisorActor(Actor):
    def __init__(self, life: Life, spec: SupervisorSpec, crew: Crew) -> None:
        super().__init__(life.context)
        self._life = life
        self._crew = crew
        self._state = newborn(spec)
        self._deadline: Timer | None = None

    def on_start(self) -> None:
        for child in self._state.children:
            self._crew.prepare(child.spec, self.context.name)
        self._hear(signals.Begin())

    def receive(self, message: Message) -> None:
        if isinstance(message, signals.StartChild) and self._is_elsewhere(message.spec.name):
            self._refuse(message, f"{message.spec.name} lives elsewhere in the tree")
        elif isinstance(message, signals.Signal):
            self._hear(message)
        else:
            self._refuse(message, "a supervisor hears only of its children")

    def on_stop(self, reason: StopReason) -> None:
        """After a crash of this very actor nobody else would end its children."""
        if self._state.phase is not Phase.OVER:
            for child in self._state.children[::-1]:
                self._crew.end(child.name, StopReason("killed", f"its supervisor is over: {reason}"))

    def _hear(self, event: Signal) -> None:
        now_us = self.context.clock.monotonic_us()
        self._state, effects = decide(self._state, event, now_us=now_us, chance=self.context.random("backoff"))
        if self._state.awaiting is None:
            self._cancel_deadline()
        for effect in effects:
            self._carry_out(effect)
        self._crew.branches[self.context.name] = self._state.children

    def _carry_out(self, effect: Effect) -> None:
        match effect:
            case signals.Start(name=name):
                self._start(name)
            case signals.Stop(name=name):
                self._crew.end(name, ORDERLY)
            case signals.Fence(name=name, reason=reason):
                self._fence(name, reason)
            case signals.Deadline(step=step, seconds=seconds):
                self._cancel_deadline()
                self._deadline = self.context.after(seconds, signals.StepTimedOut(step=step))
            case signals.Later(seconds=seconds, message=message):
                self.context.after(seconds, message)
            case signals.Announce():
                self._announce(effect)
            case signals.Escalate(reason=reason):
                self._escalate(reason)
            case signals.Retire(name=name, forgotten=forgotten):
                self._crew.retire(name, forgotten=forgotten)
            case signals.Refuse(request=request, reason=reason):
                self._refuse(request, reason)
            case signals.ReportStarted():
                self._crew.life_started(self._life)
            case signals.Exit(reason=reason):
                self._life.end(reason)

    def _start(self, name: str) -> None:
        child = find(self._state.children, name)
        if child is not None:
            number = self._crew.launch(child.spec, supervisor=self.context.name, restarts=child.restarts)
            self._state = replace(self._state, children=with_incarnation(self._state.children, name, number))

    def _fence(self, name: str, reason: str) -> None:
        """Whose hang is fatal is not replaced in a running tree: the old one may still hold its resources."""
        child = find(self._state.children, name)
        spec = child.spec if child is not None else None
        if isinstance(spec, ChildSpec) and spec.hang_is_fatal and self._state.phase is Phase.RUNNING:
            self._crew.fatal(f"{name}: {reason}")
        else:
            self._crew.fence(name, reason)

    def _announce(self, effect: signals.Announce) -> None:
        child = effect.child
        listener = child.spec.listener if isinstance(child.spec, ChildSpec) else None
        self._crew.announce(
            effect.kind,
            child.name,
            incarnation=child.incarnation,
            restarts=child.restarts,
            reason=effect.reason,
            also_to=listener if effect.kind == "gave_up" else None,
        )

    def _escalate(self, reason: str) -> None:
        self._crew.announce(
            "escalated",
            self.context.name,
            incarnation=self.context.incarnation,
            restarts=self._life.restarts,
            reason=reason,
        )

    def _cancel_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _is_elsewhere(self, name: str) -> bool:
        return self._crew.is_known(name) and self._crew.parent_of(name) != self.context.name

    def _refuse(self, message: Message, reason: str) -> None:
        self._crew.post.bury_unsent("", 0, self.context.name, message, reason)
