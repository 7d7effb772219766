"""Tests of hydra/broker/fetching.py: the pure part; the requests are tested with the link."""

from __future__ import annotations

from datetime import date, timedelta

from hydra.broker.fetching import VOLUME_DAYS, volume_and_close
from hydra.broker.news import BarSeen
from tests.broker.cases import D

TODAY = date(2012, 6, 4)


def bar(days_ago: int, volume: int, close: int = 10) -> BarSeen:
    return BarSeen(request_id=1, day=TODAY - timedelta(days=days_ago), close=D(close), volume=D(volume))


def test_todays_unfinished_bar_counts_neither_for_volume_nor_for_the_close() -> None:
    bars = (bar(2, 100, 8), bar(1, 300, 9), bar(0, 1, 11))
    assert volume_and_close(bars, TODAY) == (D(200), D(9))


def test_only_the_last_twenty_days_count() -> None:
    bars = (bar(VOLUME_DAYS + 1, 10**9), *(bar(n, 100) for n in range(VOLUME_DAYS, 0, -1)))
    assert volume_and_close(bars, TODAY) == (D(100), D(10))


def test_without_finished_bars_nothing_is_known() -> None:
    assert volume_and_close((bar(0, 5),), TODAY) == (None, None)
    assert volume_and_close((bar(1, 0),), TODAY) == (None, D(10))
