"""The process dies at any instant; the next one finds journal and gateway: nothing is lost, nothing is doubled."""

from __future__ import annotations

from pathlib import Path

import pytest

from hydra.messages.decisions import OrderEnded, OrderIntended, RunEnded, RunStarted
from hydra.records import BookImage
from hydra.values import OrderState, TradingState
from tests.drills.configs import restless
from tests.drills.stage import Stage, orders_in, traded, working_at, works

STEPS = (0, 1, 2, 3, 5, 8, 13, 21, 40, 200)


@pytest.mark.parametrize("landing", [False, True], ids=["lost", "landing"])
@pytest.mark.parametrize("state", [OrderState.INTENDED, OrderState.WRITTEN, OrderState.WORKING])
@pytest.mark.parametrize("steps", STEPS[::3])
def test_a_killed_process_loses_and_doubles_nothing(
    tmp_path: Path, state: OrderState, steps: int, landing: bool
) -> None:
    stage = Stage(tmp_path / "1", 10).begin()
    stage.until(traded(3)).until(lambda book: bool(orders_in(book, state))).step(steps)
    later = stage.die(tmp_path / "2", landing=landing).begin()
    later.until(lambda book: book.session_live and book.tally.reconciliations > 0)
    later.until(traded(later.book.tally.fills + 3)).run(1)
    later.end_clean()
    assert 2 == len(later.told(RunStarted))


@pytest.mark.parametrize("seed", [11, 12, 13])
def test_process_after_process_dies_and_the_last_one_is_right(tmp_path: Path, seed: int) -> None:
    stage = Stage(tmp_path / "0", seed, config=restless(supervision={"crashed_runs_max": 100})).begin()
    for n in range(1, 6):
        stage.until(traded(stage.book.tally.fills + 2), 20).until(works).step(STEPS[(seed + 3 * n) % len(STEPS)])
        stage = stage.die(tmp_path / str(n), landing=n % 2 == 0).begin()
    stage.until(traded(stage.book.tally.fills + 3))
    stage.end_clean()


def test_a_process_that_dies_while_its_first_comparison_is_open_is_no_loss(tmp_path: Path) -> None:
    stage = Stage(tmp_path / "0", 14).begin()
    stage.until(traded(2)).until(works)
    for n, steps in enumerate((1, 20, 60), start=1):
        stage = stage.die(tmp_path / str(n), landing=False).begin().step(steps)
    stage.until(traded(stage.book.tally.fills + 2))
    stage.end_clean()


@pytest.mark.parametrize("seed", [19, 20, 21])
def test_a_gateway_that_dies_with_the_process_comes_back_from_its_store_and_nothing_is_lost(
    tmp_path: Path, seed: int
) -> None:
    stage = Stage(tmp_path / "1", seed).begin()
    stage.until(traded(3)).until(works).step(STEPS[seed % len(STEPS)])
    later = stage.die(tmp_path / "2", landing=True, with_gateway=True).begin()
    later.until(traded(later.book.tally.fills + 3))
    later.end_clean()


def test_an_order_that_was_lost_with_the_process_gets_its_verdict_and_no_second_order(tmp_path: Path) -> None:
    stage = Stage(tmp_path / "1", 10).begin()
    stage.until(traded(3)).until(lambda book: bool(orders_in(book, OrderState.INTENDED)))
    (lost,) = orders_in(stage.book, OrderState.INTENDED)
    later = stage.die(tmp_path / "2", landing=False).begin()
    later.until(lambda book: any(end.order_ref == lost.order_ref for end in ends_in(later, book)))
    assert lost.order_ref not in [order["order_ref"] for order in later.ledger["orders"]]
    assert ["NEVER_REACHED"] == [end.state for end in later.told(OrderEnded) if end.order_ref == lost.order_ref]
    later.end_clean()


def ends_in(stage: Stage, book: BookImage) -> list[OrderEnded]:
    """Read only when the book has moved: the predicate is asked before every step."""
    if not book.session_live or book.seq % 5:
        return []
    return stage.told(OrderEnded)


def test_an_orderly_end_leaves_orders_when_told_to_and_the_next_run_takes_them_up(tmp_path: Path) -> None:
    stage = Stage(tmp_path, 15).begin()
    stage.until(traded(3)).until(works)
    left = working_at(stage.ledger)
    assert () == stage.end(leave_orders=True).unexplained
    assert [] != left
    assert left == working_at(stage.ledger)
    later = stage.again().begin()
    later.until(lambda book: not {order.order_ref for order in book.orders if not order.state.is_final} & set(left))
    later.until(traded(later.book.tally.fills + 2))
    later.end_clean()
    assert len(left) == sum(1 for event in later.told(OrderIntended) if event.intent.want.order_ref in left)


def test_more_deaths_within_an_hour_than_the_limit_start_halted(tmp_path: Path) -> None:
    stage = Stage(tmp_path / "0", 16, config=restless(supervision={"crashed_runs_max": 2})).begin()
    for n in (1, 2):
        stage = stage.run(1).die(tmp_path / str(n), landing=False).begin()
        stage.until(lambda book: book.session_live)
        assert TradingState.ACTIVE is stage.book.trading.state
    stage = stage.run(1).die(tmp_path / "3", landing=False).begin()
    stage.until(lambda book: book.session_live).run(5)
    assert TradingState.HALTED is stage.book.trading.state
    assert ["process"] == [alert.about for alert in stage.alerts("crash_loop")]
    assert [] == working_at(stage.ledger)
    stage.end_clean()


def test_runs_that_end_in_order_count_against_nobody(tmp_path: Path) -> None:
    stage = Stage(tmp_path, 17, config=restless(supervision={"crashed_runs_max": 1})).begin()
    for _ in range(3):
        stage.run(1).end_clean()
        stage = stage.again().begin()
    stage.until(traded(stage.book.tally.fills + 1))
    assert TradingState.ACTIVE is stage.book.trading.state
    stage.end_clean()
    assert [1, 2, 3, 4] == [event.run for event in stage.told(RunEnded)]


@pytest.mark.parametrize("victim", ["journal", "broker", "risk", "router", "exit"])
@pytest.mark.parametrize("after_s", [0, 0.0005, 0.1])
def test_an_actor_that_dies_while_the_run_ends_does_not_keep_it_from_ending(
    tmp_path: Path, victim: str, after_s: float
) -> None:
    stage = Stage(tmp_path, 18).begin()
    stage.until(traded(3)).until(works)
    stage.world.loop.call_later(after_s, stage.world.kill, victim, "a drill")
    stage.end_clean()
