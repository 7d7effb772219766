"""The arithmetic of restarts against OTP's, by table and against a naive reference."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hydra.runtime.restarts import add_restart, delay_s
from hydra.runtime.spec import Backoff

SECOND = 1_000_000


@pytest.mark.parametrize(
    ("before_s", "now_s", "intensity", "kept_s", "allowed"),
    [
        ((), 0, 1, (0,), True),
        ((), 0, 0, (0,), False),  # intensity 0: the first restart is one too many
        ((0,), 1, 1, (0, 1), False),  # dies on restart intensity + 1
        ((0,), 5, 1, (0, 5), False),  # a restart exactly one period old still counts
        ((0,), 6, 1, (6,), True),
        ((0, 1, 2), 6, 3, (1, 2, 6), True),
        ((1, 2, 3), 6, 3, (1, 2, 3, 6), False),
    ],
)
def test_a_restart_is_allowed_as_otp_allows_it(
    before_s: tuple[int, ...], now_s: int, intensity: int, kept_s: tuple[int, ...], allowed: bool
) -> None:
    before = tuple(at * SECOND for at in before_s)
    kept = tuple(at * SECOND for at in kept_s)
    assert (kept, allowed) == add_restart(before, now_s * SECOND, intensity=intensity, period_us=5 * SECOND)


@settings(deadline=None, max_examples=100)
@given(gaps=st.lists(st.integers(0, 8), max_size=20), intensity=st.integers(0, 4), period=st.integers(0, 10))
def test_a_supervisor_dies_at_the_same_restart_as_in_a_naive_reference(gaps: list[int], intensity: int, period: int) -> None:
    instants = [sum(gaps[: index + 1]) for index in range(len(gaps))]
    reference = [
        sum(now - period <= then <= now for then in instants[: index + 1]) <= intensity for index, now in enumerate(instants)
    ]
    restarts: tuple[int, ...] = ()
    answers = []
    for now in instants:
        restarts, allowed = add_restart(restarts, now, intensity=intensity, period_us=period)
        answers.append(allowed)
    assert reference == answers


@pytest.mark.parametrize(("attempt", "expected_s"), [(1, 0.1), (2, 0.2), (3, 0.4), (7, 6.4), (8, 10.0), (10_000, 10.0)])
def test_the_wait_doubles_up_to_its_limit(attempt: int, expected_s: float) -> None:
    assert pytest.approx(expected_s) == delay_s(Backoff(jitter=0.0), attempt, random.Random(1))


@settings(deadline=None, max_examples=100)
@given(seed=st.integers(), attempt=st.integers(1, 50))
def test_jitter_stays_within_its_fraction_and_comes_from_the_seed(seed: int, attempt: int) -> None:
    plain_s = delay_s(Backoff(jitter=0.0), attempt, random.Random(seed))
    jittered_s = delay_s(Backoff(jitter=0.2), attempt, random.Random(seed))
    assert 0.8 * plain_s <= jittered_s <= 1.2 * plain_s
    assert jittered_s == delay_s(Backoff(jitter=0.2), attempt, random.Random(seed))
