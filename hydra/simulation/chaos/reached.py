"""Which rare places a hunted world came to: a row for each, told from its journal. A hunt that never gets to one of them
proves nothing about it. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from hydra.messages.base import Event
from hydra.messages.decisions import (
    ActorLifeChanged,
    AlertRaised,
    DifferenceFound,
    DifferenceResolved,
    OperatorActed,
    OrderDoubted,
    OrderEnded,
    OrderFound,
    OrderRefused,
    ParentEnded,
    ReconciliationDone,
    RunEnded,
    RunStarted,
    SignalEnded,
    TradingStateChanged,
)
from hydra.messages.facts import (
    BrokerNoticed,
    CancelSent,
    ExecutionReported,
    GlobalCancelSent,
    LinkChanged,
    OrderErrorReported,
    OrderNotWritten,
    SessionClosed,
)
from hydra.values import LinkState, OrderState, ParentEnd, SignalEnd, TradingState

Sign = Callable[[Event], bool]

SOMETIMES: Mapping[str, Sign] = {
    "an actor died": lambda event: isinstance(event, ActorLifeChanged) and event.kind == "down",
    "the journal died": lambda event: _down(event, "journal"),
    "the broker died": lambda event: _down(event, "broker"),
    "risk died": lambda event: _down(event, "risk"),
    "the router died": lambda event: _down(event, "router"),
    "exit died": lambda event: _down(event, "exit"),
    "a child died": lambda event: isinstance(event, ActorLifeChanged)
    and (event.kind, event.actor[:7]) == ("down", "router/"),
    "an actor hung and was fenced": lambda event: isinstance(event, ActorLifeChanged) and "hung" in event.reason,
    "a message was set aside as poisoned": lambda event: isinstance(event, ActorLifeChanged) and event.kind == "poisoned",
    "the tree gave up": lambda event: isinstance(event, AlertRaised) and event.kind == "escalation",
    "a run began after a disorderly one": lambda event: isinstance(event, RunStarted) and event.disorderly_runs > 0,
    "a run ended in order": lambda event: isinstance(event, RunEnded),
    "a session was lost": lambda event: isinstance(event, SessionClosed) and not event.planned,
    "the link was degraded": lambda event: isinstance(event, LinkChanged) and event.state is LinkState.DEGRADED,
    "the link was suspended": lambda event: isinstance(event, LinkChanged) and event.state is LinkState.SUSPENDED,
    "an alarm for a dead link": lambda event: isinstance(event, AlertRaised) and event.kind == "link_down",
    "an order was doubted": lambda event: isinstance(event, OrderDoubted),
    "a doubted order was found": lambda event: isinstance(event, OrderFound),
    "an order never reached the broker": lambda event: _ended(event, OrderState.NEVER_REACHED),
    "an order was rejected": lambda event: _ended(event, OrderState.REJECTED),
    "an order was not written": lambda event: isinstance(event, OrderNotWritten),
    "an order was refused": lambda event: isinstance(event, OrderRefused),
    "an error about an order": lambda event: isinstance(event, OrderErrorReported),
    "a cancel was sent": lambda event: isinstance(event, CancelSent),
    "a cancel of everything was sent": lambda event: isinstance(event, GlobalCancelSent),
    "an execution came late": lambda event: isinstance(event, ExecutionReported) and event.late,
    "an execution was corrected": lambda event: isinstance(event, ExecutionReported) and _revision(event) > 1,
    "an execution without an order of ours": lambda event: isinstance(event, ExecutionReported)
    and not event.execution.order_ref,
    "a comparison repaired something": lambda event: isinstance(event, ReconciliationDone) and event.repaired_n > 0,
    "a comparison found a symbol too busy": lambda event: isinstance(event, ReconciliationDone) and bool(event.unverified),
    "a difference was found": lambda event: isinstance(event, DifferenceFound),
    "a difference was resolved": lambda event: isinstance(event, DifferenceResolved),
    "trading was paused": lambda event: _state(event, TradingState.PAUSED),
    "trading was halted": lambda event: _state(event, TradingState.HALTED),
    "trading was resumed": lambda event: _state(event, TradingState.ACTIVE),
    "an operator acted": lambda event: isinstance(event, OperatorActed),
    "the gateway noticed something": lambda event: isinstance(event, BrokerNoticed),
    "a parent expired": lambda event: isinstance(event, ParentEnded) and event.end is ParentEnd.EXPIRED,
    "a child was given up": lambda event: isinstance(event, ParentEnded) and event.end is ParentEnd.ROUTING_FAILED,
    "a signal was executed": lambda event: isinstance(event, SignalEnded) and event.end is SignalEnd.EXECUTED,
    "a signal was refused by the state": lambda event: isinstance(event, SignalEnded)
    and event.end is SignalEnd.REJECTED_BY_STATE,
    "a signal ended without a proof": lambda event: isinstance(event, SignalEnded) and event.end is SignalEnd.UNRESOLVED,
}


def reached(events: Iterable[Event]) -> tuple[str, ...]:
    """The rows that some event shows, in the order of the table."""
    left = dict(SOMETIMES)
    for event in events:
        for label in [label for label, shows in left.items() if shows(event)]:
            del left[label]
    return tuple(label for label in SOMETIMES if label not in left)


def _down(event: Event, actor: str) -> bool:
    return isinstance(event, ActorLifeChanged) and (event.kind, event.actor) == ("down", actor)


def _ended(event: Event, state: OrderState) -> bool:
    return isinstance(event, OrderEnded) and event.state == state.value


def _state(event: Event, state: TradingState) -> bool:
    return isinstance(event, TradingStateChanged) and event.state is state


def _revision(event: ExecutionReported) -> int:
    """The last segment of an exec id; IB raises it with each correction."""
    last = event.execution.exec_id.rpartition(".")[2]
    return int(last) if last.isdigit() else 1
