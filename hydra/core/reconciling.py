"""One reconciliation after another: ask the broker for a listing, repair, judge, answer everybody who
waits.

Requests coalesce; a listing of an ended session or with a missing part proves nothing and is asked again; a
difference counts after two settled listings agree on it (PROTOCOL section 3).
"""

from __future__ import annotations

from dataclasses import dataclass

from hydra.core.book import Book
from hydra.core.comparison import (
    OrderJudgement,
    Tolerance,
    compare_cash,
    compare_positions,
    expired_overnight,
    judge_orders,
    vanished,
)
from hydra.core.effects import Effects, EffectsOf, Later, Moment, Send
from hydra.core.opening import open_books
from hydra.messages.base import Event
from hydra.messages.commands import CloseSession, FetchSnapshot, WorkDue
from hydra.messages.decisions import DifferenceFound, DifferenceResolved, ForeignSettled, OrderEnded, ReconciliationDone
from hydra.messages.facts import CommissionReported, ExecutionReported
from hydra.messages.sync import BrokerSnapshot, Reconciled
from hydra.records import OrderRecord
from hydra.values import Difference, OrderState

ASK_AGAIN = "ask for a listing again"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconcileRules:
    """Times in machine seconds; `foreign` is the policy for positions that were never ours: ignore, adopt or pause."""

    settle_s: float
    settle_quiet_s: float
    answer_within_s: float
    tolerance: Tolerance
    foreign: str


class Reconciling:
    """Who waits, what is asked, what the last listing already claimed. Lives in the sequencer, dies with it."""

    def __init__(self, book: Book, rules: ReconcileRules) -> None:
        self.book = book
        self.rules = rules
        self.waiting: dict[str, int] = {}
        self.reason = ""
        self.request_n = 0
        self.asked_at_s: float | None = None
        self.claimed: dict[str, Difference] = {}
        self.absent_since_s: dict[str, float] = {}

    def want(self, reason: str, moment: Moment) -> Effects:
        """Ask for a listing, unless one is on its way."""
        self.reason = self.reason or reason
        if not self.book.session_live or self.asked_at_s is not None:
            return
        self.request_n += 1
        self.asked_at_s = moment.machine_s
        yield Send("broker", FetchSnapshot(request_n=self.request_n))
        yield Later(self.rules.answer_within_s, WorkDue(what=ASK_AGAIN))

    def due(self, moment: Moment) -> Effects:
        """A reminder: ask again for whatever is still open. A listing that did not come in its time is given up."""
        if self.asked_at_s is not None and moment.machine_s - self.asked_at_s >= self.rules.answer_within_s:
            self.asked_at_s = None
        if self.reason or self.waiting or self.claimed or self.absent_since_s:
            yield from self.want(self.reason or "second look", moment)

    def forget_session(self) -> None:
        """The socket is gone: what it listed, or was about to list, proves nothing any more."""
        self.asked_at_s = None
        self.claimed.clear()
        self.absent_since_s.clear()

    def take(self, snapshot: BrokerSnapshot, moment: Moment) -> Effects:
        """Everything that follows from one listing."""
        if snapshot.request_n != self.request_n or snapshot.session != self.book.session:
            return
        self.asked_at_s = None
        if snapshot.missing or not self.book.session_live:
            yield Later(self.rules.settle_quiet_s, WorkDue(what=ASK_AGAIN))
            return
        repaired = yield from _repair(snapshot)
        if not self.book.opening and not (yield from open_books(self.book, snapshot, self.rules.foreign)):
            yield Later(self.rules.settle_quiet_s, WorkDue(what=ASK_AGAIN))
            return
        judgement = judge_orders(self.book, snapshot)
        yield from _told(judgement.verdicts)
        vanished_orders = yield from self._judge_absent(judgement, moment)
        sighted = (
            *judgement.differences,
            *vanished_orders,
            *compare_positions(self.book, snapshot, self.rules.tolerance),
            *compare_cash(self.book, snapshot, self.rules.tolerance),
        )
        yield from self._weigh(sighted, snapshot)
        yield from self._conclude(snapshot, repaired + len(judgement.verdicts))

    def _judge_absent(self, judgement: OrderJudgement, moment: Moment) -> EffectsOf[tuple[Difference, ...]]:
        """Absent from open, completed and executions: only doubt, evidence and time together make a verdict."""
        absent = {order.order_ref for order in judgement.absent}
        self.absent_since_s = {ref: since for ref, since in self.absent_since_s.items() if ref in absent}
        gone: list[Difference] = []
        for order in judgement.absent:
            if order.state is not OrderState.UNKNOWN:
                continue
            since_s = self.absent_since_s.setdefault(order.order_ref, moment.machine_s)
            gone.extend((yield from self._judge_one(order, moment.machine_s - since_s, moment)))
        return tuple(gone)

    def _judge_one(
        self, order: OrderRecord, absent_s: float, moment: Moment
    ) -> EffectsOf[tuple[Difference, ...]]:
        if order.last_error or order.last_status == "Inactive":
            evidence = f"{order.last_error or 'status Inactive'}; absent from complete listings"
            yield _ended(order, OrderState.REJECTED, evidence)
        elif expired_overnight(order, moment.now):
            yield _ended(order, OrderState.CANCELLED, "DAY order of an earlier day, absent from complete listings")
        elif absent_s < self.rules.settle_s:
            yield Later(self.rules.settle_s - absent_s, WorkDue(what=ASK_AGAIN))
        elif order.perm_ids:
            return (vanished(order, absent_s),)
        elif order.intent.session == self.book.session:
            yield Send("broker", CloseSession(session=self.book.session, reason=_mute(order, absent_s)))
        else:
            evidence = f"absent from open, completed and executions for {absent_s:.1f} s of a later session"
            yield _ended(order, OrderState.NEVER_REACHED, evidence)
        return ()

    def _weigh(self, sighted: tuple[Difference, ...], snapshot: BrokerSnapshot) -> Effects:
        """A first sighting is remembered, a second one counts; what is no longer seen is resolved by evidence."""
        sighted = yield from self._settle_foreign(sighted, snapshot)
        seen = {d.item: d for d in sighted if self.book.accepted.get(d.item) != d}
        for item, difference in seen.items():
            if self.claimed.get(item) == difference and self.book.differences.get(item) != difference:
                yield DifferenceFound(difference=difference)
        busy = set(snapshot.unsettled)
        for item, difference in tuple(self.book.differences.items()):
            judged = not busy or not difference.symbol
            if item not in seen and judged:
                yield DifferenceResolved(item=item, by="hydra", how="no longer seen")
        self.claimed = {item: d for item, d in seen.items() if self.book.differences.get(item) != d}

    def _settle_foreign(
        self, sighted: tuple[Difference, ...], snapshot: BrokerSnapshot
    ) -> EffectsOf[tuple[Difference, ...]]:
        """The operator's policy may already say what to do with positions that were never ours."""
        if self.rules.foreign == "pause":
            return sighted
        foreign = {difference.symbol for difference in sighted if difference.kind == "foreign_position"}
        for line in snapshot.positions:
            if line.symbol in foreign:
                policy = f"policy foreign_positions = {self.rules.foreign}"
                yield ForeignSettled(line=line, how=self.rules.foreign, by=policy)
        return tuple(difference for difference in sighted if difference.kind != "foreign_position")

    def _conclude(self, snapshot: BrokerSnapshot, repaired: int) -> Effects:
        symbols = {line.con_id: line.symbol for line in snapshot.positions}
        symbols.update({card.instrument.con_id: name for name, card in self.book.instruments.items()})
        unverified = tuple(sorted(symbols.get(con_id, str(con_id)) for con_id in snapshot.unsettled))
        yield ReconciliationDone(
            reason=self.reason,
            session=snapshot.session,
            orders_n=len(snapshot.open_orders),
            executions_n=len(snapshot.executions),
            positions_n=len(snapshot.positions),
            repaired_n=repaired,
            differences=tuple(self.book.differences.values()),
            unverified=unverified,
        )
        if self.claimed or unverified:
            self.reason = "second look"
            yield Later(self.rules.settle_quiet_s * 1.5, WorkDue(what=ASK_AGAIN))
        else:
            self.reason = ""
        if self.claimed:
            return
        waiting, self.waiting = self.waiting, {}
        for who, sync_n in waiting.items():
            yield answer(self.book, who, sync_n)


def answer(book: Book, who: str, sync_n: int) -> Send:
    """The book as it stands, for one actor."""
    return Send(who, Reconciled(sync_n=sync_n, seq=book.seq, book=book.image()))


def _told(verdicts: tuple[Event, ...]) -> Effects:
    """One by one: `yield from` a tuple cannot take the answers that a generator of effects is sent."""
    for verdict in verdicts:  # noqa: UP028
        yield verdict


def _repair(snapshot: BrokerSnapshot) -> EffectsOf[int]:
    """Executions that nobody told us live, then their costs. Returns how many were news."""
    repaired = 0
    for execution in snapshot.executions:
        repaired += yield ExecutionReported(session=snapshot.session, execution=execution, late=True)
    for commission in snapshot.commissions:
        yield CommissionReported(session=snapshot.session, commission=commission)
    return repaired


def _ended(order: OrderRecord, state: OrderState, evidence: str) -> OrderEnded:
    return OrderEnded(order_ref=order.order_ref, state=state.value, filled=order.filled, evidence=evidence)


def _mute(order: OrderRecord, absent_s: float) -> str:
    return f"order {order.order_ref} was written, but is neither acknowledged nor listed after {absent_s:.1f} s"
