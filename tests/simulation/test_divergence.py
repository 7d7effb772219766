"""Tests of hydra/simulation/divergence.py: the first step that differs is found, shown and never invented."""

from __future__ import annotations

import itertools
import shutil
import tracemalloc
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from hydra.config import Config
from hydra.simulation.divergence import (
    CONTEXT_LINES,
    THE_END,
    Divergence,
    Hear,
    Run,
    between_files,
    between_runs,
    first_divergence,
)
from hydra.simulation.world import SimulatedWorld
from hydra.strategies.strategy import Strategy, StrategyView, Wish
from hydra.values import Quote, Side
from tests.drills import stage
from tests.drills.configs import beside
from tests.drills.strategies import Holder
from tests.simulation.worlds import plan


def telling(*lines: str) -> Run:
    def run(hear: Hear) -> None:
        for line in lines:
            hear(f"{line}\n")

    return run


def test_equal_runs_have_no_divergence() -> None:
    assert None is first_divergence(telling("a", "b"), telling("a", "b"))
    assert None is first_divergence(telling(), telling())


def test_the_first_different_step_is_found_with_the_last_equal_ones_before_it() -> None:
    same = [str(number) for number in range(20)]
    found = first_divergence(telling(*same, "x", "same again"), telling(*same, "y", "same again"))
    before = tuple(f"{number}\n" for number in range(20 - CONTEXT_LINES, 20))
    assert Divergence(step=21, before=before, ours="x\n", theirs="y\n") == found


@pytest.mark.parametrize(("ours", "theirs"), [(("a", "b"), ("a",)), (("a",), ("a", "b"))])
def test_a_run_that_ends_earlier_differs_at_its_end(ours: tuple[str, ...], theirs: tuple[str, ...]) -> None:
    found = first_divergence(telling(*ours), telling(*theirs))
    assert found is not None
    assert (2, {"b\n", THE_END}) == (found.step, {found.ours, found.theirs})


def test_a_person_sees_the_difference_also_at_the_end_of_a_long_line() -> None:
    before, long = "1|journal|risk|Recorded|Recorded()", "2|journal|risk|Reconciled|" + "x" * 5000
    shown = str(first_divergence(telling(before, f"{long}cash=1|"), telling(before, f"{long}cash=2|")))
    assert (True, True) == ("cash=1" in shown, "cash=2" in shown), shown
    assert ["step 2 differs at its character 5032:", f"  {before}"] == shown.splitlines()[:2]
    assert max(map(len, shown.splitlines())) < 300


def test_two_files_are_compared_as_runs_are(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.write_text("a\nb\n")
    other.write_text("a\nc\n")
    assert Divergence(step=2, before=("a\n",), ours="b\n", theirs="c\n") == between_files(one, other)
    assert None is between_files(one, one)


def test_long_runs_do_not_fill_the_memory() -> None:
    def run(hear: Hear) -> None:
        for number in range(20_000):
            hear(f"{number:0200}\n")

    tracemalloc.start()
    try:
        assert None is first_divergence(run, run)
        assert tracemalloc.get_traced_memory()[1] < 500_000
    finally:
        tracemalloc.stop()


class Remembers(Strategy):
    """Counts quotes across worlds, as a module's variable or a cache does, and wishes for one share at the thirtieth."""

    quotes = itertools.count(1)

    def on_quote(self, quote: Quote, view: StrategyView) -> list[Wish]:
        if next(self.quotes) != 30:
            return []
        return [Wish(symbol=quote.symbol, side=Side.BUY, reason="the thirtieth", quantity=Decimal(1))]


def traded(directory: Path, kind: type[Strategy]) -> Run:
    """Two minutes of a drill's trading beside another strategy, each time in an empty directory of the same name."""
    config = beside("Holder")
    other = config.strategies[1].model_copy(update={"class_path": f"{kind.__module__}:{kind.__name__}"})
    what = stage.plan(directory, 1, config.model_copy(update={"strategies": (config.strategies[0], other)}))

    def run(hear: Hear) -> None:
        directory.mkdir()
        simulated = SimulatedWorld(what, on_trace=hear)
        try:
            simulated.desk.start()
            simulated.world.run_for(120)
        finally:
            simulated.world.stop()
            shutil.rmtree(directory)

    return run


def test_the_same_world_twice_in_one_process_is_the_same(tmp_path: Path) -> None:
    run = traded(tmp_path / "world", Holder)
    assert None is first_divergence(run, run)


def test_a_strategy_that_remembers_an_earlier_world_is_found_at_its_wish(tmp_path: Path) -> None:
    run = traded(tmp_path / "world", Remembers)
    found = first_divergence(run, run)
    assert found is not None
    assert "strategy/other|journal|SubmitSignal" in found.ours
    assert "strategy/other|journal|SubmitSignal" not in found.theirs


def test_a_plan_is_simulated_twice_on_a_day_without_a_session(tmp_path: Path) -> None:
    saturday = Config.model_validate({"gateway": {"day": date(2012, 6, 9)}})
    assert None is between_runs(plan(tmp_path, config=saturday))
