"""Whenever a tape of the embedded gateway was stopped: whoever starts on it sees a trade before he grows impatient."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from hydra.config import Config
from hydra.gateway.calendar import session_at
from hydra.gateway.instants import clock_text, parse_text
from hydra.gateway.tape import TIME_TO_TRADE_S
from hydra.simulation.world import Venue, venue_of
from tests.drills.stage import Stage, plan, traded

HOURS = (
    "09:30:05", "10:00:00", "11:17:00", "12:30:00", "13:45:00", "14:45:05", "15:14:59", "15:15:00",
    "15:40:00", "15:59:59", "16:00:00", "17:30:00", "20:00:00", "23:59:59", "03:00:00", "09:29:00",
)  # fmt: skip
DAYS = ("20120605", "20120609", "20120703")
"""A Tuesday, a Saturday, and a half day before a holiday."""


def stopped_at(directory: Path, text: str, config: Config) -> Venue:
    """A gateway whose tape was stopped at this instant and goes on as a server lets it."""
    tape = replace(plan(directory, config.gateway.seed, config), days=250, quote_interval_s=config.gateway.quote_interval_s)
    venue = venue_of(tape)
    venue.gateway.advance(parse_text(text, "US/Eastern"))
    venue.gateway.advance(venue.gateway.resumes_us(config.gateway.speed))
    venue.gateway.drain()
    return venue


@pytest.mark.parametrize("day", DAYS)
def test_a_run_trades_within_thirty_seconds_whenever_the_tape_was_stopped(tmp_path: Path, day: str) -> None:
    config = Config()
    slow: dict[str, float] = {}
    for hour in HOURS:
        directory = tmp_path / hour.replace(":", "")
        directory.mkdir()
        venue = stopped_at(directory, f"{day} {hour}", config)
        stage = Stage(directory, config.gateway.seed, config=config, venue=venue).begin()
        stage.until(traded(1), minutes=60)
        took_s = stage.world.loop.now_us() / 1e6 / config.gateway.speed
        if took_s >= TIME_TO_TRADE_S:
            slow[hour] = took_s
        assert session_at(stage.sim.gateway.market_us) is not None, clock_text(stage.sim.gateway.market_us)
        stage.world.stop()
    assert {} == slow
