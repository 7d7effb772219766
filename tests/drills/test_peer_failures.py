"""What the best of the others get wrong, measured on them, done right here: one situation each, judged by the gateway.

Which program failed how is told beside each test; all of them had their own defaults.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from hydra.bench.weeks import SYMBOLS, ten_symbols
from hydra.config import Config
from hydra.core.instants import after_s
from hydra.gateway.faults import GatewayFault
from hydra.messages.commands import SubmitSignal
from hydra.messages.decisions import OrderDoubted, OrderEnded, SignalEnded
from hydra.messages.facts import ExecutionReported, OrderWritten
from hydra.simulation.world import venue_of
from hydra.values import OrderState, Purpose, Side, Signal, TradingState
from tests.drills.configs import only
from tests.drills.stage import Stage, orders_in, plan, traded, working_at
from tests.drills.stranger import Stranger

SHARES = Decimal(40)
ON_THEIR_WAY = (OrderState.INTENDED, OrderState.WRITTEN)


def silent(**sections: dict[str, Any]) -> Config:
    """Follows ten symbols and wishes nothing by itself; what it is told to buy waits for ten minutes as one order."""
    routing = {"patience_steps_s": (600, 600, 600)}
    exits = {"hold_max_s": 20_000, "target_fraction": Decimal("0.5"), "stop_fraction": Decimal("0.5")}
    config = only(*SYMBOLS, routing=routing, exit=exits, **sections)
    (strategy,) = config.strategies
    changed = strategy.model_copy(update={"params": {"entry_z": Decimal(20)}})
    return config.model_copy(update={"strategies": (changed,)})


def buy(stage: Stage, *symbols: str) -> None:
    """Signals from outside, all in one instant."""
    now = stage.world.clock.now()
    for symbol in symbols:
        signal = Signal(
            signal_id=f"drill-{symbol}",
            source="restless",
            symbol=symbol,
            side=Side.BUY,
            quantity=SHARES,
            purpose=Purpose.OPEN,
            urgent=False,
            episode="",
            reason="a drill",
            at=now,
            valid_until=after_s(now, 300),
        )
        stage.world.tell("journal", SubmitSignal(signal=signal))


def at_ten_symbols(directory: Path, config: Config) -> Stage:
    """A desk that has its quotes, at a gateway that trades more than the three recorded symbols."""
    venue = venue_of(replace(plan(directory, 1, config), recorded=ten_symbols))
    return Stage(directory, config=config, venue=venue).begin().run(0.5)


def with_five_orders(directory: Path) -> tuple[Stage, set[str]]:
    """A desk of which five orders or more work at the venue, with their refs."""
    stage = at_ten_symbols(directory, silent())
    buy(stage, *SYMBOLS)
    stage.until(lambda book: len(stage.intents()) == len(SYMBOLS) and not orders_in(book, *ON_THEIR_WAY))
    refs = set(working_at(stage.ledger))
    assert 5 <= len(refs)
    return stage, refs


def filled_at_venue(stage: Stage) -> set[str]:
    """The refs of the orders that have traded, by the venue."""
    return {row["order_ref"] for row in stage.ledger["orders"] if Decimal(row["filled"]) > 0}


def executions(stage: Stage) -> dict[str, Decimal]:
    """The venue's executions and their prices."""
    return {row["exec_id"]: Decimal(row["price"]) for row in stage.ledger["executions"]}


def held(stage: Stage) -> Decimal:
    """Shares in all symbols, by the venue."""
    return sum((Decimal(row["quantity"]) for row in stage.ledger["positions"]), start=Decimal(0))


def told_executions(stage: Stage) -> dict[str, Decimal]:
    """The journal's executions and their prices; none is there twice."""
    told = [event.execution for event in stage.told(ExecutionReported)]
    assert len(told) == len({execution.exec_id for execution in told})
    return {execution.exec_id: execution.price for execution in told}


def test_five_orders_that_fill_while_the_socket_is_down_for_six_seconds_are_known_with_their_prices_within_a_second(
    tmp_path: Path,
) -> None:
    """NautilusTrader reconnected and never learned of them, without an error."""
    stage, refs = with_five_orders(tmp_path)
    stage.network.cut(refusing="the line is cut")
    stage.world.loop.call_later(6, stage.network.accept)
    hurt(stage, "gap", for_s=600, amount=-0.1)
    stage.until(lambda book: not book.session_live, 1).until(lambda book: book.session_live, 1)
    filled = executions(stage)
    stage.world.run_for(1.0)
    assert 5 <= len(refs & filled_at_venue(stage))
    assert filled == told_executions(stage)
    stage.end_clean()


def hurt(stage: Stage, *kinds: str, for_s: float = 0.0, target: str = "", amount: float = 0.0) -> None:
    """Begin these faults at the gateway now."""
    now_us = stage.network.now_us()
    for kind in kinds:
        fault = GatewayFault(kind=kind, at_us=now_us, for_us=round(for_s * 1e6), target=target, amount=amount, dice=1)
        assert stage.sim.gateway.inject(fault)
    stage.network.settle()


@pytest.mark.parametrize(("hidden_s", "state"), [(8, TradingState.ACTIVE), (46, TradingState.PAUSED)])
def test_an_order_that_lives_unacknowledged_and_unlisted_is_doubted_after_two_seconds_and_its_fill_is_taken(
    tmp_path: Path, hidden_s: float, state: TradingState
) -> None:
    """NautilusTrader called it rejected after 46 seconds, refused its later fill, and the position grew. Here a fill that
    comes after two sessions have denied the order is taken too, and a person is asked."""
    stage = at_ten_symbols(tmp_path, silent())
    buy(stage, "AAPL")
    stage.until(lambda book: bool(orders_in(book, OrderState.INTENDED)))
    hurt(stage, "ack_lost", "unlisted_order", for_s=hidden_s)
    hurt(stage, "gap", for_s=hidden_s - 5, amount=0.1)
    stage.world.run_for(2.1)
    (order,) = orders_in(stage.book, OrderState.UNKNOWN)
    assert [order.order_ref] == [event.order_ref for event in stage.told(OrderDoubted)]
    stage.world.run_for(hidden_s - 7.2)
    hurt(stage, "gap", for_s=600, amount=-0.1)
    stage.until(traded(1)).run(1)
    assert executions(stage) == told_executions(stage)
    assert {"REJECTED", "CANCELLED"}.isdisjoint(event.state for event in stage.told(OrderEnded))
    assert SHARES == held(stage)
    assert state is stage.book.trading.state


def test_orders_that_were_cancelled_at_the_venue_while_the_process_was_dead_end_as_cancelled_on_evidence(
    tmp_path: Path,
) -> None:
    """NautilusTrader showed them as accepted for ever."""
    stage, refs = with_five_orders(tmp_path / "1")
    later = stage.die(tmp_path / "2", landing=True)
    for _ in refs:
        hurt(later, "manual_cancel")
    later.begin().until(lambda book: book.session_live and book.tally.reconciliations > 0).run(1)
    ended = {event.order_ref: event for event in later.told(OrderEnded)}
    assert {"CANCELLED"} == {ended[ref].state for ref in refs}
    assert all(ended[ref].evidence for ref in refs)
    later.end_clean()


def test_orders_that_filled_while_the_process_was_dead_are_known_by_exactly_the_venues_executions(tmp_path: Path) -> None:
    """NautilusTrader had its own fills right, and invented two orders."""
    stage, refs = with_five_orders(tmp_path / "1")
    later = stage.die(tmp_path / "2", landing=True)
    hurt(later, "gap", for_s=600, amount=-0.1)
    later.world.run_for(5)
    assert 5 <= len(refs & filled_at_venue(later))
    later.begin().until(lambda book: book.session_live and book.tally.reconciliations > 0).world.run_for(1.0)
    assert executions(later) == told_executions(later)
    assert set(stage.intents()) == {order["order_ref"] for order in later.ledger["orders"]} == set(later.intents())
    later.end_clean()


def test_with_a_limit_of_one_dollar_an_order_not_one_order_reaches_the_gateway(tmp_path: Path) -> None:
    """NautilusTrader let 50 of 50 orders of a hundred dollars through, on a margin account."""
    stage = at_ten_symbols(tmp_path, silent(risk={"notional_max": 1}))
    buy(stage, *SYMBOLS)
    stage.run(15)
    assert ([], []) == (stage.ledger["orders"], stage.intents())
    reasons = [event.reason for event in stage.told(SignalEnded)]
    assert (10, True) == (len(reasons), all("limit 1" in reason for reason in reasons))
    stage.end_clean()


def test_positions_that_differ_at_the_start_pause_with_a_named_difference_and_nothing_new_is_sent(tmp_path: Path) -> None:
    """ml4t-live warned, took the broker's word, and accepted a new order."""
    stage = at_ten_symbols(tmp_path / "1", silent())
    buy(stage, "AAPL")
    later = stage.until(traded(1)).die(tmp_path / "2", landing=False)
    Stranger(later.network).buy(7, "AAPL")
    later.world.run_for(10)
    later.begin().run(1)
    assert TradingState.PAUSED is later.book.trading.state
    assert ["position/AAPL"] == [difference.item for difference in later.book.differences]
    buy(later, "IBM")
    later.run(15)
    assert ["drill-AAPL.1.1", ""] == [order["order_ref"] for order in later.ledger["orders"]]


def test_of_a_burst_above_the_pace_only_what_was_written_before_a_reset_counts_as_sent(tmp_path: Path) -> None:
    """ib_async's own queue holds back what comes above 45 a second, and loses it silently with the socket."""
    stage = at_ten_symbols(tmp_path, silent(broker={"messages_per_s_max": 10}))
    buy(stage, *SYMBOLS)
    stage.until(lambda book: bool(orders_in(book, OrderState.WRITTEN)))
    stage.network.cut(refusing="the line is cut", landing=True)
    stage.until(lambda book: not book.session_live, 1)
    written = {event.order_ref for event in stage.told(OrderWritten)}
    assert written == {order["order_ref"] for order in stage.ledger["orders"]}
    assert written < set(stage.intents())
    stage.network.accept()
    stage.until(lambda book: book.session_live, 5).run(5)
    refs = [order["order_ref"] for order in stage.ledger["orders"]]
    assert len(refs) == len(set(refs))
    stage.end_clean()
