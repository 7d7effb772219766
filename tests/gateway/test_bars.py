"""The bundled bars are what was recorded, and a user's own file is taken whole or refused by line."""

import gzip
from datetime import date
from decimal import Decimal
from importlib.resources import files
from pathlib import Path

import pytest
from freezegun import freeze_time

from hydra.gateway.bars import BUNDLED_SYMBOLS, BarsError, DailyBar, load_bars, load_bars_csv
from hydra.gateway.calendar import session_of

HEAD = "Ticker,Date,Open,High,Low,Close,Volume\n"
GOOD = "SPY,2012-01-03,127.5,128.38,127.25,127.49,193697900\n"
PRICES = {"open": "567.17", "high": "572.0", "low": "562.6", "close": "571.5"}


@pytest.mark.parametrize("symbol", BUNDLED_SYMBOLS)
def test_the_bundled_bars_have_every_session_of_their_span_and_no_other_day(symbol: str) -> None:
    days = [bar.day for bar in load_bars(symbol)]
    span = range(date(2004, 1, 2).toordinal(), date(2013, 3, 1).toordinal() + 1)
    every = [day for day in map(date.fromordinal, span) if session_of(day) is not None]
    assert every == days


@pytest.mark.parametrize("symbol", BUNDLED_SYMBOLS)
def test_every_bundled_bar_is_a_possible_day(symbol: str) -> None:
    for bar in load_bars(symbol):
        assert 0 < bar.low <= min(bar.open, bar.close) <= max(bar.open, bar.close) <= bar.high
        assert bar.volume > 0


def test_a_bundled_bar_is_the_recorded_one() -> None:
    (bar,) = [bar for bar in load_bars("AAPL") if bar.day == date(2012, 11, 23)]
    prices = {name: Decimal(text) for name, text in PRICES.items()}
    assert DailyBar(day=date(2012, 11, 23), volume=9743800, **prices) == bar


def test_the_licence_and_the_source_lie_beside_the_bundled_bars() -> None:
    folder = files("hydra.gateway").joinpath("data")
    assert "Bokeh Contributors" in folder.joinpath("LICENSE.bokeh_sampledata.txt").read_text()
    assert "bokeh_sampledata" in folder.joinpath("SOURCE.txt").read_text()


def test_a_symbol_that_is_not_bundled_is_named() -> None:
    with pytest.raises(BarsError, match="there are no bundled bars of SPY, only of AAPL, IBM, MSFT"):
        load_bars("SPY")


@pytest.mark.parametrize("name", ["own.csv", "own.csv.gz"])
def test_a_users_own_file_is_read_by_symbol(tmp_path: Path, name: str) -> None:
    text = HEAD + GOOD + "QQQ,2012-01-03,57,57.5,56.9,57.06,1\n" + "SPY,2012-01-04,127,128,126.5,127.7,2\n"
    content = text.encode("utf-8-sig")
    (tmp_path / name).write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    bars = load_bars_csv(tmp_path / name)
    assert [("SPY", 2), ("QQQ", 1)] == [(symbol, len(days)) for symbol, days in bars.items()]
    assert Decimal("128.38") == bars["SPY"][0].high


BAD_ROWS = [
    ("SPY,2012-01-04,128.39,128.38,127.25,127.49,5", "open 128.39 is outside low 127.25 to high 128.38"),
    ("SPY,2012-01-04,127.5,128.38,127.25,127.24,5", "close 127.24 is outside low 127.25 to high 128.38"),
    ("SPY,2012-01-04,0,128.38,0,127.49,5", "low 0 is not above zero"),
    ("SPY,2012-01-04,127.5,128.38,127.25,127.49,0", "volume '0' is not a whole number above zero"),
    ("SPY,2012-01-04,127.5,128.38,127.25,127.49,1.5", "volume '1.5' is not a whole number above zero"),
    ("SPY,2012-01-04,x,128.38,127.25,127.49,5", "'x' is not a price"),
    ("SPY,2012-01-04,nan,128.38,127.25,127.49,5", "'nan' is not a price"),
    ("SPY,2012-01-04,127.5,128.38,127.25,127.49", "a cell is empty or missing"),
    ("SPY,2012-01-03,127.5,128.38,127.25,127.49,5", "2012-01-03 is not after the row before"),
    ("SPY,03/01/2012,127.5,128.38,127.25,127.49,5", "Invalid isoformat string: '03/01/2012'"),
]


@pytest.mark.parametrize(("row", "sentence"), BAD_ROWS)
def test_a_bad_row_is_refused_with_file_line_and_reason(tmp_path: Path, row: str, sentence: str) -> None:
    (tmp_path / "own.csv").write_text(HEAD + GOOD + row + "\n")
    with pytest.raises(BarsError) as caught:
        load_bars_csv(tmp_path / "own.csv")
    assert f"own.csv, line 3, SPY: {sentence}" == str(caught.value)


def test_a_file_without_a_column_or_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "own.csv").write_text("Ticker,Date,Open,High,Low,Close\n")
    with pytest.raises(BarsError, match=r"own\.csv has no column Volume"):
        load_bars_csv(tmp_path / "own.csv")
    (tmp_path / "own.csv.gz").write_bytes(b"no gzip")
    with pytest.raises(BarsError, match=r"own\.csv\.gz cannot be unpacked as text"):
        load_bars_csv(tmp_path / "own.csv.gz")


def test_frozen_time_leaves_real_dates_in_bars(tmp_path: Path) -> None:
    (tmp_path / "own.csv").write_text(HEAD + GOOD)
    with freeze_time("2012-06-04"):
        bars = load_bars_csv(tmp_path / "own.csv")
    assert date is type(bars["SPY"][0].day)
