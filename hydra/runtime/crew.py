"""Everybody who lives in one world: brings incarnations to life, hears of their end, tells who must know.

Shared by both worlds. It decides nothing: supervisors do, through it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from loguru import logger

from hydra.runtime.actor import BatchActor, Context, Surroundings
from hydra.runtime.address import PostOffice
from hydra.runtime.envelope import RUNTIME
from hydra.runtime.life import Life
from hydra.runtime.message import Lifecycle, LifecycleKind
from hydra.runtime.reasons import StopReason, reason_of
from hydra.runtime.signals import ChildDown, ChildStarted, Terminate
from hydra.runtime.spec import ChildSpec, SupervisorSpec

if TYPE_CHECKING:
    from collections.abc import Callable

    from hydra.runtime.actor import Actor
    from hydra.runtime.children import Children
    from hydra.runtime.clock import Clock
    from hydra.runtime.message import Message
    from hydra.runtime.timers import Timers

SUPERVISOR_MAILBOX_MAX = 10_000


class Crew(ABC):
    def __init__(
        self,
        *,
        seed: int,
        clock: Clock,
        timers: Timers,
        lifecycle_listener: str | None,
        post: PostOffice | None = None,
        life_type: Callable[..., Life] = Life,
    ) -> None:
        self.clock = clock
        self.post = post or PostOffice(clock)
        self.timers = timers
        self.branches: dict[str, Children] = {}  # what each supervisor last thought of its children
        self.around = Surroundings(seed=seed, clock=clock, post=self.post, timers=timers)
        self.lives: dict[str, Life] = {}
        self._life_type = life_type
        self._parents: dict[str, str | None] = {}
        self._lifecycle_listener = lifecycle_listener

    @abstractmethod
    def build(self, life: Life) -> Actor:
        """The behaviour of this incarnation."""

    @abstractmethod
    def host(self, life: Life) -> None:
        """Let it begin, in this world's manner."""

    @abstractmethod
    def fatal(self, reason: str) -> None:
        """Something that only the end of the process can answer."""

    @abstractmethod
    def root_started(self) -> None: ...

    @abstractmethod
    def root_over(self, life: Life) -> None: ...

    # ---- what supervisors ask for

    def prepare(self, spec: ChildSpec | SupervisorSpec, supervisor: str | None) -> None:
        """Let its address exist before it starts, so that what elder siblings tell it waits for it."""
        self._parents[spec.name] = supervisor
        limit = spec.mailbox_max if isinstance(spec, ChildSpec) else SUPERVISOR_MAILBOX_MAX
        self.post.open(spec.name, limit=limit)

    def parent_of(self, name: str) -> str | None:
        """The supervisor whose child this name is, None if it is the root or nobody's."""
        return self._parents.get(name)

    def is_known(self, name: str) -> bool:
        return name in self._parents

    def launch(self, spec: ChildSpec | SupervisorSpec, *, supervisor: str | None, restarts: int) -> int:
        """A new incarnation; returns its number.

        Its start or its end is reported as a message, never raised.
        """
        self.prepare(spec, supervisor)
        self.fence(spec.name, "a new incarnation takes its place")
        address = self.post.open(spec.name, limit=0)
        address.incarnation += 1
        context = Context(address, address.incarnation, self.around)
        life = self._life_type(spec, address=address, context=context, supervisor=supervisor, restarts=restarts)
        self.lives[spec.name] = life
        try:
            life.inhabit(self.build(life))
        except BaseException as error:  # noqa: BLE001 - it becomes the DOWN of this incarnation
            life.fail_start(reason_of(error, kind="start_failed"))
            self.life_over(life)
            return life.incarnation
        left = address.mailbox.seat(life.incarnation, drains=life.behaviour.DRAINS)
        self.post.bury_all(spec.name, left, "it was meant for an earlier incarnation")
        life.insist()
        self.host(life)
        return life.incarnation

    def end(self, name: str, reason: StopReason) -> bool:
        """Let it end at its next boundary; False if no such actor lives.

        A supervisor first ends its children.
        """
        life = self.lives.get(name)
        if life is None or life.is_over:
            return False
        if isinstance(life.spec, SupervisorSpec):
            self.post.send(RUNTIME, 0, name, Terminate(reason=reason))
        else:
            life.end(reason)
        return True

    def fence(self, name: str, reason: str) -> bool:
        """Go on without this incarnation: its seat is taken, what it still tells becomes dead letters."""
        life = self.lives.get(name)
        if life is None or not life.claim_end():
            return False
        fenced = StopReason("fenced", reason)
        life.end(fenced)  # for when its thread comes back
        self._conclude(life, fenced)
        return True

    def retire(self, name: str, *, forgotten: bool) -> None:
        """This name is over for good."""
        self.post.close(name, f"{name} has stopped for good", forgotten=forgotten)
        if forgotten:
            self._parents.pop(name, None)
            self.around.published.pop(name, None)

    def announce(
        self,
        kind: LifecycleKind,
        name: str,
        *,
        incarnation: int,
        restarts: int,
        reason: str,
        also_to: str | None = None,
    ) -> Lifecycle:
        """Tell those who want to know of lives; returns what they were told."""
        lifecycle = Lifecycle(
            kind=kind,
            name=name,
            incarnation=incarnation,
            restarts=restarts,
            reason=reason,
            at=self.clock.now(),
        )
        for listener in (self._lifecycle_listener, also_to):
            if listener is not None:
                self.post.send(RUNTIME, 0, listener, lifecycle)
        return lifecycle

    # ---- what hosts report

    def life_begun(self, life: Life) -> None:
        """on_start returned. A supervisor has not started until its children have; it says so itself."""
        if isinstance(life.spec, ChildSpec):
            self.life_started(life)

    def life_started(self, life: Life) -> None:
        if life.is_over:
            return
        life.started = True
        self._announce_life("started", life, "")
        self._tell_parent(life, ChildStarted(name=life.name, incarnation=life.incarnation))
        if life.supervisor is None:
            self.root_started()

    def life_over(self, life: Life) -> None:
        """The last thing a host does. Only the first report of an incarnation's end counts."""
        if life.claim_end():
            self._conclude(life, life.reason)

    def _conclude(self, life: Life, reason: StopReason) -> None:
        if reason.traceback:
            crash = logger.bind(actor=life.name, incarnation=life.incarnation)
            crash.error("{} #{} is down: {}\n{}", life.name, life.incarnation, reason, reason.traceback)
        life.context.retire(f"{life.name} #{life.incarnation} is over: {reason}")
        self._bury_at_hand(life, reason)
        life.address.mailbox.vacate(life.incarnation)
        if self.lives.get(life.name) is life:
            del self.lives[life.name]
        self._announce_life("down" if reason.abnormal else "stopped", life, str(reason))
        self._tell_parent(life, ChildDown(name=life.name, incarnation=life.incarnation, reason=reason))
        self.over(life, reason)
        if life.supervisor is None:
            self.root_over(life)

    @abstractmethod
    def over(self, life: Life, reason: StopReason) -> None:
        """An incarnation of anybody has ended."""

    def _bury_at_hand(self, life: Life, reason: StopReason) -> None:
        """What it died of is not delivered again; except a batch, which is presented again one by one."""
        if life.is_turn_blameless:
            return
        if not life.at_hand or isinstance(life.behaviour, BatchActor):
            poisoned = life.address.mailbox.poisoned(life.incarnation)
            if poisoned is not None:
                text = f"set aside, it failed alone: {type(poisoned.message).__name__}: {reason}"
                self.post.bury(life.name, poisoned, text)
                self._announce_life("poisoned", life, text)
            return
        self.post.bury_all(life.name, life.at_hand, f"{life.name} #{life.incarnation} died of it: {reason}")

    def _announce_life(self, kind: LifecycleKind, life: Life, reason: str) -> None:
        self.announce(kind, life.name, incarnation=life.incarnation, restarts=life.restarts, reason=reason)

    def _tell_parent(self, life: Life, message: Message) -> None:
        if life.supervisor is not None:
            self.post.send(life.name, life.incarnation, life.supervisor, message)
