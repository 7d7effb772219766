"""What a hunted world trades: configurations from calm to restless, and the knobs that a seed may turn to their ends."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

from hydra.config import Config
from hydra.simulation.chaos.plan import ChaosPlan, Workload

_STRATEGY = "hydra.strategies.mean_reversion:MeanReversion"
_SYMBOLS = ["AAPL", "IBM", "MSFT"]

WORKLOADS: Mapping[Workload, Mapping[str, Any]] = {
    "calm": {
        "strategy": [
            {
                "name": "calm",
                "class": _STRATEGY,
                "symbols": _SYMBOLS,
                "params": {"notional": 12_000, "window": 8, "sample_s": 30, "entry_z": Decimal(1), "cooldown_s": 1800},
            }
        ],
        "exit": {"hold_max_s": 900},
        "routing": {"twap_slices": 3, "twap_duration_s": 300, "patience_steps_s": (60, 30, 15)},
    },
    "busy": {
        "strategy": [
            {
                "name": "busy",
                "class": _STRATEGY,
                "symbols": _SYMBOLS,
                "params": {
                    "notional": 12_000,
                    "window": 4,
                    "sample_s": 20,
                    "entry_z": Decimal("0.5"),
                    "cooldown_s": 420,
                    "shorts": True,
                },
            }
        ],
        "exit": {"target_fraction": Decimal("0.002"), "stop_fraction": Decimal("0.003"), "hold_max_s": 300},
        "routing": {"twap_slices": 4, "twap_duration_s": 200, "patience_steps_s": (40, 20, 10)},
        "monitor": {"reconcile_interval_s": 120},
    },
    "restless": {
        "strategy": [
            {
                "name": "restless",
                "class": _STRATEGY,
                "symbols": _SYMBOLS,
                "params": {
                    "notional": 12_000,
                    "window": 3,
                    "sample_s": 10,
                    "entry_z": Decimal("0.3"),
                    "cooldown_s": 60,
                    "shorts": True,
                },
            }
        ],
        "exit": {"target_fraction": Decimal("0.001"), "stop_fraction": Decimal("0.002"), "hold_max_s": 180},
        "routing": {"twap_slices": 4, "twap_duration_s": 200, "patience_steps_s": (40, 20, 10)},
        "monitor": {"reconcile_interval_s": 60},
    },
}

KNOBS: Mapping[str, tuple[float, ...]] = {
    "broker.connect_timeout_s": (1.0, 3.0, 60.0),
    "broker.request_timeout_s": (0.5, 1.0, 20.0),
    "broker.heartbeat_s": (1.0, 5.0, 300.0),
    "broker.ack_probe_s": (0.2, 0.5, 10.0),
    "broker.settle_s": (2.0, 30.0),
    "broker.settle_quiet_s": (0.1, 5.0),
    "broker.messages_per_s_max": (3, 10),
    "broker.backoff_initial_s": (0.05, 5.0),
    "broker.backoff_max_s": (5.0, 20.0),
    "risk.permit_ttl_s": (0.5, 60.0),
    "risk.quote_stale_s": (6.0, 120.0),
    "risk.working_orders_max": (1, 3),
    "routing.child_restarts_max": (0, 1),
    "routing.quote_wait_max_s": (1.0, 600.0),
    "monitor.reconcile_interval_s": (5.0, 600.0),
    "supervision.intensity": (0, 1, 3, 50),
    "supervision.backoff_initial_s": (0.01, 1.0),
    "supervision.hang_s": (1.0, 5.0),
    "supervision.strategy_restarts_max": (0, 1),
}
"""Row 38: the ends, and beyond what is sensible, that these values may be turned to. Slower is fine, wrong is not."""


def drawn_knobs(chance: Random, expected_n: float) -> dict[str, float]:
    """A few knobs turned, about this many."""
    turned = [key for key in KNOBS if chance.random() < expected_n / len(KNOBS)]
    return {key: chance.choice(KNOBS[key]) for key in turned}


def config_of(plan: ChaosPlan, day: date) -> Config:
    """The configuration of a hunted world whose first market day this is."""
    merged: dict[str, Any] = dict(WORKLOADS[plan.workload])
    merged["gateway"] = {"seed": plan.seed, "day": day}
    for key, value in plan.knobs.items():
        section, _, name = key.partition(".")
        merged[section] = {**merged.get(section, {}), name: value}
    _keep_pairs_sound(merged)
    return Config.model_validate(merged)


def _keep_pairs_sound(merged: dict[str, Any]) -> None:
    """A configuration whose longest wait is shorter than its first is refused; that is not what is hunted here."""
    for section, first, longest, default_longest in (
        ("broker", "backoff_initial_s", "backoff_max_s", 60.0),
        ("supervision", "backoff_initial_s", "backoff_max_s", 2.0),
    ):
        given = merged.get(section, {})
        if first in given and given[first] > given.get(longest, default_longest):
            merged[section] = {**given, longest: given[first]}
