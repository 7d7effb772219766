"""The market jumps, halts, bursts or shows nonsense: no order is priced on it, and every fill is at a true price."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest

from hydra.gateway.bars import load_bars
from hydra.simulation.faults.market import KINDS
from tests.drills.stage import STAGES, traded, works
from tests.simulation.suffering import SCOPE, Suffering


@pytest.fixture(autouse=True)
def _no_world_outlives_its_test() -> Iterator[None]:
    yield
    while STAGES:
        STAGES.pop().world.stop()


def trading(directory: Path, seed: int) -> Suffering:
    stage = Suffering(directory, seed)
    stage.begin().until(traded(3)).until(works)
    return stage


@pytest.mark.parametrize(
    ("kind", "amount"),
    [
        ("market.quote_zero", 0),
        ("market.quote_zero", -1),
        ("market.quote_unset", 0),
        ("market.quote_crossed", 0.01),
        ("market.quote_frozen", 0),
    ],
)
def test_nothing_is_ordered_on_quotes_that_are_insane_or_old(tmp_path: Path, kind: str, amount: float) -> None:
    stage = trading(tmp_path, 1)
    undo = stage.suffer(kind, amount=amount)
    stage.world.run_for(stage.plan.config.risk.quote_stale_s + 1)
    ordered = stage.intents()
    stage.run(2)
    assert ordered == stage.intents()
    undo()
    stage.until(traded(stage.book.tally.fills + 2), 10)
    stage.end_clean()


@pytest.mark.parametrize("price", [0.0001, 1e9])
def test_an_absurd_price_moves_no_fill_away_from_the_true_market(tmp_path: Path, price: float) -> None:
    stage = trading(tmp_path, 2)
    stage.through("market.quote_zero", for_s=120, amount=price)
    for execution in stage.ledger["executions"]:
        (day,) = (bar for bar in load_bars(execution["symbol"]) if bar.day == stage.plan.config.gateway.day)
        assert day.low <= Decimal(execution["price"]) <= day.high + Decimal("0.05")
    stage.rest().end_clean()


def test_quotes_without_sizes_and_a_thousand_ticks_at_once_change_nothing(tmp_path: Path) -> None:
    stage = trading(tmp_path, 3)
    stage.through("market.quote_sizeless", for_s=60)
    for n in range(3):
        stage.suffer("market.quote_burst", amount=300 + n)
        stage.run(0.5)
    stage.until(traded(stage.book.tally.fills + 2), 10)
    assert [] == stage.alerts("actor_crashed")
    stage.end_clean()


@pytest.mark.parametrize("fraction", [-0.15])
def test_a_market_that_jumps_and_jumps_back_leaves_the_book_equal_to_the_ledger(tmp_path: Path, fraction: float) -> None:
    stage = trading(tmp_path, 4)
    stage.through("market.gap", for_s=120, amount=fraction)
    stage.rest().end_clean()


@pytest.mark.parametrize("fraction", [-0.04, 0.02])
def test_a_halted_symbol_gets_no_new_order_and_trades_again_wherever_it_reopens(tmp_path: Path, fraction: float) -> None:
    stage = trading(tmp_path, 5)
    undo = stage.suffer("market.halt", target="MSFT", amount=fraction)
    stage.world.run_for(stage.plan.config.risk.quote_stale_s + 1)
    ordered = stage.intents(symbol="MSFT")
    stage.run(2)
    assert ordered == stage.intents(symbol="MSFT")
    undo()
    stage.rest()
    stage.run(6)
    assert len(ordered) < len(stage.intents(symbol="MSFT"))
    stage.end_clean()


def test_a_subscription_that_begins_with_an_old_quote_prices_nothing_on_it_for_long(tmp_path: Path) -> None:
    stage = trading(tmp_path, 6)
    undo = stage.suffer("market.quote_stale_first", amount=1800)
    for _ in range(3):
        stage.network.reset_all(landing=True)
        stage.run(1)
    undo()
    stage.until(traded(stage.book.tally.fills + 2), 10)
    stage.end_clean()


@pytest.mark.parametrize("name", [kind.name for kind in KINDS])
def test_what_chance_draws_is_in_its_scope_and_the_same_for_the_same_dice(name: str) -> None:
    (kind,) = (kind for kind in KINDS if kind.name == name)
    drawn = [kind.draw(Random(7), SCOPE) for _ in range(2)]
    assert drawn[0] == drawn[1]
    assert (name, True) == (drawn[0].kind, SCOPE.from_s <= drawn[0].at_s <= SCOPE.until_s)
