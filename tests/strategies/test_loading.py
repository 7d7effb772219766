"""Strategies by dotted path, and what is said when one cannot be had."""

import random

import pytest

from hydra.config.trading import StrategyConfig
from hydra.config.whole import default_strategies
from hydra.strategies.loading import build, load
from hydra.strategies.mean_reversion import MeanReversion
from hydra.strategies.strategy import Strategy, StrategyUnusable, StrategyView, Wish
from hydra.values import Quote


class Mine(Strategy):
    """A user's own."""

    def on_quote(self, quote: Quote, view: StrategyView) -> list[Wish]:
        return []


NOT_A_STRATEGY = 7


def test_a_users_class_is_found_by_its_dotted_path() -> None:
    assert load("tests.strategies.test_loading:Mine") is Mine


@pytest.mark.parametrize(
    ("dotted", "words"),
    [
        ("nowhere", "expected package.module:Class"),
        (":Class", "expected package.module:Class"),
        ("no.such.module:Class", "no.such.module cannot be imported"),
        ("tests.strategies.test_loading:Missing", "has no Missing"),
        ("tests.strategies.test_loading:NOT_A_STRATEGY", "is not a subclass"),
        ("tests.strategies.test_loading:Quote", "is not a subclass"),
    ],
)
def test_what_cannot_be_loaded_is_told_in_one_sentence(dotted: str, words: str) -> None:
    with pytest.raises(StrategyUnusable, match=words):
        load(dotted)


def test_the_built_in_strategies_can_be_built() -> None:
    (config,) = default_strategies()
    made = build(config, random.Random(1))
    assert (type(made), made.name, made.symbols) == (MeanReversion, "mean-reversion", ("AAPL", "IBM", "MSFT"))


def test_wrong_parameters_are_told_when_it_is_built() -> None:
    block = {"name": "m", "class": "hydra.strategies.mean_reversion:MeanReversion", "symbols": ("IBM",)}
    config = StrategyConfig.model_validate(block | {"params": {"window": 0}})
    with pytest.raises(
        StrategyUnusable, match="strategy m: window = 0: expected a whole number from 3 to 10000"
    ):
        build(config, random.Random(1))
