"""The configuration as one frozen object, and its fingerprint. It reads no file and no environment.

Keys, defaults, bounds and meanings stand in `link`, `trading` and `house`, beside this file.
"""

from __future__ import annotations

import hashlib
import json
from decimal import Decimal

from pydantic import Field, field_validator

from hydra.config.house import AlertsConfig, JournalConfig, LogConfig, SupervisionConfig
from hydra.config.kinds import Section, unexpected
from hydra.config.link import BrokerConfig, CalendarConfig, GatewayConfig
from hydra.config.trading import ExitConfig, MonitorConfig, RiskConfig, RoutingConfig, StrategyConfig


def default_strategies() -> tuple[StrategyConfig, ...]:
    """What trades where no [[strategy]] is configured."""
    return (
        StrategyConfig.model_validate(
            {
                "name": "mean-reversion",
                "class": "hydra.strategies.mean_reversion:MeanReversion",
                "symbols": ("AAPL", "IBM", "MSFT"),
                "params": {
                    "notional": 12_000,
                    "window": 20,
                    "sample_s": 30,
                    "entry_z": Decimal("1.5"),
                    "cooldown_s": 10_800,
                },
            }
        ),
    )


class Config(Section):
    """Everything supervisor.toml may say; `Config()` is the built-in one, equal to the shipped file."""

    broker: BrokerConfig = BrokerConfig()
    gateway: GatewayConfig = GatewayConfig()
    calendar: CalendarConfig = CalendarConfig()
    risk: RiskConfig = RiskConfig()
    routing: RoutingConfig = RoutingConfig()
    exit: ExitConfig = ExitConfig()
    monitor: MonitorConfig = MonitorConfig()
    supervision: SupervisionConfig = SupervisionConfig()
    journal: JournalConfig = JournalConfig()
    log: LogConfig = LogConfig()
    alerts: AlertsConfig = AlertsConfig()
    strategies: tuple[StrategyConfig, ...] = Field(
        default_factory=default_strategies, alias="strategy", max_length=50
    )

    @field_validator("strategies")
    @classmethod
    def _distinct(cls, strategies: tuple[StrategyConfig, ...]) -> tuple[StrategyConfig, ...]:
        names = [strategy.name for strategy in strategies]
        if len(set(names)) < len(names):
            raise unexpected("a different name for each strategy")
        return strategies


def fingerprint(config: Config) -> str:
    """sha256 in hex over the configuration's canonical JSON: equal for equal meaning, however written."""
    values = config.model_dump(by_alias=True)
    body = json.dumps(values, sort_keys=True, separators=(",", ":"), default=_canonical)
    return hashlib.sha256(body.encode()).hexdigest()


def _canonical(value: object) -> str:
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)
