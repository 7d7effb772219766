"""What hydra itself decided or noticed, recorded in the same order as the broker's facts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from hydra.messages.base import Event
from hydra.records import BrokerSide, OurSide
from hydra.values import Difference, Intent, OrderWant, ParentEnd, ParentOrder, PositionLine, Signal, SignalEnd, TradingState


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStarted(Event):
    """A process began to write this journal."""

    run: int
    version: str
    config_fingerprint: str
    pid: int
    disorderly_runs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEnded(Event):
    """The process ended in order; a run without this event was killed."""

    run: int
    reason: str

    @property
    def fact_id(self) -> str:
        return f"run-end/{self.run}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ActorLifeChanged(Event):
    """An actor started, went down, was restarted or given up, and why."""

    actor: str
    kind: str
    incarnation: int
    restarts: int
    reason: str

    @property
    def subject(self) -> str:
        return self.actor


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRaised(Event):
    """Something a person should know. `kind` and `about` together deduplicate; `severity` is info, warning or critical."""

    kind: str
    about: str
    severity: str
    text: str

    @property
    def subject(self) -> str:
        return self.about


@dataclass(frozen=True, slots=True, kw_only=True)
class TradingStateChanged(Event):
    """What may go to the wire changed: who, when, why."""

    state: TradingState
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerTripped(Event):
    """A circuit breaker opened, with its figure and limit."""

    breaker: str
    value: Decimal
    limit: Decimal
    text: str

    @property
    def subject(self) -> str:
        return self.breaker


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerRearmed(Event):
    """A named person, or the turn of the day for a breaker that allows it, closed a breaker again."""

    breaker: str
    by: str
    reason: str

    @property
    def subject(self) -> str:
        return self.breaker


@dataclass(frozen=True, slots=True, kw_only=True)
class DayStarted(Event):
    """The exchange's day turned; `equity` is the baseline of the daily loss."""

    day: date
    equity: Decimal

    @property
    def fact_id(self) -> str:
        return f"day/{self.day.isoformat()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalReceived(Event):
    """A signal entered; from here on it must end exactly once."""

    signal: Signal

    @property
    def fact_id(self) -> str:
        return f"signal/{self.signal.signal_id}"

    @property
    def subject(self) -> str:
        return self.signal.signal_id


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalAdmitted(Event):
    """Risk let a signal in, for this quantity."""

    signal_id: str
    quantity: Decimal
    text: str

    @property
    def fact_id(self) -> str:
        return f"admitted/{self.signal_id}"

    @property
    def subject(self) -> str:
        return self.signal_id


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalEnded(Event):
    """The one terminal state of a signal, with the filled quantity and the reason."""

    signal_id: str
    end: SignalEnd
    filled: Decimal
    average_price: Decimal | None
    reason: str

    @property
    def fact_id(self) -> str:
        return f"signal-end/{self.signal_id}"

    @property
    def subject(self) -> str:
        return self.signal_id


@dataclass(frozen=True, slots=True, kw_only=True)
class ParentOpened(Event):
    """The router turned a signal into a parent order."""

    parent: ParentOrder

    @property
    def fact_id(self) -> str:
        return f"parent/{self.parent.parent_ref}"

    @property
    def subject(self) -> str:
        return self.parent.parent_ref


@dataclass(frozen=True, slots=True, kw_only=True)
class ParentEnded(Event):
    """A child finished its parent: no order of it works any more."""

    parent_ref: str
    end: ParentEnd
    filled: Decimal
    remainder: Decimal
    average_price: Decimal | None
    reason: str

    @property
    def fact_id(self) -> str:
        return f"parent-end/{self.parent_ref}"

    @property
    def subject(self) -> str:
        return self.parent_ref


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderIntended(Event):
    """Write-ahead: this order, with this content, may be written on this session's socket and on no other."""

    intent: Intent

    @property
    def fact_id(self) -> str:
        return f"intent/{self.intent.want.order_ref}"

    @property
    def subject(self) -> str:
        return self.intent.want.order_ref


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRefused(Event):
    """A wish for an order was refused by risk or by the journal; nothing was sent. `reasons` are whole sentences."""

    want: OrderWant
    by: str
    reasons: tuple[str, ...]

    @property
    def fact_id(self) -> str:
        return f"refused/{self.want.order_ref}"

    @property
    def subject(self) -> str:
        return self.want.order_ref


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDoubted(Event):
    """An order became UNKNOWN: no answer in time, its session ended, or the broker's word does not settle it."""

    order_ref: str
    reason: str

    @property
    def subject(self) -> str:
        return self.order_ref


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFound(Event):
    """Evidence says that the order works at the broker."""

    order_ref: str
    perm_id: int
    broker_order_id: int
    evidence: str

    @property
    def subject(self) -> str:
        return self.order_ref


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderEnded(Event):
    """The verdict on an order, with its evidence. `state` is FILLED, CANCELLED, REJECTED, NOT_WRITTEN or NEVER_REACHED."""

    order_ref: str
    state: str
    filled: Decimal
    evidence: str

    @property
    def fact_id(self) -> str:
        return f"order-end/{self.order_ref}/{self.state}/{self.filled}"

    @property
    def subject(self) -> str:
        return self.order_ref


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningBalance(Event):
    """What the account held when this journal began, or what the operator adopted; `ignored` positions are not ours."""

    cash: Decimal
    adopted: tuple[PositionLine, ...]
    ignored: tuple[PositionLine, ...]
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignSettled(Event):
    """A position that was never ours was taken in (`adopt`) or left alone (`ignore`), by policy or by a named person."""

    line: PositionLine
    how: str
    by: str

    @property
    def subject(self) -> str:
        return self.line.symbol


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconciliationDone(Event):
    """Ours and theirs were compared. `differences` are open after it; `unverified` symbols were too busy to judge, or one
    listing found a difference in them that a second one has yet to confirm."""

    reason: str
    session: int
    orders_n: int
    executions_n: int
    positions_n: int
    repaired_n: int
    differences: tuple[Difference, ...]
    unverified: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceFound(Event):
    """Two settled listings agree that we and the broker differ, and no evidence explains it. Both sides are kept as they
    were then, as far as they concern it; journals of earlier versions do not have them."""

    difference: Difference
    ours: OurSide | None = None
    theirs: BrokerSide | None = None

    @property
    def subject(self) -> str:
        return self.difference.item


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceResolved(Event):
    """A difference is gone by evidence, or a named person resolved it, for this reason."""

    item: str
    by: str
    how: str
    reason: str = ""

    @property
    def subject(self) -> str:
        return self.item


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerSideAdopted(Event):
    """A named person made the broker's side of a difference ours: the position of `line` (quantity 0: none), or `cash`."""

    item: str
    by: str
    reason: str
    line: PositionLine | None
    cash: Decimal | None

    @property
    def subject(self) -> str:
        return self.item


@dataclass(frozen=True, slots=True, kw_only=True)
class LawViolated(Event):
    """An invariant of the house did not hold; the run ends with exit code 1."""

    law: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorActed(Event):
    """A person used a verb of the control surface. `ticket` names this one use: telling it twice is using it once."""

    verb: str
    by: str
    text: str
    ticket: str = ""

    @property
    def fact_id(self) -> str:
        return f"verb/{self.ticket}" if self.ticket else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArtifactWritten(Event):
    """The daily artifact of a session lies on disk; `path` is its Markdown, below the folder of artifacts."""

    day: date
    path: str
