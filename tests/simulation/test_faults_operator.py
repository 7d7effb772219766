"""What a person does at any instant is obeyed, in order and only once; and how a person is told never holds up trading."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from hydra.messages.decisions import (
    AlertRaised,
    DifferenceResolved,
    OperatorActed,
    OrderIntended,
    OrderRefused,
    ReconciliationDone,
)
from hydra.simulation.faults.operator import KINDS, VICTIMS, WITH_PROCESS
from hydra.supervisor.alerts import RecentAlerts
from hydra.values import TradingState
from tests.drills.configs import restless
from tests.drills.stage import Stage, traded, working_at, works
from tests.drills.stranger import Stranger
from tests.simulation.mortal import Mortal, born, drawn, kind

HALT = kind(KINDS, "operator.halt")
HALT_OVERTAKES_PERMIT = kind(KINDS, "operator.halt_overtakes_permit")
HALT_DIRECT = kind(KINDS, "operator.halt_direct")
FLATTEN = kind(KINDS, "operator.flatten")
HALT_IN_FLATTEN = kind(KINDS, "operator.halt_in_flatten")
RESUME = kind(KINDS, "operator.resume")
RECONCILE = kind(KINDS, "operator.reconcile")
SETTLE = kind(KINDS, "operator.settle_difference")
KILL_ACTOR = kind(KINDS, "operator.kill_actor_verb")
VERBS_STORM = kind(KINDS, "operator.verbs_storm")
SINK_DOWN = kind(KINDS, "operator.alert_sink_down")
SINK_SLOW = kind(KINDS, "operator.alert_sink_slow")


def busy(mortal: Mortal) -> Stage:
    return mortal.stage.begin().until(traded(4)).until(works)


def goes_on(stage: Stage) -> None:
    stage.until(traded(stage.book.tally.fills + 2), 10)
    stage.end_clean()


def is_flat(stage: Stage) -> bool:
    return not any(Decimal(row["quantity"]) for row in stage.ledger["positions"])


def test_what_chance_draws_is_sensible() -> None:
    for one, fault in drawn(KINDS):
        assert (one.name, True) == (fault.kind, 20 <= fault.at_s <= 3600)
    assert set(VICTIMS) == {fault.target for one, fault in drawn((KILL_ACTOR,), 200)}
    assert all(2 <= fault.amount <= 30 for one, fault in drawn((VERBS_STORM,)))


def test_a_halt_stops_everything_until_it_is_resumed(tmp_path: Path) -> None:
    with born(tmp_path) as mortal:
        stage = busy(mortal)
        undo = mortal.suffer(HALT)
        stage.world.run_for(2)
        orders = len(stage.ledger["orders"])
        stage.run(2)
        assert ([], orders, TradingState.HALTED) == (
            working_at(stage.ledger),
            len(stage.ledger["orders"]),
            stage.book.trading.state,
        )
        undo()
        goes_on(stage)


@pytest.mark.parametrize("target", ["alone", WITH_PROCESS])
def test_a_direct_halt_leaves_no_order_and_no_riddle(tmp_path: Path, target: str) -> None:
    with born(tmp_path) as mortal:
        stage = busy(mortal)
        before = working_at(stage.ledger)
        undo = mortal.suffer(HALT_DIRECT, target=target)
        stage.world.run_until(lambda: bool(mortal.notes), limit_s=30)
        assert "left: ()" in mortal.notes[0]
        assert [] == [ref for ref in before if ref in working_at(stage.ledger)]
        assert (target == WITH_PROCESS) is (stage.book.trading.state is TradingState.HALTED)
        undo()
        goes_on(stage)


def test_a_direct_halt_at_a_gateway_that_refuses_is_said(tmp_path: Path) -> None:
    with born(tmp_path) as mortal:
        stage = busy(mortal)
        stage.network.cut(refusing="a drill")
        mortal.suffer(HALT_DIRECT, target="alone")
        stage.world.run_until(lambda: bool(mortal.notes), limit_s=30)
        assert "no gateway listens" in mortal.notes[0]
        stage.network.accept()
        goes_on(stage)


def test_an_order_that_a_halt_has_overtaken_is_refused_by_the_journal_in_spite_of_its_permit(tmp_path: Path) -> None:
    with born(tmp_path) as mortal:
        stage = busy(mortal)
        before = len(stage.told(OrderIntended))
        undo = mortal.suffer(HALT_OVERTAKES_PERMIT)
        stage.until(lambda book: book.trading.state is TradingState.HALTED, 10).run(0.5)
        intended = stage.told(OrderIntended)[before:]
        refused = stage.told(OrderRefused)[-1]
        assert ("journal", True) == (refused.by, "what may trade changed at" in refused.reasons[-1])
        assert refused.want.order_ref not in [event.intent.want.order_ref for event in intended]
        assert [] == working_at(stage.ledger)
        undo()
        goes_on(stage)


def test_a_halt_that_no_order_meets_is_missed_and_nothing_is_resumed(tmp_path: Path) -> None:
    with born(tmp_path) as mortal:
        stage = busy(mortal)
        mortal.suffer(HALT_OVERTAKES_PERMIT)()
        stage.run(0.2)
        assert ["nobody came to where the trap was set"] == mortal.missed
        assert [] == stage.told(OperatorActed)
        goes_on(stage)


def test_a_flatten_closes_everything_and_trading_goes_on_when_it_is_resumed(tmp_path: Path) -> None:
    with born(tmp_path) as mortal:
        stage = busy(mortal)
        assert not is_flat(stage)
        undo = mortal.suffer(FLATTEN)
        stage.until(lambda book: is_flat(stage) and not book.signals, 10)
        assert ["go HALTED", "flatten"] == [event.verb for event in stage.told(OperatorActed)]
        undo()
        goes_on(stage)


def test_a_halt_in_a_flatten_leaves_positions_and_no_order(tmp_path: Path) -> None:
    with born(tmp_path) as mortal:
        stage = busy(mortal)
        undo = mortal.suffer(HALT_IN_FLATTEN, amount=0.06)
        stage.run(2)
        assert ["go HALTED", "flatten", "go HALTED"] == [event.verb for event in stage.told(OperatorActed)]
        assert (False, []) == (is_flat(stage), working_at(stage.ledger))
        undo()
        goes_on(stage)


@pytest.mark.parametrize("target", ["", "force"])
def test_a_resume_of_what_is_active_changes_nothing(tmp_path: Path, target: str) -> None:
    with born(tmp_path) as mortal:
        stage = busy(mortal)
        mortal.suffer(RESUME, target=target)
        goes_on(stage)
        assert ["go ACTIVE"] == [event.verb for event in stage.told(OperatorActed)]


def test_a_comparison_that_a_person_asks_for_is_made(tmp_path: Path) -> None:
    with born(tmp_path, config=restless(monitor={"reconcile_interval_s": 86_400})) as mortal:
        stage = busy(mortal)
        mortal.suffer(RECONCILE)
        stage.run(0.2)
        assert 1 == sum("a person: at" in done.reason for done in stage.told(ReconciliationDone))
        goes_on(stage)


@pytest.mark.parametrize(("target", "how"), [("adopt", "adopted"), ("ignore", "accepted"), ("close", "closed")])
def test_a_difference_that_opens_while_a_person_waits_for_one_is_settled(tmp_path: Path, target: str, how: str) -> None:
    with born(tmp_path) as mortal:
        stage = busy(mortal)
        mortal.suffer(SETTLE, target=target, amount=600.0)
        assert [] == stage.told(DifferenceResolved)
        Stranger(stage.network).place("BUY", 5, "MSFT", Decimal("1.00"))
        stage.until(lambda book: book.tally.mismatches == 1, 5).run(0.5)
        expected = [(how, "a person")] if target != "adopt" else []
        assert expected == [(event.how, event.by) for event in stage.told(DifferenceResolved)]
        (acted,) = stage.told(OperatorActed)
        assert acted.verb.startswith(f"{target} order/")
        stage.end()


def test_where_nothing_differs_a_person_who_waits_for_it_has_missed(tmp_path: Path) -> None:
    with born(tmp_path) as mortal:
        stage = busy(mortal)
        mortal.suffer(SETTLE, target="adopt", amount=5.0)
        stage.run(0.2)
        assert ["no difference was open"] == mortal.missed
        goes_on(stage)


@pytest.mark.parametrize("victim", ["journal", "exit"])
def test_an_actor_that_a_person_kills_comes_back(tmp_path: Path, victim: str) -> None:
    with born(tmp_path) as mortal:
        stage = busy(mortal)
        mortal.suffer(KILL_ACTOR, target=victim)
        stage.until(lambda book: stage.incarnation(victim) == 2, 2)
        goes_on(stage)


def test_killing_nobody_is_missed(tmp_path: Path) -> None:
    with born(tmp_path) as mortal:
        stage = mortal.stage.begin().run(0.5)
        mortal.suffer(KILL_ACTOR, target="nobody")
        assert "no actor is called nobody" in mortal.missed[0]
        stage.end_clean()


@pytest.mark.parametrize("seed", [1, 3])
def test_after_a_storm_of_verbs_the_last_word_counts(tmp_path: Path, seed: int) -> None:
    with born(tmp_path, seed=seed) as mortal:
        stage = busy(mortal)
        undo = mortal.suffer(VERBS_STORM, amount=25)
        stage.run(1)
        verbs = [event.verb for event in stage.told(OperatorActed) if event.verb.startswith("go ")]
        assert verbs[-1] == f"go {stage.book.trading.state}"
        undo()
        goes_on(stage)


def test_alerts_that_nobody_reads_kill_nobody(tmp_path: Path) -> None:
    """A broken sink once killed who says alerts, and beyond the intensity of the outer tree all strategies with it."""
    with born(tmp_path) as mortal:
        stage = busy(mortal)
        undo = mortal.suffer(SINK_DOWN)
        for n in range(14):
            stage.world.tell("journal", alert(n))
            stage.run(0.05)
        assert 14 == len(stage.alerts("drill"))
        assert (1, 1) == (stage.incarnation("alerts"), stage.incarnation("strategy/restless"))
        undo()
        goes_on(stage)


def test_alerts_that_are_held_up_hold_up_nothing_else(tmp_path: Path) -> None:
    with born(tmp_path) as mortal:
        stage = busy(mortal)
        undo = mortal.suffer(SINK_SLOW, amount=60)
        for n in range(14):
            stage.world.tell("journal", alert(n))
        stage.until(traded(stage.book.tally.fills + 2), 10)
        assert said(stage) < 14
        undo()
        stage.run(1.5)
        assert 14 == said(stage)
        goes_on(stage)


def alert(n: int) -> AlertRaised:
    return AlertRaised(kind="drill", about=str(n), severity="warning", text="a drill")


def said(stage: Stage) -> int:
    """How many alerts the actor for them has read."""
    recent = stage.world.published().get("alerts")
    return len(recent.alerts) if isinstance(recent, RecentAlerts) else 0
