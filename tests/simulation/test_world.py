"""Tests of hydra/simulation/world.py: a simulation is decided by its seed, stays within its memory, and breaks no law."""

from __future__ import annotations

import gc
from collections import Counter
from pathlib import Path

import pytest

from hydra.config import Config
from hydra.errors import UsageError
from hydra.runtime.trace import SPELLED_MAX
from hydra.simulation.divergence import between_files
from hydra.simulation.world import SimulationFailed, simulate
from hydra.supervisor.picture import book_of
from tests.simulation.processes import Run, simulated
from tests.simulation.worlds import BUSY, begun, plan

LEAKY = """
from hydra.strategies.mean_reversion import MeanReversion

class Leaky(MeanReversion):
    def on_quote(self, quote, view):
        wishes = super().on_quote(quote, view)
        return wishes if hash(quote.symbol) % 2 else []
"""
LEAKY_TOML = """
[[strategy]]
name = "leaky"
class = "leaky:Leaky"
symbols = ["AAPL", "IBM", "MSFT"]
"""
TO_THE_NEXT_OPEN_S = 86_400 - 60
KEPT_BY_DESIGN = (
    "hydra.gateway.records.Order",
    "hydra.gateway.records.Execution",
    "hydra.broker.orders.KnownOrder",
    "hydra.messages.facts.OrderStatusReported",
)
"""The gateway's ledger, and the broker's memory of the orders of one session: one small record each per order."""


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return simulated(tmp_path_factory.mktemp("first"), "--clock", "freezegun", hash_seed=1)


@pytest.mark.parametrize(("clock", "hash_seed"), [("freezegun", 2), ("plain", 3)])
def test_a_seed_decides_every_delivery_whatever_the_process_the_hash_seed_and_the_clock(
    first: Run, tmp_path: Path, clock: str, hash_seed: int
) -> None:
    again = simulated(tmp_path, "--clock", clock, hash_seed=hash_seed)
    assert None is between_files(first.trace, again.trace)
    assert first.figures["digest"] == again.figures["digest"]


def test_another_seed_is_another_market_from_the_first_quote_on(first: Run, tmp_path: Path) -> None:
    other = simulated(tmp_path, "--seed", "2", "--clock", "plain")
    assert first.figures["digest"] != other.figures["digest"]
    assert "|broker|" in str(between_files(first.trace, other.trace))


def test_a_strategy_that_follows_the_hash_seed_is_found_at_its_first_wish(tmp_path: Path) -> None:
    runs = []
    for hash_seed in (0, 2):
        folder = tmp_path / str(hash_seed)
        folder.mkdir()
        (folder / "leaky.py").write_text(LEAKY)
        (folder / "supervisor.toml").write_text(LEAKY_TOML)
        runs.append(simulated(folder, "--clock", "plain", hash_seed=hash_seed))
    assert runs[0].figures["digest"] != runs[1].figures["digest"]
    assert "|strategy/leaky|journal|SubmitSignal|" in str(between_files(runs[0].trace, runs[1].trace))


def test_a_day_trades_in_both_ways_and_breaks_no_law(first: Run) -> None:
    assert [] == first.figures["violations"]
    assert 0 < first.figures["parents_by_child"]["TWAP"] < first.figures["parents_by_child"]["PATIENCE"]
    assert first.figures["orders"] == sum(first.figures["orders_by_child"].values())


@pytest.mark.parametrize("seed", [0, 12, 14])
def test_the_first_market_hour_has_an_executed_signal_even_on_seeds_that_are_slow(tmp_path: Path, seed: int) -> None:
    with begun(plan(tmp_path, seed=seed)) as simulated_hour:
        world = simulated_hour.world
        world.run_for(3600)
        ends = dict(book_of(world.published()).terminal)
    assert ends.get("EXECUTED", 0) >= 1, ends


def test_a_simulation_keeps_of_each_order_only_what_the_ledger_needs(tmp_path: Path) -> None:
    """One minute before an open against the next one: only they have grown with the orders of the day between."""
    with begun(plan(tmp_path, config=Config.model_validate(BUSY))) as two_days:
        world = two_days.world
        world.run_for(TO_THE_NEXT_OPEN_S)
        early, orders_early = instances(), book_of(world.published()).tally.orders
        world.run_for(86_400)
        late, orders = instances(), book_of(world.published()).tally.orders - orders_early
    assert orders > 5 * SPELLED_MAX, orders
    grown = {name: count - early[name] for name, count in late.items() if count - early[name] > SPELLED_MAX}
    assert set(KEPT_BY_DESIGN) == grown.keys()
    assert all(count <= 2 * orders for count in grown.values()), (orders, grown)


def test_a_plan_beyond_the_recorded_prices_is_refused_with_both_dates(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="280 days from 2012-06-04 end on 2013-03-11, the recorded prices on 2013-03-01"):
        simulate(plan(tmp_path, days=280), print)


def test_a_desk_that_may_not_trade_stops_the_simulation_with_the_reason(tmp_path: Path) -> None:
    config = Config.model_validate({"gateway": {"account": "U1234567"}})
    with pytest.raises(SimulationFailed, match="U1234567"):
        simulate(plan(tmp_path, config=config), print)


def instances() -> Counter[str]:
    """How many objects of each class of hydra live now."""
    gc.collect()
    kinds = (type(thing) for thing in gc.get_objects())
    return Counter(f"{kind.__module__}.{kind.__qualname__}" for kind in kinds if str(kind.__module__).startswith("hydra."))
