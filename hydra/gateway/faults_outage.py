"""The gateway loses IB and finds it again: 1100, then 1101 or 1102. Meanwhile it answers from what it remembers, or not.

Orders at the exchange fill, and nobody here hears of it; order actions do not get out. The ledger is the truth throughout.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from hydra.gateway.faults import ANY, FaultSpec, GatewayFault, Passage
from hydra.gateway.floor import Floor
from hydra.gateway.requests import ORDER_ACTIONS, REQUESTS, answer
from hydra.gateway.session import Session
from hydra.gateway.session_quotes import tell_ticks_again
from hydra.gateway.session_start import FARMS_OK, start_api

KIND = "connectivity"
DATA_LOST = "lost"
_ANSWERED_BLINDLY = ("currentTime", "nextValidId", "managedAccounts", "userInfo", "tickReqParams", "marketDataType")
_REMEMBERED = (
    *("reqOpenOrders", "reqAllOpenOrders", "reqCompletedOrders", "reqExecutions"),
    *("reqPositions", "reqAccountUpdates", "reqAccountSummary"),
)
_SILENT = 0.1
_TOLD_LATE = 0.5
_LATE_S_MAX = 5.0
_ALERTS_MAX = 3
_LOST = (1100, "Connectivity between IB and Trader Workstation has been lost.")
_RESTORED = (
    1102,
    "Connectivity between IB and Trader Workstation has been restored - data maintained.",
)
_RESTORED_DATA_LOST = (1101, "Connectivity between IB and Trader Workstation has been restored - data lost.")


@dataclass(slots=True, kw_only=True)
class _Outage:
    """`veil` is the floor as the gateway last saw it; `held` are order actions that wait for the line, `hidden` what would
    have been told of orders, both in order."""

    veil: Floor
    is_answering: bool = False
    held: list[tuple[Session, str, dict[str, Any]]] = field(default_factory=list)
    hidden: list[tuple[Session, str, dict[str, Any]]] = field(default_factory=list)


def _veil(floor: Floor) -> Floor:
    """The floor as it is now, which what happens later does not change. Sessions are the living ones."""
    books = copy.copy(floor.desk.books)
    books.executions = list(books.executions)
    books.finished = dict(books.finished)
    books.account = copy.deepcopy(books.account)
    exchange = copy.copy(floor.desk.exchange)
    exchange.working = dict(exchange.working)
    desk = copy.copy(floor.desk)
    desk.books, desk.exchange = books, exchange
    return replace(floor, desk=desk)


def _tell(session: Session, news: tuple[int, str]) -> None:
    session.deliver("errMsg", {"reqId": -1, "errorCode": news[0], "errorMsg": news[1]})


def _begin(floor: Floor, fault: GatewayFault, chance: Random) -> bool:
    floor.troubles.kept[fault] = _Outage(veil=_veil(floor))
    for _ in range(chance.randint(1, _ALERTS_MAX)):  # several in a row are normal (IBC#251)
        for session in floor.clients():
            _tell(session, _LOST)
    return True


def _end(floor: Floor, fault: GatewayFault, chance: Random) -> bool:
    outage: _Outage = floor.troubles.kept[fault]
    if later := floor.troubles.of(KIND):  # the line is down for another reason still
        other: _Outage = floor.troubles.kept[later]
        other.held, other.hidden = [*outage.held, *other.held], [*outage.hidden, *other.hidden]
        return True
    is_lost = fault.target == DATA_LOST
    for session in floor.clients():
        _tell(session, _RESTORED_DATA_LOST if is_lost else _RESTORED)
        if is_lost:
            session.subscriptions.tickers.clear()
    for session, name, values in outage.held:
        answer(floor, session, name, values)
    if chance.random() < _TOLD_LATE:
        floor.later(chance.uniform(0, _LATE_S_MAX), lambda: _tell_late(outage))
    tell_ticks_again(floor)
    return True


def _tell_late(outage: _Outage) -> None:
    for session, name, values in outage.hidden:
        session.deliver(name, values)


def _hold(passage: Passage) -> bool:
    """An order action waits until the line is back ("maintain and resubmit orders"), or is lost."""
    outage: _Outage = passage.floor.troubles.kept[passage.fault]
    if passage.chance.random() >= passage.fault.amount:
        outage.held.append((passage.session, passage.name, dict(passage.values)))
    return True


def _remember(passage: Passage) -> bool:
    """Answered from what the gateway knew when the line went, or not at all."""
    if passage.chance.random() < _SILENT:
        return True
    outage: _Outage = passage.floor.troubles.kept[passage.fault]
    outage.veil.now_us = passage.floor.now_us
    outage.is_answering = True
    REQUESTS[passage.name](outage.veil, passage.session, dict(passage.values))
    outage.is_answering = False
    return True


def _no_definition(passage: Passage) -> bool:
    """Seen wrongly while IB is away (ib_insync#330)."""
    if passage.chance.random() < _SILENT:
        return True
    text = "No security definition has been found for the request"
    values = {"reqId": passage.values["reqId"], "errorCode": 200, "errorMsg": text}
    passage.session.deliver("errMsg", values)
    return True


def _no_history(passage: Passage) -> bool:
    text = "Historical Market Data Service error message:Not connected to IB servers."
    passage.session.deliver("errMsg", {"reqId": passage.values["reqId"], "errorCode": 162, "errorMsg": text})
    return True


def _welcome(passage: Passage) -> bool:
    """The gateway's own side of a session works; it says at once that IB is away."""
    start_api(passage.floor, passage.session, dict(passage.values))
    if not passage.session.is_closing:
        _tell(passage.session, _LOST)
    return True


def _hide_news(passage: Passage) -> bool:
    outage: _Outage = passage.floor.troubles.kept[passage.fault]
    outage.hidden.append((passage.session, passage.name, dict(passage.values)))
    return True


def _hide_answer(passage: Passage) -> bool:
    """Ticks, account values, ends of orders: nothing that comes from IB passes."""
    outage: _Outage = passage.floor.troubles.kept[passage.fault]
    return not (outage.is_answering or passage.name in _ANSWERED_BLINDLY)


def _hide_error(passage: Passage) -> bool:
    """What the gateway says of itself passes, but not that its farms are well; of orders it knows nothing new."""
    farms_ok = tuple(code for code, _ in FARMS_OK)
    return passage.values["reqId"] > 0 or passage.values["errorCode"] in farms_ok


CONNECTIVITY = FaultSpec(
    kind=KIND,
    sentence="The gateway loses IB (1100) and finds it again (1102, or 1101: no data); fills of the time are hidden.",
    lasts=True,
    target="lost: market data subscriptions are gone afterwards (1101)",
    choices=(DATA_LOST,),
    amount="share of the order actions that are lost; the others are sent when the line is back",
    begin=_begin,
    end=_end,
    requests={
        "startApi": _welcome,
        "reqContractDetails": _no_definition,
        "reqHistoricalData": _no_history,
        **dict.fromkeys(ORDER_ACTIONS, _hold),
        **dict.fromkeys(_REMEMBERED, _remember),
    },
    answers={"errMsg": _hide_error, ANY: _hide_answer},
    news={ANY: _hide_news},
)
