"""A world from outside: start a tree, tell it, ask it, look at it, kill parts of it, stop it."""

from __future__ import annotations

import itertools
from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hydra.runtime.children import ChildState
from hydra.runtime.crew import Crew
from hydra.runtime.envelope import OUTSIDE
from hydra.runtime.life import Life
from hydra.runtime.reasons import StopReason
from hydra.runtime.spec import ChildSpec, SupervisorSpec, names_in
from hydra.runtime.supervisor import SupervisorActor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hydra.runtime.actor import Actor
    from hydra.runtime.address import PostOffice
    from hydra.runtime.children import Child
    from hydra.runtime.clock import Clock
    from hydra.runtime.envelope import DeadLetter, Envelope
    from hydra.runtime.mailbox import Mailbox
    from hydra.runtime.message import Message
    from hydra.runtime.timers import Timers

REPLY_MAILBOX_MAX = 16
_SHOWN = {ChildState.NEW: "starting", ChildState.DOWN: "restarting"}


class StartFailed(Exception):
    """The tree did not come up; what had started was stopped again."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name} did not start: {reason}")
        self.name = name
        self.reason = reason


class AskTimeout(Exception):
    """No answer came in time; a later one becomes a dead letter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActorStatus:
    """state: starting, running, stopping, restarting, stopped or gave_up.

    supervisor is empty for the root.
    """

    name: str
    supervisor: str
    state: str
    incarnation: int
    restarts: int
    mailbox_depth: int
    last_reason: str


class World(Crew):
    def __init__(
        self,
        *,
        seed: int,
        clock: Clock,
        timers: Timers,
        lifecycle_listener: str | None,
        on_fatal: Callable[[str], None],
        on_escalation: Callable[[str], None],
        post: PostOffice | None = None,
        life_type: Callable[..., Life] = Life,
    ) -> None:
        super().__init__(
            seed=seed,
            clock=clock,
            timers=timers,
            lifecycle_listener=lifecycle_listener,
            post=post,
            life_type=life_type,
        )
        self._on_fatal = on_fatal
        self._on_escalation = on_escalation
        self._asks = itertools.count(1)
        self._root: SupervisorSpec | None = None
        self._root_state = "stopped"
        self._root_reason = ""
        self._start_failure: tuple[str, str] | None = None
        self._stopping = False

    @abstractmethod
    def wait_until(self, done: Callable[[], bool]) -> None:
        """Let the world live until done(), which only a change of the root's state can make true."""

    @abstractmethod
    def run_until(self, done: Callable[[], bool], *, limit_s: float) -> bool:
        """From outside: let the world live until done(), at most limit_s of machine (or virtual) time."""

    @abstractmethod
    def await_reply(self, mailbox: Mailbox, timeout_s: float) -> list[Envelope]:
        """The first envelope in the mailbox, none if it took too long."""

    # ---- the tree

    def start(self, root: SupervisorSpec) -> None:
        """Start the tree in order. Raises StartFailed when a first start fails, after rolling back."""
        if self._root is not None:
            raise RuntimeError(f"this world was started before, with {self._root.name}")
        names = names_in(root)
        for name in names:
            if names.count(name) > 1:
                raise StartFailed(name, f"the tree has {names.count(name)} actors of this name, limit 1")
        self._root = root
        self._root_state = "starting"
        self.launch(root, supervisor=None, restarts=0)
        self.wait_until(lambda: self._root_state != "starting")
        if self._root_state != "running":
            name, reason = self._start_failure or (root.name, self._root_reason)
            raise StartFailed(name, reason)

    def stop(self) -> None:
        """Stop everything in reverse order; returns when it has. What still waits becomes dead letters."""
        self._stopping = True
        if self._root is not None and self.end(self._root.name, StopReason("shutdown", "the world stops")):
            self.wait_until(lambda: self._root_state == "stopped")
        self.post.close_all("the world has stopped")

    def kill(self, name: str, reason: str) -> bool:
        """It dies at its next message boundary as if crashed. False if no such actor lives."""
        return self.end(name, StopReason("killed", reason))

    # ---- messages

    def tell(self, to: str, message: Message) -> None:
        """From outside; never raises."""
        self.post.send(OUTSIDE, 0, to, message)

    def ask(self, to: str, build: Callable[[str], Message], *, timeout_s: float) -> Message:
        """From outside only: build(reply_to) is told, the first message to reply_to is returned.

        Raises AskTimeout after timeout_s of machine time (virtual time in a virtual world).
        """
        name = f"ask-{next(self._asks)}"
        mailbox = self.post.open(name, limit=REPLY_MAILBOX_MAX).mailbox
        mailbox.seat(1, drains=False)
        try:
            question = build(name)
            self.tell(to, question)
            replies = self.await_reply(mailbox, timeout_s)
        finally:
            self.post.close(name, f"{name} is answered or given up", forgotten=True)
        if not replies:
            raise AskTimeout(f"{to} did not answer {type(question).__name__} within {timeout_s:g} s")
        return replies[0].message

    # ---- what can be seen

    def published(self) -> dict[str, object]:
        """The latest snapshot of each actor that published one."""
        return dict(self.around.published)

    def dead_letters(self) -> tuple[DeadLetter, ...]:
        """The latest of them, oldest first; dead_letter_total counts all."""
        return self.post.dead_letters()

    @property
    def dead_letter_total(self) -> int:
        return self.post.dead_total

    def actors(self) -> tuple[ActorStatus, ...]:
        """Everybody in tree order: a supervisor, then its children in start order."""
        if self._root is None:
            return ()
        address = self.post.find(self._root.name)
        root = ActorStatus(
            name=self._root.name,
            supervisor="",
            state=self._root_state,
            incarnation=address.incarnation if address else 0,
            restarts=0,
            mailbox_depth=address.mailbox.depth if address else 0,
            last_reason=self._root_reason,
        )
        return (root, *self._below(self._root.name))

    def _below(self, supervisor: str) -> Iterator[ActorStatus]:
        for child in self.branches.get(supervisor, ()):
            yield self._status(child, supervisor)
            if isinstance(child.spec, SupervisorSpec):
                yield from self._below(child.name)

    def _status(self, child: Child, supervisor: str) -> ActorStatus:
        address = self.post.find(child.name)
        return ActorStatus(
            name=child.name,
            supervisor=supervisor,
            state=_SHOWN.get(child.state, child.state.value),
            incarnation=child.incarnation,
            restarts=child.restarts,
            mailbox_depth=address.mailbox.depth if address else 0,
            last_reason=child.last_reason,
        )

    # ---- what the crew reports

    def build(self, life: Life) -> Actor:
        if isinstance(life.spec, ChildSpec):
            return life.spec.build(life.context)
        return SupervisorActor(life, life.spec, self)

    def fatal(self, reason: str) -> None:
        self._on_fatal(reason)

    def over(self, life: Life, reason: StopReason) -> None:
        if self._root_state == "starting" and not life.started and self._start_failure is None:
            self._start_failure = (life.name, reason.text)

    def root_started(self) -> None:
        self._root_state = "running"

    def root_over(self, life: Life) -> None:
        """Nobody restarts the root: unless it was stopped, or never started, its end is an escalation."""
        unexpected = self._root_state == "running" and not self._stopping
        self._root_reason = str(life.reason)
        self._root_state = "stopped"
        if unexpected:
            self._on_escalation(life.reason.text)
