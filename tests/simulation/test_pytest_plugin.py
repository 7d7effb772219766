"""Tests of hydra/simulation/pytest_plugin.py, as its users have it: in an empty directory, with hydra installed."""

from __future__ import annotations

import re

import pytest

from tests.readme_commands import README

pytest_plugins = ["pytester"]

OTHERS = """
import pytest
from hydra.errors import UsageError
from hydra.messages.decisions import RunStarted
from hydra.simulation.faults.base import Fault

RESET = Fault(kind="network.reset", at_s=30.0)

def test_a_world_is_stopped_where_it_has_traded_and_goes_on_from_there(world):
    dips = world(2, minutes=2, faults=(RESET,), strategy=Dips).until(lambda book: book.tally.fills > 0)
    fills = len(dips.ledger["executions"])
    assert 0 < fills < len(dips.end_clean().ledger["executions"])
    assert {"network.reset": 1} == dips.result.injected
    assert 1 == len(dips.told(RunStarted))

def test_a_seed_is_a_world(world):
    digests = [world(seed, minutes=0.5).run().result.digest for seed in (1, 1, 2)]
    assert (True, False) == (digests[0] == digests[1], digests[0] == digests[2])

def test_what_never_comes_is_told_with_the_plan(world):
    with pytest.raises(AssertionError, match="(?s)never came to this within 0.5 minutes.*seed      3"):
        world(3).until(lambda book: False, minutes=0.5)

def test_a_strategy_within_a_function_is_refused(world):
    class Hidden(Dips):
        pass

    with pytest.raises(UsageError, match="Hidden cannot be found by its name"):
        world(1, strategy=Hidden)
"""
GAMBLER = """
import random
from hydra.strategies.strategy import Strategy

class Gambler(Strategy):
    def on_quote(self, quote, view):
        return [] if random.random() < 0.5 else []

def test_gambling(world):
    world(1, minutes=1, strategy=Gambler).end_clean()
"""


def example() -> str:
    """The test that README.md shows."""
    (text,) = re.findall(r"<!-- example: strategy -->\n```python\n(.*?)```\n", README.read_text(encoding="utf-8"), re.DOTALL)
    return str(text)


def test_the_example_of_the_readme_passes_in_an_empty_directory_and_so_does_all_else_it_promises(
    pytester: pytest.Pytester,
) -> None:
    pytester.makepyfile(test_dips=example() + OTHERS)
    pytester.runpytest_subprocess("-q", "-W", "error").assert_outcomes(passed=5)


def test_a_strategy_with_dice_of_its_own_fails_at_the_line_that_rolls_them(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_gambler=GAMBLER)
    told = pytester.runpytest_subprocess("-q")
    told.assert_outcomes(failed=1)
    told.stdout.fnmatch_lines(["*FenceBroken: *test_gambler.py:6 (on_quote) called random.random*self.rng*"])


def test_the_fixture_costs_nothing_until_it_is_asked_for(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("import sys\ndef test_nothing():\n    assert 'hydra.simulation.world' not in sys.modules\n")
    pytester.runpytest_subprocess("-q").assert_outcomes(passed=1)
