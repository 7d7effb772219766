"""Risk and child of the model: the real actors of hydra/supervisor, on a context that may let them die at any tell."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from hydra.config import CalendarConfig
from hydra.config.trading import RiskConfig
from hydra.core.child_view import ChildRules
from hydra.runtime.actor import Actor
from hydra.runtime.message import Message
from hydra.supervisor.child import ChildActor, ChildPlan
from hydra.supervisor.risk import RiskActor, RiskPlan
from tests.core.books import later, quote, routing


class Crash(BaseException):
    """Somebody dies here."""


@dataclass(eq=False)
class ModelTimer:
    due_s: float
    message: Message
    cancelled: bool = False

    def cancel(self) -> None:
        self.cancelled = True


class ModelClock:
    speed = 1.0

    def __init__(self) -> None:
        self.now_s = 0.0

    def now(self) -> datetime:
        return later(self.now_s)

    def monotonic_s(self) -> float:
        return 1_000.0 + self.now_s


class Town(Protocol):
    """Where residents live; `fate` may raise Crash."""

    clock: ModelClock
    rng: random.Random

    def fate(self, name: str, point: str) -> None: ...
    def post(self, sender: str, incarnation: int, to: str, message: Message, *, is_timer: bool = False) -> None: ...


class ModelContext:
    """What an actor sees of the model, in the words of hydra.runtime.actor.Context."""

    def __init__(self, town: Town, name: str, incarnation: int) -> None:
        self.town = town
        self.name = name
        self.incarnation = incarnation
        self.clock = town.clock
        self.held = False
        self.over = False
        self.timers: list[ModelTimer] = []

    def tell(self, to: str, message: Message) -> None:
        self.town.fate(self.name, f"before telling {to} {type(message).__name__}")
        self.town.post(self.name, self.incarnation, to, message)
        self.town.fate(self.name, f"after telling {to} {type(message).__name__}")

    def after(self, delay_s: float, message: Message) -> ModelTimer:
        timer = ModelTimer(self.clock.now_s + delay_s, message)
        self.timers.append(timer)
        return timer

    def at(self, instant: datetime, message: Message) -> ModelTimer:
        return self.after((instant - self.clock.now()).total_seconds(), message)

    def random(self, stream: str) -> random.Random:
        return random.Random(stream)

    def hold(self) -> None:
        self.held = True

    def release(self) -> None:
        self.held = False

    def publish(self, snapshot: object) -> None:
        """Nobody looks."""

    def exit(self, reason: str = "done") -> None:
        self.over = True


CALENDAR = CalendarConfig()
LIMITS = RiskConfig(quote_stale_s=600.0)
RULES = ChildRules(routing=routing(quote_wait_max_s=3_600.0), risk=LIMITS, delayed_allowed=False)
WANT_TTL_S = 10.0


def build_risk(context: Any) -> Actor:
    plan = RiskPlan(
        limits=LIMITS,
        calendar=CALENDAR,
        close_margin_s=120.0,
        unverified_max_s=30.0,
        clock_skew_max_s=5.0,
        delayed_allowed=False,
    )
    return RiskActor(context, plan)


def build_child(context: Any) -> Actor:
    plan = ChildPlan(
        parent_ref="s1",
        rules=RULES,
        calendar=CALENDAR,
        want_ttl_s=WANT_TTL_S,
        quote=quote(at=context.clock.now()),
        winding_down="",
    )
    return ChildActor(context, plan)


BUILD: dict[str, Callable[[Any], Actor]] = {"risk": build_risk, "router/s1": build_child}
