"""The configuration: what supervisor.toml may say, how it is read, what is said about its mistakes."""

from hydra.config.house import AlertsConfig, JournalConfig, LogConfig, SupervisionConfig
from hydra.config.link import BrokerConfig, CalendarConfig, GatewayConfig
from hydra.config.sources import apply_environment, load_config
from hydra.config.trading import ExitConfig, MonitorConfig, RiskConfig, RoutingConfig, StrategyConfig
from hydra.config.whole import Config, fingerprint

__all__ = [
    "AlertsConfig",
    "BrokerConfig",
    "CalendarConfig",
    "Config",
    "ExitConfig",
    "GatewayConfig",
    "JournalConfig",
    "LogConfig",
    "MonitorConfig",
    "RiskConfig",
    "RoutingConfig",
    "StrategyConfig",
    "SupervisionConfig",
    "apply_environment",
    "fingerprint",
    "load_config",
]
