"""The life of the brokerage link as a table: (state, what happened) -> state. A missing row is the error.

New orders are written in READY only. READY needs a complete listing of this socket, also after the gateway lost IB and
found it again: fills of the time between are not told live (ib-gateway-behaviour 4.4, 5.3 rule 3).
"""

from __future__ import annotations

from enum import StrEnum

from hydra.errors import HydraError
from hydra.values import LinkState


class LinkNews(StrEnum):
    """What can happen to the link, as far as its state is concerned."""

    DIALLED = "DIALLED"
    OPENED = "OPENED"
    LISTED = "LISTED"
    IB_LOST = "IB_LOST"
    IB_RESTORED = "IB_RESTORED"
    CLOSED = "CLOSED"
    CLOSED_IN_MAINTENANCE = "CLOSED_IN_MAINTENANCE"
    REFUSED = "REFUSED"


class ImpossibleLinkNews(HydraError):
    """The table has no row for this news in this state."""


S, N = LinkState, LinkNews

TABLE: dict[tuple[LinkState, LinkNews], LinkState] = {
    (S.DISCONNECTED, N.DIALLED): S.CONNECTING,
    (S.DISCONNECTED, N.REFUSED): S.FAILED,  # a live port, before anything was dialled
    (S.CONNECTING, N.DIALLED): S.CONNECTING,  # another attempt is no news
    (S.CONNECTING, N.OPENED): S.SYNCING,
    (S.CONNECTING, N.CLOSED): S.CONNECTING,
    (S.CONNECTING, N.CLOSED_IN_MAINTENANCE): S.SUSPENDED,
    (S.CONNECTING, N.REFUSED): S.FAILED,
    (S.SUSPENDED, N.DIALLED): S.SUSPENDED,
    (S.SUSPENDED, N.OPENED): S.SYNCING,
    (S.SUSPENDED, N.CLOSED): S.CONNECTING,  # the window has passed and the gateway is not back
    (S.SUSPENDED, N.CLOSED_IN_MAINTENANCE): S.SUSPENDED,
    (S.SUSPENDED, N.REFUSED): S.FAILED,
    (S.SYNCING, N.LISTED): S.READY,
    (S.SYNCING, N.IB_LOST): S.DEGRADED,
    (S.SYNCING, N.IB_RESTORED): S.SYNCING,
    (S.SYNCING, N.CLOSED): S.DISCONNECTED,
    (S.SYNCING, N.CLOSED_IN_MAINTENANCE): S.SUSPENDED,
    (S.READY, N.LISTED): S.READY,
    (S.READY, N.IB_LOST): S.DEGRADED,
    (S.READY, N.IB_RESTORED): S.SYNCING,  # 1102 without a 1100 is seen after quick flaps (IBC#251)
    (S.READY, N.CLOSED): S.DISCONNECTED,
    (S.READY, N.CLOSED_IN_MAINTENANCE): S.SUSPENDED,
    (S.DEGRADED, N.LISTED): S.DEGRADED,  # a listing made without IB proves nothing
    (S.DEGRADED, N.IB_LOST): S.DEGRADED,  # several 1100 in a row are normal (IBC#251)
    (S.DEGRADED, N.IB_RESTORED): S.SYNCING,
    (S.DEGRADED, N.CLOSED): S.DISCONNECTED,
    (S.DEGRADED, N.CLOSED_IN_MAINTENANCE): S.SUSPENDED,
}

def after(state: LinkState, news: LinkNews) -> LinkState:
    """The next state, or ImpossibleLinkNews where the table has no row."""
    following = TABLE.get((state, news))
    if following is None:
        raise ImpossibleLinkNews(f"a link that is {state} cannot hear {news}: no such row in the link table")
    return following


def closed(*, in_maintenance: bool) -> LinkNews:
    """The news that a socket ended, or that an attempt to connect failed."""
    return N.CLOSED_IN_MAINTENANCE if in_maintenance else N.CLOSED
