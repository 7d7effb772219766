"""When the watchdog strikes, on virtual time: after the limit, not before, and soon."""

from __future__ import annotations

import pytest

from hydra.runtime.watchdog import WATCH_EVERY_S, Watchdog
from tests.runtime.stage import Stage


@pytest.mark.parametrize("hang_s", [0.05, 1.0, 30.0])
def test_a_turn_is_hung_only_after_its_limit_and_found_soon_after(virtual: Stage, hang_s: float) -> None:
    virtual.start(virtual.child("a", hang_s=hang_s))
    Watchdog(virtual.world).watch()
    virtual.world.lives["a"].busy = True
    virtual.world.run_until(lambda: "down" in virtual.kinds("a"), limit_s=2 * hang_s + 1)
    assert hang_s < virtual.world.clock.monotonic_s() <= hang_s + 3 * WATCH_EVERY_S
    assert f"fenced: hung: over {hang_s:g} s in one message" == virtual.lifecycles("a")[1].reason


def test_a_new_turn_has_the_whole_time_again(virtual: Stage) -> None:
    virtual.start(virtual.child("a", hang_s=1.0))
    Watchdog(virtual.world).watch()
    life = virtual.world.lives["a"]
    life.busy = True
    for _ in range(5):
        virtual.world.run_until(lambda: False, limit_s=0.9)
        life.turns += 1
    assert ["started"] == virtual.kinds("a")


def test_without_a_limit_nobody_is_hung(virtual: Stage) -> None:
    virtual.start(virtual.child("a", hang_s=None))
    Watchdog(virtual.world).watch()
    virtual.world.lives["a"].busy = True
    virtual.world.run_until(lambda: False, limit_s=100_000)
    assert ["started"] == virtual.kinds("a")


def test_it_does_not_touch_one_whose_start_takes_long(virtual: Stage) -> None:
    virtual.start(virtual.child("a", hang_s=0.1))
    Watchdog(virtual.world).watch()
    life = virtual.world.lives["a"]
    life.busy, life.started = True, False
    virtual.world.run_until(lambda: False, limit_s=10)
    assert ["started"] == virtual.kinds("a")
