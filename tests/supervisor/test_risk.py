"""The RiskActor in a virtual world: what it does with a signal while it knows no quote."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from hydra.config import CalendarConfig, RiskConfig
from hydra.messages.commands import QuoteChanged
from hydra.messages.decisions import SignalAdmitted, SignalEnded
from hydra.messages.sync import Reconcile, Reconciled
from hydra.records import SignalRecord
from hydra.runtime.actor import Actor, Context
from hydra.runtime.message import Message
from hydra.runtime.spec import ChildSpec, Strategy, SupervisorSpec
from hydra.runtime.virtual import VirtualWorld
from hydra.supervisor.risk import RiskActor, RiskPlan
from tests.core.books import NOW, book, quote, signal

PLAN = RiskPlan(
    limits=RiskConfig(),
    calendar=CalendarConfig(),
    close_margin_s=120,
    unverified_max_s=30,
    clock_skew_max_s=5,
    delayed_allowed=False,
)


class Scribe(Actor):
    """Stands where the journal stands: answers a sync with a book that holds one signal, and keeps what it is told."""

    told: list[Message]

    def on_start(self) -> None:
        self.told = []
        self.context.publish(self.told)

    def receive(self, message: Message) -> None:
        if isinstance(message, Reconcile):
            image = book(signals=(SignalRecord(signal=signal(), admitted=None),)).image()
            self.context.tell("risk", Reconciled(sync_n=message.sync_n, seq=image.seq, book=image))
        else:
            self.told.append(message)


@pytest.fixture
def world() -> Iterator[VirtualWorld]:
    world = VirtualWorld(seed=1, start_at=NOW, on_fatal=pytest.fail, on_escalation=pytest.fail)
    scribe = ChildSpec(name="journal", build=Scribe, why="hears")
    risk = ChildSpec(name="risk", build=_risk, why="judges")
    world.start(SupervisorSpec(name="root", strategy=Strategy.ONE_FOR_ONE, children=(scribe, risk), why="test"))
    world.run_for(1)
    yield world
    world.stop()


def _risk(context: Context) -> RiskActor:
    return RiskActor(context, PLAN)


def verdicts(world: VirtualWorld) -> list[Message]:
    told = world.published()["journal"]
    assert isinstance(told, list)
    return [message for message in told if isinstance(message, SignalAdmitted | SignalEnded)]


def test_a_signal_is_not_judged_before_the_first_quote_of_its_contract(world: VirtualWorld) -> None:
    assert [] == verdicts(world)
    world.tell("risk", QuoteChanged(quote=quote(at=world.clock.now())))
    world.run_for(1)
    assert [SignalAdmitted] == [type(verdict) for verdict in verdicts(world)]


def test_a_later_quote_does_not_judge_it_again(world: VirtualWorld) -> None:
    for _ in range(3):
        world.tell("risk", QuoteChanged(quote=quote(at=world.clock.now())))
        world.run_for(1)
    assert 1 == len(verdicts(world))


def test_without_any_quote_it_ends_when_its_validity_does(world: VirtualWorld) -> None:
    world.run_for((signal().valid_until - NOW + timedelta(seconds=1)).total_seconds())
    assert [SignalEnded] == [type(verdict) for verdict in verdicts(world)]
