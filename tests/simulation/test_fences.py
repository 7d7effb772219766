"""Tests of hydra/simulation/fences.py: every way out is shut and told, what a world needs stays open."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import importlib
import random
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from time import sleep as borrowed_sleep
from types import ModuleType
from typing import Any

import pytest
from freezegun import freeze_time

from hydra.messages.decisions import ActorLifeChanged
from hydra.simulation.fences import FenceBroken, fenced
from hydra.simulation.outlets import OUTLETS
from tests.drills.configs import beside
from tests.drills.stage import Stage
from tests.simulation.outlaws import LINE, OUTLAW, WAYS

Outlaw = Callable[[str], Callable[[], object]]


@pytest.fixture
def outlaw(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Outlaw]:
    """Makes a module that takes a way out, imported before any fence stands."""
    made: list[ModuleType] = []

    def make(code: str) -> Callable[[], object]:
        (tmp_path / "outlaw.py").write_text(OUTLAW.format(code))
        made.append(importlib.import_module("outlaw"))
        act: Callable[[], object] = made[0].act
        return act

    monkeypatch.syspath_prepend(tmp_path)
    yield make
    for module in made:
        module.end.close()
    sys.modules.pop("outlaw", None)


def said_to(act: Callable[[], object], *, clocks: bool = True) -> str:
    """What a fence says to it."""
    with pytest.raises(FenceBroken) as told, fenced(clocks=clocks):
        act()
    return str(told.value)


@pytest.mark.parametrize(("called", "code"), WAYS, ids=[code for _, code in WAYS])
def test_a_way_out_is_shut_and_the_call_site_told(called: str, code: str, outlaw: Outlaw, tmp_path: Path) -> None:
    said = said_to(outlaw(code))
    assert said.startswith(f"{tmp_path / 'outlaw.py'}:{LINE} (act) called {called} in a simulated world; use "), said


def test_what_a_simulated_world_needs_of_the_same_modules_stays_open() -> None:
    with fenced(clocks=True) as fence:
        asyncio.new_event_loop().close()
        dice = random.Random("7/dice")
        at = datetime.datetime(2012, 6, 4, tzinfo=datetime.UTC)
        assert dice.choice([at]) - at == datetime.timedelta(0)
        assert 4 == uuid.UUID(int=dice.getrandbits(128), version=4).version
    assert [] == fence.breaches


def test_a_breach_that_somebody_swallowed_is_raised_at_the_end() -> None:
    with pytest.raises(FenceBroken, match=r"random\.random"), fenced(clocks=True) as fence:
        with contextlib.suppress(FenceBroken):
            random.random()
        assert 1 == len(fence.breaches)


def test_clocks_that_freezegun_moves_may_be_read_and_nothing_else() -> None:
    with freeze_time("2012-06-04 13:30:00"):
        with fenced(clocks=False):
            assert datetime.datetime(2012, 6, 4, 13, 30, tzinfo=datetime.UTC) == datetime.datetime.now(datetime.UTC)
        assert "called time.sleep" in said_to(lambda: time.sleep(0), clocks=False)


def test_who_looks_at_the_world_from_outside_and_other_threads_live_in_the_real_one() -> None:
    went = threading.Event(), threading.Event()

    def elsewhere() -> None:
        went[0].wait(10)
        random.random()
        went[1].set()

    other = threading.Thread(target=elsewhere, daemon=True)
    other.start()
    with fenced(clocks=True) as fence:
        with fence.opened():
            time.time()
        went[0].set()
        assert went[1].wait(10)
    other.join()


def guarded() -> dict[str, Any]:
    """What stands at each outlet now, and in the hands of who borrowed it."""
    standing: dict[str, Any] = {"seed": random.Random.seed, "dice": random.random, "borrowed": borrowed_sleep}
    for outlet in OUTLETS:
        module, _, name = outlet.owner.partition(":")
        owner = importlib.import_module(module)
        names = vars(getattr(owner, name) if name else owner)
        standing |= {f"{outlet.owner} {each}": names.get(each) for each in outlet.names}
    return standing


def test_a_fence_leaves_nothing_behind_also_in_what_was_imported_in_it(outlaw: Outlaw) -> None:
    before = guarded()
    with fenced(clocks=True) as fence:
        act = outlaw("borrowed_sleep(0)")
        with contextlib.suppress(FenceBroken):
            act()
        assert 1 == len(fence.breaches)
        fence.breaches.clear()
        assert before != guarded()
    assert before == guarded()
    assert before["time sleep"] is sys.modules["outlaw"].borrowed_sleep


def test_a_fence_in_a_fence_is_the_same_one() -> None:
    with fenced(clocks=True) as outer, fenced(clocks=True) as inner:
        assert outer is inner


def test_a_library_may_roll_dice_while_it_is_imported() -> None:
    script = "from hydra.simulation.fences import fenced\nwith fenced(clocks=True):\n    import numpy.random\n"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, env=None)
    assert (0, "") == (done.returncode, done.stderr)


def test_a_whole_hydra_trades_without_a_way_out(tmp_path: Path) -> None:
    with fenced(clocks=True) as fence:
        stage = Stage(tmp_path).begin().run(5)
        stage.end_clean()
    assert ([], True) == (fence.breaches, stage.book.tally.fills > 0)


def test_a_strategy_with_dice_of_its_own_crashes_and_the_world_does_not_count(tmp_path: Path) -> None:
    config = beside("Gambler")
    (restless, other) = config.strategies
    gambler = other.model_copy(update={"class_path": "tests.simulation.outlaws:Gambler"})
    said = r"outlaws\.py:\d+ \(on_quote\) called random\.random .* self\.rng"
    with pytest.raises(FenceBroken, match=said), fenced(clocks=True):
        stage = Stage(tmp_path, config=config.model_copy(update={"strategies": (restless, gambler)})).begin().run(0.5)
        crashed = [event for event in stage.told(ActorLifeChanged) if "FenceBroken" in str(event)]
        assert {"strategy/other"} == {event.actor for event in crashed}
