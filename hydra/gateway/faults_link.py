"""What goes wrong between the gateway and IB, or in what the gateway says of itself: outages, farms, another session, time.

The socket to the client stays up under every fault here. Orders at the exchange live on and fill; the ledger knows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from hydra.gateway.faults import FaultSpec, GatewayFault, Passage
from hydra.gateway.faults_outage import CONNECTIVITY
from hydra.gateway.floor import Floor
from hydra.gateway.instants import SECOND_US
from hydra.gateway.session import Session
from hydra.gateway.session_quotes import TICKS, req_market_data, tell_ticks_again

_BROKEN: Mapping[str, tuple[int, int, str]] = {
    "usfarm": (2103, 2104, "Market data farm"),
    "ushmds": (2105, 2106, "HMDS data farm"),
    "secdefil": (2157, 2158, "Sec-def data farm"),
}
"""Farm -> the code that says it is broken, the code that says it is well, what it is called."""

_COMPETING = "No market data during competing live session"
_IDS_FROM = 2**30


def tell(session: Session, code: int, text: str, *, request_id: int = -1) -> None:
    """An error or status message that no fault touches."""
    session.deliver("errMsg", {"reqId": request_id, "errorCode": code, "errorMsg": text})


def _tell_all(floor: Floor, code: int, text: str) -> bool:
    """Whether anybody was there to hear it."""
    hearers = tuple(floor.clients())
    for session in hearers:
        tell(session, code, text)
    return bool(hearers)


def _withhold(_passage: Passage) -> bool:
    return True


_NO_TICKS: Mapping[str, Callable[[Passage], bool]] = dict.fromkeys(TICKS, _withhold)


def _farm(fault: GatewayFault) -> tuple[int, int, str]:
    return _BROKEN[fault.target or "usfarm"]


def _farm_breaks(floor: Floor, fault: GatewayFault, _chance: Random) -> bool:
    code, _, what = _farm(fault)
    return _tell_all(floor, code, f"{what} connection is broken:{fault.target or 'usfarm'}")


def _farm_returns(floor: Floor, fault: GatewayFault, chance: Random) -> bool:
    """Connecting, then well; and sometimes at once said to be idle, which is no fault (2108)."""
    _, code, what = _farm(fault)
    farm = fault.target or "usfarm"
    _tell_all(floor, 2119, f"{what} is connecting:{farm}")
    _tell_all(floor, code, f"{what} connection is OK:{farm}")
    if farm == "usfarm":
        if chance.random() < 0.5:
            _tell_all(floor, 2108, f"{what} connection is inactive but should be available upon demand.{farm}")
        tell_ticks_again(floor)
    return True


def _is_broken(farm: str, passage: Passage) -> bool:
    return (passage.fault.target or "usfarm") == farm


def _no_ticks(passage: Passage) -> bool:
    return _is_broken("usfarm", passage)


def _no_history(passage: Passage) -> bool:
    if not _is_broken("ushmds", passage):
        return False
    text = "Historical Market Data Service error message:HMDS connection attempt failed."
    tell(passage.session, 162, text, request_id=passage.values["reqId"])
    return True


def _no_contracts(passage: Passage) -> bool:
    return _is_broken("secdefil", passage)


def _competitor_comes(floor: Floor, _fault: GatewayFault, _chance: Random) -> bool:
    hearers = [(session, request_id) for session in floor.clients() for request_id in session.subscriptions.tickers]
    for session, request_id in hearers:
        tell(session, 10197, _COMPETING, request_id=request_id)
    return bool(hearers)


def _competitor_goes(floor: Floor, _fault: GatewayFault, _chance: Random) -> bool:
    tell_ticks_again(floor)
    return True


def _subscribe_in_vain(passage: Passage) -> bool:
    req_market_data(passage.floor, passage.session, dict(passage.values))
    tell(passage.session, 10197, _COMPETING, request_id=passage.values["reqId"])
    return True


def _tell_wrong_time(passage: Passage) -> bool:
    time = passage.floor.now_us // SECOND_US + round(passage.fault.amount)
    passage.session.deliver("currentTime", {"time": time})
    return True


def _strays(request_id: int, account: str) -> tuple[tuple[str, dict[str, Any]], ...]:
    """Messages that belong to nothing: ends of listings that ended long ago, news of requests that were cancelled."""
    tick = {"reqId": request_id, "tickType": 1}
    no_query = f"No historical data query found for ticker id:{request_id}"
    return (
        ("execDetailsEnd", {"reqId": request_id}),
        ("contractDataEnd", {"reqId": request_id}),
        ("historicalData", {"reqId": request_id, "startDate": "", "endDate": "", "bars": []}),
        ("tickSnapshotEnd", {"reqId": request_id}),
        ("accountSummaryEnd", {"reqId": request_id}),
        ("marketDataType", {"reqId": request_id, "marketDataType": 2}),
        ("tickPrice", tick | {"price": 1, "size": 1}),
        ("tickSize", tick | {"tickType": 0, "size": 1}),
        ("errMsg", {"reqId": request_id, "errorCode": 366, "errorMsg": no_query}),
        ("openOrderEnd", {}),
        ("completedOrdersEnd", {}),
        ("positionEnd", {}),
        ("accountDownloadEnd", {"account": account}),
    )


STRAYS = tuple(name for name, _ in _strays(0, ""))


def _stray(floor: Floor, fault: GatewayFault, chance: Random) -> bool:
    request_id = chance.choice((chance.randrange(1, 60), _IDS_FROM + chance.randrange(0, 60)))
    strays = _strays(request_id, floor.account)
    for session in floor.clients():
        for name, values in (strays if fault.target else chance.sample(strays, 3)):
            if fault.target in ("", name):
                session.deliver(name, values)
    return any(True for _ in floor.clients())


LINK_FAULTS: tuple[FaultSpec, ...] = (
    CONNECTIVITY,
    FaultSpec(
        kind="farm_flicker",
        sentence="A data farm is broken and comes back: no ticks, no history, or no contracts meanwhile.",
        lasts=True,
        target="the farm; usfarm if empty",
        choices=tuple(_BROKEN),
        begin=_farm_breaks,
        end=_farm_returns,
        requests={"reqHistoricalData": _no_history, "reqContractDetails": _no_contracts},
        answers=dict.fromkeys(TICKS, _no_ticks),
    ),
    FaultSpec(
        kind="competing_session",
        sentence="The same user logs in elsewhere and takes the market data: 10197, and no ticks until he leaves.",
        lasts=True,
        begin=_competitor_comes,
        end=_competitor_goes,
        requests={"reqMktData": _subscribe_in_vain},
        answers=_NO_TICKS,
    ),
    FaultSpec(
        kind="gateway_skew",
        sentence="The gateway's clock is wrong when it is asked for the time.",
        lasts=True,
        amount="seconds by which it is ahead; negative: behind",
        requests={"reqCurrentTime": _tell_wrong_time},
    ),
    FaultSpec(
        kind="unsolicited",
        sentence="Messages arrive that belong to nothing: ends of listings, ticks and errors of requests long over.",
        lasts=False,
        target="the message; three by chance if empty",
        choices=STRAYS,
        begin=_stray,
    ),
)
