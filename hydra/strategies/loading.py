"""Finds a strategy class by `module:Class` and makes one. What is wrong with it is told in one sentence."""

from __future__ import annotations

import importlib
import random

from hydra.config.trading import StrategyConfig
from hydra.strategies.strategy import Strategy, StrategyUnusable


def load(dotted: str) -> type[Strategy]:
    """The class behind `package.module:Class`; raises StrategyUnusable."""
    module_name, _, class_name = dotted.partition(":")
    if not module_name or not class_name:
        raise StrategyUnusable(f"strategy class {dotted!r}: expected package.module:Class")
    try:
        module = importlib.import_module(module_name)
    except (ImportError, SyntaxError) as error:
        text = f"strategy class {dotted!r}: {module_name} cannot be imported: {error}"
        raise StrategyUnusable(text) from error
    found = getattr(module, class_name, None)
    if found is None:
        raise StrategyUnusable(f"strategy class {dotted!r}: {module_name} has no {class_name}")
    if not isinstance(found, type) or not issubclass(found, Strategy):
        raise StrategyUnusable(
            f"strategy class {dotted!r}: {class_name} is not a subclass of hydra.strategies.strategy.Strategy"
        )
    return found


def build(config: StrategyConfig, rng: random.Random) -> Strategy:
    """A strategy from its block in supervisor.toml; raises StrategyUnusable."""
    return load(config.class_path)(config.name, config.symbols, config.params, rng)
