"""What the outside may see of the link: one frozen picture, published by the BrokerActor."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hydra.values import LinkState


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerStatus:
    """What the outside sees of the link. `since` and `heard_at` are market time; `session` 0: not numbered."""

    state: LinkState
    text: str
    since: datetime
    session: int
    account: str
    host: str
    port: int
    client_id: int
    heard_at: datetime | None
    messages_sent_n: int
    pacing_violations_n: int
