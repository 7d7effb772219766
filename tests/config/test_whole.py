"""The configuration as a value: frozen, hashable, with a fingerprint that follows its meaning."""

from __future__ import annotations

import copy
import pickle

import pytest
from pydantic import ValidationError

from hydra.config import Config, fingerprint
from hydra.config.sources import parse_config

WITH_PARAMS = '[[strategy]]\nname = "a"\nclass = "m:C"\nsymbols = ["IBM"]\nparams = {{ {} }}\n'


def test_a_configuration_cannot_be_changed() -> None:
    config = Config()
    with pytest.raises(ValidationError):
        config.broker.port = 4001
    with pytest.raises(TypeError):
        config.strategies[0].params["notional"] = 10**9  # type: ignore[index]


def test_equal_configurations_are_one_value_in_any_process() -> None:
    assert 1 == len({Config(), copy.deepcopy(Config()), pickle.loads(pickle.dumps(Config()))})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("", "[broker]\nport = 4002\n"),
        ("[risk]\ncollar_fraction = 0.02\n", "[risk]\ncollar_fraction = 0.0200\n"),
        ("[risk]\nnotional_max = 1000\n", "[risk]\nnotional_max = 1e3\n"),
        ("[risk]\nquote_stale_s = 15\n", "[risk]\nquote_stale_s = 15.0\n"),
        (WITH_PARAMS.format("a = 1, b = 2"), WITH_PARAMS.format("b = 2, a = 1")),
    ],
)
def test_the_fingerprint_is_equal_for_equal_meaning(one: str, other: str) -> None:
    assert fingerprint(parse_config(one, name="one")) == fingerprint(parse_config(other, name="other"))


@pytest.mark.parametrize(
    "text", ["[broker]\nport = 7497\n", "[exit]\nclose_flat = true\n", WITH_PARAMS.format("a = 1")]
)
def test_the_fingerprint_differs_where_a_value_does(text: str) -> None:
    assert fingerprint(Config()) != fingerprint(parse_config(text, name="f.toml"))


def test_the_fingerprint_is_the_same_in_every_process() -> None:
    assert 64 == len(fingerprint(Config()))
    assert fingerprint(Config()) == fingerprint(pickle.loads(pickle.dumps(Config())))
