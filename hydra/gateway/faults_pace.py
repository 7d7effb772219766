"""A gateway that is slow, counts messages strictly, delays what comes too fast, or goes away for a while.

Requests keep their order under every fault here: what waits is done in the order in which it came.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from random import Random
from typing import Any

from hydra.gateway.faults import ANY, FaultSpec, GatewayFault, Passage
from hydra.gateway.floor import Floor
from hydra.gateway.instants import SECOND_US
from hydra.gateway.pacing import Pacing
from hydra.gateway.requests import ORDER_ACTIONS, answer
from hydra.gateway.session import Session
from hydra.gateway.session_start import start_api

MESSAGES_PER_S_MAX = 50
STRIKES_MAX = 3
_QUICKEST = 0.1


@dataclass(slots=True, kw_only=True)
class _Waiting:
    """Requests that wait, the oldest first; none is done before `last_us`, when the one before it was."""

    requests: deque[tuple[Session, str, dict[str, Any]]] = field(default_factory=deque)
    last_us: int = 0
    is_letting_go: bool = False
    pacing: dict[int, Pacing] = field(default_factory=dict)


def _waiting(passage: Passage) -> _Waiting:
    kept: _Waiting = passage.floor.troubles.kept.setdefault(passage.fault, _Waiting())
    return kept


def _pacing(passage: Passage) -> Pacing:
    """The window over this client's messages, one second of its own time."""
    window_us = round(SECOND_US * passage.floor.config.speed)
    limit = round(passage.fault.amount) or MESSAGES_PER_S_MAX
    fresh = Pacing(messages_max=limit, window_us=window_us)
    return _waiting(passage).pacing.setdefault(passage.session.conn_id, fresh)


def _put_off(passage: Passage, due_us: int) -> bool:
    """Do it at this instant, and not before what came earlier."""
    waiting, floor = _waiting(passage), passage.floor
    waiting.requests.append((passage.session, passage.name, dict(passage.values)))
    waiting.last_us = max(waiting.last_us, due_us)
    floor.agenda.at(waiting.last_us, lambda: _let_go(floor, waiting))
    return True


def _let_go(floor: Floor, waiting: _Waiting) -> None:
    if not waiting.requests:
        return  # all were let go when the fault ended
    session, name, values = waiting.requests.popleft()
    waiting.is_letting_go = True
    if name != "startApi":
        answer(floor, session, name, values)
    elif not floor.takes(session, name, values):
        start_api(floor, session, values)
    waiting.is_letting_go = False


def _let_all_go(floor: Floor, fault: GatewayFault, _chance: Random) -> bool:
    waiting: _Waiting = floor.troubles.kept.get(fault, _Waiting())
    while waiting.requests:
        _let_go(floor, waiting)
    return True


def _answer_late(passage: Passage) -> bool:
    waiting = _waiting(passage)
    if waiting.is_letting_go:
        return False
    delay_s = passage.fault.amount * passage.chance.uniform(_QUICKEST, 1.0)
    return _put_off(passage, passage.floor.now_us + round(delay_s * SECOND_US))


def _wait_for_the_window(passage: Passage) -> bool:
    waiting, now_us = _waiting(passage), passage.floor.now_us
    if waiting.is_letting_go:
        return False
    due_us = _pacing(passage).reserve(now_us)
    return bool(waiting.requests or due_us > now_us) and _put_off(passage, due_us)


def _count_strictly(passage: Passage) -> bool:
    pacing, now_us = _pacing(passage), passage.floor.now_us
    if pacing.admits(now_us):
        return False
    text = pacing.violation(now_us)
    if text is not None:
        passage.session.deliver("errMsg", {"reqId": -1, "errorCode": 100, "errorMsg": text})
    if pacing.violations >= STRIKES_MAX:
        passage.session.close()
    return True


def _go_down(floor: Floor, fault: GatewayFault, _chance: Random) -> bool:
    if fault.amount:
        floor.later(fault.amount, lambda: _leave_all(floor, fault))
    else:
        _leave_all(floor, fault)
    return True


def _leave_all(floor: Floor, fault: GatewayFault) -> None:
    """Every connection ends; a fault that is over by now has nobody to leave."""
    if fault in floor.troubles.on:
        floor.troubles.kept[fault] = True
        for session in floor.sessions.values():
            session.close()


def _turn_away(passage: Passage) -> bool:
    """Whoever connects meanwhile is not let in."""
    if passage.fault in passage.floor.troubles.kept:
        passage.session.close()
        return True
    return False


def _lose(_passage: Passage) -> bool:
    """What comes in the last moments is never done (Lean.IB#242)."""
    return True


PACE_FAULTS: tuple[FaultSpec, ...] = (
    FaultSpec(
        kind="slow",
        sentence="Everything is answered late; order actions wait as long as questions do.",
        lasts=True,
        amount="the longest delay in seconds",
        end=_let_all_go,
        requests={ANY: _answer_late},
    ),
    FaultSpec(
        kind="pacing_delay",
        sentence="Messages above the rate are not refused (error 100) but wait their turn.",
        lasts=True,
        amount=f"messages a second, {MESSAGES_PER_S_MAX} if 0",
        end=_let_all_go,
        requests={ANY: _wait_for_the_window},
    ),
    FaultSpec(
        kind="pacing_strict",
        sentence=f"Messages above the rate are refused with error 100, and the burst number {STRIKES_MAX} ends the session.",
        lasts=True,
        amount=f"messages a second, {MESSAGES_PER_S_MAX} if 0",
        requests={ANY: _count_strictly},
    ),
    FaultSpec(
        kind="restart",
        sentence="The gateway is going down: order actions are lost, then sessions end, nobody is let in; orders live on.",
        lasts=True,
        amount="seconds of lost order actions before the sessions end",
        begin=_go_down,
        requests={"startApi": _turn_away, **dict.fromkeys(ORDER_ACTIONS, _lose)},
    ),
)
