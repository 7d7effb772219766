"""A gateway that lies about orders and executions, and hydra on it: no order doubled, nothing lost, no false alarm."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from random import Random

import pytest

from hydra.gateway.fault_kinds import FAULTS
from hydra.gateway.faults_orders import ORDER_FAULTS
from hydra.messages.decisions import DifferenceFound
from hydra.simulation.faults.base import Scope
from hydra.simulation.faults.gateway_orders import KINDS
from hydra.values import LinkState, OrderState, TradingState
from tests.drills.configs import only, restless
from tests.drills.stage import orders_in, traded, working_at, works
from tests.simulation.suffering import Suffering

SCOPE = Scope(from_s=100.0, until_s=4000.0, symbols=("AAPL", "IBM"))
NEVER_DRAWN = ["reject_change"]

LASTING: dict[str, tuple[float, str]] = {
    "ack_lost": (0, ""),
    "fill_before_ack": (5, ""),
    "status_lost": (0, ""),
    "status_late": (3, ""),
    "status_duplicated": (3, ""),
    "status_reordered": (3, ""),
    "execution_late": (5, ""),
    "execution_lost": (0, ""),
    "commission_late": (20, ""),
    "commission_missing": (0, ""),
    "end_marker_missing": (0, "openOrderEnd"),
    "unlisted_execution": (0, ""),
    "unlisted_completed": (0, ""),
    "client_id_busy": (20, ""),
    "order_id_rollback": (1000, ""),
    "reject_new": (0, ""),
    "reject_inactive": (0, ""),
    "inactive_then_live": (5, ""),
    "false_cancel_errors": (0, "10349"),
    "connection_lost_order": (0, ""),
    "cancel_refused": (0, ""),
    "cancel_lost": (0, ""),
    "cancel_fill_race": (1, ""),
    "cancel_localized": (0, ""),
}
"""Amount and target with which each kind surely strikes within little more than two minutes."""


def comes_to_rest(stage: Suffering) -> None:
    """Connected and trading, nothing unknown, no difference found that is none; then the books close without a fault."""
    stage.run(2)
    assert (LinkState.READY.value, TradingState.ACTIVE) == (stage.desk.status().link, stage.book.trading.state)
    assert ([], [], []) == (
        orders_in(stage.book, OrderState.UNKNOWN),
        stage.told(DifferenceFound),
        stage.missed,
    )
    stage.end_clean()


@pytest.mark.parametrize("kind", LASTING)
def test_hydra_comes_through_a_fault_of_the_order_path_without_a_difference(tmp_path: Path, kind: str) -> None:
    amount, target = LASTING[kind]
    stage = Suffering(tmp_path, 40, config=only("AAPL", "IBM"))
    stage.begin().until(traded(2))
    stage.through(f"gateway.{kind}", for_s=130, amount=amount, target=target)
    comes_to_rest(stage)


@pytest.mark.parametrize("kind", ["ack_lost", "execution_lost", "connection_lost_order"])
def test_hydra_comes_through_when_the_line_breaks_amid_the_fault(tmp_path: Path, kind: str) -> None:
    stage = Suffering(tmp_path, 41)
    stage.begin().until(traded(2))
    undo = stage.suffer(f"gateway.{kind}", for_s=300)
    stage.run(1).until(works).network.cut(refusing="a drill")
    stage.run(0.1).network.accept()
    stage.run(1)
    undo()
    comes_to_rest(stage)


def test_listed_orders_that_come_after_the_end_are_alive_and_no_reason_to_pause(tmp_path: Path) -> None:
    """Found by gateway.late_listing: a status that said nothing new was kept back even after a listing had left its order
    out, so the order was called vanished while the gateway kept naming it."""
    stage = Suffering(tmp_path, 1)
    stage.begin().run(8)
    stage.through("gateway.late_listing", for_s=240, amount=0.013)
    comes_to_rest(stage)


@pytest.mark.parametrize(("held_s", "kind", "hidden_s"), [(4, "unlisted_order", 8), (30, "late_listing", 60)])
def test_an_order_that_is_held_and_not_listed_in_time_is_not_called_rejected(
    tmp_path: Path, held_s: int, kind: str, hidden_s: int
) -> None:
    """Inactive once counted like an error: a second of absence made a held order REJECTED, and then it worked."""
    stage = Suffering(tmp_path, 1)
    stage.begin().run(4)
    undo = stage.suffer("gateway.inactive_then_live", amount=held_s)
    stage.run(0.5)
    stage.through(f"gateway.{kind}", for_s=hidden_s, amount=7)
    stage.run(1)
    undo()
    comes_to_rest(stage)


def test_an_unlisted_order_is_asked_for_again_and_trading_goes_on_when_it_is_listed(tmp_path: Path) -> None:
    stage = Suffering(tmp_path, 42)
    stage.begin().until(traded(2)).until(works)
    stage.through("gateway.unlisted_order", for_s=8)
    comes_to_rest(stage)


def test_stale_positions_are_no_difference_when_a_second_look_shows_the_true_ones(tmp_path: Path) -> None:
    stage = Suffering(tmp_path, 43, config=restless(monitor={"reconcile_interval_s": 5}))
    stage.begin().until(traded(2))
    stage.through("gateway.stale_positions", for_s=300, amount=2)
    comes_to_rest(stage)


@pytest.mark.parametrize(
    ("kind", "amount"), [("correction_price", -0.4), ("correction_quantity", 5), ("bust", 0), ("manual_cancel", 0)]
)
def test_what_is_corrected_annulled_or_cancelled_by_another_hand_is_in_the_books(
    tmp_path: Path, kind: str, amount: float
) -> None:
    stage = Suffering(tmp_path, 44)
    stage.begin().until(traded(4)).until(works)
    stage.suffer(f"gateway.{kind}", amount=amount)
    corrected = 0 if kind == "manual_cancel" else 1
    assert corrected == len(stage.sim.gateway.ledger()["corrected"])
    comes_to_rest(stage)


@pytest.mark.parametrize("shares", [7, -7])
def test_a_trade_by_hand_pauses_trading_until_a_person_accepts_it(tmp_path: Path, shares: int) -> None:
    stage = Suffering(tmp_path, 45, config=only("AAPL"))
    stage.begin().until(traded(2))
    stage.suffer("gateway.manual_trade", target="AAPL", amount=shares)
    stage.until(lambda book: book.trading.state is TradingState.PAUSED, 5).run(2)
    assert {"AAPL", ""} >= {found.difference.symbol for found in stage.told(DifferenceFound)}
    assert [] == working_at(stage.ledger)
    held = sum(Decimal(row["quantity"]) for row in stage.ledger["positions"])
    assert {shares} == {held - sum(position.quantity for position in stage.book.positions)}
    stage.rest().until(traded(stage.book.tally.fills + 2))
    assert TradingState.ACTIVE is stage.book.trading.state
    stage.end()


def test_every_kind_of_order_fault_can_be_drawn_but_those_that_cannot_strike_hydra() -> None:
    drawn = [kind.name.removeprefix("gateway.") for kind in KINDS]
    assert sorted(spec.kind for spec in ORDER_FAULTS) == sorted([*drawn, *NEVER_DRAWN])
    assert {13, 21, 22, 23, 24, 25, 26, 27} == {row for kind in KINDS for row in kind.rows}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_what_chance_draws_is_in_its_scope_allowed_and_the_same_for_the_same_dice(kind: object) -> None:
    (kind,) = (each for each in KINDS if each is kind)
    spec = FAULTS[kind.name.removeprefix("gateway.")]
    faults = [kind.draw(Random(f"{kind.name}/{n}"), SCOPE) for n in range(50)]
    assert faults == [kind.draw(Random(f"{kind.name}/{n}"), SCOPE) for n in range(50)]
    assert all(100.0 <= fault.at_s <= 4000.0 for fault in faults)
    assert {spec.lasts} == {fault.for_s > 0 for fault in faults}
    assert {bool(spec.amount)} == {fault.amount != 0 for fault in faults}
    assert [] == [fault for fault in faults if spec.choices and fault.target not in ("", *spec.choices)]
    assert [] == [fault for fault in faults if fault.target and not spec.target]
