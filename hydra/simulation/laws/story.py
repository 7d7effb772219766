"""What a journal says, as far as the laws ask: one reading of its events, and the facts that they leave. It judges nothing.

It folds by itself what the book folds too (quantities, trading state), so that the book can be held to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from hydra.core.instants import to_us
from hydra.journal.rows import StoredEvent
from hydra.messages import decisions as d
from hydra.messages import facts as f
from hydra.messages.base import Event
from hydra.values import ZERO, Execution, Intent, OrderState, ParentOrder, Signal, TradingState


@dataclass(frozen=True, slots=True, kw_only=True)
class Intended:
    """A committed order and what stood in the journal before it. `volume` is the average daily one, None if unknown."""

    seq: int
    at_us: int
    run: int
    intent: Intent
    trading: TradingState
    breakers: tuple[str, ...]
    is_flattening: bool
    is_compared: bool
    is_parent_open: bool
    volume: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An event that a law asks for, with its place and its market time in microseconds."""

    seq: int
    at_us: int
    run: int
    session: int
    event: Any


@dataclass(slots=True)
class Story:
    """Keys: order_ref, exec_id, exec_root, signal_id, parent_ref, symbol. Lists are in the journal's order.

    `executions` holds each exec_id once, `told_twice` those that came again; `newest` the latest revision that counts;
    `order_ends` the last verdict on each order; `given_up` orders that were taken for never arrived while the session that
    they were committed for had no successor;
    `quantities` what the executions and adoptions since the opening balance make of each symbol; `cash_adopted_us` is when a
    person last took the broker's cash over, 0 if nobody did.
    """

    seq: int = 0
    at_us: int = 0
    backwards: list[str] = field(default_factory=list)
    intents: dict[str, Intended] = field(default_factory=dict)
    intended_twice: list[str] = field(default_factory=list)
    executions: dict[str, Execution] = field(default_factory=dict)
    told_twice: list[str] = field(default_factory=list)
    given_up: list[str] = field(default_factory=list)
    order_ends: dict[str, OrderState] = field(default_factory=dict)
    newest: dict[str, Execution] = field(default_factory=dict)
    quantities: dict[str, Decimal] = field(default_factory=dict)
    opened_us: int = 0
    cash_adopted_us: int = 0
    signals: dict[str, Signal] = field(default_factory=dict)
    received: list[str] = field(default_factory=list)
    ends: dict[str, list[int]] = field(default_factory=dict)
    parents: dict[str, ParentOrder] = field(default_factory=dict)
    parents_ended: set[str] = field(default_factory=set)
    trading: TradingState = TradingState.ACTIVE
    is_flattening: bool = False
    breakers: dict[str, None] = field(default_factory=dict)
    volumes: dict[str, Decimal | None] = field(default_factory=dict)
    client_ids: dict[int, None] = field(default_factory=dict)
    compared: list[Told] = field(default_factory=list)
    sessions: list[Told] = field(default_factory=list)
    links: list[Told] = field(default_factory=list)
    verbs: list[Told] = field(default_factory=list)
    alerts: list[Told] = field(default_factory=list)
    lives: list[Told] = field(default_factory=list)
    found: list[Told] = field(default_factory=list)
    foreign_sessions: list[str] = field(default_factory=list)
    live_session: int = 0

    def hear(self, stored: StoredEvent) -> None:
        """The next event."""
        at_us = to_us(stored.at)
        if at_us < self.at_us:
            name = type(stored.event).__name__
            self.backwards.append(f"event {stored.seq} ({name}) is {self.at_us - at_us} us before the one before it")
        self.seq, self.at_us = stored.seq, at_us
        hear = _HEARD.get(type(stored.event))
        if hear is not None:
            event = stored.event
            hear(self, Told(seq=stored.seq, at_us=at_us, run=stored.run, session=stored.session, event=event))

    def compared_in(self, session: int) -> Told | None:
        """The first comparison of this session with the broker that was completed."""
        return next((told for told in self.compared if told.event.session == session), None)


def story_of(recorded: Iterable[StoredEvent]) -> Story:
    """The story that a journal tells."""
    story = Story()
    for stored in recorded:
        story.hear(stored)
    return story


def _run_started(story: Story, told: Told) -> None:
    story.live_session = 0


def _session_opened(story: Story, told: Told) -> None:
    story.sessions.append(told)
    story.live_session = told.event.session
    story.client_ids[told.event.client_id] = None


def _session_closed(story: Story, told: Told) -> None:
    if told.event.session == story.live_session:
        story.live_session = 0


def _intended(story: Story, told: Told) -> None:
    intent: Intent = told.event.intent
    want = intent.want
    if want.order_ref in story.intents:
        story.intended_twice.append(want.order_ref)
    story.intents[want.order_ref] = Intended(
        seq=told.seq,
        at_us=told.at_us,
        run=told.run,
        intent=intent,
        trading=story.trading,
        breakers=tuple(story.breakers),
        is_flattening=story.is_flattening,
        is_compared=bool(story.compared) and story.compared[-1].run == told.run,
        is_parent_open=want.parent_ref in story.parents and want.parent_ref not in story.parents_ended,
        volume=story.volumes.get(want.terms.symbol),
    )


def _order_ended(story: Story, told: Told) -> None:
    known = story.intents.get(told.event.order_ref)
    story.order_ends[told.event.order_ref] = OrderState(told.event.state)
    if told.event.state == OrderState.NEVER_REACHED and known is not None and told.session <= known.intent.session:
        story.given_up.append(told.event.order_ref)


def _executed(story: Story, told: Told) -> None:
    fill: Execution = told.event.execution
    if fill.exec_id in story.executions:
        story.told_twice.append(fill.exec_id)
    story.executions[fill.exec_id] = fill
    old = story.newest.get(fill.exec_root)
    if told.event.of_closed_day or (old is not None and old.revision >= fill.revision):
        return
    story.newest[fill.exec_root] = fill
    change = fill.side.sign * fill.quantity - (old.side.sign * old.quantity if old is not None else ZERO)
    story.quantities[fill.symbol] = story.quantities.get(fill.symbol, ZERO) + change


def _opening(story: Story, told: Told) -> None:
    """What was traded before is part of it."""
    story.opened_us = told.at_us
    story.newest.clear()
    story.quantities = {line.symbol: line.quantity for line in told.event.adopted}


def _foreign_settled(story: Story, told: Told) -> None:
    if told.event.how == "adopt":
        story.quantities[told.event.line.symbol] = told.event.line.quantity


def _adopted(story: Story, told: Told) -> None:
    """What was traded until then is contained in it, whether anybody was told of it or not."""
    line = told.event.line
    if line is not None:
        story.quantities[line.symbol] = line.quantity
    if told.event.cash is not None:
        story.cash_adopted_us = told.at_us


def _signal_received(story: Story, told: Told) -> None:
    signal: Signal = told.event.signal
    story.received.append(signal.signal_id)
    story.signals[signal.signal_id] = signal


def _signal_ended(story: Story, told: Told) -> None:
    story.ends.setdefault(told.event.signal_id, []).append(told.seq)


def _parent_opened(story: Story, told: Told) -> None:
    story.parents[told.event.parent.parent_ref] = told.event.parent


def _parent_ended(story: Story, told: Told) -> None:
    story.parents_ended.add(told.event.parent_ref)


def _trading_changed(story: Story, told: Told) -> None:
    story.trading = told.event.state
    if story.trading in (TradingState.ACTIVE, TradingState.HALTED):
        story.is_flattening = False


def _operator_acted(story: Story, told: Told) -> None:
    """A flatten stands until somebody resumes or halts again."""
    story.verbs.append(told)
    story.is_flattening = story.is_flattening or told.event.verb == "flatten"


def _breaker_tripped(story: Story, told: Told) -> None:
    story.breakers[told.event.breaker] = None


def _breaker_rearmed(story: Story, told: Told) -> None:
    story.breakers.pop(told.event.breaker, None)


def _qualified(story: Story, told: Told) -> None:
    story.volumes[told.event.instrument.symbol] = told.event.average_daily_volume


def _of_a_session(story: Story, told: Told) -> None:
    """Statuses and errors count only from the live session (PROTOCOL section 2)."""
    if told.event.session != story.live_session:
        name, ref = type(told.event).__name__, told.event.order_ref
        live = f"session {story.live_session} was live" if story.live_session else "no session was live"
        story.foreign_sessions.append(f"{name} of order {ref} is from session {told.event.session}, but {live}")


_HEARD: dict[type[Event], Callable[[Story, Told], None]] = {
    d.RunStarted: _run_started,
    d.OrderIntended: _intended,
    d.OrderEnded: _order_ended,
    d.OpeningBalance: _opening,
    d.ForeignSettled: _foreign_settled,
    d.BrokerSideAdopted: _adopted,
    d.SignalReceived: _signal_received,
    d.SignalEnded: _signal_ended,
    d.ParentOpened: _parent_opened,
    d.ParentEnded: _parent_ended,
    d.TradingStateChanged: _trading_changed,
    d.BreakerTripped: _breaker_tripped,
    d.BreakerRearmed: _breaker_rearmed,
    d.ReconciliationDone: lambda story, told: story.compared.append(told),
    d.DifferenceFound: lambda story, told: story.found.append(told),
    d.AlertRaised: lambda story, told: story.alerts.append(told),
    d.ActorLifeChanged: lambda story, told: story.lives.append(told),
    d.OperatorActed: _operator_acted,
    f.ExecutionReported: _executed,
    f.SessionOpened: _session_opened,
    f.SessionClosed: _session_closed,
    f.InstrumentQualified: _qualified,
    f.LinkChanged: lambda story, told: story.links.append(told),
    f.OrderStatusReported: _of_a_session,
    f.OrderErrorReported: _of_a_session,
    f.OrderWritten: _of_a_session,
}
