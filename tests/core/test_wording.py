"""Numbers as people read them."""

import pytest

from hydra.core.wording import number, percent, seconds
from tests.core.books import D


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("12400.50", "12,400.5"),
        ("100", "100"),
        ("1E+2", "100"),
        ("0.00", "0"),
        ("-5", "-5"),
        ("1234567", "1,234,567"),
    ],
)
def test_numbers_have_separated_thousands_and_no_exponent(value: str, text: str) -> None:
    assert number(D(value)) == text


def test_fractions_are_percent_and_durations_have_their_unit() -> None:
    assert [percent(D("0.01256")), percent(D("-0.02")), seconds(15.04), seconds(0.0)] == [
        "1.26 %",
        "-2 %",
        "15 s",
        "0 s",
    ]
