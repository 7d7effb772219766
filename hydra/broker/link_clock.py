"""What time it is at the gateway, asked before anything starts, on a connection of its own that never places an order.

Sessions and quotes live by the gateway's clock. A real gateway has the machine's; a simulated one may replay another year,
at another speed, and then its clock is followed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from ib_async import IB

from hydra.broker.link_direct import DirectTarget, connect_directly
from hydra.broker.safety import check_account, check_port
from hydra.broker.translation import instant
from hydra.core.instants import after_s, seconds_between
from hydra.errors import StartError

LISTEN_S = 3.0
"""It tells whole seconds, so over this time its speed is known to a third of a second per second: enough to round."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayClock:
    """The gateway's time at the end of the asking, and its market seconds per real second, a whole number."""

    at: datetime
    speed: float


REMEMBERED_WITHIN_S = 0.5
"""Real seconds by which a remembered clock may be off, beside the whole second that the gateway tells."""


async def read_clock(
    target: DirectTarget,
    environ: Mapping[str, str],
    *,
    machine_at: datetime,
    skew_max_s: float,
    remembered: GatewayClock | None = None,
) -> GatewayClock | None:
    """None where the gateway keeps the machine's time (`machine_at`, within skew_max_s); else its own clock.

    `remembered` is the clock that it had, as it should stand at `machine_at`: where it does, nobody has to listen how fast
    it goes. Raises AccountRefused before anything else is asked, StartError when the gateway cannot be reached or is mute.
    """
    check_port(target.port)
    began_s = asyncio.get_running_loop().time()
    ib = IB()
    await connect_directly(ib, target)
    try:
        check_account(tuple(ib.client.getAccounts()), target.account, environ)
        loop = asyncio.get_running_loop()
        first_at, first_s = await _time(ib, target), loop.time()
        if abs(seconds_between(machine_at, first_at)) <= skew_max_s + target.connect_timeout_s:
            return None
        if remembered is not None:
            stands_at = after_s(remembered.at, (first_s - began_s) * remembered.speed)
            if abs(seconds_between(stands_at, first_at)) <= 1 + REMEMBERED_WITHIN_S * remembered.speed:
                return GatewayClock(at=stands_at, speed=remembered.speed)
        await asyncio.sleep(LISTEN_S)
        then_at, then_s = await _time(ib, target), loop.time()
    finally:
        ib.disconnect()
    speed = round(seconds_between(first_at, then_at) / (then_s - first_s))
    return GatewayClock(at=then_at, speed=float(max(1, speed)))


async def _time(ib: IB, target: DirectTarget) -> datetime:
    try:
        return instant(await asyncio.wait_for(ib.reqCurrentTimeAsync(), target.listing_timeout_s))
    except TimeoutError as error:
        place = f"{target.host}:{target.port}"
        raise StartError(f"the gateway at {place} did not tell its time within {target.listing_timeout_s:g} s") from error
