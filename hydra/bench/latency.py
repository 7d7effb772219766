"""Intent to wire on a real desk: from a child's wish until its bytes have left, one durable commit in between.

The tree is the whole one, on threads, over TCP to a gateway in another process; signals are submitted from outside.
The stamps are taken where messages are sent, so the product is not changed by being measured.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from hydra.config import Config
from hydra.core.instants import after_s
from hydra.errors import StartError
from hydra.messages.commands import CommitOrder, SubmitSignal, TransmitOrder, WantOrder
from hydra.messages.facts import OrderWritten
from hydra.runtime.clock import MarketClock
from hydra.runtime.message import Message
from hydra.runtime.threads import ThreadWorld
from hydra.runtime.timers import Timer
from hydra.supervisor.desk import Desk
from hydra.supervisor.monitor import Marks
from hydra.supervisor.picture import book_of
from hydra.supervisor.plans import Surroundings, plans_of
from hydra.values import Purpose, Side, Signal

READY_WITHIN_S = 30.0
WRITTEN_WITHIN_S = 5.0
SYMBOL = "MSFT"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stages:
    """Seconds of each order: the whole way, and its parts."""

    intent_to_wire: tuple[float, ...]
    gate: tuple[float, ...]
    journal: tuple[float, ...]
    broker: tuple[float, ...]


class Stamps:
    """When each order's messages were sent, by a wrapper around the world's post."""

    def __init__(self) -> None:
        self.wanted: dict[str, float] = {}
        self.permitted: dict[str, float] = {}
        self.committed: dict[str, float] = {}
        self.written: dict[str, float] = {}

    def take(self, message: Message) -> None:
        """Remember the instant of one sending."""
        match message:
            case WantOrder(want=want):
                self.wanted[want.order_ref] = time.perf_counter()
            case CommitOrder(want=want):
                self.permitted[want.order_ref] = time.perf_counter()
            case TransmitOrder(intent=intent):
                self.committed[intent.want.order_ref] = time.perf_counter()
            case OrderWritten(order_ref=order_ref):
                self.written[order_ref] = time.perf_counter()

    def stages(self) -> Stages:
        """The differences of every order that went the whole way."""
        refs = [ref for ref in self.written if ref in self.wanted]
        return Stages(
            intent_to_wire=tuple(self.written[ref] - self.wanted[ref] for ref in refs),
            gate=tuple(self.permitted[ref] - self.wanted[ref] for ref in refs),
            journal=tuple(self.committed[ref] - self.permitted[ref] for ref in refs),
            broker=tuple(self.written[ref] - self.committed[ref] for ref in refs),
        )


def hydra_order_stages(config: Config, directory: Path, clock: MarketClock, *, orders: int, pause_s: float) -> Stages:
    """Submit `orders` signals to a whole desk, one each `pause_s`; raises StartError when the desk does not trade."""
    stamps = Stamps()
    world = ThreadWorld(
        seed=1,
        clock=clock,
        lifecycle_listener="journal",
        on_fatal=_not_measurable,
        on_escalation=_not_measurable,
    )
    _listen(world, stamps)
    around = Surroundings(
        journal_path=directory / "bench.db",
        artifacts_path=directory / "artifacts",
        pid=0,
        speed=clock.speed,
        write_line=lambda line: None,
    )
    desk = Desk(world, plans_of(config, around))
    desk.start()
    try:
        if not world.run_until(lambda: _is_ready(desk), limit_s=READY_WITHIN_S):
            raise StartError(f"the bench's desk was not ready within {READY_WITHIN_S:g} s: {desk.status().link_text}")
        for n in range(orders):
            world.tell("journal", SubmitSignal(signal=_signal(n, clock)))
            world.run_until(lambda n=n: len(stamps.written) > n, limit_s=WRITTEN_WITHIN_S)  # type: ignore[misc]
            world.run_until(lambda: False, limit_s=pause_s)
    finally:
        desk.stop(leave_orders=False, reason="the bench is over")
    return stamps.stages()


def _listen(world: ThreadWorld, stamps: Stamps) -> None:
    send = world.post.send

    def stamped(sender: str, incarnation: int, to: str, message: Message, timer: Timer | None = None) -> None:
        stamps.take(message)
        send(sender, incarnation, to, message, timer)

    world.post.send = stamped  # type: ignore[method-assign]


def _is_ready(desk: Desk) -> bool:
    published = desk.world.published()
    book = book_of(published)
    return book.session_live and book.last_reconciliation is not None and _has_quote(desk)


def _has_quote(desk: Desk) -> bool:
    marks = desk.world.published().get("monitor")
    return isinstance(marks, Marks) and any(quote.symbol == SYMBOL for quote in marks.quotes)


def _signal(n: int, clock: MarketClock) -> Signal:
    now = clock.now()
    return Signal(
        signal_id=f"bench-{n}",
        source="bench",
        symbol=SYMBOL,
        side=Side.BUY,
        quantity=Decimal(1),
        purpose=Purpose.OPEN,
        urgent=False,
        episode="",
        reason="bench",
        at=now,
        valid_until=after_s(now, 60),
    )


def _not_measurable(reason: str) -> None:
    raise StartError(f"the bench's desk ended: {reason}")
