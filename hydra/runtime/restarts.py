"""The arithmetic of restarts, as OTP's supervisor.erl does it: pure, on monotonic microseconds."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random

    from hydra.runtime.spec import Backoff


def add_restart(
    restarts_us: tuple[int, ...], now_us: int, *, intensity: int, period_us: int
) -> tuple[tuple[int, ...], bool]:
    """The restarts still in the window with this one, and whether it is allowed.

    The window is inclusive: a restart exactly one period old still counts. Restart number intensity + 1 is
    refused.
    """
    kept = tuple(at_us for at_us in restarts_us if at_us >= now_us - period_us)
    return (*kept, now_us), len(kept) + 1 <= intensity


def delay_s(backoff: Backoff, attempt: int, chance: random.Random) -> float:
    """The wait before restart number `attempt` in a row (from 1), in seconds, with jitter from `chance`."""
    grown = backoff.initial_s
    for _ in range(attempt - 1):
        if grown >= backoff.max_s:
            break
        grown *= backoff.factor
    return min(grown, backoff.max_s) * (1 + backoff.jitter * chance.uniform(-1, 1))
