"""Tests of hydra/broker/fills.py."""

from __future__ import annotations

from hydra.broker.fills import SessionFills
from hydra.messages.facts import CommissionReported, ExecutionReported
from tests.broker.cases import commission, execution

FILL = ExecutionReported(session=0, execution=execution(), late=False)
COST = CommissionReported(session=0, commission=commission())


def test_an_execution_and_its_commission_are_told_once() -> None:
    fills = SessionFills()
    assert fills.executed(execution(), late=False) == (FILL,)
    assert fills.executed(execution(), late=False) == ()
    assert fills.cost(commission()) == (COST,)
    assert fills.cost(commission()) == ()


def test_a_commission_waits_for_its_execution() -> None:
    fills = SessionFills()
    assert fills.cost(commission()) == ()
    assert fills.executed(execution(), late=False) == (FILL, COST)


def test_a_correction_is_an_execution_of_its_own() -> None:
    fills = SessionFills()
    fills.executed(execution("0001.01"), late=False)
    corrected = execution("0001.02", revision=2)
    assert fills.executed(corrected, late=False) == (ExecutionReported(session=0, execution=corrected, late=False),)


def test_what_a_snapshot_told_is_not_told_again() -> None:
    fills = SessionFills()
    assert fills.listed([execution()], [commission()]) == ()
    assert fills.executed(execution(), late=False) == ()
    assert fills.cost(commission()) == ()


def test_a_commission_that_came_before_its_execution_was_listed_is_told_after_the_snapshot() -> None:
    fills = SessionFills()
    fills.cost(commission())
    assert fills.listed([execution()], []) == (COST,)
    assert fills.cost(commission()) == ()
