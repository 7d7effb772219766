"""How each kind of event changes the book: one small function per event, one table at the end.

A fold never decides: what follows from an event is decided once, by the sequencer, and is an event itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from hydra.core import folding_differences as differences
from hydra.core import folding_orders as orders
from hydra.core.book_state import BookState
from hydra.messages import decisions as d
from hydra.messages import facts as f
from hydra.messages.base import Event
from hydra.records import (
    BreakerRecord,
    InstrumentCard,
    ParentRecord,
    ReconciliationRecord,
    SignalRecord,
    TradingStatus,
)
from hydra.values import TradingState

RUNS_REMEMBERED = 20


def _run_started(book: BookState, at: datetime, event: d.RunStarted) -> None:
    book.run, book.link_token = event.run, 0
    book.disorderly_runs = event.disorderly_runs
    book.open_runs = (*book.open_runs[-RUNS_REMEMBERED:], at)


def _run_ended(book: BookState, at: datetime, event: d.RunEnded) -> None:
    """An orderly end: this run no longer counts against the next ones."""
    book.open_runs = book.open_runs[:-1]


def _session_opened(book: BookState, at: datetime, event: f.SessionOpened) -> None:
    if event.client_id != book.client_id:
        book.client_id, book.client_since = event.client_id, event.session
    book.session, book.session_live, book.link_token = event.session, True, event.link_token
    book.account = event.account
    book.order_id_mark = max(book.order_id_mark, event.next_valid_id - 1)
    _clock_read(book, event.clock_skew_s)


def _gateway_time_seen(book: BookState, at: datetime, event: f.GatewayTimeSeen) -> None:
    _clock_read(book, event.skew_s)


def _clock_read(book: BookState, skew_s: float) -> None:
    book.clock_skew_before_s, book.clock_skew_s = book.clock_skew_s, skew_s


def _session_closed(book: BookState, at: datetime, event: f.SessionClosed) -> None:
    if event.session == book.session:
        book.session_live = False


def _instrument_qualified(book: BookState, at: datetime, event: f.InstrumentQualified) -> None:
    book.instruments[event.instrument.symbol] = InstrumentCard(
        instrument=event.instrument,
        hours=event.hours,
        average_daily_volume=event.average_daily_volume,
        prior_close=event.prior_close,
        qualified_at=at,
    )


def _trading_changed(book: BookState, at: datetime, event: d.TradingStateChanged) -> None:
    """A flatten is recorded after its own halt, so any halt that comes later calls it off."""
    book.trading = TradingStatus(state=event.state, by=event.by, reason=event.reason, since=at)
    if event.state in (TradingState.ACTIVE, TradingState.HALTED):
        book.flatten_by = ""


def _operator_acted(book: BookState, at: datetime, event: d.OperatorActed) -> None:
    """A flatten stands until a person goes back to ACTIVE or halts again."""
    if event.verb == "flatten":
        book.flatten_by = event.by


def _breaker_tripped(book: BookState, at: datetime, event: d.BreakerTripped) -> None:
    book.breakers[event.breaker] = BreakerRecord(
        breaker=event.breaker, value=event.value, limit=event.limit, since=at
    )


def _breaker_rearmed(book: BookState, at: datetime, event: d.BreakerRearmed) -> None:
    book.breakers.pop(event.breaker, None)


def _signal_received(book: BookState, at: datetime, event: d.SignalReceived) -> None:
    book.signals[event.signal.signal_id] = SignalRecord(signal=event.signal, admitted=None)
    book.tally = replace(book.tally, signals=book.tally.signals + 1)


def _signal_admitted(book: BookState, at: datetime, event: d.SignalAdmitted) -> None:
    record = book.signals[event.signal_id]
    book.signals[event.signal_id] = replace(record, admitted=event.quantity)


def _signal_ended(book: BookState, at: datetime, event: d.SignalEnded) -> None:
    book.signals.pop(event.signal_id, None)
    book.terminal[event.end] = book.terminal.get(event.end, 0) + 1


def _parent_opened(book: BookState, at: datetime, event: d.ParentOpened) -> None:
    book.parents[event.parent.parent_ref] = ParentRecord(parent=event.parent, refusals_n=0, last_refusal="")


def _parent_ended(book: BookState, at: datetime, event: d.ParentEnded) -> None:
    book.parents.pop(event.parent_ref, None)
    ended = [
        ref
        for ref, order in book.orders.items()
        if order.state.is_final and order.intent.want.parent_ref == event.parent_ref
    ]
    for ref in ended:
        del book.orders[ref]


def _opening_balance(book: BookState, at: datetime, event: d.OpeningBalance) -> None:
    """Everything before it is absorbed: the listing it was made from already contained those executions."""
    book.opening = True
    book.cash = event.cash
    book.positions.clear()
    book.position_bases.clear()
    book.executions.clear()
    book.ignored = {line.con_id: line for line in event.ignored}
    for line in event.adopted:
        differences.take_over(book, at, line)


def _foreign_settled(book: BookState, at: datetime, event: d.ForeignSettled) -> None:
    line = event.line
    if event.how == "adopt":
        differences.take_over(book, at, line)
    else:
        book.ignored[line.con_id] = line


def _reconciliation_done(book: BookState, at: datetime, event: d.ReconciliationDone) -> None:
    book.last_reconciliation = ReconciliationRecord(
        at=at,
        reason=event.reason,
        session=event.session,
        differences_n=len(event.differences),
        repaired_n=event.repaired_n,
        unverified=event.unverified,
    )
    book.unverified = {symbol: book.unverified.get(symbol, at) for symbol in event.unverified}
    book.tally = replace(book.tally, reconciliations=book.tally.reconciliations + 1)


def _day_started(book: BookState, at: datetime, event: d.DayStarted) -> None:
    """The day turns: executions of the day before can no longer be listed, so positions become the new base."""
    book.day, book.day_equity = event.day, event.equity
    book.position_bases = dict(book.positions)
    book.executions.clear()
    book.late_costs.clear()
    differences.forget_of_the_day(book)


def _law_violated(book: BookState, at: datetime, event: d.LawViolated) -> None:
    book.tally = replace(book.tally, violations=book.tally.violations + 1)


def _alert_raised(book: BookState, at: datetime, event: d.AlertRaised) -> None:
    book.tally = replace(book.tally, alerts=book.tally.alerts + 1)


def _life_changed(book: BookState, at: datetime, event: d.ActorLifeChanged) -> None:
    if event.kind == "started" and event.incarnation > 1:
        book.tally = replace(book.tally, restarts=book.tally.restarts + 1)


def _nothing(book: BookState, at: datetime, event: Event) -> None:
    """Recorded for people; the book does not depend on it."""


GATE_EVENTS: frozenset[type[Event]] = frozenset(
    (
        d.TradingStateChanged,
        d.BreakerTripped,
        d.BreakerRearmed,
        d.OpeningBalance,
        d.ForeignSettled,
        d.BrokerSideAdopted,
        d.DifferenceFound,
        f.SessionOpened,
        f.SessionClosed,
        f.GatewayTimeSeen,
    )
)
"""A permit older than any of these is void (PROTOCOL section 1). External executions gate through DifferenceFound."""

FOLDS: dict[type[Event], Callable[[Any, datetime, Any], None]] = {
    d.RunStarted: _run_started,
    d.RunEnded: _run_ended,
    d.ActorLifeChanged: _life_changed,
    d.AlertRaised: _alert_raised,
    d.TradingStateChanged: _trading_changed,
    d.BreakerTripped: _breaker_tripped,
    d.BreakerRearmed: _breaker_rearmed,
    d.DayStarted: _day_started,
    d.SignalReceived: _signal_received,
    d.SignalAdmitted: _signal_admitted,
    d.SignalEnded: _signal_ended,
    d.ParentOpened: _parent_opened,
    d.ParentEnded: _parent_ended,
    d.OrderIntended: orders.intended,
    d.OrderRefused: orders.refused,
    d.OrderDoubted: orders.doubted,
    d.OrderFound: orders.found,
    d.OrderEnded: orders.ended,
    d.OpeningBalance: _opening_balance,
    d.ForeignSettled: _foreign_settled,
    d.ReconciliationDone: _reconciliation_done,
    d.DifferenceFound: differences.difference_found,
    d.DifferenceResolved: differences.difference_resolved,
    d.BrokerSideAdopted: differences.broker_side_adopted,
    d.LawViolated: _law_violated,
    d.OperatorActed: _operator_acted,
    d.ArtifactWritten: _nothing,
    f.LinkChanged: _nothing,
    f.SessionOpened: _session_opened,
    f.SessionClosed: _session_closed,
    f.InstrumentQualified: _instrument_qualified,
    f.InstrumentUnknown: _nothing,
    f.MarketDataNoticed: _nothing,
    f.OrderWritten: orders.written,
    f.OrderNotWritten: _nothing,
    f.OrderStatusReported: orders.status_reported,
    f.OrderErrorReported: orders.error_reported,
    f.BrokerNoticed: _nothing,
    f.CancelSent: orders.cancel_sent,
    f.GlobalCancelSent: _nothing,
    f.ExecutionReported: orders.execution_reported,
    f.CommissionReported: orders.commission_reported,
    f.GatewayTimeSeen: _gateway_time_seen,
}
