"""The link breaks while orders fill: what happened meanwhile is known within a second of being back, once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hydra.messages.decisions import AlertRaised
from hydra.messages.facts import ExecutionReported, LinkChanged
from hydra.simulation.world import venue_of
from hydra.values import LinkState, OrderState
from tests.drills.stage import Stage, orders_in, traded, works


def executions(ledger: dict[str, Any]) -> set[str]:
    return {execution["exec_id"] for execution in ledger["executions"]}


def known(stage: Stage) -> list[str]:
    return [event.execution.exec_id for event in stage.told(ExecutionReported)]


def cut_for(stage: Stage, seconds: float, *, landing: bool = False) -> int:
    """Cut, accept again after so long, and one second after being back compare. Returns the fills in between."""
    before = executions(stage.ledger)
    stage.network.cut(refusing="the line is cut", landing=landing)
    stage.world.loop.call_later(seconds, stage.network.accept)
    stage.until(lambda book: not book.session_live, 1)
    stage.until(lambda book: book.session_live, 10)
    meanwhile = executions(stage.ledger)
    stage.world.run_for(1.0)
    assert set() == meanwhile - set(known(stage))
    return len(meanwhile - before)


@pytest.mark.parametrize("landing", [False, True], ids=["lost", "landing"])
@pytest.mark.parametrize("seed", [50, 51])
def test_after_a_cut_of_six_seconds_all_fills_are_known_within_one_second_of_reconnecting(
    tmp_path: Path, seed: int, landing: bool
) -> None:
    stage = Stage(tmp_path, seed).begin()
    filled = 0
    for _ in range(5):
        stage.until(lambda book: len(orders_in(book, OrderState.WORKING)) > 1).run(0.1)
        filled += cut_for(stage, 6, landing=landing)
        stage.run(1)
    assert 0 < filled
    stage.end_clean()
    assert len(set(known(stage))) == len(known(stage))


@pytest.mark.parametrize("state", [OrderState.INTENDED, OrderState.WRITTEN])
@pytest.mark.parametrize("landing", [False, True], ids=["lost", "landing"])
def test_a_cut_under_an_order_on_its_way_is_settled_by_evidence(
    tmp_path: Path, state: OrderState, landing: bool
) -> None:
    stage = Stage(tmp_path, 54).begin()
    for steps in range(5):
        stage.until(lambda book: bool(orders_in(book, state))).step(steps)
        cut_for(stage, 6, landing=landing)
        stage.run(1)
    stage.end_clean()


@pytest.mark.parametrize("seed", [59, 60])
def test_an_order_that_arrives_long_after_its_line_was_cut_is_found_and_not_sent_again(
    tmp_path: Path, seed: int
) -> None:
    stage = Stage(tmp_path, seed)
    slow = venue_of(stage.plan, ack_delay_s=3)
    stage = Stage(tmp_path, seed, config=stage.plan.config, venue=slow).begin()
    for _ in range(4):
        stage.until(lambda book: bool(orders_in(book, OrderState.WRITTEN))).step(3)
        (late, *_) = orders_in(stage.book, OrderState.WRITTEN)
        cut_for(stage, 0.1, landing=True)
        assert late.order_ref not in [order["order_ref"] for order in stage.ledger["orders"]]
        stage.run(2)
        assert 1 == [order["order_ref"] for order in stage.ledger["orders"]].count(late.order_ref)
    stage.end_clean()
    assert 0 == stage.recorded_book().tally.mismatches


def test_a_line_that_goes_mute_is_noticed_and_replaced(tmp_path: Path) -> None:
    stage = Stage(tmp_path, 55).begin()
    stage.until(traded(3)).until(works)
    stage.network.mute()
    stage.until(lambda book: not book.session_live, 3)
    stage.network.unmute()
    stage.until(lambda book: book.session_live, 5)
    stage.world.run_for(1.0)
    assert set() == executions(stage.ledger) - set(known(stage))
    stage.until(traded(stage.book.tally.fills + 2))
    stage.end_clean()


def test_a_line_that_stays_cut_raises_an_alarm_and_trading_comes_back_with_it(tmp_path: Path) -> None:
    stage = Stage(tmp_path, 56).begin()
    stage.until(traded(2)).until(works)
    cut_for(stage, 400)
    assert 1 == len(stage.alerts("link_down"))
    stage.until(traded(stage.book.tally.fills + 2))
    stage.end_clean()
    assert LinkState.READY is stage.told(LinkChanged)[-2].state


def test_a_short_cut_raises_no_alarm(tmp_path: Path) -> None:
    stage = Stage(tmp_path, 57).begin()
    stage.until(traded(2))
    cut_for(stage, 6)
    stage.run(10)
    assert [] == stage.told(AlertRaised)
    stage.end_clean()


def test_the_run_ends_while_the_line_is_cut_and_says_what_it_could_not_prove(tmp_path: Path) -> None:
    stage = Stage(tmp_path, 58).begin()
    stage.until(traded(2)).until(works)
    refs = [order.order_ref for order in orders_in(stage.book, OrderState.WORKING)]
    stage.network.cut(refusing="the line is cut")
    summary = stage.end()
    assert [ref for ref in refs if not any(ref in text for text in summary.unexplained)] == []
