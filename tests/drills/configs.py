"""What is traded in a drill: configurations that keep some order at work at nearly every instant."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hydra.config import Config

RESTLESS: dict[str, Any] = {
    "strategy": [
        {
            "name": "restless",
            "class": "hydra.strategies.mean_reversion:MeanReversion",
            "symbols": ["AAPL", "IBM", "MSFT"],
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
}
"""Opens and closes in every symbol all the time: some order works at nearly every instant, of both kinds of children."""


def restless(strategies: list[dict[str, Any]] | None = None, /, **sections: dict[str, Any]) -> Config:
    """The restless configuration with some keys of some sections changed, or with other strategies."""
    changed = {name: {**RESTLESS.get(name, {}), **keys} for name, keys in sections.items()}
    return Config.model_validate({**RESTLESS, **changed, "strategy": strategies or RESTLESS["strategy"]})


def only(*symbols: str, **sections: dict[str, Any]) -> Config:
    """The restless configuration that trades these symbols only."""
    config = restless(None, **sections)
    strategy = config.strategies[0].model_copy(update={"symbols": symbols})
    return config.model_copy(update={"strategies": (strategy,)})


def beside(class_name: str, **sections: dict[str, Any]) -> Config:
    """The restless strategy, and beside it one of tests/drills/strategies.py."""
    other = {"name": "other", "class": f"tests.drills.strategies:{class_name}", "symbols": ["AAPL", "IBM"]}
    return restless([*RESTLESS["strategy"], other], **sections)


def instead(class_name: str, **sections: dict[str, Any]) -> Config:
    """One of tests/drills/strategies.py in place of the restless one."""
    strategy = {"name": "other", "class": f"tests.drills.strategies:{class_name}", "symbols": ["AAPL", "IBM"]}
    return restless([strategy], **sections)
