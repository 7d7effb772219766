"""Percentiles by nearest rank, in milliseconds."""

from __future__ import annotations

import pytest

from hydra.bench.figures import Timing, timing


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        ((0.001,), Timing(n=1, p50_ms=1.0, p99_ms=1.0)),
        ((0.003, 0.001, 0.002), Timing(n=3, p50_ms=2.0, p99_ms=3.0)),
        (tuple(n / 1000 for n in range(1, 101)), Timing(n=100, p50_ms=50.0, p99_ms=99.0)),
    ],
)
def test_percentiles_are_by_nearest_rank_whatever_the_order(seconds: tuple[float, ...], expected: Timing) -> None:
    assert expected == timing(seconds)


def test_nothing_measured_is_an_error_and_not_a_zero() -> None:
    with pytest.raises(ValueError, match="0 samples"):
        timing(())
