"""A whole hydra in virtual time that a drill can hurt: it is run, it is stopped, and its journal is held to the ledger."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from hydra.config import Config
from hydra.core.book import Book
from hydra.gateway.ledger import ledger_of
from hydra.journal.reading import JournalReader
from hydra.journal.rows import StoredEvent
from hydra.messages.base import Event
from hydra.messages.decisions import ActorLifeChanged, AlertRaised, OrderIntended, TradingStateChanged
from hydra.records import BookImage, OrderRecord
from hydra.simulation.laws.judging import broken_laws
from hydra.simulation.world import SimulatedWorld, SimulationPlan, Venue, venue_of
from hydra.supervisor.desk_status import Summary
from hydra.supervisor.picture import book_of
from hydra.values import OrderState, Purpose, TradingState
from tests.drills.configs import restless

THE_SIX = ("journal", "broker", "risk", "router", "monitor", "exit")
QUOTE_EVERY_S = 5
E = TypeVar("E", bound=Event)

STAGES: list[Stage] = []
"""Those of the running test, so that one that fails leaves no loop open."""


class Stage:
    """One process at its gateway. `venue` is the gateway that an earlier process has left behind."""

    def __init__(
        self, directory: Path, seed: int = 1, *, config: Config | None = None, venue: Venue | None = None
    ) -> None:
        self.plan = plan(directory, seed, config or restless())
        self.sim = SimulatedWorld(self.plan, venue=venue or venue_of(self.plan))
        self.world, self.desk, self.network = self.sim.world, self.sim.desk, self.sim.network
        STAGES.append(self)

    def begin(self) -> Stage:
        """Start the tree; nothing has been traded yet when this returns."""
        self.desk.start()
        return self

    def run(self, minutes: float) -> Stage:
        """Let market time pass."""
        self.world.run_for(minutes * 60)
        return self

    def until(self, done: Callable[[BookImage], bool], minutes: float = 30) -> Stage:
        """Run until the journal's book is so, looked at before every single step of anybody."""
        assert self.world.run_until(lambda: done(self.book), limit_s=minutes * 60), (
            f"it never came to this within {minutes} minutes: {self.picture()}"
        )
        return self

    def step(self, steps: int) -> Stage:
        """So many single steps of anybody on the loop: an instant between two effects."""
        left = iter(range(steps))
        self.world.run_until(lambda: next(left, None) is None, limit_s=3600)
        return self

    def picture(self) -> str:
        """What a person would look at when a drill goes wrong."""
        status = self.desk.status()
        rows = [f"{row.name} {row.state} #{row.incarnation} ({row.mailbox} waiting) {row.why}" for row in status.actors]
        waiting = [f"{order.order_ref} {order.state}" for order in status.orders]
        return "\n".join(
            (
                f"{status.market_at} run {status.run} link {status.link} {status.link_text}, session {status.session}",
                f"trading {status.trading} by {status.trading_by}: {status.trading_reason}; failed: {self.desk.failed}",
                *rows,
                f"signals {[row.signal_id for row in status.signals]}, orders {waiting}",
                f"differences {status.differences}, last comparison {status.reconciled_text}",
                *(f"{stored.seq} {stored.at:%H:%M:%S.%f} {stored.event}"[:220] for stored in self.stored()[-12:]),
            )
        )

    @property
    def book(self) -> BookImage:
        """The journal's book as last published."""
        return book_of(self.world.published())

    @property
    def ledger(self) -> dict[str, Any]:
        """The gateway's own truth."""
        return ledger_of(self.sim.venue.store)

    def incarnation(self, name: str) -> int:
        """0 while there is no actor of this name."""
        return next((actor.incarnation for actor in self.world.actors() if actor.name == name), 0)

    def children(self) -> tuple[str, ...]:
        """The addresses of the children that work a parent order now."""
        return tuple(
            actor.name for actor in self.world.actors() if actor.name.startswith("router/") and actor.state == "running"
        )

    def child_of(self, kind: str) -> str:
        """The first child that works a parent of this kind (TWAP, PATIENCE); empty if none does."""
        refs = {f"router/{record.parent.parent_ref}" for record in self.book.parents if record.parent.kind.value == kind}
        return next((name for name in self.children() if name in refs), "")

    def alive(self, name: str, incarnation: int) -> Callable[[BookImage], bool]:
        """Whether an actor runs in this incarnation."""
        rows = self.world.actors
        return lambda book: any(
            (row.name, row.incarnation, row.state) == (name, incarnation, "running") for row in rows()
        )

    def incarnations(self, name: str) -> int:
        """How many times an actor has started in the last run, by the journal."""
        return max(event.incarnation for event in self.told(ActorLifeChanged) if event.actor == name)

    def recorded_book(self) -> Book:
        """The fold of the journal's file."""
        book = Book()
        for stored in self.stored():
            book.apply(stored.seq, stored.at, stored.event)
        return book

    def stored(self) -> list[StoredEvent]:
        """The journal's events as of now, read beside its writer; its chain is verified on the way."""
        with JournalReader(self.sim.journal_path) as reader:
            return list(reader.fold())

    def told(self, kind: type[E]) -> list[E]:
        """Every recorded event of one class, in order."""
        return [stored.event for stored in self.stored() if isinstance(stored.event, kind)]

    def intents(self, purpose: Purpose | None = None, symbol: str = "") -> list[str]:
        """The refs of the orders that were intended so far, of one purpose, in one symbol, or all."""
        wants = [event.intent.want for event in self.told(OrderIntended)]
        return [
            want.order_ref
            for want in wants
            if purpose in (None, want.purpose) and symbol in ("", want.terms.symbol)
        ]

    def alerts(self, kind: str) -> list[AlertRaised]:
        return [alert for alert in self.told(AlertRaised) if alert.kind == kind]

    def states(self) -> list[TradingState]:
        """The trading states in the order in which they were taken."""
        return [changed.state for changed in self.told(TradingStateChanged)]

    def end(self, *, leave_orders: bool = False) -> Summary:
        """Stop in order."""
        return self.desk.stop(leave_orders=leave_orders, reason="the drill is over")

    def end_clean(self) -> Summary:
        """Stop in order; nothing is unexplained, lost, doubled or still open anywhere."""
        summary = self.end()
        assert () == summary.unexplained
        assert () == self.broken()
        assert [] == working_at(self.ledger)
        return summary

    def broken(self) -> tuple[str, ...]:
        """The laws that journal and ledger break together, of a desk that has stopped."""
        self.sim.gateway.drain()
        return broken_laws(self.stored(), self.recorded_book(), self.ledger, self.plan.config)

    def die(self, directory: Path, *, landing: bool, with_gateway: bool = False) -> Stage:
        """The process is killed now: its successor finds the journal as it is at this instant, and the same gateway.

        Bytes on their way are lost, or (`landing`) still reach the gateway. What this world does afterwards, nobody sees:
        its sockets are gone and its journal is no longer the one that counts.
        """
        directory.mkdir(parents=True)
        for name in ("hydra.db", "hydra.db-wal"):
            shutil.copy(self.plan.directory / name, directory / name)
        self.network.cut(refusing="the process was killed", landing=landing)
        self.network.end()
        self.world.stop()
        venue = self.sim.venue
        if with_gateway:
            venue.store.crash()
            venue = venue_of(self.plan, store=venue.store)
        return Stage(directory, self.plan.seed, config=self.plan.config, venue=venue)

    def again(self) -> Stage:
        """The next process on the same journal and gateway, after this one has stopped."""
        self.network.end()
        return Stage(self.plan.directory, self.plan.seed, config=self.plan.config, venue=self.sim.venue)


def plan(directory: Path, seed: int, config: Config) -> SimulationPlan:
    """The gateway's prices follow the seed too."""
    seeded = config.model_copy(update={"gateway": config.gateway.model_copy(update={"seed": seed})})
    return SimulationPlan(
        config=seeded, seed=seed, days=7, clock="plain", quote_interval_s=QUOTE_EVERY_S, directory=directory
    )


def with_market_data(stage: Stage, kind: Any) -> Stage:
    """The same stage at a gateway that offers this kind of market data."""
    venue = venue_of(stage.plan, market_data=kind)
    return Stage(stage.plan.directory, stage.plan.seed, config=stage.plan.config, venue=venue)


def at_account(stage: Stage, account: str) -> Stage:
    """The same stage at a gateway that announces another account."""
    gateway = stage.plan.config.gateway.model_copy(update={"account": account})
    elsewhere = replace(stage.plan, config=stage.plan.config.model_copy(update={"gateway": gateway}))
    return Stage(stage.plan.directory, stage.plan.seed, config=stage.plan.config, venue=venue_of(elsewhere))


def orders_in(book: BookImage, *states: OrderState) -> list[OrderRecord]:
    """The orders of a book in one of these states."""
    return [order for order in book.orders if order.state in states]


def works(book: BookImage) -> bool:
    """Whether an order works at the broker, acknowledged."""
    return bool(orders_in(book, OrderState.WORKING))


def traded(fills: int) -> Callable[[BookImage], bool]:
    """Whether so many executions are in the book's tally."""
    return lambda book: book.tally.fills >= fills


def restarted(before: BookImage, times: int = 1) -> Callable[[BookImage], bool]:
    """Whether the book counts so many restarts more than an earlier one."""
    return lambda book: book.tally.restarts >= before.tally.restarts + times


def working_at(ledger: dict[str, Any]) -> list[str]:
    """The order refs that still live at the gateway."""
    return [order["order_ref"] for order in ledger["orders"] if not order["finished_us"]]
