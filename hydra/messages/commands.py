"""Commands: one actor asks another to do something. Imperative, refused visibly, never recorded themselves."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import ClassVar

from hydra.messages.base import Command, Due, Urgent
from hydra.runtime.message import Lane, Message, WhenFull
from hydra.values import Intent, OrderWant, Permit, Quote, Resolution, Signal, TradingState


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitSignal(Command):
    """Strategy, exit rule or operator -> journal: record this signal."""

    signal: Signal


@dataclass(frozen=True, slots=True, kw_only=True)
class WantOrder(Command):
    """Child -> risk: may I have this order?"""

    want: OrderWant


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitOrder(Command):
    """Risk -> journal: this order is permitted; commit its intent and hand it to the broker."""

    want: OrderWant
    permit: Permit


@dataclass(frozen=True, slots=True, kw_only=True)
class TransmitOrder(Command):
    """Journal -> broker: write this committed intent on the socket of its session, once.

    Not bound to its sender: a journal that restarts hands its intents over again and the broker ignores the second.
    """

    BOUND_TO_SENDER: ClassVar[bool] = False
    intent: Intent


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelOrder(Urgent):
    """Anyone -> broker: cancel this order; before it was written this refuses it."""

    order_ref: str
    broker_order_id: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelEverything(Urgent):
    """Root or operator -> broker: one global cancel in the reserved slot."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LatchHalt(Urgent):
    """Root -> broker: refuse (or again allow) every write of an order, whatever anybody says."""

    latched: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptSession(Urgent):
    """Journal -> broker: the socket with this token is session number `session`."""

    link_token: int
    session: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseSession(Urgent):
    """Journal -> broker: end this socket; facts were lost or the session is not wanted."""

    session: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchSnapshot(Urgent):
    """Journal -> broker: list open orders, completed orders, executions, positions and values, in this order."""

    request_n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconcileNow(Command):
    """Monitor or operator -> journal: compare with the broker, for this reason."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeTrading(Urgent):
    """Operator -> journal: go to this trading state. `force` resumes in spite of open differences, accepting them."""

    state: TradingState
    by: str
    reason: str
    force: bool
    reply_to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolveDifference(Urgent):
    """Operator -> journal: settle the difference called `item`, on a listing that begins after this was said."""

    item: str
    how: Resolution
    by: str
    reason: str
    reply_to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FlattenAll(Urgent):
    """Operator -> exit: close every position with limit orders."""

    by: str
    reason: str
    reply_to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteChanged(Message):
    """Broker -> risk, router, monitor, exit, strategies: the latest quote; an older one still waiting is replaced."""

    KEPT: ClassVar[bool] = False
    WHEN_FULL: ClassVar[WhenFull] = WhenFull.LATEST
    quote: Quote

    def conflation_key(self) -> Hashable:
        return self.quote.con_id


@dataclass(frozen=True, slots=True, kw_only=True)
class EndRun(Command):
    """Outside -> journal, last of all: record the orderly end of this run and answer when it is committed."""

    BOUND_TO_SENDER: ClassVar[bool] = False
    reason: str
    reply_to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WindDown(Urgent):
    """Outside -> journal, router, exit, strategies: the run ends; begin nothing, end what is open. Children pass it on."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VerbAnswered(Urgent):
    """Whoever obeyed (or refused) an operator's verb -> the outside: what came of it, in a sentence."""

    obeyed: bool
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkDue(Due):
    """A timer of an actor's own; `what` says which."""

    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeDue(Due):
    """An order was handed over `ack_probe_s` ago: has anybody answered?"""

    order_ref: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncDue(Due):
    """An unsynchronised actor asks again; on the control lane, the only one it reads."""

    LANE: ClassVar[Lane] = Lane.CONTROL
    sync_n: int
