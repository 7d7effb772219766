"""Rules of the protocol taken away, one at a time. The model must find each within the number of seeds that stands here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from hydra.core.effects import Effects, Later, Moment, Send
from hydra.core.sequencer import Sequencer
from hydra.messages import commands as c
from hydra.messages import facts as f
from hydra.messages.base import Event
from hydra.messages.sync import BrokerSnapshot
from hydra.runtime.message import Message
from hydra.values import Execution, Intent
from tests.core.paper_journal import Pages
from tests.model.broker import ModelBroker, Wire
from tests.model.machine import Machine, ModelJournal
from tests.model.town import Town


class ForgetfulMind(Sequencer):
    """After a restart it neither hands over again nor probes."""

    def resumed(self, moment: Moment) -> Effects:
        for effect in super().resumed(moment):
            if isinstance(effect, Send | Later) and not isinstance(effect.message, c.TransmitOrder | c.ProbeDue):
                yield effect


class StubbornMind(Sequencer):
    """It hands what is unproven to each new session."""

    def react(self, event: Event, moment: Moment) -> Effects:
        yield from super().react(event, moment)
        if isinstance(event, f.SessionOpened):
            for order in self.book.unproven():
                intent = replace(order.intent, session=event.session)
                yield Send("broker", c.TransmitOrder(intent=intent))


class TrustingMind(Sequencer):
    """It takes any permit for one that knows everything."""

    def take(self, message: Message, moment: Moment) -> Effects:
        if isinstance(message, c.CommitOrder):
            message = replace(message, permit=replace(message.permit, as_of_seq=10**9))
        yield from super().take(message, moment)


class ForgetfulJournal(ModelJournal):
    MIND = ForgetfulMind


class StubbornJournal(ModelJournal):
    MIND = StubbornMind


class TrustingJournal(ModelJournal):
    MIND = TrustingMind


class HastyJournal(ModelJournal):
    """A verdict on the first absence."""

    def starting(self) -> Iterator[str]:
        at_once = replace(self.rules.reconcile, settle_s=0.0)
        self.rules = replace(self.rules, reconcile=at_once)
        return super().starting()


class CountingJournal(ModelJournal):
    """Every telling of an execution is one more execution."""

    def __init__(self, machine: Machine, disk: Pages) -> None:
        self.told_n = len(disk.pages) * 1_000
        super().__init__(machine, disk)

    def turn(self, messages: list[Message]) -> Iterator[str]:
        return super().turn([self._renamed(message) for message in messages])

    def _renamed(self, message: Message) -> Message:
        match message:
            case f.ExecutionReported(execution=execution):
                return replace(message, execution=self._fresh(execution))
            case BrokerSnapshot(executions=executions):
                return replace(message, executions=tuple(map(self._fresh, executions)))
        return message

    def _fresh(self, execution: Execution) -> Execution:
        self.told_n += 1
        root = f"{execution.exec_root}-{self.told_n}"
        return replace(execution, exec_id=f"{root}.01", exec_root=root)


class CarelessBroker(ModelBroker):
    """It does not look for which session an intent was committed."""

    def may_write(self, wire: Wire, intent: Intent) -> bool:
        return True


class RepeatingBroker(ModelBroker):
    """It does not remember what it wrote."""

    def is_first(self, wire: Wire, intent: Intent) -> bool:
        wire.orders.queue(intent)
        return True


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """`within` is how many seeds, from 0 on, must suffice to find it; `harsher` is the weather that brings it out."""

    name: str
    within: int
    journal: type[ModelJournal] = ModelJournal
    broker: type[ModelBroker] = ModelBroker
    harsher: Mapping[str, float] = field(default_factory=dict)

    def town(self, seed: int) -> Town:
        return Town(seed, journal=self.journal, broker=self.broker, harsher=self.harsher)


CRASHES = {"crash": 0.02}
LOSSES = {"socket_loss": 0.05}
VERBS = {"operator": 0.02}

MUTANTS = (
    Mutant(name="no re-forwarding after a journal restart", within=250, journal=ForgetfulJournal, harsher=CRASHES),
    Mutant(name="re-forwarding across sessions", within=50, journal=StubbornJournal),
    Mutant(name="no session check at the broker", within=250, broker=CarelessBroker, harsher=LOSSES),
    Mutant(name="no memory of written refs at the broker", within=250, broker=RepeatingBroker, harsher=CRASHES),
    Mutant(name="a verdict on the first absence", within=250, journal=HastyJournal, harsher=LOSSES),
    Mutant(name="permits not checked against gate events", within=250, journal=TrustingJournal, harsher=VERBS),
    Mutant(name="no identity of executions", within=50, journal=CountingJournal),
)
