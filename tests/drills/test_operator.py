"""The operator's verbs: what they promise holds at the gateway, not only in our book."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from hydra.messages.decisions import BreakerTripped, OperatorActed, SignalReceived
from hydra.records import BookImage
from hydra.values import OrderState, Purpose, TradingState
from tests.drills.configs import instead, restless
from tests.drills.stage import Stage, orders_in, traded, working_at, works


def is_flat(stage: Stage) -> bool:
    return not any(Decimal(row["quantity"]) for row in stage.ledger["positions"])


@pytest.mark.parametrize("seed", [60, 61, 62])
@pytest.mark.parametrize("state", [OrderState.INTENDED, OrderState.WRITTEN, OrderState.WORKING])
def test_halt_leaves_no_working_order_at_the_gateway_and_sends_no_more(
    tmp_path: Path, seed: int, state: OrderState
) -> None:
    stage = Stage(tmp_path, seed).begin()
    stage.until(traded(3)).until(lambda book: bool(orders_in(book, state)))
    unwritten = [order.order_ref for order in orders_in(stage.book, OrderState.INTENDED)]
    assert stage.desk.halt(by="drill", reason="stop").obeyed
    stage.world.run_for(2)
    assert [] == working_at(stage.ledger)
    assert [] == [order["order_ref"] for order in stage.ledger["orders"] if order["order_ref"] in unwritten]
    orders = len(stage.ledger["orders"])
    stage.run(20)
    assert (orders, TradingState.HALTED) == (len(stage.ledger["orders"]), stage.book.trading.state)
    stage.end_clean()


@pytest.mark.parametrize("victim", ["journal", "broker", "risk"])
def test_a_halt_outlives_the_death_of_an_actor(tmp_path: Path, victim: str) -> None:
    stage = Stage(tmp_path, 63).begin()
    stage.until(traded(3)).until(works)
    assert stage.desk.halt(by="drill", reason="stop").obeyed
    orders = len(stage.run(0.1).ledger["orders"])
    stage.world.kill(victim, "a drill")
    stage.run(20)
    assert (2, orders) == (stage.incarnation(victim), len(stage.ledger["orders"]))
    stage.end_clean()


def test_a_halt_works_while_the_journal_is_dead(tmp_path: Path) -> None:
    stage = Stage(tmp_path, 64).begin()
    stage.until(traded(3)).until(works)
    stage.world.kill("journal", "a drill")
    stage.desk.halt(by="drill", reason="stop")
    stage.world.run_for(1)
    assert [] == working_at(stage.ledger)
    stage.run(5)
    assert TradingState.HALTED is stage.book.trading.state
    stage.end_clean()


def test_resume_trades_again(tmp_path: Path) -> None:
    stage = Stage(tmp_path, 65).begin()
    stage.until(traded(3)).until(works)
    assert stage.desk.halt(by="drill", reason="stop").obeyed
    stage.run(5)
    assert stage.desk.resume(by="drill", reason="go on", force=False).obeyed
    stage.until(traded(stage.book.tally.fills + 4))
    assert TradingState.ACTIVE is stage.book.trading.state
    stage.end_clean()
    assert ["go HALTED", "go ACTIVE"] == [event.verb for event in stage.told(OperatorActed)]


@pytest.mark.parametrize("seed", [66, 67, 68])
def test_flatten_makes_the_account_flat_with_limit_orders_and_stays_halted(tmp_path: Path, seed: int) -> None:
    stage = Stage(tmp_path, seed).begin()
    stage.until(traded(4)).until(held_and_working)
    assert not is_flat(stage)
    assert stage.desk.flatten(by="drill", reason="go home").obeyed
    stage.until(lambda book: is_flat(stage) and not book.signals, 20)
    stage.run(10)
    assert (True, TradingState.HALTED) == (is_flat(stage), stage.book.trading.state)
    assert [] == [order["order_ref"] for order in stage.ledger["orders"] if Decimal(order["limit_price"]) <= 0]
    stage.end_clean()


@pytest.mark.parametrize("victim", ["journal", "broker", "router", "exit"])
def test_a_flatten_outlives_the_death_of_an_actor(tmp_path: Path, victim: str) -> None:
    stage = Stage(tmp_path, 69).begin()
    stage.until(traded(4)).until(held_and_working)
    assert stage.desk.flatten(by="drill", reason="go home").obeyed
    stage.world.kill(victim, "a drill")
    stage.until(lambda book: is_flat(stage) and not book.signals, 20)
    stage.end_clean()


def test_a_flatten_outlives_the_death_of_the_process(tmp_path: Path) -> None:
    stage = Stage(tmp_path / "1", 70).begin()
    stage.until(traded(4)).until(held_and_working)
    assert stage.desk.flatten(by="drill", reason="go home").obeyed
    later = stage.die(tmp_path / "2", landing=False).begin()
    assert not is_flat(later)
    later.until(lambda book: is_flat(later) and not book.signals, 20)
    later.end_clean()


@pytest.mark.parametrize("steps", [0, 12, 40])
def test_a_halt_during_a_flatten_calls_it_off_and_the_positions_stay(tmp_path: Path, steps: int) -> None:
    """A flatten once stood until somebody resumed, and the halt let its orders through: nothing could stop it."""
    stage = Stage(tmp_path, 75).begin()
    stage.until(traded(4)).until(held_and_working)
    assert stage.desk.flatten(by="drill", reason="go home").obeyed
    stage.until(flattening, 5).step(steps)
    assert stage.desk.halt(by="drill", reason="no, stay").obeyed
    stage.world.run_for(2)
    assert [] == working_at(stage.ledger)
    held, orders = positions(stage), len(stage.ledger["orders"])
    stage.run(20)
    assert (held, orders) == (positions(stage), len(stage.ledger["orders"]))
    assert any(held.values())
    assert () == stage.book.signals
    stage.end_clean()


def test_a_called_off_flatten_is_not_taken_up_by_the_next_process_but_a_new_one_is_done(tmp_path: Path) -> None:
    stage = Stage(tmp_path / "1", 76).begin()
    stage.until(traded(4)).until(held_and_working)
    assert stage.desk.flatten(by="drill", reason="go home").obeyed
    assert stage.desk.halt(by="drill", reason="no, stay").obeyed
    held = positions(stage.run(1))
    later = stage.die(tmp_path / "2", landing=False).begin()
    later.run(5)
    assert held == positions(later)
    assert later.desk.flatten(by="drill", reason="now really").obeyed
    later.until(lambda book: is_flat(later) and not book.signals, 20)
    later.end_clean()


def test_a_run_that_ends_during_a_flatten_leaves_no_order_and_the_next_run_goes_on_with_it(tmp_path: Path) -> None:
    stage = Stage(tmp_path, 77).begin()
    stage.until(traded(4)).until(held_and_working)
    assert stage.desk.flatten(by="drill", reason="go home").obeyed
    stage.until(flattening, 5).end_clean()
    assert not is_flat(stage)
    later = stage.again().begin()
    later.until(lambda book: is_flat(later) and not book.signals, 20)
    later.end_clean()


def positions(stage: Stage) -> dict[str, Decimal]:
    return {row["symbol"]: Decimal(row["quantity"]) for row in stage.ledger["positions"]}


def flattening(book: BookImage) -> bool:
    return any(order.intent.want.purpose is Purpose.FLATTEN for order in book.orders)


def held_and_working(book: BookImage) -> bool:
    return works(book) and any(position.quantity for position in book.positions)


def test_the_daily_loss_breaker_goes_to_reducing_and_opens_nothing_more(tmp_path: Path) -> None:
    config = instead("Holder", risk={"daily_loss_fraction_max": Decimal("0.00001")}, exit={"hold_max_s": 600})
    stage = Stage(tmp_path, 71, config=config).begin()
    stage.until(lambda book: book.trading.state is TradingState.REDUCING, 60)
    (tripped,) = stage.told(BreakerTripped)
    assert tripped.value <= tripped.limit < 0
    assert ["daily_loss"] == [alert.about for alert in stage.alerts("breaker")]
    stage.run(0.5)
    opened = stage.intents(Purpose.OPEN)
    stage.run(20)
    assert opened == stage.intents(Purpose.OPEN)
    assert is_flat(stage)
    assert stage.desk.resume(by="drill", reason="I know", force=False).obeyed
    stage.until(lambda book: opened != stage.intents(Purpose.OPEN), 5)
    stage.end_clean()


def test_a_forced_comparison_is_recorded_with_who_asked(tmp_path: Path) -> None:
    stage = Stage(tmp_path, 72, config=restless(monitor={"reconcile_interval_s": 86_400})).begin()
    stage.until(traded(1)).run(1)
    before = stage.book.tally.reconciliations
    assert stage.desk.reconcile(by="drill", reason="looking").obeyed
    stage.until(lambda book: book.tally.reconciliations == before + 1, 1)
    assert ("reconcile", "drill", "looking") == [(e.verb, e.by, e.text) for e in stage.told(OperatorActed)][-1]
    stage.end_clean()


def test_killing_somebody_unknown_is_refused_with_the_names_there_are(tmp_path: Path) -> None:
    stage = Stage(tmp_path, 73).begin().run(0.5)
    answer = stage.desk.kill_actor("nobody", by="drill")
    assert (False, True) == (answer.obeyed, "journal, broker, risk" in answer.text)
    stage.end_clean()


def test_what_is_open_when_the_run_ends_is_not_taken_up_as_new_signals(tmp_path: Path) -> None:
    stage = Stage(tmp_path, 74).begin()
    stage.until(traded(3)).until(works)
    received = len(stage.told(SignalReceived))
    stage.end_clean()
    assert received == len(stage.told(SignalReceived))
