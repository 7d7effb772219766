"""Durations as a person types them."""

from __future__ import annotations

import pytest

from hydra.cli.durations import parse_duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1s", 1),
        ("60s", 60),
        ("5m", 300),
        ("2h", 7200),
        ("1h30m", 5400),
        ("1.5h", 5400),
        ("0.25s", 0.25),
        ("28d", 28 * 86_400),
        ("366d", 366 * 86_400),
    ],
)
def test_a_duration_is_numbers_with_their_units(text: str, seconds: float) -> None:
    assert seconds == parse_duration(text)


@pytest.mark.parametrize("text", ["", "60", "s", "5 m", "-5m", "1e3s", "5min", "5M", "1.s", "nan", "²s"])
def test_anything_else_is_refused_with_examples(text: str) -> None:
    with pytest.raises(ValueError, match="is not a duration such as 60s, 5m, 2h or 1h30m"):
        parse_duration(text)


@pytest.mark.parametrize("text", ["0s", "0h0m", "367d"])
def test_nothing_and_more_than_a_year_are_out_of_bounds(text: str) -> None:
    with pytest.raises(ValueError, match=f"{text} is not above zero and at most 366 days"):
        parse_duration(text)
