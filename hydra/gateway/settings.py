"""What a gateway is told at its birth: a frozen object, handed in, never read from anywhere else."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from hydra.gateway.market import QUOTE_INTERVAL_S, VENUE_SHARE

MarketDataMode = Literal["live", "delayed", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayConfig:
    """Defaults describe a paper account that trades at once on recorded prices.

    `speed` is market seconds per real second; the gateway itself uses it only to count messages per *real*
    second. `ack_delay_us` (market time) is how long an order action travels before the gateway acts on it.
    `pacing_strikes_max` ends a session at that many violations of `messages_per_s_max`; None never does.
    `master_client_id` sees the orders and executions of all clients, as client 0 does.
    """

    account: str = "DU1234567"
    cash: Decimal = Decimal(1_000_000)
    seed: int = 1
    start_day: date = date(2012, 6, 4)
    speed: float = 60.0
    quote_interval_s: int = QUOTE_INTERVAL_S
    venue_share: Decimal = VENUE_SHARE
    market_data: MarketDataMode = "live"
    ack_delay_us: int = 0
    messages_per_s_max: int = 50
    pacing_strikes_max: int | None = None
    master_client_id: int | None = None
    time_zone: str = "US/Eastern"
