"""The laws of the replayed market: true to the recorded day, and a pure function of seed, symbol and instant."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise
from random import Random
from statistics import pvariance

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hydra.gateway.bars import DailyBar, load_bars
from hydra.gateway.calendar import Session, session_of
from hydra.gateway.day_path import TickBar, day_path
from hydra.gateway.market import Market, Quote

SECOND_US = 1_000_000
ONE_CENT = Decimal("0.01")
DAYS = (date(2008, 10, 10), date(2008, 11, 28), date(2012, 6, 4), date(2012, 11, 23), date(2013, 2, 27))


def bars_on(symbol: str, days: Sequence[date] = DAYS) -> list[DailyBar]:
    return [bar for bar in load_bars(symbol) if bar.day in days]


def market(seed: int = 1, *, interval_s: int = 20, venue_share: Decimal = Decimal("0.001")) -> Market:
    bars = {symbol: bars_on(symbol) for symbol in ("AAPL", "IBM", "MSFT")}
    return Market(seed, bars, venue_share, interval_s)


def session_on(day: date) -> Session:
    session = session_of(day)
    assert session is not None
    return session


def day_of_quotes(of: Market, symbol: str, day: date, *, step_s: int = 20) -> list[Quote]:
    session = session_on(day)
    quotes = [of.quote(symbol, us) for us in range(session.open_us, session.close_us, step_s * SECOND_US)]
    return [quote for quote in quotes if quote is not None]


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("symbol", ["AAPL", "IBM", "MSFT"])
def test_trades_open_close_and_reach_exactly_as_far_as_the_recorded_day(symbol: str, day: date) -> None:
    (recorded,) = bars_on(symbol, [day])
    for interval_s in (10, 20, 60):
        quotes = day_of_quotes(market(interval_s=interval_s), symbol, day, step_s=interval_s)
        traded = [quote.last for quote in quotes]
        assert (recorded.open, recorded.high, recorded.low, recorded.close) == (
            *(traded[0], max(traded), min(traded)),
            traded[-1],
        )


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.integers(1, 100_000), min_size=4, max_size=4),
    st.sampled_from([210, 390]),
    st.integers(0, 2**32),
)
def test_any_day_touches_its_four_prices_and_never_leaves_its_range(prices: list[int], minutes: int, seed: int) -> None:
    low, opening, close, high = sorted(prices)
    path = day_path(TickBar(open=opening, high=high, low=low, close=close), minutes, Random(seed))
    seconds = range(minutes * 60)
    traded = [path.price_at(second, Random(second)) for second in seconds[::15]]
    assert (opening, high, low, close) == (traded[0], max(traded), min(traded), traded[-1])


@pytest.mark.parametrize("symbol", ["AAPL", "IBM", "MSFT"])
def test_every_quote_is_a_market_with_the_last_trade_at_one_of_its_sides(symbol: str) -> None:
    shown = market()
    for day in DAYS:
        (recorded,) = bars_on(symbol, [day])
        for quote in day_of_quotes(shown, symbol, day):
            assert recorded.low <= quote.bid < quote.ask <= recorded.high
            assert quote.bid <= quote.last <= quote.ask
            assert quote.ask - quote.bid <= max(ONE_CENT, quote.last * 3 / 10_000)
            assert quote.bid % ONE_CENT == quote.ask % ONE_CENT == quote.last % ONE_CENT == 0
            assert min(quote.bid_size, quote.ask_size, quote.last_size) >= 1


def test_a_day_without_a_range_still_has_a_spread_of_one_tick() -> None:
    price = Decimal("10")
    flat = DailyBar(day=date(2012, 6, 4), open=price, high=price, low=price, close=price, volume=1)
    for quote in day_of_quotes(Market(1, {"X": [flat]}), "X", date(2012, 6, 4)):
        assert (price, price + ONE_CENT, price, 1) == (quote.bid, quote.ask, quote.last, quote.bid_size)


def test_the_same_seed_shows_the_same_quotes_whatever_was_asked_before() -> None:
    day = date(2012, 6, 4)
    asked_in_order = day_of_quotes(market(seed=7), "IBM", day)
    fresh, session = market(seed=7), session_on(day)
    instants = [session.open_us + step * 20 * SECOND_US for step in range(len(asked_in_order))]
    shuffled = Random(0).sample(range(len(instants)), len(instants))
    found: dict[int, Quote | None] = {}
    for position in shuffled:
        fresh.quote("AAPL", instants[position])
        found[position] = fresh.quote("IBM", instants[position])
    assert asked_in_order == [found[position] for position in range(len(instants))]


def test_another_seed_another_symbol_or_another_day_is_another_path() -> None:
    wide = {"open": "10", "high": "12", "low": "9", "close": "11"}
    prices = {name: Decimal(text) for name, text in wide.items()}
    days = (date(2012, 6, 4), date(2012, 6, 5))
    alike = [DailyBar(day=day, volume=10_000_000, **prices) for day in days]
    one, two = (Market(seed, {"X": alike, "Y": alike}) for seed in (1, 2))
    shown = [
        day_of_quotes(one, "X", days[0]),
        day_of_quotes(one, "X", days[1]),
        day_of_quotes(one, "Y", days[0]),
        day_of_quotes(two, "X", days[0]),
    ]
    for part in (lambda quote: quote.last, lambda quote: quote.bid_size):
        parts = [[part(quote) for quote in quotes] for quotes in shown]
        assert all(parts[a] != parts[b] for a in range(4) for b in range(a))


def test_how_often_quotes_are_shown_changes_no_quote() -> None:
    often, rarely = market(interval_s=5), market(interval_s=60)
    for day in DAYS:
        minutely = day_of_quotes(rarely, "AAPL", day, step_s=60)
        assert minutely == day_of_quotes(often, "AAPL", day, step_s=60)


def test_a_quote_stands_until_the_next_is_due() -> None:
    shown, session = market(), session_on(date(2012, 6, 4))
    first = shown.quote("AAPL", session.open_us)
    assert first == shown.quote("AAPL", session.open_us + 20 * SECOND_US - 1)
    assert first != shown.quote("AAPL", session.open_us + 20 * SECOND_US)


def test_there_is_no_quote_outside_the_session_and_on_days_without_a_bar() -> None:
    shown, session = market(), session_on(date(2012, 6, 4))
    outside = (session.open_us - 1, session.close_us, session_on(date(2012, 6, 5)).open_us)
    assert [None, None, None] == [shown.quote("AAPL", us) for us in outside]
    with pytest.raises(KeyError):
        shown.quote("SPY", session.open_us)


def test_following_the_next_quote_walks_through_every_quote_of_every_session() -> None:
    shown = market()
    us: int | None = session_on(DAYS[0]).open_us - 1
    found = []
    while us is not None and (us := shown.next_quote_us("IBM", us)) is not None:
        found.append(us)
    sessions = [session_on(day) for day in DAYS]
    assert found == [us for s in sessions for us in range(s.open_us, s.close_us, 20 * SECOND_US)]


def test_the_next_quote_of_any_symbol_is_the_earliest_of_them() -> None:
    first, second = DAYS[2], DAYS[3]
    both = Market(1, {"AAPL": bars_on("AAPL", [first]), "IBM": bars_on("IBM", [second])})
    assert [session_on(first), session_on(second)] == list(both.sessions())
    assert session_on(first).open_us == both.next_quote_us(None, 0)
    assert session_on(second).open_us == both.next_quote_us("IBM", 0)
    assert session_on(second).open_us == both.next_quote_us(None, session_on(first).close_us)
    assert both.next_quote_us("AAPL", session_on(first).close_us) is None


def test_volume_grows_through_the_day_to_the_venues_share_of_the_recorded_volume() -> None:
    for day in DAYS:
        (recorded,) = bars_on("MSFT", [day])
        volumes = [quote.volume for quote in day_of_quotes(market(), "MSFT", day)]
        assert 0 == volumes[0]
        assert sorted(volumes) == volumes
        assert 0.99 * recorded.volume / 1000 <= volumes[-1] <= recorded.volume / 1000


def test_the_sizes_shown_follow_the_venues_share() -> None:
    day = date(2012, 6, 4)
    thousandth = day_of_quotes(market(), "MSFT", day)
    hundredth = day_of_quotes(market(venue_share=Decimal("0.01")), "MSFT", day)
    ratio = sum(quote.bid_size for quote in hundredth) / sum(quote.bid_size for quote in thousandth)
    assert 9 < ratio < 11


def test_daily_bars_are_the_recorded_days_with_the_venues_volume() -> None:
    close_us = session_on(DAYS[-1]).close_us
    expected = [(bar.day, bar.open, bar.high, bar.low, bar.close, bar.volume // 1000) for bar in bars_on("IBM")]
    found = market().daily_bars("IBM", close_us, 10)
    assert expected == [(bar.day, bar.open, bar.high, bar.low, bar.close, bar.volume) for bar in found]
    assert expected[-2:] == [
        (bar.day, bar.open, bar.high, bar.low, bar.close, bar.volume) for bar in market().daily_bars("IBM", close_us, 2)
    ]
    assert () == market().daily_bars("IBM", close_us, 0)


def test_the_bar_of_an_open_day_knows_nothing_of_what_comes_later() -> None:
    shown, session = market(), session_on(DAYS[2])
    seen: list[Quote] = []
    for us in range(session.open_us, session.open_us + 3600 * SECOND_US, 20 * SECOND_US):
        quote = shown.quote("AAPL", us)
        assert quote is not None
        seen.append(quote)
    *before, today = shown.daily_bars("AAPL", session.open_us + 3600 * SECOND_US - 1, 3)
    traded = [quote.last for quote in seen]
    assert (DAYS[2], traded[0], max(traded), min(traded), traded[-1], seen[-1].volume) == (
        *(today.day, today.open, today.high, today.low, today.close),
        today.volume,
    )
    assert list(DAYS[:2]) == [bar.day for bar in before]
    assert () == shown.daily_bars("AAPL", session_on(DAYS[0]).open_us - 1, 3)


def test_prices_come_back_to_their_line_within_the_day() -> None:
    """The variance ratio of a random walk is 1; below it, what moved away tends to come back."""
    one, thirty = [], []
    for bar in load_bars("AAPL")[-60:]:
        shown = Market(1, {"AAPL": [bar]}, quote_interval_s=60)
        traded = [float(quote.last / bar.open) for quote in day_of_quotes(shown, "AAPL", bar.day, step_s=60)]
        one += [b - a for a, b in pairwise(traded)]
        thirty += [b - a for a, b in zip(traded[::30], traded[30::30], strict=False)]
    assert pvariance(thirty) / pvariance(one) / 30 < 0.6


def test_the_price_does_not_lie_flat_on_the_extremes_of_the_day() -> None:
    bar = TickBar(open=1000, high=1200, low=1000, close=1200)
    knots = [knot for seed in range(20) for knot in day_path(bar, 390, Random(seed)).knots]
    assert sum(knot in (bar.high, bar.low) for knot in knots) < len(knots) / 25


def test_a_price_finer_than_a_cent_is_rounded_inward() -> None:
    bar = DailyBar(
        day=date(2012, 6, 4),
        open=Decimal("10.001"),
        high=Decimal("10.059"),
        low=Decimal("10.001"),
        close=Decimal("10.0588"),
        volume=1_000_000,
    )
    (venue,) = Market(1, {"X": [bar]}).daily_bars("X", session_on(bar.day).close_us, 1)
    assert ("10.01", "10.05", "10.01", "10.05") == tuple(
        str(price) for price in (venue.open, venue.high, venue.low, venue.close)
    )


def bar_of(day: date, low: str, high: str) -> DailyBar:
    return DailyBar(day=day, open=Decimal(low), high=Decimal(high), low=Decimal(low), close=Decimal(high), volume=1)


@pytest.mark.parametrize(
    ("bar", "sentence"),
    [
        (bar_of(date(2012, 6, 3), "10", "11"), "X has a bar on 2012-06-03, when the exchange is closed"),
        (
            bar_of(date(2012, 6, 4), "10.001", "10.009"),
            "X on 2012-06-04: no whole cent between low 10.001 and high 10.009",
        ),
    ],
)
def test_a_bar_that_cannot_be_replayed_is_refused(bar: DailyBar, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        Market(1, {"X": [bar]})


@pytest.mark.parametrize("interval_s", [0, 7, 90])
def test_an_interval_that_would_miss_a_minute_is_refused(interval_s: int) -> None:
    with pytest.raises(ValueError, match=f"the quote interval {interval_s} s does not divide a minute"):
        Market(1, {}, quote_interval_s=interval_s)


@pytest.mark.parametrize("venue_share", ["0", "-0.1", "1.01"])
def test_a_share_of_the_volume_that_is_no_share_is_refused(venue_share: str) -> None:
    with pytest.raises(ValueError, match=f"the venue share {venue_share} is not above 0 and at most 1"):
        Market(1, {}, Decimal(venue_share))


def test_a_bar_of_an_open_day_is_the_same_whichever_instants_were_asked_before() -> None:
    asked_before, opened_us = market(), session_on(DAYS[2]).open_us
    for minute in (200, 30, 389, 0, 31):
        us = opened_us + minute * 60 * SECOND_US
        assert market().daily_bars("AAPL", us, 1) == asked_before.daily_bars("AAPL", us, 1)
