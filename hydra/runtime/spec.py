"""A child as data: what to build, when to restart it, how long to wait for it. Nothing here acts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hydra.runtime.actor import Actor, Context


class Restart(Enum):
    """Which ends of a child are followed by a restart (OTP)."""

    PERMANENT = "permanent"  # all
    TRANSIENT = "transient"  # abnormal ones
    TEMPORARY = "temporary"  # none, not even when a sibling's restart stopped it


class Strategy(Enum):
    """Who is restarted with a static child that failed. A dynamic child that fails concerns only itself."""

    ONE_FOR_ONE = "one_for_one"
    REST_FOR_ONE = "rest_for_one"
    ONE_FOR_ALL = "one_for_all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """The wait before the n-th restart in a row: initial_s * factor ** (n - 1), at most max_s, +- jitter."""

    initial_s: float = 0.1
    factor: float = 2.0
    max_s: float = 10.0
    jitter: float = 0.2
    reset_after_s: float = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildSpec:
    """One actor. `why` says why it stands where it stands in the start order.

    hang_s is machine time in one message; None is for tests that stop in a debugger. With hang_is_fatal a
    hung actor is not replaced: World.on_fatal is called instead. give_up_after is for dynamic children:
    their restarts have this account of their own instead of the supervisor's intensity, and `listener` hears
    "gave_up".
    """

    name: str
    build: Callable[[Context], Actor] = field(repr=False)
    why: str
    restart: Restart = Restart.PERMANENT
    shutdown_s: float = 5.0
    start_timeout_s: float = 30.0
    mailbox_max: int = 10_000
    hang_s: float | None = 30.0
    hang_is_fatal: bool = False
    give_up_after: int | None = None
    listener: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SupervisorSpec:
    """A supervisor and its static children in start order; more may be added at run time
    (Context.start_child).

    It dies on restart number intensity + 1 within period_s (inclusive).
    """

    name: str
    strategy: Strategy
    children: tuple[ChildSpec | SupervisorSpec, ...]
    why: str
    intensity: int = 1
    period_s: float = 5.0
    backoff: Backoff = Backoff()
    restart: Restart = Restart.PERMANENT


def names_in(spec: ChildSpec | SupervisorSpec) -> tuple[str, ...]:
    """Every name of the subtree, in start order."""
    if isinstance(spec, ChildSpec):
        return (spec.name,)
    return (spec.name, *(name for child in spec.children for name in names_in(child)))
