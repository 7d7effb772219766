"""Every event as one line of English, for a person who follows a journal. Nothing reads it back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from decimal import Decimal
from typing import Any, TypeVar

from hydra.core.wording import number
from hydra.messages import decisions as d
from hydra.messages import facts as f
from hydra.messages.base import Event
from hydra.values import PositionLine

E = TypeVar("E", bound=Event)


def sentence_of(event: Event) -> str:
    """What happened, on one line; an event without a row in the table lists its fields."""
    return " ".join(SENTENCES.get(type(event), _fields)(event).split())


def _fields(event: Any) -> str:
    return ", ".join(f"{field.name} {getattr(event, field.name)}" for field in fields(event))


def _row(kind: type[E], say: Callable[[E], str]) -> tuple[type[Event], Callable[[Any], str]]:
    return kind, say


def _n(count: int, thing: str) -> str:
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def _because(reason: str) -> str:
    return f": {reason}" if reason else ""


def _lines(lines: tuple[PositionLine, ...]) -> str:
    return ", ".join(f"{number(line.quantity)} {line.symbol}" for line in lines) or "nothing"


def _filled(quantity: Decimal, average_price: Decimal | None) -> str:
    return number(quantity) if average_price is None else f"{number(quantity)} at {number(round(average_price, 4))}"


def _order(event: d.OrderIntended) -> str:
    want, terms = event.intent.want, event.intent.want.terms
    return (
        f"intent: {terms.side} {number(terms.quantity)} {terms.symbol} at {number(terms.limit)} {terms.tif} "
        f"({want.purpose}, bid {number(want.bid)}, ask {number(want.ask)}), broker order {event.intent.broker_order_id}"
    )


def _refused(event: d.OrderRefused) -> str:
    terms = event.want.terms
    return (
        f"refused by {event.by}: {terms.side} {number(terms.quantity)} {terms.symbol} at {number(terms.limit)}: "
        f"{'; '.join(event.reasons)}"
    )


def _signal(event: d.SignalReceived) -> str:
    signal = event.signal
    urgent = ", urgent" if signal.urgent else ""
    return (
        f"signal from {signal.source}: {signal.side} {number(signal.quantity)} {signal.symbol} "
        f"({signal.purpose}{urgent}){_because(signal.reason)}"
    )


def _parent(event: d.ParentOpened) -> str:
    parent = event.parent
    return (
        f"{parent.kind} for {parent.side} {number(parent.quantity)} {parent.symbol}: "
        f"{_n(len(parent.slices), 'slice')}, {_n(len(parent.steps), 'step')} each, arrival {number(parent.arrival_price)}"
    )


def _fill(event: f.ExecutionReported) -> str:
    fill = event.execution
    late = ", found by a listing" if event.late else ""
    revised = f", revision {fill.revision}" if fill.revision > 1 else ""
    owner = "" if fill.order_ref else ", not ours"
    verb = "bought" if fill.side.sign > 0 else "sold"
    return f"{verb} {number(fill.quantity)} {fill.symbol} at {number(fill.price)} ({fill.exec_id}{late}{revised}{owner})"


def _reconciled(event: d.ReconciliationDone) -> str:
    unverified = f", not judged: {', '.join(event.unverified)}" if event.unverified else ""
    return (
        f"reconciled ({event.reason}): {_n(event.orders_n, 'order')}, {_n(event.executions_n, 'execution')}, "
        f"{_n(event.positions_n, 'position')}; {event.repaired_n} repaired, "
        f"{_n(len(event.differences), 'difference')} open{unverified}"
    )


def _adoption(event: d.BrokerSideAdopted) -> str:
    line = event.line
    what = f"cash {number(event.cash)}" if event.cash is not None else ""
    if line is not None:
        what = f"{number(line.quantity)} {line.symbol} at an average cost of {number(line.average_cost)}"
    return f"the broker's side is ours now, by {event.by}: {what}{_because(event.reason)}"


def _instrument(event: f.InstrumentQualified) -> str:
    item, volume = event.instrument, event.average_daily_volume
    traded = "unknown" if volume is None else number(volume)
    return (
        f"{item.symbol} is contract {item.con_id} on {item.primary_exchange or item.exchange} in {item.currency}, "
        f"tick {number(item.tick)}, {_n(len(event.hours), 'session')} known, daily volume {traded}"
    )


def _run(event: d.RunStarted) -> str:
    before = f", {_n(event.disorderly_runs, 'run')} without an orderly end before it" if event.disorderly_runs else ""
    return (
        f"run {event.run} began: hydra {event.version}, process {event.pid}, "
        f"configuration {event.config_fingerprint}{before}"
    )


SENTENCES: Mapping[type[Event], Callable[[Any], str]] = dict(
    (
        _row(d.RunStarted, _run),
        _row(d.RunEnded, lambda e: f"run {e.run} ended in order{_because(e.reason)}"),
        _row(
            d.ActorLifeChanged,
            lambda e: f"actor {e.actor} {e.kind}, incarnation {e.incarnation}{_because(e.reason)}",
        ),
        _row(d.AlertRaised, lambda e: f"{e.severity} alert {e.kind} about {e.about}: {e.text}"),
        _row(d.TradingStateChanged, lambda e: f"trading is {e.state}, by {e.by}{_because(e.reason)}"),
        _row(
            d.BreakerTripped,
            lambda e: f"breaker {e.breaker} tripped, {number(e.value)} over limit {number(e.limit)}: {e.text}",
        ),
        _row(d.BreakerRearmed, lambda e: f"breaker {e.breaker} rearmed by {e.by}{_because(e.reason)}"),
        _row(d.DayStarted, lambda e: f"the day {e.day} began with equity {number(e.equity)}"),
        _row(d.SignalReceived, _signal),
        _row(d.SignalAdmitted, lambda e: f"risk admitted {number(e.quantity)}{_because(e.text)}"),
        _row(
            d.SignalEnded,
            lambda e: f"signal ended {e.end}, filled {_filled(e.filled, e.average_price)}{_because(e.reason)}",
        ),
        _row(d.ParentOpened, _parent),
        _row(
            d.ParentEnded,
            lambda e: f"routing ended {e.end}, filled {_filled(e.filled, e.average_price)}, "
            f"{number(e.remainder)} left{_because(e.reason)}",
        ),
        _row(d.OrderIntended, _order),
        _row(d.OrderRefused, _refused),
        _row(d.OrderDoubted, lambda e: f"order in doubt{_because(e.reason)}"),
        _row(d.OrderFound, lambda e: f"order works at the broker as {e.perm_id}{_because(e.evidence)}"),
        _row(d.OrderEnded, lambda e: f"order {e.state}, filled {number(e.filled)}{_because(e.evidence)}"),
        _row(
            d.OpeningBalance,
            lambda e: f"opening balance by {e.by}: cash {number(e.cash)}, adopted {_lines(e.adopted)}, "
            f"ignored {_lines(e.ignored)}",
        ),
        _row(d.ForeignSettled, lambda e: f"foreign position of {_lines((e.line,))} settled by {e.by}: {e.how}"),
        _row(d.ReconciliationDone, _reconciled),
        _row(d.DifferenceFound, lambda e: f"difference: {e.difference.text}"),
        _row(d.DifferenceResolved, lambda e: f"difference {e.item} {e.how} by {e.by}{_because(e.reason)}"),
        _row(d.BrokerSideAdopted, _adoption),
        _row(d.LawViolated, lambda e: f"law violated, {e.law}: {e.text}"),
        _row(d.OperatorActed, lambda e: f"{e.by} said {e.verb}{_because(e.text)}"),
        _row(d.ArtifactWritten, lambda e: f"artifact of {e.day} written to {e.path}"),
        _row(
            f.LinkChanged,
            lambda e: f"link {e.state}{' as planned' if e.planned else ''}{_because(e.reason)}",
        ),
        _row(
            f.SessionOpened,
            lambda e: f"session {e.session} opened: account {e.account}, client id {e.client_id}, "
            f"server version {e.server_version}, next order id {e.next_valid_id}, skew {e.clock_skew_s:.1f} s",
        ),
        _row(
            f.SessionClosed,
            lambda e: f"session {e.session} closed{' as planned' if e.planned else ''}{_because(e.reason)}",
        ),
        _row(f.InstrumentQualified, _instrument),
        _row(f.InstrumentUnknown, lambda e: f"the broker does not know {e.symbol}: {e.text}"),
        _row(f.MarketDataNoticed, lambda e: f"market data of {e.symbol} {e.kind}: {e.text}"),
        _row(f.OrderWritten, lambda e: f"written to the socket as broker order {e.broker_order_id}"),
        _row(f.OrderNotWritten, lambda e: f"not written{_because(e.reason)}"),
        _row(
            f.OrderStatusReported,
            lambda e: f"broker says {e.status}, filled {number(e.filled)}, remaining {number(e.remaining)}"
            f"{', held: ' + e.why_held if e.why_held else ''}",
        ),
        _row(f.OrderErrorReported, lambda e: f"broker error {e.code} ({e.effect}): {e.text}"),
        _row(f.BrokerNoticed, lambda e: f"broker notice {e.code} ({e.effect}): {e.text}"),
        _row(f.CancelSent, lambda e: f"cancel sent{_because(e.reason)}"),
        _row(f.GlobalCancelSent, lambda e: f"cancel of everything sent{_because(e.reason)}"),
        _row(f.ExecutionReported, _fill),
        _row(
            f.CommissionReported,
            lambda e: f"commission {number(e.commission.amount)} {e.commission.currency}",
        ),
        _row(f.GatewayTimeSeen, lambda e: f"gateway's clock is {e.skew_s:+.1f} s from ours"),
    )
)
"""Event class -> its sentence. The subject stands beside it, so the sentence does not repeat it."""
