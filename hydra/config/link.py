"""[broker], [gateway] and [calendar]: what hydra trades through. No default here points at real money."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, field_validator

from hydra.config.kinds import (
    Account,
    Clock,
    Count,
    Day,
    FilePath,
    Flag,
    Fraction,
    HostName,
    Money,
    Number,
    Seconds,
    Section,
    at_least,
    unexpected,
)


class BrokerConfig(Section):
    """The link to IB Gateway or TWS. IB_GATEWAY_HOST, IB_GATEWAY_PORT, IBKR_PAPER_ACCOUNT_ID override it.

    Durations are real seconds. While gateway.embedded is true, host and port are not used.
    """

    host: HostName = Field(default="127.0.0.1", description="Where the gateway listens.")
    port: Count = Field(
        default=4002, ge=1, le=65535,
        description="4002 (IB Gateway) and 7497 (TWS) are paper; hydra refuses to start on 4001 and 7496,"
        " which are live.",
    )
    client_id: Count = Field(
        default=7, ge=1, le=999_999,
        description="Who we are at the gateway. Orders belong to it: never change it while orders are "
        "working, never share it between programs.",
    )
    account: Account = Field(
        default="",
        description='The account to trade; any other refuses to start. "" takes the only paper account '
        "announced.",
    )
    connect_timeout_s: Seconds = Field(
        default=15.0, ge=1, le=120,
        description="An attempt to connect that takes longer is abandoned and its socket closed.",
    )
    request_timeout_s: Seconds = Field(
        default=4.0, ge=0.5, le=60,
        description="A listing that has not ended by then is unknown, never empty, and is asked again.",
    )
    heartbeat_s: Seconds = Field(
        default=30.0, ge=1, le=300,
        description="How often the gateway is asked for its time while the market is open.",
    )
    heartbeat_closed_s: Seconds = Field(
        default=300.0, ge=1, le=3600, description="The same while the market is closed."
    )
    ack_probe_s: Seconds = Field(
        default=2.0, ge=0.2, le=30,
        description="A written order without an acknowledgement after this is looked for at the broker.",
    )
    settle_s: Seconds = Field(
        default=10.0, ge=1, le=120,
        description="How long complete listings must agree that an order of a lost session is absent "
        "before it counts as never arrived. Shorter risks sending an order twice.",
    )
    settle_quiet_s: Seconds = Field(
        default=1.0, ge=0.1, le=30,
        description="A symbol is compared with the broker only after this long without news of it.",
    )
    unverified_max_s: Seconds = Field(
        default=30.0, ge=1, le=600,
        description="A symbol that could not be compared for this long takes no new orders.",
    )
    messages_per_s_max: Count = Field(
        default=40, ge=1, le=44,
        description="Everything we send, per second. IB allows 50; a cancel-everything has a slot of its "
        "own.",
    )
    backoff_initial_s: Seconds = Field(
        default=0.5, ge=0.05, le=60, description="Wait before the first attempt to reconnect."
    )
    backoff_max_s: Annotated[Seconds, at_least("backoff_initial_s")] = Field(
        default=60.0, ge=0.05, le=3600,
        description="The wait doubles, with jitter, up to this; attempts never end.",
    )
    alarm_after_s: Seconds = Field(
        default=300.0, ge=1, le=86_400,
        description="An alert is raised when the link is down this long outside maintenance.",
    )
    alarm_escalate_after_s: Annotated[Seconds, at_least("alarm_after_s")] = Field(
        default=86_400.0, ge=1, le=604_800, description="A second, louder alert when it is still down."
    )
    clock_skew_max_s: Seconds = Field(
        default=5.0, ge=0.1, le=60,
        description="No new orders while our clock and the gateway's differ by more.",
    )
    foreign_positions: Literal["ignore", "adopt", "pause"] = Field(
        default="pause",
        description="Positions and orders in the account that hydra did not make: pause (trade nothing "
        "until you decide), adopt (take them into our book, exits included), ignore (leave "
        "them alone, count them in no limit).",
    )
    market_data: Literal["live", "delayed"] = Field(
        default="live",
        description="delayed trades on quotes 15 minutes old where there is no subscription; for paper "
        "trials only.",
    )


class GatewayConfig(Section):
    """The embedded simulated IB Gateway, to learn and to test: recorded prices, replayed; no real money."""

    embedded: Flag = Field(
        default=True,
        description="true: hydra run starts it and trades on it. false: hydra run connects to the gateway"
        " of [broker]. IB_GATEWAY_HOST or IB_GATEWAY_PORT in the environment mean false.",
    )
    port: Count = Field(
        default=0, ge=0, le=65535, description="Loopback port it listens on; 0 takes a free one."
    )
    path: FilePath = Field(
        default=Path("logs/gateway.db"),
        description="Its account, orders and executions; delete it to begin with a new account.",
    )
    account: Account = Field(default="DU1234567", min_length=1, description="The account it announces.")
    cash: Money = Field(
        default=Decimal(1_000_000), gt=0, le=10**9, description="US dollars in a new account."
    )
    seed: Count = Field(
        default=1, ge=0, le=2**63 - 1,
        description="Draws the path of prices inside each day; same seed, same prices.",
    )
    day: Day = Field(default=date(2012, 6, 4), description="The first trading day that is replayed.")
    speed: Number = Field(
        default=60.0, gt=0, le=600,
        description="Market seconds per real second. 60 replays a session in 6.5 minutes; 1 is real time.",
    )
    quote_interval_s: Count = Field(
        default=2, ge=1, le=60,
        description="Market seconds between two quotes of a symbol; a divisor of 60.",
    )
    venue_share: Fraction = Field(
        default=Decimal("0.001"), gt=0, le=1,
        description="Share of the recorded volume that is there for us to trade with; smaller makes "
        "partial fills.",
    )

    @field_validator("quote_interval_s")
    @classmethod
    def _divides_a_minute(cls, seconds: int) -> int:
        if 60 % seconds:
            raise unexpected("a whole number of seconds that divides 60: 1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30 or 60")
        return seconds


class CalendarConfig(Section):
    """The gateway's nightly restart, by New York's clock. Sessions need no key: contracts tell them.

    In this window nothing is transmitted, and a lost link raises no alarm.
    """

    maintenance_start: Clock = Field(
        default=time(23, 40), description="Some minutes before the gateway restarts."
    )
    maintenance_end: Clock = Field(default=time(0, 50), description="When it is surely back.")
