"""The stage's own assertions explain themselves as those of a test do, and no world outlives its test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

pytest.register_assert_rewrite("tests.drills.stage", "tests.drills.processes")


@pytest.fixture(autouse=True)
def _no_world_outlives_its_test() -> Iterator[None]:
    from tests.drills.stage import STAGES

    yield
    while STAGES:
        STAGES.pop().world.stop()
