"""Where time goes: by part of hydra, by library, and to whoever asked the standard library."""

from __future__ import annotations

import signal
import time
from random import Random

import pytest

from hydra.bench.shares import Shares, part_of
from hydra.gateway.day_path import TickBar, day_path


@pytest.mark.parametrize(
    ("file", "part"),
    [
        ("/x/hydra/gateway/wire.py", "hydra.gateway"),
        ("/x/hydra/values.py", "hydra.values"),
        ("/x/hydra/hydra/simulation/chaos/run.py", "hydra.simulation"),
        ("/x/site-packages/ib_async/decoder.py", "ib_async"),
        ("/x/site-packages/eventkit/event.py", "ib_async"),
        ("/usr/lib/python3.11/asyncio/events.py", "asyncio"),
        ("/usr/lib/python3.11/random.py", ""),
    ],
)
def test_a_file_belongs_to_a_part_or_works_for_others(file: str, part: str) -> None:
    assert part == part_of(file)


def test_the_shares_of_a_busy_part_add_up_to_nearly_one() -> None:
    began = time.process_time()
    with Shares() as shares:
        while time.process_time() - began < 0.3:
            day_path(TickBar(open=100, high=120, low=90, close=110), 390, Random(1))
    by_part = shares.by_part
    assert max(by_part, key=lambda part: by_part[part]) == "hydra.gateway"
    assert 0.99 < sum(by_part.values()) < 1.01


def test_afterwards_nobody_looks_any_more() -> None:
    with Shares():
        pass
    assert (0.0, 0.0) == signal.getitimer(signal.ITIMER_PROF)
