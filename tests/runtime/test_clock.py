"""Time of both worlds, with and without freezegun."""

from __future__ import annotations

import runpy
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from freezegun import freeze_time
from freezegun.api import FakeDatetime
from hypothesis import given, settings
from hypothesis import strategies as st

from hydra.runtime import clock as clock_module
from hydra.runtime.clock import NAIVE_EPOCH, MarketClock, VirtualClock, instant_of, microseconds_of

START = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)


@settings(deadline=None, max_examples=50)
@given(st.datetimes(timezones=st.just(UTC)))
def test_an_instant_survives_the_way_to_microseconds_and_back(instant: datetime) -> None:
    assert instant == instant_of(microseconds_of(instant))


def test_an_instant_is_of_the_real_class_even_while_frozen() -> None:
    with freeze_time("2026-03-02 14:30"):
        imported_frozen = runpy.run_path(clock_module.__file__)
        instants = [
            MarketClock().now(),
            instant_of(5),
            NAIVE_EPOCH + timedelta(1),
            imported_frozen["instant_of"](5),
            imported_frozen["NAIVE_EPOCH"],
        ]
        assert FakeDatetime is type(datetime.now(UTC))
    assert [datetime] * 5 == [type(instant) for instant in instants]


def test_a_fake_instant_is_read_as_the_real_one_it_stands_for() -> None:
    with freeze_time("2026-03-02 14:30"):
        read = microseconds_of(datetime.now(UTC))
    assert microseconds_of(datetime(2026, 3, 2, 14, 30, tzinfo=UTC)) == read


def test_an_instant_in_the_doubled_hour_keeps_its_fold_while_frozen() -> None:
    with freeze_time("2026-11-01 06:30"):
        local = instant_of(microseconds_of(datetime.now(UTC))).astimezone(ZoneInfo("America/New_York"))
    assert "2026-11-01T01:30:00-05:00" == local.isoformat()


class HandClock(MarketClock):
    """A market clock whose machine time a test moves."""

    hand_us = 0

    def monotonic_us(self) -> int:
        return self.hand_us


def test_market_time_runs_at_its_speed_from_its_anchor() -> None:
    clock = HandClock(market_at=START, speed=100.0)
    clock.hand_us += 2_000_000
    assert START + timedelta(seconds=200) == clock.now()
    assert (100.0, 2.0) == (clock.speed, clock.monotonic_s())


def test_reanchoring_sets_market_time_and_tells_those_who_wait_for_it() -> None:
    clock = HandClock(market_at=START)
    told: list[datetime] = []
    clock.on_reanchor(lambda: told.append(clock.now()))
    clock.hand_us += 7
    clock.reanchor(START + timedelta(days=1), 10.0)
    assert [START + timedelta(days=1)] == told
    clock.hand_us += 1_000_000
    assert START + timedelta(days=1, seconds=10) == clock.now()


@settings(deadline=None, max_examples=100)
@given(wait_us=st.integers(0, 10**12), speed=st.floats(0.01, 10_000))
def test_when_a_market_instant_is_due_it_has_been_reached(wait_us: int, speed: float) -> None:
    clock = HandClock(market_at=START, speed=speed)
    market_us = clock.now_us() + wait_us
    clock.hand_us = clock.due_us(market_us)
    assert clock.now_us() >= market_us


@pytest.mark.parametrize("speed", [0.0, -1.0, float("nan"), float("inf")])
def test_a_speed_that_is_no_speed_is_refused(speed: float) -> None:
    with pytest.raises(ValueError, match="is not a positive number"):
        MarketClock(speed=speed)


def test_virtual_time_is_the_loops_time_from_its_start() -> None:
    elapsed = [0]
    clock = VirtualClock(START, lambda: elapsed[0])
    elapsed[0] = 1_500_000
    assert START + timedelta(seconds=1.5) == clock.now()
    assert (1.5, 1.0) == (clock.monotonic_s(), clock.speed)
    assert 2_000_000 == clock.due_us(microseconds_of(START + timedelta(seconds=2)))
