"""Every IB error and status code we know, in one table: its class, the state to assume, what to do.

No code ends an order by itself: `order_dead` too is only a reason to look for evidence (ib_async#191: a 10349 shown
as Cancelled, re-sent, cost 15 doubled orders). Source: ib-gateway-behaviour 4.1, 4.2, 4.6.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Effect(StrEnum):
    """What kind of news a code is."""

    NOTICE = "notice"
    WARNING = "warning"
    ORDER_DEAD = "order_dead"
    ORDER_UNKNOWN = "order_unknown"
    MODIFY_REFUSED = "modify_refused"
    CONNECTION = "connection"
    PACING = "pacing"
    PERMISSION = "permission"
    DATA = "data"
    REQUEST = "request"
    UNKNOWN = "unknown"


class Target(StrEnum):
    """What the id beside a code names."""

    ORDER = "order"
    REQUEST = "request"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeRow:
    """One code: `state` is what may be assumed, `action` what a person or hydra does about it."""

    code: int
    effect: Effect
    state: str
    action: str


def _rows(effect: Effect, codes: tuple[int, ...], state: str, action: str) -> dict[int, CodeRow]:
    return {code: CodeRow(code=code, effect=effect, state=state, action=action) for code in codes}


E = Effect
_REJECTED = "if new: rejected; if a modification: the old order lives"
_NO_TICKS = "no ticks come"

TABLE: dict[int, CodeRow] = {
    # Orders
    **_rows(
        E.ORDER_UNKNOWN, (103,), "the new order was not placed, the older one of that id lives", "look for both"
    ),
    **_rows(E.MODIFY_REFUSED, (104,), "the order is filled", "wait for its executions"),
    **_rows(E.MODIFY_REFUSED, (105, 329, 2102), "the old order lives unchanged", "keep it, or modify again"),
    **_rows(E.ORDER_DEAD, (106, 107, 109, 110, 111, 113, 163, 382, 383), _REJECTED, "look for evidence"),
    **_rows(E.ORDER_DEAD, (201, 203, 387, 388, 434, 436, 437, 460, 478, 481), _REJECTED, "look for evidence"),
    **_rows(E.ORDER_DEAD, (10006, 10052, 10243, 10285), _REJECTED, "look for evidence"),
    **_rows(E.ORDER_DEAD, (320, 321, 322), _REJECTED, "read the text; look for evidence"),
    **_rows(E.ORDER_DEAD, (200,), "no such contract, or it is ambiguous", "check the symbol; ask again later"),
    **_rows(
        E.ORDER_DEAD, (202,), "cancelled, perhaps partly filled; our own cancel is confirmed so too", "check fills"
    ),
    **_rows(
        E.ORDER_UNKNOWN,
        (135, 161, 10147, 10148),
        "the order to cancel was not found or cannot be cancelled: it may be filled",
        "ask for open orders, completed orders and executions",
    ),
    **_rows(
        E.ORDER_UNKNOWN,
        (10268, 10269, 10270, 10318, 10326, 10329, 10331, 10332, 10351),
        "an attribute, OCA, routing or size was refused or changed",
        "read the text; look for evidence",
    ),
    **_rows(E.ORDER_UNKNOWN, (10328,), "the connection was lost, the order could not be resolved", "reconcile"),
    **_rows(E.WARNING, (399,), "the order lives, perhaps until the session opens", "read the text"),
    **_rows(E.WARNING, (404,), "the order lives and is held until shares can be borrowed", "wait or cancel"),
    **_rows(E.WARNING, (10233, 10349), "a preset changed the order; it continues", "wait for its status"),
    **_rows(E.WARNING, (2109, 2137, 2148, 2161, 2168, 2169), "the order lives", "read the text"),
    # Connection
    **_rows(E.CONNECTION, (326,), "another socket holds our client id", "wait, then connect with the same id"),
    **_rows(E.CONNECTION, (502, 504, 507), "there is no connection", "connect again"),
    **_rows(
        E.CONNECTION, (1100, 2110), "the gateway lost IB; orders rest at the exchange", "send no orders until 1101/1102"
    ),
    **_rows(
        E.CONNECTION, (1101,), "restored, subscriptions lost", "subscribe again; reconcile orders and executions"
    ),
    **_rows(E.CONNECTION, (1102,), "restored, subscriptions kept", "reconcile orders and executions"),
    **_rows(E.CONNECTION, (1300,), "the gateway changed its port and drops us", "set [broker] port"),
    # Pacing and permissions
    **_rows(E.PACING, (100,), "requests of that second may be lost; the third time ends the session", "send less"),
    **_rows(E.PACING, (420,), "the request was refused for its rate", "ask again later"),
    **_rows(E.PERMISSION, (327,), "only client 0 may bind orders by hand", "none"),
    **_rows(E.PERMISSION, (354, 10089, 10168, 10186), _NO_TICKS, "subscribe to market data, or allow delayed"),
    # Market data
    **_rows(E.DATA, (101,), f"too many market data lines: {_NO_TICKS}", "watch fewer symbols"),
    **_rows(E.DATA, (10090, 10091), "a part of the ticks is not subscribed, the others come", "none"),
    **_rows(E.DATA, (492, 2188, 10167), "ticks come 15 minutes late", "subscribe to market data"),
    **_rows(E.DATA, (10197,), f"another session of this user takes the market data: {_NO_TICKS}", "end that session"),
    **_rows(E.DATA, (10225,), "a bust: live bars ended", "subscribe again"),
    **_rows(E.DATA, (2100, 2101), "account updates went to another client", "subscribe again"),
    **_rows(E.DATA, (2103, 2105, 2157), "a data farm is broken: data are stale, orders are not", "wait"),
    # Requests
    **_rows(E.REQUEST, (102,), "a request id was used twice", "ask again with another id"),
    **_rows(E.REQUEST, (162, 366), "history was not delivered", "go on without it; ask again later"),
    **_rows(E.REQUEST, (309,), "too many market depth requests", "end one"),
    # Notices
    **_rows(E.NOTICE, (165, 2119), "a data farm is being reached", "none"),
    **_rows(E.NOTICE, (2104, 2106, 2158), "a data farm works", "none"),
    **_rows(E.NOTICE, (2107, 2108), "a data farm is idle and comes on demand", "none"),
}

IB_LOST = (1100, 2110)
IB_RESTORED_DATA_LOST = 1101
IB_RESTORED = (1101, 1102)
PACING_VIOLATION = 100

_ORDER_EFFECTS = (E.ORDER_DEAD, E.ORDER_UNKNOWN, E.MODIFY_REFUSED)
_MARKET_DATA = {
    **dict.fromkeys((354, 10089, 10168, 10186, 10197, 101), "missing"),
    **dict.fromkeys((492, 2188, 10167), "delayed"),
    **dict.fromkeys((10090, 10091), "partial"),
}


def row_of(code: int) -> CodeRow:
    """The row of a code; one that no row knows has class `unknown` and proves nothing."""
    row = TABLE.get(code)
    if row is not None:
        return row
    return CodeRow(code=code, effect=E.UNKNOWN, state="not known to hydra", action="read the text")


def effect_of(code: int, target: Target) -> Effect:
    """The class of a code as it counts for what it names.

    What we cannot place is `order_unknown` when it names an order, and a notice when it names nothing.
    """
    effect = row_of(code).effect
    if target is Target.ORDER:
        doubtful = effect in (E.UNKNOWN, E.REQUEST, E.PERMISSION, E.CONNECTION, E.PACING)
        return E.ORDER_UNKNOWN if doubtful else effect
    if effect in _ORDER_EFFECTS:
        return E.REQUEST
    if effect is E.UNKNOWN:
        return E.REQUEST if target is Target.REQUEST else E.NOTICE
    return effect


def market_data_kind(code: int) -> str | None:
    """`missing`, `delayed` or `partial` for the codes about a market data subscription, else None."""
    return _MARKET_DATA.get(code)
