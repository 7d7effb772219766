"""Mean reversion: when it samples, when it wishes, and that it trades on a path that reverts."""

import random
from collections import deque
from datetime import datetime

import pytest

from hydra.config.kinds import ParamValue
from hydra.strategies.mean_reversion import MeanReversion, z_score
from hydra.strategies.strategy import StrategyView, Wish
from hydra.values import Side
from tests.core.books import D, later, quote, signal
from tests.strategies.test_strategy import view


def made(**params: ParamValue) -> MeanReversion:
    plain: dict[str, ParamValue] = {"window": 4, "sample_s": 20, "entry_z": D("1.5"), "cooldown_s": 100}
    return MeanReversion("m", ("AAPL",), plain | params, random.Random(1))


def at(strategy: MeanReversion, seconds: float, price: str, seen: StrategyView | None = None) -> list[Wish]:
    now: datetime = later(seconds)
    return strategy.on_quote(quote(price, price, now), seen if seen is not None else view(now))


def warm(strategy: MeanReversion) -> MeanReversion:
    """Four samples around 100, at 0, 20, 40 and 60 s."""
    for n, price in enumerate(("100.10", "99.90", "100.10", "99.90")):
        assert at(strategy, 20 * n, price) == []
    return strategy


def test_it_buys_what_fell_far_below_its_mean() -> None:
    assert at(warm(made()), 80, "99.80") == [
        Wish(
            symbol="AAPL",
            side=Side.BUY,
            notional=D(10_000),
            reason="middle 99.80 is -2.00 deviations from the mean of 4 samples",
        )
    ]


@pytest.mark.parametrize("price", ["99.86", "100.00", "100.50"])
def test_it_does_nothing_near_or_above_its_mean(price: str) -> None:
    assert at(warm(made()), 80, price) == []


def test_it_sells_what_rose_only_where_shorts_are_allowed() -> None:
    wishes = at(warm(made(shorts=True)), 80, "100.20")
    assert [wish.side for wish in wishes] == [Side.SELL]


def test_it_looks_only_at_samples() -> None:
    strategy = warm(made())
    assert at(strategy, 79, "90.00") == []
    assert at(strategy, 80, "90.00") != []


def test_it_waits_for_a_full_window() -> None:
    strategy = made()
    assert [at(strategy, 20 * n, price) for n, price in enumerate(("100", "101", "90"))] == [[], [], []]


def quiet_views() -> list[StrategyView]:
    now = later(80)
    return [
        view(now, session=None),
        view(now, positions={"AAPL": D(5)}),
        view(now, open_signals=(signal(),)),
    ]


@pytest.mark.parametrize("seen", quiet_views(), ids=["closed", "holding", "busy"])
def test_it_wishes_nothing_while_closed_holding_or_busy(seen: StrategyView) -> None:
    assert at(warm(made()), 80, "90.00", seen) == []


def test_after_a_wish_it_cools_down() -> None:
    strategy = warm(made())
    assert len(at(strategy, 80, "99.80")) == 1
    assert at(strategy, 100, "98.00") == []
    assert len(at(strategy, 180, "90.00")) == 1


def test_after_a_night_the_window_begins_anew() -> None:
    strategy = warm(made())
    assert at(strategy, 60 + 201, "90.00") == []
    assert at(strategy, 60 + 221, "80.00") == []


@pytest.mark.parametrize(("bid", "ask"), [("0", "100"), ("101", "100"), ("NaN", "100")])
def test_an_unusable_quote_is_no_sample(bid: str, ask: str) -> None:
    strategy = warm(made())
    assert strategy.on_quote(quote(bid, ask, later(80)), view(later(80))) == []
    assert at(strategy, 80, "99.80") != []


def test_a_symbol_that_is_not_its_own_is_ignored() -> None:
    assert warm(made()).on_quote(quote("1", "1", later(80), symbol="IBM"), view(later(80))) == []


def test_prices_that_do_not_vary_have_no_score() -> None:
    assert z_score(99.0, deque([100.0, 100.0, 100.0])) == 0.0
    assert z_score(98.0, deque([99.0, 101.0])) == -2.0


@pytest.mark.parametrize("seed", range(5))
def test_with_its_defaults_it_trades_several_times_a_day_on_a_path_that_reverts(seed: int) -> None:
    rng, strategy = random.Random(seed), MeanReversion("m", ("AAPL",), {}, random.Random(1))
    price, wished_s = 0.0, []
    for second in range(0, 23_400, 2):
        price = 0.99 * price + rng.gauss(0, 0.05)
        text = f"{100 + price:.2f}"
        if at(strategy, second, text, view(later(second))):
            wished_s.append(second)
    assert len(wished_s) >= 5
    assert wished_s[0] <= 1200
