"""One socket after another, for ever: connect, check the account, serve until it ends, wait, connect again.

Only a refused port or account ends it. Always the same client id: our orders belong to it (326 means wait).
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, stop_never

from hydra.broker.link import Link, LinkPlan, Welcome
from hydra.broker.listings import LinkLost
from hydra.broker.safety import AccountRefused, check_account, check_port
from hydra.config import BrokerConfig

JITTER = 0.2
DOUBLINGS_MAX = 30


def backoff_s(failures_n: int, *, initial_s: float, max_s: float, chance: random.Random) -> float:
    """Doubles with each failure in a row (1 is the first), +-20 %, never above max_s."""
    doubled_s: float = initial_s * 2 ** min(max(failures_n - 1, 0), DOUBLINGS_MAX)
    return min(max_s, doubled_s * (1 + chance.uniform(-JITTER, JITTER)))


def link_plan(config: BrokerConfig) -> LinkPlan:
    """One socket to the configured gateway, under hydra's own client id."""
    return LinkPlan(
        host=config.host,
        port=config.port,
        client_id=config.client_id,
        connect_timeout_s=config.connect_timeout_s,
        request_timeout_s=config.request_timeout_s,
        messages_per_s_max=config.messages_per_s_max,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class DiallerNeeds:
    """Whom to tell: an attempt begins, it failed for this reason, a socket stands (return when it has ended)."""

    dialled: Callable[[], None]
    failed: Callable[[str], None]
    serve: Callable[[Link, Welcome, str], Awaitable[None]]


class Dialler:
    """Makes links. `settled` forgets the failures so far; until then the waits go on growing, also when each socket
    comes to stand and falls at once."""

    def __init__(
        self, config: BrokerConfig, environ: Mapping[str, str], chance: random.Random, needs: DiallerNeeds
    ) -> None:
        self.config = config
        self.environ = environ
        self.chance = chance
        self.needs = needs
        self._failures_n = 0
        self._dialling: Link | None = None

    async def stay_connected(self) -> None:
        """Never returns; raises AccountRefused."""
        check_port(self.config.port)
        retrying = AsyncRetrying(
            sleep=asyncio.sleep,
            wait=self._backoff_s,
            stop=stop_never,
            retry=retry_if_exception_type(LinkLost),
        )
        await retrying(self._connect_once)

    def settled(self) -> None:
        """The link works."""
        self._failures_n = 0

    def close(self, reason: str) -> None:
        """End the attempt that is under way, if one is."""
        if self._dialling is not None:
            self._dialling.close(reason)

    async def _connect_once(self) -> None:
        """One socket from dialling to its end; always ends in LinkLost or AccountRefused."""
        self.needs.dialled()
        self._failures_n += 1
        link = self._dialling = Link(link_plan(self.config))
        try:
            welcome = await link.connect()
            account = check_account(welcome.accounts, self.config.account, self.environ)
        except LinkLost as lost:
            self.needs.failed(str(lost))
            raise
        except AccountRefused as refused:
            link.close(str(refused))
            raise
        finally:
            self._dialling = None
        await self.needs.serve(link, welcome, account)
        raise LinkLost(link.closed_because)

    def _backoff_s(self, _attempt: RetryCallState) -> float:
        return backoff_s(
            self._failures_n,
            initial_s=self.config.backoff_initial_s,
            max_s=self.config.backoff_max_s,
            chance=self.chance,
        )
