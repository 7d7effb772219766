"""The RiskActor: admits signals, judges every single order, watches the day's loss. Its rules stand in `core/`.

It promises nothing that it does not count: a permitted order is reserved at worst case until the journal commits or
refuses it. Everything else it knows is the journal's book.
"""

from __future__ import annotations

from dataclasses import dataclass

from hydra.config import CalendarConfig, RiskConfig
from hydra.core.admission import Admitted, admit
from hydra.core.breakers import check_daily_loss, day_loss, equity, marks
from hydra.core.child_view import lapses_at
from hydra.core.instants import after_s
from hydra.core.risk import Approved, gate
from hydra.core.risk_view import RiskView
from hydra.core.sessions import in_maintenance, next_midnight, trading_day
from hydra.messages.commands import CommitOrder, QuoteChanged, WantOrder, WorkDue
from hydra.messages.decisions import (
    DayStarted,
    OrderIntended,
    OrderRefused,
    SignalAdmitted,
    SignalEnded,
    SignalReceived,
)
from hydra.messages.facts import ExecutionReported
from hydra.messages.sync import Recorded
from hydra.runtime.actor import Context
from hydra.runtime.message import Message
from hydra.runtime.timers import Timer
from hydra.supervisor.syncing import SyncingActor
from hydra.values import ZERO, OrderWant, Quote, Signal

DAY_TURNS = "the exchange's day turns"
STILL_NO_QUOTE = "a signal has waited for a quote as long as it is valid"


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskPlan:
    """Limits and calendar; `close_margin_s`, `unverified_max_s` and `clock_skew_max_s` in market seconds."""

    limits: RiskConfig
    calendar: CalendarConfig
    close_margin_s: float
    unverified_max_s: float
    clock_skew_max_s: float
    delayed_allowed: bool


class RiskActor(SyncingActor):
    """The mandatory gate."""

    def __init__(self, context: Context, plan: RiskPlan) -> None:
        super().__init__(context)
        self.plan = plan
        self.quotes: dict[int, Quote] = {}
        self.reserved: dict[str, OrderWant] = {}
        self.judged: dict[str, None] = {}
        self.midnight: Timer | None = None

    def came_alive(self) -> None:
        self.reserved.clear()
        self.judged.clear()
        self._turn_day()
        self._admit_all()

    def heard(self, recorded: Recorded) -> None:
        match recorded.event:
            case SignalReceived(signal=signal):
                self._admit(signal)
            case SignalAdmitted(signal_id=signal_id) | SignalEnded(signal_id=signal_id):
                self.judged.pop(signal_id, None)
            case OrderIntended(intent=intent):
                self.reserved.pop(intent.want.order_ref, None)
            case OrderRefused(want=want):
                self.reserved.pop(want.order_ref, None)
            case ExecutionReported():
                self._watch_loss()

    def handle(self, message: Message) -> None:
        match message:
            case WantOrder(want=want):
                self._judge(want)
            case QuoteChanged(quote=quote):
                first = quote.con_id not in self.quotes
                self.quotes[quote.con_id] = quote
                self._watch_loss()
                if first:
                    self._admit_all()
            case WorkDue(what=what) if what == DAY_TURNS:
                self._turn_day()
            case WorkDue(what=what) if what == STILL_NO_QUOTE:
                self._admit_all()
            case _:
                super().handle(message)

    def _admit_all(self) -> None:
        for record in tuple(self.book.signals.values()):
            if record.admitted is None and record.signal.signal_id not in self.judged:
                self._admit(record.signal)

    def _admit(self, signal: Signal) -> None:
        """Quotes do not survive a restart: a signal waits for the first one of its contract, while it is valid."""
        card = self.book.instruments.get(signal.symbol)
        has_quote = card is None or card.instrument.con_id in self.quotes
        if not has_quote and self.context.clock.now() < signal.valid_until:
            self.context.at(signal.valid_until, WorkDue(what=STILL_NO_QUOTE))
            return
        self.judged[signal.signal_id] = None
        verdict = admit(signal, self._view(), self.context.clock.now())
        if isinstance(verdict, Admitted):
            event: SignalAdmitted | SignalEnded = SignalAdmitted(
                signal_id=signal.signal_id, quantity=verdict.quantity, text=verdict.text
            )
        else:
            event = SignalEnded(
                signal_id=signal.signal_id,
                end=verdict.end,
                filled=ZERO,
                average_price=None,
                reason=verdict.reason,
            )
        self.context.tell("journal", event)

    def _judge(self, want: OrderWant) -> None:
        now = self.context.clock.now()
        self.reserved = {ref: held for ref, held in self.reserved.items() if lapses_at(held) > now}
        verdict = gate(want, self._view(), now)
        if isinstance(verdict, Approved):
            self.reserved[want.order_ref] = want
            self.context.tell("journal", CommitOrder(want=want, permit=verdict.permit))
        else:
            self.context.tell("journal", OrderRefused(want=want, by="risk", reasons=verdict.reasons))

    def _view(self) -> RiskView:
        now = self.context.clock.now()
        calendar = self.plan.calendar
        return RiskView(
            book=self.book,
            quotes=self.quotes,
            reserved=self.reserved,
            limits=self.plan.limits,
            close_margin_s=self.plan.close_margin_s,
            unverified_max_s=self.plan.unverified_max_s,
            clock_skew_max_s=self.plan.clock_skew_max_s,
            delayed_allowed=self.plan.delayed_allowed,
            in_maintenance=in_maintenance(now, calendar.maintenance_start, calendar.maintenance_end),
            sync=self.sync_n,
        )

    def _watch_loss(self) -> None:
        if not any(position.quantity for position in self.book.positions.values()) and not self.book.executions:
            return
        marked = marks(
            self.book, self.quotes, now=self.context.clock.now(), stale_s=self.plan.limits.quote_stale_s
        )
        loss = day_loss(self.book, marked)
        tripped = check_daily_loss(self.book, loss, self.plan.limits.daily_loss_fraction_max)
        if tripped is not None:
            self.context.tell("journal", tripped)

    def _turn_day(self) -> None:
        """At New York's midnight, and whenever risk comes alive on a day that has no baseline yet."""
        now = self.context.clock.now()
        day = trading_day(now)
        if self.book.opening and (self.book.day is None or self.book.day < day):
            marked = marks(self.book, self.quotes, now=now, stale_s=self.plan.limits.quote_stale_s)
            self.context.tell("journal", DayStarted(day=day, equity=equity(self.book, marked)))
        if self.midnight is not None:
            self.midnight.cancel()
        self.midnight = self.context.at(after_s(next_midnight(now), 1), WorkDue(what=DAY_TURNS))
