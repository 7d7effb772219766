"""Tests of hydra/broker/symbols.py."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hydra.broker.symbols import Symbols
from hydra.messages.facts import InstrumentQualified
from tests.broker.cases import APPLE, HOURS, NOW

TODAY = date(2012, 6, 4)
CARD = InstrumentQualified(
    session=1, instrument=APPLE, hours=HOURS, average_daily_volume=None, prior_close=None
)


def test_knowledge_is_of_one_day_but_an_instrument_is_known_for_ever() -> None:
    symbols = Symbols(("AAPL",))
    symbols.learn(CARD, TODAY)
    assert symbols.of_today("AAPL", TODAY) is CARD
    assert symbols.of_today("AAPL", TODAY + timedelta(days=1)) is None
    assert symbols.instrument(APPLE.con_id) is APPLE
    assert symbols.instrument(1) is None


def test_the_market_is_open_when_one_of_the_symbols_trades() -> None:
    symbols = Symbols(("AAPL",))
    symbols.learn(CARD, TODAY)
    assert symbols.is_any_open(NOW)
    assert not symbols.is_any_open(HOURS[0].close_at)


def test_new_york_speaks_for_symbols_nobody_has_looked_up() -> None:
    symbols = Symbols(())
    assert symbols.is_any_open(NOW)
    assert not symbols.is_any_open(datetime(2012, 6, 3, 15, 0, tzinfo=UTC))
