"""The life of one wire order as a table: (state, news) -> state. A missing row is the error.

Nothing becomes final by an error code or by silence: only executions, a broker's own status together with matching
executions, or a verdict from complete listings end an order (PROTOCOL section 1; ib-gateway-behaviour 4.1).
"""

from __future__ import annotations

from enum import StrEnum

from hydra.errors import HydraError
from hydra.values import OrderState


class OrderNews(StrEnum):
    """What can happen to an order, as far as its state is concerned."""

    WRITTEN = "WRITTEN"
    LIVE = "LIVE"
    DOUBTED = "DOUBTED"
    END_FILLED = "END_FILLED"
    END_CANCELLED = "END_CANCELLED"
    END_REJECTED = "END_REJECTED"
    END_NOT_WRITTEN = "END_NOT_WRITTEN"
    END_NEVER_REACHED = "END_NEVER_REACHED"


class ImpossibleOrderNews(HydraError):
    """The table has no row for this news in this state."""


S, N = OrderState, OrderNews

TABLE: dict[tuple[OrderState, OrderNews], OrderState] = {
    (S.INTENDED, N.WRITTEN): S.WRITTEN,
    (S.INTENDED, N.LIVE): S.WORKING,  # the status overtook OrderWritten
    (S.INTENDED, N.DOUBTED): S.UNKNOWN,
    (S.INTENDED, N.END_NOT_WRITTEN): S.NOT_WRITTEN,
    (S.INTENDED, N.END_FILLED): S.FILLED,
    (S.INTENDED, N.END_CANCELLED): S.CANCELLED,
    (S.WRITTEN, N.WRITTEN): S.WRITTEN,
    (S.WRITTEN, N.LIVE): S.WORKING,
    (S.WRITTEN, N.DOUBTED): S.UNKNOWN,
    (S.WRITTEN, N.END_FILLED): S.FILLED,  # docs: an instant fill may have no status at all
    (S.WRITTEN, N.END_CANCELLED): S.CANCELLED,
    (S.WORKING, N.WRITTEN): S.WORKING,
    (S.WORKING, N.LIVE): S.WORKING,
    (S.WORKING, N.DOUBTED): S.UNKNOWN,
    (S.WORKING, N.END_FILLED): S.FILLED,
    (S.WORKING, N.END_CANCELLED): S.CANCELLED,
    (S.UNKNOWN, N.WRITTEN): S.UNKNOWN,  # the broker's answer came after the doubt: still unproven
    (S.UNKNOWN, N.LIVE): S.WORKING,
    (S.UNKNOWN, N.DOUBTED): S.UNKNOWN,
    (S.UNKNOWN, N.END_FILLED): S.FILLED,
    (S.UNKNOWN, N.END_CANCELLED): S.CANCELLED,
    (S.UNKNOWN, N.END_REJECTED): S.REJECTED,
    (S.UNKNOWN, N.END_NOT_WRITTEN): S.NOT_WRITTEN,
    (S.UNKNOWN, N.END_NEVER_REACHED): S.NEVER_REACHED,
    (S.CANCELLED, N.END_FILLED): S.FILLED,  # cancel lost the race: NautilusTrader keeps this row because it happens
    (S.REJECTED, N.LIVE): S.WORKING,  # lean.ib#93, thetagang#709: a rejection that was none
    (S.REJECTED, N.WRITTEN): S.REJECTED,
    (S.REJECTED, N.END_FILLED): S.FILLED,
    (S.NEVER_REACHED, N.LIVE): S.WORKING,  # appeared after the verdict: trading pauses, the truth is taken
    (S.NEVER_REACHED, N.END_FILLED): S.FILLED,
    (S.NOT_WRITTEN, N.LIVE): S.WORKING,
    (S.NOT_WRITTEN, N.END_FILLED): S.FILLED,
    (S.CANCELLED, N.LIVE): S.CANCELLED,  # a late duplicate of an earlier status
    (S.CANCELLED, N.WRITTEN): S.CANCELLED,  # the transport's buffer drained after the verdict
    (S.CANCELLED, N.END_CANCELLED): S.CANCELLED,  # the same verdict with a later fill in it
    (S.FILLED, N.WRITTEN): S.FILLED,
    (S.FILLED, N.LIVE): S.FILLED,
    (S.FILLED, N.END_FILLED): S.FILLED,
}

LIVE_STATUSES = frozenset({"ApiPending", "PendingSubmit", "PendingCancel", "PreSubmitted", "Submitted"})
ENDED_STATUSES = frozenset({"Cancelled", "ApiCancelled"})
INACTIVE = "Inactive"
FILLED = "Filled"
UNENDED_STATUSES = LIVE_STATUSES | {INACTIVE}
"""What the broker says only of an order that may still trade: an Inactive one may be held, or dead."""


def after(state: OrderState, news: OrderNews) -> OrderState:
    """The next state, or ImpossibleOrderNews where the table has no row."""
    following = TABLE.get((state, news))
    if following is None:
        raise ImpossibleOrderNews(f"an order that is {state} cannot become {news}: no such row in the order table")
    return following


def news_of_end(state: str) -> OrderNews:
    """The news that a verdict (`OrderEnded.state`) is."""
    return OrderNews(f"END_{state}")


CALLED_DEAD = (S.REJECTED, S.NOT_WRITTEN, S.NEVER_REACHED)
"""Verdicts that say the order never worked: a live status or a fill afterwards proves them wrong."""


def can_follow(state: OrderState, news: OrderNews) -> bool:
    """Whether the table has a row."""
    return (state, news) in TABLE
