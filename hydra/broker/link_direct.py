"""The kill switch that needs no hydra: a connection of its own that cancels everything and sees it gone.

It knows no journal and no actor, so it works when the process hangs or is dead. It never places an order.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from ib_async import IB, Trade

from hydra.broker.safety import check_account, check_port
from hydra.errors import HydraError, StartError

LISTING_EVERY_S = 0.5
EMPTY_LISTINGS = 2
"""So many listings in a row must be empty: an order that was on its way when we cancelled shows in the next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectTarget:
    """Where to cancel. `account` empty takes the only one announced; durations in real seconds."""

    host: str
    port: int
    client_id: int
    account: str
    connect_timeout_s: float
    listing_timeout_s: float
    give_up_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectCancel:
    """What came of it. `cancels` were sent; `left` are orders still listed, None if no listing was answered."""

    account: str
    cancels: int
    left: tuple[str, ...] | None

    @property
    def clean(self) -> bool:
        """Whether nothing is left at the broker, proven by complete listings."""
        return self.left == ()


async def cancel_everything(target: DirectTarget, environ: Mapping[str, str]) -> DirectCancel:
    """Send one global cancel at once, again while orders are listed, until they are gone or `give_up_s` is over.

    It reaches the orders of every client and of people. Raises StartError when the gateway cannot be reached, and
    AccountRefused, before anything is sent, for a live port or an account that is not ours to touch.
    """
    check_port(target.port)
    ib = IB()
    await connect_directly(ib, target)
    try:
        account = check_account(tuple(ib.client.getAccounts()), target.account, environ)
        return await _cancel_until_gone(ib, target, account)
    except ConnectionError as error:
        raise HydraError(f"the gateway at {target.host}:{target.port} closed the connection: {error}") from error
    finally:
        ib.disconnect()


async def connect_directly(ib: IB, target: DirectTarget) -> None:
    """The client's own handshake only: what IB.connect asks for besides costs time that a kill switch has not."""
    place = f"{target.host}:{target.port}"
    try:
        connecting = ib.client.connectAsync(  # type: ignore[no-untyped-call]
            target.host, target.port, target.client_id, target.connect_timeout_s
        )
        await connecting
    except TimeoutError as error:
        within = f"within {target.connect_timeout_s:g} s"
        raise StartError(f"the gateway at {place} did not answer client {target.client_id} {within}") from error
    except OSError as error:
        raise StartError(f"no gateway listens at {place}: {error.strerror or error}") from error


async def _cancel_until_gone(ib: IB, target: DirectTarget, account: str) -> DirectCancel:
    clock = asyncio.get_running_loop().time
    give_up_at = clock() + target.give_up_s
    ib.reqGlobalCancel()  # type: ignore[no-untyped-call]
    cancels, empty = 1, 0
    left: tuple[str, ...] | None = None
    while empty < EMPTY_LISTINGS and clock() < give_up_at:
        left = await _listed(ib, target.listing_timeout_s)
        if left == ():
            empty += 1
        else:
            empty = 0
            ib.reqGlobalCancel()  # type: ignore[no-untyped-call]
            cancels += 1
        await asyncio.sleep(LISTING_EVERY_S)
    doubtful = 0 < empty < EMPTY_LISTINGS
    return DirectCancel(account=account, cancels=cancels, left=None if doubtful else left)


async def _listed(ib: IB, timeout_s: float) -> tuple[str, ...] | None:
    """The open orders of all clients as texts; None if the listing did not end in time, which is not empty."""
    try:
        trades = await asyncio.wait_for(ib.reqAllOpenOrdersAsync(), timeout_s)
    except TimeoutError:
        return None
    return tuple(_text(trade) for trade in trades if not trade.isDone())


def _text(trade: Trade) -> str:
    order = trade.order
    name = order.orderRef or f"client {order.clientId} order {order.orderId}"
    return f"{name}: {order.action} {order.totalQuantity:g} {trade.contract.symbol} {trade.orderStatus.status}"
