"""Where the tape begins and goes on: always where a client can trade at once."""

from dataclasses import replace
from datetime import date

import pytest

from hydra.gateway.instants import clock_text, parse_text
from hydra.gateway.settings import GatewayConfig
from hydra.gateway.store import MemoryStore
from hydra.gateway.tape import open_head, resume_us
from tests.gateway.raw_client import new_market


@pytest.mark.parametrize(
    ("day", "begins"),
    [
        (date(2012, 6, 4), "2012-06-04 09:30:05 US/Eastern"),
        (date(2012, 6, 2), "2012-06-04 09:30:05 US/Eastern"),
        (date(2012, 11, 23), "2012-11-23 09:30:05 US/Eastern"),
    ],
)
def test_a_new_tape_begins_just_after_an_open(day: date, begins: str) -> None:
    head = open_head(MemoryStore(), GatewayConfig(start_day=day), new_market())
    assert begins == clock_text(head.market_us)


@pytest.mark.parametrize("day", [date(1999, 1, 4), date(2026, 11, 20)])
def test_a_tape_cannot_begin_outside_the_recording(day: date) -> None:
    with pytest.raises(ValueError, match="outside the recorded days, 2004-01-02 to 2013-03-01"):
        open_head(MemoryStore(), GatewayConfig(start_day=day), new_market())


def test_a_tape_that_was_played_to_its_end_is_refused() -> None:
    store, config, market = MemoryStore(), GatewayConfig(), new_market()
    head = open_head(store, config, market)
    store.save(replace(head, market_us=market.sessions()[-1].close_us))
    store.commit()
    with pytest.raises(ValueError, match="played the recording to its end, 2013-03-01"):
        open_head(store, config, market)


@pytest.mark.parametrize(
    ("stored", "speed", "resumed"),
    [
        ("20120604 11:00:00", 60, "2012-06-04 11:00:00 US/Eastern"),
        ("20120604 15:14:59", 60, "2012-06-04 15:14:59 US/Eastern"),
        ("20120604 15:15:00", 60, "2012-06-05 09:29:30 US/Eastern"),
        ("20120604 15:44:29", 1, "2012-06-04 15:44:29 US/Eastern"),
        ("20120604 15:44:30", 1, "2012-06-05 09:29:30 US/Eastern"),
        ("20120604 16:00:00", 60, "2012-06-05 09:29:30 US/Eastern"),
        ("20120608 15:59:59", 60, "2012-06-11 09:29:30 US/Eastern"),
        ("20120608 20:00:00", 60, "2012-06-11 09:29:30 US/Eastern"),
        ("20120605 09:29:45", 60, "2012-06-05 09:29:45 US/Eastern"),
        ("20121123 12:14:59", 60, "2012-11-23 12:14:59 US/Eastern"),
        ("20121123 12:15:00", 60, "2012-11-26 09:29:30 US/Eastern"),
        ("20130301 15:59:59", 60, "2013-03-01 15:59:59 US/Eastern"),
    ],
)
def test_a_server_goes_on_where_it_was_or_just_before_an_open_that_leaves_time_to_trade(
    stored: str, speed: float, resumed: str
) -> None:
    assert resumed == clock_text(resume_us(parse_text(stored, "US/Eastern"), new_market(), speed))
