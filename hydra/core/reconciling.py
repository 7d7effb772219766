"""One reconciliation after another: ask the broker for a listing, repair, judge, answer everybody who waits.

Requests coalesce; a listing of an ended session, a given-up one, or one with a missing part proves nothing and is asked for
again. Nobody is told that all is well while a first sighting waits for the second look (PROTOCOL section 3).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hydra.core.absence import Absences, verdict
from hydra.core.book import Book
from hydra.core.child_steps import parent_ref_of
from hydra.core.comparison import Tolerance, compare_cash, compare_positions, judges_cash
from hydra.core.effects import Effects, EffectsOf, Later, Moment, Send
from hydra.core.folding_differences import FORGOTTEN
from hydra.core.judging import Asked, OrderJudgement, asked, judge_orders
from hydra.core.opening import open_books
from hydra.core.resolving import Resolving
from hydra.core.screening import dated
from hydra.core.sides import found_in
from hydra.core.weighing import Scope, Weighing, WeighingRules
from hydra.messages.commands import FetchSnapshot, ResolveDifference, WorkDue
from hydra.messages.decisions import OrderEnded, ReconciliationDone
from hydra.messages.facts import CommissionReported, ExecutionReported
from hydra.messages.sync import BrokerSnapshot, Reconciled
from hydra.values import Difference, OrderState

ASK_AGAIN = "ask for a listing again"
SECOND_LOOK = "second look"
LOOKS_MAX = 5
"""After so many listings an actor is answered even if a difference is still being confirmed; its symbol is unverified."""

REQUESTS_PER_INCARNATION = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconcileRules:
    """Times in machine seconds; `foreign` is the policy for positions that were never ours: ignore, adopt or pause."""

    settle_s: float
    settle_quiet_s: float
    answer_within_s: float
    tolerance: Tolerance
    foreign: str

    @property
    def second_look_s(self) -> float:
        """When to look again: what was in flight has settled by then."""
        return 1.5 * self.settle_quiet_s


class Reconciling:
    """Who waits, what is asked, what is not settled yet. Lives in the sequencer, dies with it.

    `reason` is why the next listing (or the one under way) is wanted, `again` why another one must begin after it.
    `forgotten` are refs that listings showed and the journal does not know.
    """

    def __init__(self, book: Book, rules: ReconcileRules, known: Callable[[str], bool], incarnation: int) -> None:
        self.book = book
        self.rules = rules
        self.known = known
        self.waiting: dict[str, int] = {}
        self.looks_n = 0
        self.reason = ""
        self.again = ""
        self.request_n = incarnation * REQUESTS_PER_INCARNATION
        self.asked: Asked | None = None
        self.will_look = False
        self.order_id_seen = 0
        self.forgotten: dict[str, None] = {}
        self.weighing = Weighing(
            book, WeighingRules(tolerance=rules.tolerance, apart_s=rules.settle_quiet_s, foreign=rules.foreign)
        )
        self.absences = Absences(book, settle_s=rules.settle_s, settle_quiet_s=rules.settle_quiet_s)
        self.resolving = Resolving(book, rules.tolerance)

    def wait(self, who: str, sync_n: int, moment: Moment) -> Effects:
        """Answer this actor after the next listing; only its newest question counts."""
        self.waiting[who] = sync_n
        if self.asked is None and not self.will_look:
            yield from self.want(f"{who} synchronises", moment)

    def want(self, reason: str, moment: Moment) -> Effects:
        """Ask for a listing. One that is under way began too early to tell of this reason: another one follows it."""
        if self.asked is not None:
            self.again = self.again or reason
            return
        self.reason = self.reason or reason
        if not self.book.session_live:
            return
        self.will_look = False
        self.request_n += 1
        self.asked = asked(self.book, request_n=self.request_n, at_s=moment.machine_s)
        yield Send("broker", FetchSnapshot(request_n=self.request_n))
        yield Later(self.rules.answer_within_s, WorkDue(what=ASK_AGAIN))

    def resolve(self, message: ResolveDifference, moment: Moment) -> Effects:
        """A person's word about one difference. What changes our books is done on a listing that begins after it."""
        waits = yield from self.resolving.begin(message, self.request_n, moment)
        if waits:
            yield from self.want(f"{message.by} says {message.how} {message.item}", moment)

    def due(self, moment: Moment) -> Effects:
        """A reminder: ask again for whatever is still open. A listing that did not come in its time is given up."""
        self.will_look = False
        if self.asked is not None:
            if round(moment.machine_s - self.asked.at_s, 3) < self.rules.answer_within_s:
                return
            self.asked = None
        if self.reason or self.waiting or self.weighing.claimed or self.absences.since_s:
            yield from self.want(self.reason or SECOND_LOOK, moment)

    def forget_session(self) -> None:
        """The socket is gone: what it listed, or was about to list, proves nothing any more."""
        self.asked = None
        self.will_look = False
        self.looks_n = 0
        self.reason, self.again = self.reason or self.again, ""
        self.weighing.claimed.clear()
        self.absences.since_s.clear()

    def take(self, snapshot: BrokerSnapshot, moment: Moment) -> Effects:
        """Everything that follows from one listing."""
        request = self.asked
        is_current = self.book.session_live and snapshot.session == self.book.session
        if request is None or snapshot.request_n != request.request_n or not is_current:
            return
        if snapshot.missing:
            self.asked = None
            yield self._look_in(self.rules.settle_quiet_s)
            return
        repaired = yield from self._repair(snapshot)
        if not self.book.opening and not (yield from open_books(self.book, snapshot, self.rules.foreign)):
            self.asked = None
            yield self._look_in(self.rules.settle_quiet_s)
            return
        yield from self._heed_forgotten(snapshot)
        judgement = judge_orders(self.book, snapshot, request)
        yield from self._tell(judgement)
        gone, undecided = yield from self._judge_absent(judgement, moment)
        scope = Scope(busy=self._busy(snapshot), undecided=undecided, has_cash=judges_cash(snapshot))
        sighted = (
            *judgement.differences,
            *gone,
            *compare_positions(self.book, snapshot, self.rules.tolerance),
            *compare_cash(self.book, snapshot, self.rules.tolerance),
        )
        yield from self.weighing.weigh(sighted, scope, snapshot, moment)
        yield from self.resolving.take({one.item: one for one in sighted}, scope, snapshot, moment)
        yield from self._conclude(snapshot, repaired + len(judgement.verdicts), scope, moment)

    def _repair(self, snapshot: BrokerSnapshot) -> EffectsOf[int]:
        """Executions that nobody told us live, then their costs. Returns how many were news."""
        ours = (line for line in snapshot.open_orders if line.client_id == self.book.client_id)
        self.order_id_seen = max((self.order_id_seen, *(line.broker_order_id for line in ours)))
        repaired = 0
        for execution in snapshot.executions:
            found = ExecutionReported(session=snapshot.session, execution=execution, late=True)
            repaired += yield dated(self.book, found, self.known)
        for commission in snapshot.commissions:
            yield CommissionReported(session=snapshot.session, commission=commission)
        return repaired

    def _heed_forgotten(self, snapshot: BrokerSnapshot) -> Effects:
        """Refs that the broker has and this journal never intended: never to be used again. One of a parent that is open
        proves that the journal is an older copy of what was written when it was sent."""
        listed = [(line.order_ref, line.symbol) for line in snapshot.open_orders]
        listed += [(line.order_ref, line.symbol) for line in snapshot.completed_orders]
        for ref, symbol in listed:
            if not ref or ref in self.forgotten or self.known(f"intent/{ref}"):
                continue
            self.forgotten[ref] = None
            item = f"{FORGOTTEN}{ref}"
            if parent_ref_of(ref) in self.book.parents and item not in self.book.differences | self.book.accepted:
                yield found_in(self.book, _forgotten(item, ref, symbol), snapshot)

    def _tell(self, judgement: OrderJudgement) -> Effects:
        """Record the verdicts, one by one."""
        for said in judgement.verdicts:
            if isinstance(said, OrderEnded):
                order = self.book.orders[said.order_ref]
                yield from verdict(order, OrderState(said.state), said.evidence)
            else:
                yield said

    def _judge_absent(
        self, judgement: OrderJudgement, moment: Moment
    ) -> EffectsOf[tuple[tuple[Difference, ...], tuple[str, ...]]]:
        """Differences about absent orders, and the refs of those that cannot be judged yet."""
        gone: list[Difference] = []
        undecided: list[str] = []
        self.absences.note(judgement.absent, moment)
        for order in judgement.absent:
            said = yield from self.absences.judge(order, moment)
            if isinstance(said, Difference):
                gone.append(said)
            elif said is not None:
                undecided.append(order.order_ref)
                yield self._look_in(said)
        return tuple(gone), tuple(undecided)

    def _busy(self, snapshot: BrokerSnapshot) -> tuple[str, ...]:
        symbols = {con_id: record.symbol for con_id, record in self.book.positions.items()}
        symbols.update({line.con_id: line.symbol for line in snapshot.positions})
        symbols.update({card.instrument.con_id: name for name, card in self.book.instruments.items()})
        return tuple(sorted({symbols.get(con_id, str(con_id)) for con_id in snapshot.unsettled}))

    def _conclude(self, snapshot: BrokerSnapshot, repaired: int, scope: Scope, moment: Moment) -> Effects:
        claimed = self.weighing.claimed
        doubtful = (one.difference.symbol for one in claimed.values() if one.difference.symbol)
        unverified = tuple(sorted(dict.fromkeys((*scope.busy, *doubtful))))
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
        self.asked, self.reason = None, ""
        if claimed or scope.busy or (self.resolving.waiting and not self.again):
            self.reason = SECOND_LOOK
            yield self._look_in(self.rules.second_look_s)
        if self.again:
            again, self.again = self.again, ""
            yield from self.want(again, moment)
        self.looks_n += bool(self.waiting)
        if not claimed or self.looks_n >= LOOKS_MAX:
            yield from self._answer_all()

    def _answer_all(self) -> Effects:
        waiting, self.waiting, self.looks_n = self.waiting, {}, 0
        for who, sync_n in waiting.items():
            yield answer(self.book, who, sync_n)

    def _look_in(self, delay_s: float) -> Later:
        """Look again then; whoever only waits for an answer waits for that."""
        self.will_look = True
        return Later(delay_s, WorkDue(what=ASK_AGAIN))


def _forgotten(item: str, order_ref: str, symbol: str) -> Difference:
    return Difference(
        item=item,
        kind="forgotten_order",
        symbol=symbol,
        ours="never intended",
        theirs="listed",
        text=f"the broker has an order {order_ref} that this journal never intended: it is not the latest journal, "
        "and it may have forgotten more than this order",
    )


def answer(book: Book, who: str, sync_n: int) -> Send:
    """The book as it stands, for one actor."""
    return Send(who, Reconciled(sync_n=sync_n, seq=book.seq, book=book.image()))
