"""Hydra with one rule taken away, a way for each: what a hunter must find. Patches live as long as the context they are
made in; no file of the product is touched, and no world knows of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pytest

import hydra.broker.conversation as conversation
import hydra.core.admission as admission
import hydra.core.committing as committing
import hydra.core.exits as exits
import hydra.core.folding as folding
import hydra.core.risk as risk
import hydra.runtime.supervision as supervision
import hydra.supervisor.child as child_actor
from hydra.broker.fetching import Rows, list_everything
from hydra.broker.link import Link
from hydra.core.admission import CONDITIONS
from hydra.core.book import Book
from hydra.core.book_state import BookState
from hydra.core.child_view import ChildMemory, ChildView, child_view
from hydra.core.effects import Effects, Moment, Send
from hydra.core.folding_orders import execution_reported
from hydra.core.rules import RULES, Scope
from hydra.core.sequencer import Sequencer
from hydra.journal.store import EventStore
from hydra.messages import decisions as d
from hydra.messages import facts as f
from hydra.messages.base import Event
from hydra.messages.commands import TransmitOrder
from hydra.records import PositionRecord
from hydra.runtime.actor import Context
from hydra.runtime.address import PostOffice, is_cancelled
from hydra.supervisor.journal import JournalActor
from hydra.values import OrderState, Purpose, TradingState

Break = Callable[[pytest.MonkeyPatch], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """`spoken` are the laws of which one must be found broken when worlds are hunted with faults of the kinds `only`, in the
    order of their seeds from `first` on."""

    broken: Break
    spoken: frozenset[str]
    only: tuple[str, ...]
    first: int

    @property
    def name(self) -> str:
        """What is missing."""
        return self.broken.__name__.replace("_", " ")


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
    begin, commit = EventStore.begin, EventStore.commit

    def begins(store: EventStore) -> None:
        if store._connection.in_transaction:
            commit(store)
        begin(store)

    patch.setattr(EventStore, "begin", begins)
    patch.setattr(EventStore, "commit", lambda store: None)


def no_dedupe_by_exec_id(patch: pytest.MonkeyPatch) -> None:
    """An execution that another session tells again is a fill of its own, in the journal and in the book."""

    def counted(book: BookState, at: datetime, event: f.ExecutionReported) -> None:
        fill = event.execution
        event = replace(event, execution=replace(fill, exec_root=f"{fill.exec_root}/{event.session}"))
        execution_reported(book, at, event)

    def fact_id(event: f.ExecutionReported) -> str:
        return f"execution/{event.session}/{event.execution.exec_id}"

    patch.setattr(f.ExecutionReported, "fact_id", property(fact_id))
    patch.setitem(folding.FOLDS, f.ExecutionReported, counted)


def correction_added(patch: pytest.MonkeyPatch) -> None:
    """A newer revision of a fill is one more fill."""

    def added(book: BookState, at: datetime, event: f.ExecutionReported) -> None:
        fill = event.execution
        if fill.revision > 1:
            event = replace(event, execution=replace(fill, exec_root=fill.exec_id))
        execution_reported(book, at, event)

    patch.setitem(folding.FOLDS, f.ExecutionReported, added)


def forgets_at_restart(patch: pytest.MonkeyPatch) -> None:
    """A journal that begins, of the same process or of the next, takes trading for allowed and its breakers for closed."""
    on_start = JournalActor.on_start

    def forgetful(actor: JournalActor) -> None:
        on_start(actor)
        book = actor.sequencer.book
        book.trading = replace(book.trading, state=TradingState.ACTIVE)
        book.breakers.clear()

    patch.setattr(JournalActor, "on_start", forgetful)


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

    async def whole(link: Link, account: str) -> Rows:
        return replace(await list_everything(link, account), missing=())

    patch.setattr(conversation, "list_everything", whole)


def ids_from_next_valid_id(patch: pytest.MonkeyPatch) -> None:
    """A session's first order id is the gateway's word for it, whatever was used before."""
    opened = folding.FOLDS[f.SessionOpened]

    def trusting(book: BookState, at: datetime, event: f.SessionOpened) -> None:
        opened(book, at, event)
        book.order_id_mark = event.next_valid_id - 1

    patch.setitem(folding.FOLDS, f.SessionOpened, trusting)


def permit_not_checked(patch: pytest.MonkeyPatch) -> None:
    """The journal commits what it is handed, whatever has become of the permit since."""
    patch.setattr(committing, "check_permit", lambda want, permit, **now: None)


# ---- who decides what to trade


def exit_by_memory(patch: pytest.MonkeyPatch) -> None:
    """A position is closed again and again, whatever already closes it and whatever is left of it."""

    def held(book: Book, purpose: Purpose) -> list[PositionRecord]:
        return [position for position in book.positions.values() if position.quantity]

    patch.setattr(exits, "_closable", held)
    patch.setattr(admission, "CONDITIONS", tuple(one for one in CONDITIONS if one.scope is not Scope.REDUCING))
    patch.setattr(risk, "RULES", tuple(rule for rule in RULES if rule.rule_id != "R12"))


def resends_after_restart(patch: pytest.MonkeyPatch) -> None:
    """A child that was started again knows of no order of its parent, and neither does risk."""

    def blank(book: Book, parent_ref: str, memory: ChildMemory, **how: Any) -> ChildView | None:
        view = child_view(book, parent_ref, memory, **how)
        if view is None:
            return None
        seen = tuple(order for order in view.orders if order.intended_at >= memory.listening_since)
        used = replace(view.record, refusals_n=view.record.refusals_n + len(view.orders) - len(seen))
        return replace(view, orders=seen, record=used)

    patch.setattr(child_actor, "child_view", blank)
    patch.setattr(risk, "RULES", tuple(rule for rule in RULES if rule.rule_id not in ("R9", "R27")))


# ---- the runtime


def no_epoch_fence(patch: pytest.MonkeyPatch) -> None:
    """What an actor that was replaced has sent, or sends yet, is delivered."""
    retire = Context.retire

    def still_speaks(context: Context, reason: str) -> None:
        retire(context, reason)
        context.stale = ""

    patch.setattr(Context, "retire", still_speaks)
    patch.setattr(PostOffice, "_admit", lambda post, to, envelope: not is_cancelled(envelope))


def restarts_not_counted(patch: pytest.MonkeyPatch) -> None:
    """Every restart is the first one."""
    patch.setattr(supervision, "add_restart", lambda times, now_us, **limits: ((now_us,), True))


def never_tries_again(patch: pytest.MonkeyPatch) -> None:
    """A child whose restart waits for its backoff is forgotten."""
    patch.setattr(supervision._Decision, "_try_again", lambda decision, event: None)


def _mutant(broken: Break, only: tuple[str, ...], *spoken: str, first: int = 0) -> Mutant:
    return Mutant(broken=broken, spoken=frozenset(spoken), only=only, first=first)


MUTANTS = (
    _mutant(no_write_ahead, ("journal.intent_fails",), "S1", "S7"),
    _mutant(acks_before_commit, ("journal.io_error", "process.kill_at_journal"), "S7"),
    _mutant(no_dedupe_by_exec_id, ("network.reset", "network.flapping"), "S2", "S7"),
    _mutant(correction_added, ("gateway.correction",), "S2"),
    _mutant(forgets_at_restart, ("operator.halt", "actor.kill", "process.kill"), "S5", "S7"),
    _mutant(retry_without_reconcile, ("gateway.ack_lost", "gateway.slow", "network.latency"), "S1"),
    _mutant(incomplete_taken_for_empty, ("gateway.end_marker_missing",), "S3"),
    _mutant(ids_from_next_valid_id, ("gateway.order_id_rollback",), "S14"),
    _mutant(permit_not_checked, ("operator.halt_overtakes_permit",), "S5"),
    _mutant(exit_by_memory, ("network.", "actor."), "S4"),
    _mutant(resends_after_restart, ("process.kill", "actor.kill"), "S6"),
    _mutant(no_epoch_fence, ("actor.zombie", "actor.hang"), "S8"),
    _mutant(restarts_not_counted, ("actor.crash_loop",), "S10"),
    _mutant(never_tries_again, ("actor.kill",), "L1"),
)
