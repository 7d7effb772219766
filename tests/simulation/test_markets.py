"""Stretches of history by name: each can be played, on its own dates; and drawn beginnings lie where they say."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest

from hydra.config import Config
from hydra.errors import UsageError
from hydra.gateway.calendar import session_of
from hydra.gateway.instants import at
from hydra.journal.reading import JournalReader
from hydra.messages.facts import ExecutionReported, InstrumentQualified
from hydra.simulation import markets
from hydra.simulation.closes import CLOSES, bars_of_closes
from hydra.simulation.markets import config_in, drawn_beginning, market_named, tape_day
from hydra.simulation.world import SimulationPlan, SimulationResult, simulate
from tests.cli.served_desk import at_home, hydra

NEW_YORK = ZoneInfo("America/New_York")
NAMES = ["2012", "2008-storm", "dst-spring", "dst-autumn", "thanksgiving", "christmas", "expiry", "2020"]
HALF_DAYS = {"2008-storm": 2, "thanksgiving": 1, "christmas": 1}
needs_closes = pytest.mark.skipif(not CLOSES.exists(), reason=f"there is no {CLOSES} here")


def played(directory: Path, name: str, *, since: date, days: int) -> SimulationResult:
    """So many days of a history, from this day of it on."""
    history = replace(market_named(name), first_day=since)
    config, _ = config_in(history, Config())
    plan = SimulationPlan(
        config=config,
        seed=1,
        days=days,
        clock="plain",
        quote_interval_s=60,
        directory=directory,
        recorded=history.recorded,
    )
    return simulate(plan, lambda day: None)


def traded_between(directory: Path) -> dict[date, tuple[str, str]]:
    """By New York's date, the time of day of the first and the last execution."""
    times: dict[date, list[str]] = {}
    with JournalReader(directory / "hydra.db") as reader:
        for stored in reader.fold():
            if isinstance(stored.event, ExecutionReported):
                local = stored.event.execution.at.astimezone(NEW_YORK)
                times.setdefault(local.date(), []).append(f"{local:%H:%M}")
    return {day: (min(each), max(each)) for day, each in times.items()}


def test_all_the_histories_have_a_name_and_a_sentence() -> None:
    assert NAMES == [history.name for history in markets.markets()]
    assert [] == [history.name for history in markets.markets() if not history.sentence]


@pytest.mark.parametrize("name", [name for name in NAMES if name != "2020"])
def test_each_history_lies_inside_the_recordings_with_weeks_before_it_and_has_the_half_days_it_promises(name: str) -> None:
    history = market_named(name)
    recorded = [bar.day for bar in history.recorded()["AAPL"]]
    last = history.first_day + timedelta(days=history.days)
    assert recorded[markets.HISTORY_SESSIONS] < history.first_day < last < recorded[-1]
    sessions = [session_of(day) for day in recorded if history.first_day <= day <= last]
    assert HALF_DAYS.get(name, 0) == sum(1 for session in sessions if session is not None and session.is_half)


@pytest.mark.parametrize(("name", "change"), [("dst-spring", date(2012, 3, 11)), ("dst-autumn", date(2011, 11, 6))])
def test_over_a_clock_change_sessions_open_at_half_past_nine_in_new_york_and_are_traded_on_both_sides(
    tmp_path: Path, name: str, change: date
) -> None:
    friday, monday = change - timedelta(days=2), change + timedelta(days=1)
    opens = [session.open_at for day in (friday, monday) if (session := session_of(day)) is not None]
    assert ["09:30", "09:30"] == [f"{instant.astimezone(NEW_YORK):%H:%M}" for instant in opens]
    assert opens[0].hour != opens[1].hour
    result = played(tmp_path, name, since=friday, days=4)
    assert () == result.violations
    assert [friday, monday] == [day for day in traded_between(tmp_path) if day <= monday]
    assert [] == [times for times in traded_between(tmp_path).values() if times[0] < "09:30" or times[1] >= "16:00"]


def test_on_a_half_day_nothing_trades_after_one_oclock_and_nothing_is_left_open(tmp_path: Path) -> None:
    result = played(tmp_path, "thanksgiving", since=date(2009, 11, 25), days=3)
    assert () == result.violations
    times = traded_between(tmp_path)
    assert [date(2009, 11, 25), date(2009, 11, 27)] == list(times)
    assert "13:00" > times[date(2009, 11, 27)][1]


@needs_closes
def test_2020_is_played_on_bars_made_of_closes(tmp_path: Path) -> None:
    result = played(tmp_path, "2020", since=date(2020, 3, 16), days=1)
    assert () == result.violations
    with JournalReader(tmp_path / "hydra.db") as reader:
        known = [stored.event for stored in reader.fold() if isinstance(stored.event, InstrumentQualified)]
    assert ["AAPL", "MSFT"] == list(dict.fromkeys(card.instrument.symbol for card in known))


@needs_closes
def test_a_bar_of_closes_opens_at_the_close_before_and_reaches_beyond_both() -> None:
    for bars in bars_of_closes().values():
        for before, bar in pairwise(bars):
            assert before.close == bar.open
            assert 0 < bar.low < min(bar.open, bar.close) <= max(bar.open, bar.close) < bar.high
            assert session_of(bar.day) is not None


def test_without_the_closes_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"the prices of 2020 are made of .*nothing\.gz, and there is no such file here"):
        bars_of_closes(tmp_path / "nothing.gz")


def test_a_symbol_without_prices_is_left_out_and_a_strategy_without_any_is_refused() -> None:
    history = replace(market_named("2012"), recorded=lambda: {"AAPL": ()})
    config, left_out = config_in(history, Config())
    assert (("IBM", "MSFT"), ("AAPL",)) == (left_out, config.strategies[0].symbols)
    assert date(2012, 6, 4) == config.gateway.day
    with pytest.raises(UsageError, match="market 2012 has no prices of any symbol of strategy"):
        config_in(replace(history, recorded=dict), Config())


def test_a_day_is_a_market_too_if_it_was_recorded() -> None:
    assert date(2007, 5, 1) == market_named("2007-05-01").first_day
    with pytest.raises(UsageError, match="there are no prices of 2013-03-02, only of 2004-01-02 to 2013-03-01"):
        market_named("2013-03-02")


def test_a_wrong_name_is_answered_with_all_the_right_ones() -> None:
    with pytest.raises(UsageError) as refused:
        market_named("2009-storm")
    assert [] == [name for name in NAMES if name not in str(refused.value)]


def test_the_command_line_refuses_a_wrong_name_and_counts_the_days_of_a_right_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_home(tmp_path, monkeypatch)
    result = hydra("simulate", "--market", "2009-storm")
    assert (2, "") == (result.exit_code, result.stdout)
    assert "there is no market '2009-storm'; there are" in result.stderr
    result = hydra("simulate", "--market", "2013-02-20")
    assert (2, True) == (result.exit_code, "28 days from 2013-02-20 end on 2013-03-20" in result.stderr)


def test_drawn_beginnings_are_decided_by_their_dice_and_differ() -> None:
    drawn = [drawn_beginning(Random(seed)) for seed in range(300)]
    assert drawn == [drawn_beginning(Random(seed)) for seed in range(300)]
    assert 250 < len(set(drawn))
    times = {f"{at(each):%H:%M}" for each in drawn}
    assert {"09:30", "12:15", "15:15", "23:30", "09:20"} <= times


def test_the_tape_of_a_beginning_starts_on_a_session_that_had_opened_by_then() -> None:
    for begins_us in (drawn_beginning(Random(seed)) for seed in range(300)):
        session = session_of(tape_day(begins_us))
        assert session is not None
        assert session.open_us <= begins_us


def test_before_the_first_session_no_tape_can_be() -> None:
    with pytest.raises(ValueError, match="no recorded session had opened by 2004-01-02 04:00:00"):
        tape_day(1_073_034_000_000_000)
