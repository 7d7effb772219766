"""Actors die at any instant while orders work: nothing is lost, nothing is doubled, trading goes on."""

from __future__ import annotations

from pathlib import Path

import pytest

from hydra.messages.decisions import ActorLifeChanged, OrderIntended, ParentEnded
from hydra.values import OrderState, ParentEnd, TradingState
from tests.drills.configs import restless
from tests.drills.stage import THE_SIX, Stage, orders_in, restarted, traded, works

STEPS = (0, 1, 2, 3, 5, 8, 13, 40, 200)
"""Single steps of the loop between the order that works and the blow: between any two effects sooner or later."""


@pytest.mark.parametrize("victim", THE_SIX)
@pytest.mark.parametrize("seed", [1, 2])
def test_one_of_the_six_dies_while_orders_work_and_nothing_is_lost_or_doubled(
    tmp_path: Path, victim: str, seed: int
) -> None:
    stage = Stage(tmp_path, seed).begin()
    for n in range(3):
        stage.until(works).step(STEPS[(seed * 3 + n) % len(STEPS)])
        assert stage.world.kill(victim, "a drill")
        stage.until(restarted(stage.book))
        stage.until(traded(stage.book.tally.fills + 2))
    stage.end_clean()
    assert 4 == stage.incarnations(victim)


@pytest.mark.parametrize("victim", THE_SIX)
@pytest.mark.parametrize("state", [OrderState.INTENDED, OrderState.WRITTEN])
def test_one_of_the_six_dies_while_an_order_is_on_its_way_to_the_wire(
    tmp_path: Path, victim: str, state: OrderState
) -> None:
    stage = Stage(tmp_path, 4).begin()
    for steps in STEPS[::2]:
        stage.until(lambda book: bool(orders_in(book, state))).step(steps)
        assert stage.world.kill(victim, "a drill")
        stage.until(restarted(stage.book))
        stage.run(1)
    stage.end_clean()


@pytest.mark.parametrize("kind", ["TWAP", "PATIENCE"])
@pytest.mark.parametrize("seed", [1, 2])
def test_a_child_that_dies_goes_on_where_the_journal_says(tmp_path: Path, kind: str, seed: int) -> None:
    stage = Stage(tmp_path, seed).begin()
    stage.until(lambda book: works(book) and bool(stage.child_of(kind)))
    child = stage.child_of(kind)
    assert stage.world.kill(child, "a drill")
    stage.until(lambda book: stage.incarnation(child) == 2)
    parent_ref = child.removeprefix("router/")
    stage.until(lambda book: all(record.parent.parent_ref != parent_ref for record in book.parents))
    (ended,) = (event for event in stage.told(ParentEnded) if event.parent_ref == parent_ref)
    assert ParentEnd.ROUTING_FAILED is not ended.end
    stage.end_clean()


@pytest.mark.parametrize("kind", ["TWAP", "PATIENCE"])
def test_a_child_that_keeps_dying_is_given_up_with_its_orders_cancelled(tmp_path: Path, kind: str) -> None:
    stage = Stage(tmp_path, 1).begin()
    stage.until(lambda book: works(book) and bool(stage.child_of(kind)))
    child = stage.child_of(kind)
    for incarnation in range(2, 6):
        assert stage.world.kill(child, "a drill")
        if incarnation < 5:
            stage.until(stage.alive(child, incarnation))
    parent_ref = child.removeprefix("router/")
    stage.until(lambda book: all(record.parent.parent_ref != parent_ref for record in book.parents))
    (ended,) = (event for event in stage.told(ParentEnded) if event.parent_ref == parent_ref)
    assert ParentEnd.ROUTING_FAILED is ended.end
    assert [parent_ref] == [alert.about for alert in stage.alerts("child")]
    stage.end_clean()


@pytest.mark.parametrize(
    "victims",
    [
        ("journal", "broker", "risk"),
        ("broker", "router", "monitor"),
        ("risk", "exit", "journal"),
        ("router", "journal", "exit"),
        ("journal", "journal", "broker"),
    ],
)
@pytest.mark.parametrize("seed", [5, 6])
def test_three_die_at_once_and_nothing_is_lost_or_doubled(
    tmp_path: Path, victims: tuple[str, ...], seed: int
) -> None:
    stage = Stage(tmp_path, seed).begin()
    for steps in STEPS[seed - 5 :: 4]:
        stage.until(works).step(steps)
        for victim in victims:
            stage.world.kill(victim, "a drill")
        stage.until(restarted(stage.book, len(set(victims))))
        stage.until(traded(stage.book.tally.fills + 2))
    stage.end_clean()


@pytest.mark.parametrize("victim", THE_SIX)
@pytest.mark.parametrize("steps", STEPS[1::3])
def test_an_actor_that_dies_while_books_are_compared_comes_alive_all_the_same(
    tmp_path: Path, victim: str, steps: int
) -> None:
    stage = Stage(tmp_path, 7).begin()
    stage.until(works)
    assert stage.world.kill("risk", "a drill")
    compared = stage.book.tally.reconciliations
    stage.until(lambda book: stage.incarnation("risk") == 2).step(steps)
    assert stage.world.kill(victim, "a drill")
    stage.until(lambda book: book.tally.reconciliations > compared)
    stage.until(traded(stage.book.tally.fills + 2))
    stage.end_clean()


def test_deaths_within_the_intensity_are_borne(tmp_path: Path) -> None:
    stage = Stage(tmp_path, 8).begin()
    stage.until(works)
    for n in range(12):
        stage.world.kill(THE_SIX[n % 6], "a drill")
        stage.run(0.1)
    assert "" == stage.desk.failed
    stage.until(traded(stage.book.tally.fills + 3))
    stage.end_clean()
    assert 12 <= stage.recorded_book().tally.restarts


def test_a_crash_loop_beyond_the_intensity_ends_the_process_halted_and_the_next_one_starts_halted(
    tmp_path: Path,
) -> None:
    stage = Stage(tmp_path, 9, config=restless(supervision={"intensity": 3})).begin()
    stage.until(works)
    for _ in range(4):
        stage.until(lambda book: stage.world.kill("monitor", "a drill") or bool(stage.desk.failed))
        stage.run(0.05)
    assert "monitor" in stage.desk.failed
    summary = stage.end()
    assert stage.desk.failed in summary.unexplained
    assert ["hydra"] == [alert.about for alert in stage.alerts("escalation")]
    assert [TradingState.HALTED] == stage.states()
    after = stage.again().begin()
    intents = len(after.told(OrderIntended))
    after.run(10)
    assert TradingState.HALTED is after.book.trading.state
    assert intents == len(after.told(OrderIntended))
    assert after.desk.resume(by="drill", reason="looked at", force=False).obeyed
    after.until(traded(after.book.tally.fills + 3))
    after.end_clean()


def test_each_death_is_in_the_journal_with_its_reason(tmp_path: Path) -> None:
    stage = Stage(tmp_path, 1).begin()
    stage.until(works)
    assert stage.desk.kill_actor("risk", by="drill").obeyed
    stage.until(lambda book: stage.incarnation("risk") == 2)
    row = next(row for row in stage.desk.status().actors if row.name == "risk")
    assert (1, "killed: killed by drill") == (row.restarts, row.why)
    stage.end_clean()
    lives = [(event.kind, event.reason) for event in stage.told(ActorLifeChanged) if event.actor == "risk"]
    assert ("down", "killed: killed by drill") in lives
