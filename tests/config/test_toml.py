"""The configuration written as TOML: the shipped file is exactly it, and reading it back changes nothing."""

from __future__ import annotations

import tomllib
from datetime import date, time
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hydra.config import Config
from hydra.config.sources import parse_config
from hydra.config.toml import config_toml, toml_value

SHIPPED = Path(__file__).parents[2] / "supervisor.toml"


def test_the_shipped_file_is_the_built_in_configuration_with_its_comments() -> None:
    assert config_toml(Config()) == SHIPPED.read_text(encoding="utf-8")


def test_above_every_key_stands_a_comment() -> None:
    lines = SHIPPED.read_text(encoding="utf-8").splitlines()
    bare = [line for above, line in pairwise(lines) if " = " in line and line[0] != "#" and above[:1] != "#"]
    assert [] == bare


def test_what_is_written_reads_back_equal() -> None:
    text = (
        '[broker]\nhost = "a\\"b"\n[risk]\ncollar_fraction = 0.0150\n[exit]\nclose_flat = true\n'
        '[[strategy]]\nname = "a"\nclass = "m:C"\nsymbols = ["IBM"]\n'
        '[[strategy]]\nname = "b"\nclass = "m:D"\nsymbols = ["AAPL", "MSFT"]\n'
        'params = { z = 1.5, word = "ü" }\n'
    )
    config = parse_config(text, name="f.toml")
    assert config == parse_config(config_toml(config), name="f.toml")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, "true"),
        (3, "3"),
        (1.5, "1.5"),
        (Decimal("1E+3"), "1000"),
        (time(23, 40), '"23:40"'),
        (date(2012, 6, 4), "2012-06-04"),
        (Path("logs/a.db"), '"logs/a.db"'),
        ({}, "{}"),
        ({"a": [1, "x"]}, '{ a = [1, "x"] }'),
    ],
)
def test_a_value_is_written_as_toml_writes_it(value: object, expected: str) -> None:
    assert expected == toml_value(value)


@settings(deadline=None, max_examples=60)
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x7f"), max_size=40))
def test_any_text_survives_toml(text: str) -> None:
    assert {"x": text} == tomllib.loads(f"x = {toml_value(text)}")
