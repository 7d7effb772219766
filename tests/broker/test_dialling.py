"""Tests of hydra/broker/dialling.py; the connection itself is tested with the actor."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from hydra.broker.dialling import JITTER, backoff_s


@settings(deadline=None, max_examples=100)
@given(st.integers(0, 10_000), st.integers(0, 2**32))
def test_the_wait_doubles_with_jitter_and_never_passes_the_limit(failures_n: int, seed: int) -> None:
    wait_s = backoff_s(failures_n, initial_s=0.5, max_s=60.0, chance=random.Random(seed))
    doubled_s = 0.5 * 2 ** min(max(failures_n - 1, 0), 30)
    assert min(60.0, doubled_s * (1 - JITTER)) <= wait_s <= min(60.0, doubled_s * (1 + JITTER))


def test_the_same_seed_waits_the_same() -> None:
    waits = [
        [backoff_s(n, initial_s=0.5, max_s=60.0, chance=chance) for n in range(1, 9)]
        for chance in (random.Random("7/broker/reconnect"), random.Random("7/broker/reconnect"))
    ]
    assert waits[0] == waits[1]
