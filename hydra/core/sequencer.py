"""The mind of the journal: what each message makes a fact, and who must hear of it. One total order for everything.

It keeps the order protocol (PROTOCOL sections 1 and 2): an intent is committed only under a live session, a valid permit and
current syncs; it is handed only to its session; after a restart the open ones are handed over again; nothing is sent twice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from hydra.core.book import Book
from hydra.core.clock_skew import alarm
from hydra.core.committing import objections
from hydra.core.effects import Effects, Later, Moment, Send
from hydra.core.operating import change_trading
from hydra.core.orders import UNENDED_STATUSES
from hydra.core.reactions import react
from hydra.core.reconciling import ASK_AGAIN, ReconcileRules, Reconciling, answer
from hydra.core.resolving import GIVE_UP
from hydra.core.screening import counts, dated
from hydra.messages import commands as c
from hydra.messages import decisions as d
from hydra.messages import facts as f
from hydra.messages.base import Event
from hydra.messages.sync import BrokerSnapshot, Reconcile
from hydra.runtime.message import Lifecycle, Message
from hydra.values import ZERO, Intent, OrderState, SignalEnd, TradingState

CHILD_PREFIX = "router/"
"""A child is called by its parent_ref after this."""


UNANSWERED = (OrderState.INTENDED, OrderState.WRITTEN)
"""Handed over, but neither acknowledged nor refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SequencerRules:
    """`ack_probe_s`: an order without an answer is doubted after this long (machine seconds). `clock_skew_max_s` in
    market seconds."""

    ack_probe_s: float
    clock_skew_max_s: float
    disorderly_runs_max: int
    reconcile: ReconcileRules


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStart:
    """What a process says of itself on its first page."""

    version: str
    config_fingerprint: str
    pid: int


class Sequencer:
    """Book, current syncs and the running reconciliation. Mutable, owned by one JournalActor incarnation.

    `known(fact_id)` says whether the journal already holds a fact.
    """

    def __init__(
        self, book: Book, rules: SequencerRules, known: Callable[[str], bool], *, incarnation: int = 1
    ) -> None:
        self.book = book
        self.rules = rules
        self.known = known
        self.syncs: dict[str, int] = {}
        self.winding_down = ""
        self.reconciling = Reconciling(book, rules.reconcile, known, incarnation)

    def take(self, message: Message, moment: Moment) -> Effects:
        """The effects of one message."""
        match message:
            case c.CommitOrder():
                yield from self._commit_order(message, moment)
            case Reconcile():
                yield from self._reconcile(message, moment)
            case BrokerSnapshot():
                yield from self.reconciling.take(message, moment)
            case f.SessionOpened():
                yield from self._session_opened(message, moment)
            case c.SubmitSignal(signal=signal):
                new = yield d.SignalReceived(signal=signal)
                if new and self.winding_down:
                    yield _ended_by_state(signal.signal_id, self.winding_down)
            case c.WindDown(reason=reason):
                self.winding_down = reason
                yield from self.reconciling.resolving.end(reason)
            case c.ChangeTrading():
                yield from change_trading(self.book, message)
            case c.ResolveDifference():
                yield from self.reconciling.resolve(message, moment)
            case c.ReconcileNow():
                yield from self.reconciling.want(message.reason, moment)
            case c.WorkDue(what=what) if what == ASK_AGAIN:
                yield from self.reconciling.due(moment)
            case c.WorkDue(what=what) if what == GIVE_UP:
                yield from self.reconciling.resolving.expire(moment)
            case c.ProbeDue():
                yield from self._probe(message.order_ref, moment)
            case Lifecycle():
                yield from self._life_changed(message)
            case c.EndRun():
                yield d.RunEnded(run=self.book.run, reason=message.reason)
                yield Send(message.reply_to, c.VerbAnswered(obeyed=True, text=message.reason))
            case Event():
                yield from self._fact(message)
            case _:
                raise TypeError(f"the journal does not understand {type(message).__name__}")

    def react(self, event: Event, moment: Moment) -> Effects:
        """What follows from an event that was just folded: more events, hand-overs, a listing."""
        yield from react(self.book, event, self.known)
        match event:
            case f.SessionOpened(link_token=link_token, session=session):
                yield Send("broker", c.AcceptSession(link_token=link_token, session=session))
                yield from self.reconciling.want("session opened", moment)
                yield from alarm(self.book, self.rules.clock_skew_max_s)
            case f.GatewayTimeSeen():
                yield from alarm(self.book, self.rules.clock_skew_max_s)
            case f.SessionClosed():
                self.reconciling.forget_session()
            case d.ParentEnded(parent_ref=parent_ref):
                self.syncs.pop(CHILD_PREFIX + parent_ref, None)
            case d.OrderIntended(intent=intent):
                yield Send("broker", c.TransmitOrder(intent=intent))
                yield Later(self.rules.ack_probe_s, c.ProbeDue(order_ref=intent.want.order_ref))
            case d.OrderDoubted(order_ref=ref):
                yield from self.reconciling.want(f"order {ref} is in doubt", moment)
            case f.OrderStatusReported(order_ref=ref) if ref in self.book.orders:
                if event.status in UNENDED_STATUSES:
                    self.reconciling.absences.named(ref, moment)
                if len(self.book.orders[ref].perm_ids) > 1:
                    yield from self.reconciling.want(f"order {ref} has two permIds", moment)
            case f.BrokerNoticed(code=1101 | 1102):
                yield from self.reconciling.want(f"connectivity restored ({event.code})", moment)

    def begin_run(self, start: RunStart, moment: Moment) -> Effects:
        """The first page of a process: close what the last one left open; halt when too many died in an hour."""
        hour_ago = moment.now - timedelta(hours=1)
        disorderly = sum(1 for at in self.book.open_runs if at >= hour_ago)
        yield d.RunStarted(
            run=self.book.run + 1,
            version=start.version,
            config_fingerprint=start.config_fingerprint,
            pid=start.pid,
            disorderly_runs=disorderly,
        )
        if disorderly > self.rules.disorderly_runs_max and self.book.trading.state is not TradingState.HALTED:
            reason = f"{disorderly} runs ended without order within an hour, limit {self.rules.disorderly_runs_max}"
            yield d.AlertRaised(kind="crash_loop", about="process", severity="critical", text=reason)
            yield d.TradingStateChanged(state=TradingState.HALTED, by="hydra", reason=reason)

    def resumed(self, moment: Moment) -> Effects:
        """After a restart of the journal itself: hand over again what the live session has not answered.

        Reminders died with the last incarnation, so what was handed over or written is probed anew. What it had to say to
        the broker may have died unsaid too: the number of its socket, or that a session is over.
        """
        book = self.book
        if book.trading.state is TradingState.HALTED:
            yield Send("broker", c.LatchHalt(latched=True, reason=book.trading.reason))
        if book.link_token:
            yield Send("broker", c.AcceptSession(link_token=book.link_token, session=book.session))
        if not book.session_live:
            yield Send("broker", c.CloseSession(session=book.session, reason="the journal holds it for over"))
            return
        for order in book.unproven():
            if order.state is OrderState.INTENDED and order.intent.session == book.session:
                yield Send("broker", c.TransmitOrder(intent=order.intent))
            if order.state in UNANSWERED:
                yield Later(self.rules.ack_probe_s, c.ProbeDue(order_ref=order.order_ref))
        yield from self.reconciling.want("journal restarted", moment)

    def _commit_order(self, message: c.CommitOrder, moment: Moment) -> Effects:
        """One answer per order_ref, for ever: an intent or a refusal."""
        want = message.want
        if self.known(f"intent/{want.order_ref}") or self.known(f"refused/{want.order_ref}"):
            return
        reasons = objections(message, book=self.book, syncs=self.syncs, now=moment.now)
        if want.order_ref in self.reconciling.forgotten:
            reasons = (*reasons, f"the broker has an order {want.order_ref} that this journal does not know")
        if reasons:
            yield d.OrderRefused(want=want, by="journal", reasons=reasons)
            return
        intent = Intent(
            want=want,
            order_hash=message.permit.order_hash,
            session=self.book.session,
            broker_order_id=max(self.book.order_id_mark, self.reconciling.order_id_seen) + 1,
        )
        yield d.OrderIntended(intent=intent)

    def _reconcile(self, message: Reconcile, moment: Moment) -> Effects:
        self.syncs[message.who] = message.sync_n
        if message.fresh:
            yield answer(self.book, message.who, message.sync_n)
            return
        yield from self.reconciling.wait(message.who, message.sync_n, moment)

    def _session_opened(self, message: f.SessionOpened, moment: Moment) -> Effects:
        """Number the socket, once. The session before it, if nobody closed it, ended with its socket."""
        if message.link_token <= self.book.link_token:  # told again after a crash: it has its number
            return
        if self.book.session_live:
            yield from self._close_session("a new socket replaced it")
        session = self.book.session + 1
        yield f.SessionOpened(
            session=session,
            link_token=message.link_token,
            account=message.account,
            client_id=message.client_id,
            server_version=message.server_version,
            next_valid_id=message.next_valid_id,
            clock_skew_s=message.clock_skew_s,
        )

    def _probe(self, order_ref: str, moment: Moment) -> Effects:
        order = self.book.orders.get(order_ref)
        if order is not None and order.state in UNANSWERED:
            what = "written" if order.state is OrderState.WRITTEN else "handed to the broker"
            reason = f"{what} {self.rules.ack_probe_s:g} s ago and not acknowledged"
            yield d.OrderDoubted(order_ref=order_ref, reason=reason)

    def _life_changed(self, message: Lifecycle) -> Effects:
        yield d.ActorLifeChanged(
            actor=message.name,
            kind=message.kind,
            incarnation=message.incarnation,
            restarts=message.restarts,
            reason=message.reason,
        )
        if message.kind == "poisoned":
            text = f"a message to {message.name} failed alone and was set aside: {message.reason}"
            yield d.LawViolated(law="S7 every fact is recorded", text=text)
            if self.book.trading.state in (TradingState.ACTIVE, TradingState.REDUCING):
                yield d.TradingStateChanged(state=TradingState.PAUSED, by="journal", reason=text)
        if message.kind in ("gave_up", "escalated") and not message.name.startswith(CHILD_PREFIX):
            text = f"{message.name} is not started again: {message.reason}"
            yield d.AlertRaised(kind="supervision", about=message.name, severity="critical", text=text)
        if message.name == "broker" and message.kind in ("down", "stopped") and self.book.session_live:
            yield from self._close_session(f"the broker actor ended: {message.reason}")

    def _close_session(self, reason: str) -> Effects:
        """Nobody told of its end. Should its socket live after all, the broker must not go on with it."""
        session = self.book.session
        yield f.SessionClosed(session=session, reason=reason, planned=False)
        yield Send("broker", c.CloseSession(session=session, reason=reason))

    def _fact(self, event: Event) -> Effects:
        if isinstance(event, f.ExecutionReported):
            yield dated(self.book, event, self.known)
        elif counts(self.book, event):
            yield event


def _ended_by_state(signal_id: str, reason: str) -> d.SignalEnded:
    return d.SignalEnded(
        signal_id=signal_id,
        end=SignalEnd.REJECTED_BY_STATE,
        filled=ZERO,
        average_price=None,
        reason=f"the run is ending: {reason}",
    )
