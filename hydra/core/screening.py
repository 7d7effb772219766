"""Which facts count: what comes too late, twice or from a dead session is turned away before it is recorded.

It never looks at what a fact would do, only at whom it comes from and whether its subject is still there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from hydra.core.book import Book
from hydra.core.folding_orders import split_exec_id
from hydra.messages import decisions as d
from hydra.messages import facts as f
from hydra.messages.base import Event


def counts(book: Book, event: Event) -> bool:
    """Statuses, errors and the time count only from the live session; executions and commissions from any (PROTOCOL 2)."""
    match event:
        case f.OrderStatusReported() | f.OrderErrorReported() | f.OrderWritten() | f.SessionClosed() | f.GatewayTimeSeen():
            return book.session_live and event.session == book.session
        case d.BreakerTripped():  # risk judges each quote, and tells before it has heard its own first word
            return event.breaker not in book.breakers
        case d.SignalAdmitted():
            return event.signal_id in book.signals
        case d.SignalEnded():  # a signal with an open parent ends with that parent
            return event.signal_id in book.signals and event.signal_id not in book.parents
        case d.ParentOpened():
            return event.parent.signal_id in book.signals
        case d.ParentEnded():
            return event.parent_ref in book.parents
        case _:
            return True


def dated(book: Book, event: f.ExecutionReported, known: Callable[[str], bool]) -> f.ExecutionReported:
    """The same execution; marked when it corrects one that our books have closed (it must not be added as a new fill)."""
    fill = event.execution
    root, revision = split_exec_id(fill.exec_id)
    if revision < 1 or fill.exec_root in book.executions:
        return event
    width = len(fill.exec_id) - len(root) - 1
    if any(known(f"execution/{root}.{earlier:0{width}d}") for earlier in range(revision)):
        return replace(event, of_closed_day=True)
    return event
