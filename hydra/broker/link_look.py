"""One look at the broker without a hydra: connect, check the account, list everything once, go away. It places nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime

from hydra.broker.fetching import Rows, list_everything
from hydra.broker.link import Link, LinkPlan
from hydra.broker.listings import LinkLost
from hydra.broker.safety import check_account, check_port
from hydra.broker.snapshot import Listed, snapshot_of
from hydra.errors import StartError
from hydra.messages.sync import BrokerSnapshot


async def look(
    plan: LinkPlan, configured: str, environ: Mapping[str, str], *, now: datetime
) -> tuple[str, BrokerSnapshot]:
    """The account and a complete listing of it. Raises AccountRefused before anything is asked, StartError when the gateway
    cannot be reached or a part of the listing did not end in its time."""
    check_port(plan.port)
    link = Link(plan)
    try:
        welcome = await link.connect()
        account = check_account(welcome.accounts, configured, environ)
        rows = await _listed(link, account)
    except LinkLost as lost:
        raise StartError(f"the gateway cannot be asked: {lost}") from lost
    finally:
        link.close("the look is over")
    if rows.missing:
        parts = ", ".join(part.value for part in rows.missing)
        raise StartError(f"the gateway's listing is not complete, so it proves nothing: {parts} did not end in time")
    listed = Listed(
        session=0,
        request_n=0,
        requested_at=now,
        account=account,
        parts=rows.parts,
        missing=(),
        unsettled=(),
    )
    return account, snapshot_of(listed)


async def _listed(link: Link, account: str) -> Rows:
    """Somebody must take the batches meanwhile."""

    async def take() -> None:
        while link.is_open:
            await link.next_batch()

    taking = asyncio.get_running_loop().create_task(take(), name="look")
    try:
        return await list_everything(link, account)
    finally:
        taking.cancel()
