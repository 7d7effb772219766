"""The machine sleeps or pauses, or its wall clock is set: deadlines go by monotonic time, sessions by the market's."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from freezegun import freeze_time

from hydra.simulation.faults import clock
from hydra.simulation.faults.base import Arena, Fault
from hydra.simulation.world import SimulatedWorld
from tests.drills.stage import STAGES, traded, works
from tests.simulation.suffering import KINDS, Suffering, never, standing_at
from tests.simulation.worlds import plan


@pytest.fixture(autouse=True)
def _no_world_outlives_its_test() -> Iterator[None]:
    yield
    while STAGES:
        STAGES.pop().world.stop()


def trading(directory: Path, seed: int) -> Suffering:
    stage = Suffering(directory, seed)
    stage.begin().until(traded(3)).until(works)
    return stage


@pytest.mark.parametrize("asleep_s", [60, 1200, 3600])
def test_a_machine_that_slept_finds_out_what_has_happened_and_goes_on(tmp_path: Path, asleep_s: int) -> None:
    stage = trading(tmp_path, 1)
    before_s = stage.world.loop.time()
    stage.suffer("clock.suspend", amount=asleep_s)
    stage.run(1)
    stage.rest()
    assert before_s + asleep_s < stage.world.loop.time()
    stage.until(traded(stage.book.tally.fills + 2), 10)
    stage.end_clean()


def test_a_machine_that_slept_over_the_close_has_nothing_at_work_afterwards(tmp_path: Path) -> None:
    stage = standing_at(tmp_path, 2, "20120604 15:40:00")
    stage.begin().until(works)
    stage.suffer("clock.suspend", amount=1800)
    stage.run(1).run(1)
    assert [] == [order["order_ref"] for order in stage.ledger["orders"] if not order["finished_us"]]
    stage.rest().end_clean()


def test_pauses_of_some_seconds_fire_nothing_early_and_nothing_twice(tmp_path: Path) -> None:
    stage = trading(tmp_path, 3)
    for pause_s in (0.1, 0.7, 2.0, 5.0, 4.9, 0.3):
        stage.suffer("clock.pause", amount=pause_s)
        stage.world.run_for(11)
    stage.until(traded(stage.book.tally.fills + 2), 10)
    stage.end_clean()


def never_missed(text: str) -> None:
    raise AssertionError(text)


def digest(directory: Path, steps: tuple[float, ...]) -> str:
    """Of an hour in which Python's wall clock is set by these many seconds, one after the other."""
    with freeze_time("2000-01-01") as frozen:
        shutil.rmtree(directory, ignore_errors=True)  # the same path: it is in the journal
        simulated = SimulatedWorld(plan(directory), on_jump=frozen.move_to)
        arena = Arena(
            world=simulated.world,
            desk=simulated.desk,
            network=simulated.network,
            venue=simulated.venue,
            kill_process=never,
            note=lambda text: None,
            missed=never_missed,
            tools={},
        )
        try:
            simulated.desk.start()
            for seconds in steps:
                simulated.world.run_for(3600 / len(steps))
                fault = Fault(kind="clock.wall_step", at_s=0, amount=seconds)
                undo = KINDS[fault.kind].begin(arena, fault, Random(1))
                simulated.world.run_for(10)
                assert undo is not None
                undo()
            return simulated.world.digest()
        finally:
            simulated.world.stop()


def test_a_wall_clock_that_is_set_back_or_forward_changes_nothing_at_all(tmp_path: Path) -> None:
    assert digest(tmp_path / "world", (0, 0, 0)) == digest(tmp_path / "world", (3600, -3600, -42.5))


def test_where_nobody_reads_a_wall_clock_setting_it_hits_nothing(tmp_path: Path) -> None:
    stage = trading(tmp_path, 4)
    stage.suffer("clock.wall_step", amount=60)
    assert ["clock.wall_step: nobody reads a wall clock in this world"] == stage.missed


@pytest.mark.parametrize("name", [kind.name for kind in clock.KINDS])
def test_every_kind_says_what_it_does(name: str) -> None:
    assert KINDS[name].sentence.endswith(".")
