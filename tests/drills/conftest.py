"""The stage's own assertions explain themselves as those of a test do; no world and no process outlives its test."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.drills.processes import Place

pytest.register_assert_rewrite("tests.drills.stage", "tests.drills.processes")


@pytest.fixture(autouse=True)
def _no_world_outlives_its_test() -> Iterator[None]:
    from tests.drills.stage import STAGES

    yield
    while STAGES:
        STAGES.pop().world.stop()


@pytest.fixture
def place() -> Iterator[Place]:
    """A short path: the control socket in it must fit into 107 bytes."""
    from tests.drills.processes import Place

    directory = Path(tempfile.mkdtemp(prefix="hydra-drill-"))
    here = Place(directory)
    yield here
    here.clear()
    _remove(directory)


def _remove(directory: Path) -> None:
    """The embedded gateway of a process that was killed ends by itself a moment later, and takes its files away."""
    give_up_s = time.monotonic() + 10
    while directory.exists():
        try:
            shutil.rmtree(directory)
        except OSError:
            if time.monotonic() > give_up_s:
                raise
