"""Hydra with one rule taken away, a way for each: what a hunter must find. Patches live as long as the context they are
made in; no file of the product is touched, and no world knows of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

import hydra.broker.conversation as conversation
import hydra.core.child_view as child_view_module
import hydra.core.committing as committing
import hydra.core.exits as exits
import hydra.core.folding as folding
import hydra.core.risk as risk
import hydra.core.rules_market as rules_market
import hydra.runtime.supervision as supervision
import hydra.supervisor.broker as broker_actor
import hydra.supervisor.child as child_actor
from hydra.broker.orders import Fate, SessionOrders
from hydra.broker.pacing import Pacer
from hydra.broker.snapshot import Listed, snapshot_of
from hydra.broker.writing import OrderWriter, objection
from hydra.core.book import Book
from hydra.core.book_state import BookState
from hydra.core.child_view import ChildMemory, ChildView, child_view
from hydra.core.effects import Effects, Later, Moment, Send
from hydra.core.folding_orders import execution_reported
from hydra.core.rules import RULES
from hydra.core.sequencer import Sequencer
from hydra.core.sessions import session_at
from hydra.journal.store import EventStore
from hydra.messages import decisions as d
from hydra.messages import facts as f
from hydra.messages.base import Event
from hydra.messages.commands import ProbeDue, TransmitOrder
from hydra.messages.sync import BrokerSnapshot
from hydra.runtime.address import PostOffice, is_cancelled
from hydra.runtime.children import Child
from hydra.runtime.envelope import Envelope
from hydra.supervisor.exit import ExitActor
from hydra.supervisor.journal import JournalActor
from hydra.values import Execution, Intent, OrderState, SessionHours, TradingState

Break = Callable[[pytest.MonkeyPatch], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """`spoken` are the laws of which one must be found broken, hunting heavy seeds from `first` on, `within` so many, of so
    many market minutes each."""

    name: str
    broken: Break
    spoken: frozenset[str]
    first: int
    within: int = 3
    minutes: float = 30.0


# ---- the journal


def no_write_ahead(patch: pytest.MonkeyPatch) -> None:
    """An order goes to the broker when its intent is inserted, not when it is committed."""
    drive = JournalActor._drive

    def hasty(actor: JournalActor, effects: Effects, moment: Moment) -> None:
        drive(actor, effects, moment)
        for effect in [one for one in actor.outbox if isinstance(one, Send) and isinstance(one.message, TransmitOrder)]:
            actor.outbox.remove(effect)
            actor.context.tell(effect.to, effect.message)

    patch.setattr(JournalActor, "_drive", hasty)


def acks_before_commit(patch: pytest.MonkeyPatch) -> None:
    """What was appended is told at once and made durable with the next batch."""
    begin, commit, close = EventStore.begin, EventStore.commit, EventStore.close

    def begins(store: EventStore) -> None:
        if store._connection.in_transaction:
            commit(store)
        begin(store)

    patch.setattr(EventStore, "begin", begins)
    patch.setattr(EventStore, "commit", lambda store: None)


def no_dedupe_by_exec_id(patch: pytest.MonkeyPatch) -> None:
    """Each telling of an execution is a fill of its own, in the journal and in the book."""

    def counted(book: BookState, at: datetime, event: f.ExecutionReported) -> None:
        book.executions.pop(event.execution.exec_root, None)
        execution_reported(book, at, event)

    patch.setattr(f.ExecutionReported, "fact_id", "")
    patch.setitem(folding.FOLDS, f.ExecutionReported, counted)


def correction_added(patch: pytest.MonkeyPatch) -> None:
    """A newer revision of a fill is one more fill."""

    def added(book: BookState, at: datetime, event: f.ExecutionReported) -> None:
        fill = event.execution
        if fill.revision > 1:
            event = replace(event, execution=replace(fill, exec_root=fill.exec_id))
        execution_reported(book, at, event)

    patch.setitem(folding.FOLDS, f.ExecutionReported, added)


def no_writer_fence(patch: pytest.MonkeyPatch) -> None:
    """The journal is written although a later writer has taken it over."""

    def begin(store: EventStore) -> None:
        store._run("begin", "BEGIN IMMEDIATE")
        store._head_at_begin = store._head

    patch.setattr(EventStore, "begin", begin)


def forgets_at_restart(patch: pytest.MonkeyPatch) -> None:
    """A new process trades, whatever the last one was told, and its breakers are closed."""
    run_started = folding.FOLDS[d.RunStarted]

    def started(book: BookState, at: datetime, event: d.RunStarted) -> None:
        run_started(book, at, event)
        book.trading = replace(book.trading, state=TradingState.ACTIVE)
        book.breakers.clear()

    patch.setitem(folding.FOLDS, d.RunStarted, started)


def no_second_hand_over(patch: pytest.MonkeyPatch) -> None:
    """A journal that was started again neither hands over nor probes what it had committed."""
    resumed = Sequencer.resumed

    def silent(mind: Sequencer, moment: Moment) -> Effects:
        for effect in resumed(mind, moment):
            if not (isinstance(effect, Send | Later) and isinstance(effect.message, TransmitOrder | ProbeDue)):
                yield effect

    patch.setattr(Sequencer, "resumed", silent)


def permit_not_checked(patch: pytest.MonkeyPatch) -> None:
    """The journal commits whatever risk once permitted."""
    patch.setattr(committing, "check_permit", lambda want, permit, **known: None)


# ---- orders and listings


def retry_without_reconcile(patch: pytest.MonkeyPatch) -> None:
    """An order in doubt is taken for one that never arrived, at once; its slice tries again."""
    react = Sequencer.react

    def rash(mind: Sequencer, event: Event, moment: Moment) -> Effects:
        yield from react(mind, event, moment)
        if isinstance(event, d.OrderDoubted) and event.order_ref in mind.book.orders:
            yield d.OrderEnded(
                order_ref=event.order_ref,
                state=OrderState.NEVER_REACHED.value,
                filled=mind.book.orders[event.order_ref].filled,
                evidence="nobody has heard of it",
            )

    patch.setattr(Sequencer, "react", rash)


def incomplete_taken_for_empty(patch: pytest.MonkeyPatch) -> None:
    """A part of a listing that did not end has no rows."""

    def whole(listed: Listed) -> BrokerSnapshot:
        return snapshot_of(replace(listed, missing=()))

    patch.setattr(conversation, "snapshot_of", whole)


def ids_from_next_valid_id(patch: pytest.MonkeyPatch) -> None:
    """A session's first order id is the gateway's word for it, whatever was used before."""
    opened = folding.FOLDS[f.SessionOpened]

    def trusting(book: BookState, at: datetime, event: f.SessionOpened) -> None:
        opened(book, at, event)
        book.order_id_mark = event.next_valid_id - 1

    patch.setitem(folding.FOLDS, f.SessionOpened, trusting)


def no_session_check(patch: pytest.MonkeyPatch) -> None:
    """The broker writes what was committed for another socket."""
    transmit = OrderWriter.transmit

    def careless(writer: OrderWriter, intent: Intent) -> None:
        transmit(writer, replace(intent, session=writer.session.stamp.session))

    patch.setattr(OrderWriter, "transmit", careless)


def no_memory_of_written(patch: pytest.MonkeyPatch) -> None:
    """A second hand-over is written again."""
    queue = SessionOrders.queue

    def again(orders: SessionOrders, intent: Intent) -> bool:
        orders._fates.pop(intent.want.order_ref, None)
        return queue(orders, intent)

    patch.setattr(SessionOrders, "queue", again)


def latch_forgotten(patch: pytest.MonkeyPatch) -> None:
    """A halt cancels what works, but the broker goes on writing what comes after it."""

    def unlatched(intent: Intent, **now: Any) -> str:
        return objection(intent, **{**now, "halted": ""})

    patch.setattr(broker_actor, "objection", unlatched)
    patch.setattr(OrderWriter, "refuse_queued", lambda writer, reason: None)


def no_pacing(patch: pytest.MonkeyPatch) -> None:
    """Everything is written as soon as it is wanted."""
    patch.setattr(Pacer, "_left", lambda pacer: 1_000)


# ---- who decides what to trade


def exit_by_memory(patch: pytest.MonkeyPatch) -> None:
    """The gate lets a closing order pass for what the position was when its signal was made."""
    patch.setattr(risk, "RULES", tuple(rule for rule in RULES if rule.rule_id not in ("R12",)))


def resends_after_restart(patch: pytest.MonkeyPatch) -> None:
    """A child that was started again knows of no order of its parent, and neither does risk."""
    pass


def hours_ignored(patch: pytest.MonkeyPatch) -> None:
    """Every hour of every day is a session."""

    def always(hours: tuple[SessionHours, ...], at: datetime) -> SessionHours | None:
        return session_at(hours, at) or (hours[0] if hours else None)

    patch.setattr(rules_market, "session_at", always)
    patch.setattr(exits, "session_at", always)


# ---- the runtime


def no_epoch_fence(patch: pytest.MonkeyPatch) -> None:
    """What an actor that was replaced has sent is delivered."""
    patch.setattr(PostOffice, "_admit", lambda post, to, envelope: not is_cancelled(envelope))


def restarts_not_counted(patch: pytest.MonkeyPatch) -> None:
    """Every restart is the first one."""
    patch.setattr(supervision, "add_restart", lambda times, now_us, **limits: ((now_us,), True))


def never_tries_again(patch: pytest.MonkeyPatch) -> None:
    """A child whose restart waits for its backoff is forgotten."""
    patch.setattr(supervision._Decision, "_try_again", lambda decision, event: None)
