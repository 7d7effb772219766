"""The ChildActor: works one parent order, as TWAP or as patience. All it decides stands in `core/children.py`.

It remembers nothing that matters: the next step follows from the parent and its journaled orders, so a child that dies is
started again and goes on where the journal says.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from hydra.config import CalendarConfig
from hydra.core.child_steps import Cancel, Finish, Place, Wait, want_of
from hydra.core.child_view import ChildMemory, ChildRules, ChildView, child_view
from hydra.core.children import next_step
from hydra.core.instants import after_s
from hydra.core.sessions import in_maintenance
from hydra.messages.commands import CancelOrder, QuoteChanged, WantOrder, WindDown, WorkDue
from hydra.messages.decisions import OrderRefused, ParentEnded
from hydra.messages.facts import SessionOpened
from hydra.messages.sync import Recorded
from hydra.records import TradingStatus
from hydra.runtime.actor import Context
from hydra.runtime.message import Message
from hydra.runtime.timers import Timer
from hydra.supervisor.syncing import SyncingActor
from hydra.values import Quote, TradingState

STEP = "the next step is due"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildPlan:
    """What the router hands to a child. `want_ttl_s` is how long a wish stays valid, in market seconds."""

    parent_ref: str
    rules: ChildRules
    calendar: CalendarConfig
    want_ttl_s: float
    quote: Quote | None
    winding_down: str


class ChildActor(SyncingActor):
    """One parent, at most one live order per slice, one end."""

    def __init__(self, context: Context, plan: ChildPlan) -> None:
        super().__init__(context)
        self.plan = plan
        self.winding_down = plan.winding_down
        self.memory = ChildMemory(listening_since=context.clock.now(), quote=plan.quote)
        self.timer: Timer | None = None
        self.finished = False

    def is_fresh(self) -> bool:
        return self.context.incarnation == 1

    def came_alive(self) -> None:
        quote = self.memory.quote
        self.memory = ChildMemory(listening_since=self.context.clock.now(), quote=quote)
        self._step()

    def heard(self, recorded: Recorded) -> None:
        match recorded.event:
            case OrderRefused(want=want):
                self.memory = replace(self.memory, refused_at=recorded.at)
                if self.memory.pending is not None and self.memory.pending.order_ref == want.order_ref:
                    self.memory = replace(self.memory, pending=None)
            case SessionOpened():
                self.memory = replace(self.memory, listening_since=recorded.at, cancel_asked={})
            case ParentEnded(parent_ref=ended) if ended == self.plan.parent_ref:
                self.context.exit(f"parent {ended} ended")
                return
        self._step()

    def handle(self, message: Message) -> None:
        match message:
            case QuoteChanged(quote=quote):
                self.memory = replace(self.memory, quote=quote)
                self._step()
            case WorkDue(what=what) if what == STEP:
                self._step()
            case WindDown(reason=reason):
                self.winding_down = reason
                self._step()
            case _:
                super().handle(message)

    def _step(self) -> None:
        if self.finished:
            return
        now = self.context.clock.now()
        view = self._view(now)
        if view is None:
            self.context.exit(f"parent {self.plan.parent_ref} has ended already")
            return
        step = next_step(view, now)
        match step:
            case Place():
                self._place(step, view, now)
            case Cancel():
                self._cancel(step, now)
            case Wait(until=until) if until is not None and until > now:
                self._wake_at(until)
            case Finish():
                self._finish(step)

    def _view(self, now: datetime) -> ChildView | None:
        calendar = self.plan.calendar
        closed = in_maintenance(now, calendar.maintenance_start, calendar.maintenance_end)
        view = child_view(
            self.book, self.plan.parent_ref, self.memory, rules=self.plan.rules, in_maintenance=closed
        )
        if view is None or not self.winding_down:
            return view
        ending = TradingStatus(state=TradingState.HALTED, by="hydra", reason=self.winding_down, since=now)
        return replace(view, trading=ending, flattening=False)

    def _place(self, place: Place, view: ChildView, now: datetime) -> None:
        want = want_of(
            place,
            view.parent,
            origin=self.context.name,
            origin_sync=self.sync_n,
            valid_until=after_s(now, self.plan.want_ttl_s),
        )
        self.memory = replace(self.memory, pending=want)
        self.context.tell("risk", WantOrder(want=want))
        self._step()

    def _cancel(self, cancel: Cancel, now: datetime) -> None:
        asked = {**self.memory.cancel_asked, cancel.order_ref: now}
        self.memory = replace(self.memory, cancel_asked=asked)
        self.context.tell(
            "broker",
            CancelOrder(
                order_ref=cancel.order_ref,
                broker_order_id=cancel.broker_order_id,
                reason=cancel.reason,
            ),
        )
        self._step()

    def _finish(self, finish: Finish) -> None:
        self.finished = True
        self.context.tell(
            "journal",
            ParentEnded(
                parent_ref=self.plan.parent_ref,
                end=finish.end,
                filled=finish.filled,
                remainder=finish.remainder,
                average_price=finish.average_price,
                reason=finish.reason,
            ),
        )

    def _wake_at(self, until: datetime) -> None:
        if self.timer is not None:
            self.timer.cancel()
        self.timer = self.context.at(until, WorkDue(what=STEP))
