"""A supervisor's table of children as a value, and the questions its mind asks about it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

from hydra.runtime.spec import ChildSpec, Restart, Strategy, SupervisorSpec

if TYPE_CHECKING:
    from hydra.runtime.reasons import StopReason


class ChildState(Enum):
    NEW = "new"
    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"
    DOWN = "down"  # ended by itself; what follows is not decided yet
    RESTARTING = "restarting"  # waits for its backoff, or for the one whose failure took it along
    STOPPED = "stopped"
    GAVE_UP = "gave_up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """`attempt` counts restarts in a row for the backoff, `ticket` dates decisions (see TryAgain)."""

    spec: ChildSpec | SupervisorSpec
    dynamic: bool = False
    state: ChildState = ChildState.NEW
    incarnation: int = 0
    restarts: int = 0
    attempt: int = 0
    ticket: int = 0
    up_us: int | None = None
    last_reason: str = ""

    @property
    def name(self) -> str:
        return self.spec.name

    @property
    def live(self) -> bool:
        return self.state in (ChildState.STARTING, ChildState.RUNNING, ChildState.STOPPING)

    @property
    def give_up_after(self) -> int | None:
        return self.spec.give_up_after if isinstance(self.spec, ChildSpec) else None

    @property
    def start_timeout_s(self) -> float | None:
        """None for a supervisor: its own children have theirs, and a race with them helps nobody (OTP)."""
        return self.spec.start_timeout_s if isinstance(self.spec, ChildSpec) else None

    @property
    def shutdown_s(self) -> float | None:
        return self.spec.shutdown_s if isinstance(self.spec, ChildSpec) else None

    def wants_restart(self, reason: StopReason) -> bool:
        if self.spec.restart is Restart.TRANSIENT:
            return reason.abnormal
        return self.spec.restart is Restart.PERMANENT


Children = tuple[Child, ...]


def find(children: Children, name: str) -> Child | None:
    return next((child for child in children if child.name == name), None)


def put(children: Children, child: Child) -> Children:
    return tuple(child if old.name == child.name else old for old in children)


def without(children: Children, name: str) -> Children:
    return tuple(child for child in children if child.name != name)


def with_incarnation(children: Children, name: str, incarnation: int) -> Children:
    """The incarnation that a Start effect brought to life."""
    return tuple(replace(child, incarnation=incarnation) if child.name == name else child for child in children)


def group_of(children: Children, failed: Child, strategy: Strategy) -> Children:
    """Who is stopped and started together with `failed`, in start order.

    A dynamic child concerns only itself. A static one takes all dynamic ones with it under rest_for_one and
    one_for_all: they stand after every static child. Who was given up stays so.
    """
    if failed.dynamic or strategy is Strategy.ONE_FOR_ONE:
        return (failed,)
    names = [child.name for child in children]
    first = 0 if strategy is Strategy.ONE_FOR_ALL else names.index(failed.name)
    return tuple(child for child in children[first:] if child.state is not ChildState.GAVE_UP)
