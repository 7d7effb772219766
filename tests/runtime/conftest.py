"""The stage fixture: each test that takes it runs on threads, in virtual order and in shuffled virtual order."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from loguru import logger

from tests.runtime.stage import KINDS, Stage

logger.remove()  # crashes on purpose are no news


@pytest.fixture(params=KINDS)
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    stage = Stage(request.param)
    yield stage
    stage.world.stop()


@pytest.fixture
def threads() -> Iterator[Stage]:
    stage = Stage("threads")
    yield stage
    stage.world.stop()


@pytest.fixture
def virtual() -> Iterator[Stage]:
    stage = Stage("virtual")
    yield stage
    stage.world.stop()
