"""A strategy's parameters, read and refused."""

import pytest

from hydra.config.kinds import ParamValue
from hydra.strategies.params import Number, flag, numbers
from hydra.strategies.strategy import StrategyUnusable
from tests.core.books import D

SPEC = {"window": Number(D(12), D(3), D(100), whole=True), "entry_z": Number(D("1.5"), D("0.1"), D(20))}


def test_given_numbers_are_taken_and_missing_ones_have_their_default() -> None:
    assert numbers("m", {"window": 5}, SPEC) == {"window": D(5), "entry_z": D("1.5")}


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"window": 2}, "window = 2: expected a whole number from 3 to 100"),
        ({"window": D("5.5")}, "expected a whole number"),
        ({"window": "12"}, "window = '12': expected a whole number"),
        ({"window": True}, "window = True: expected a whole number"),
        ({"entry_z": D("0.05")}, "expected a number from 0.1 to 20"),
        ({"windows": 5}, "windows = 5 is not a parameter .known: window, entry_z."),
        ({"window": 0, "entry_z": 0}, "window = 0.*; entry_z = 0"),
    ],
)
def test_wrong_numbers_are_all_told_with_what_was_expected(params: dict[str, ParamValue], words: str) -> None:
    with pytest.raises(StrategyUnusable, match=words):
        numbers("m", params, SPEC)


def test_a_flag_is_false_by_default() -> None:
    assert [flag("m", {}, "shorts"), flag("m", {"shorts": True, "window": 5}, "shorts")] == [False, True]


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"shorts": 1}, "strategy m: shorts = 1: expected only shorts = true or false"),
        ({"longs": True}, "longs = True: expected only shorts"),
    ],
)
def test_another_flag_or_kind_is_refused(params: dict[str, ParamValue], words: str) -> None:
    with pytest.raises(StrategyUnusable, match=words):
        flag("m", params, "shorts")
