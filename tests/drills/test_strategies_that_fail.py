"""A strategy can be as bad as it likes: the six never restart for it, and what it opened is still closed."""

from __future__ import annotations

from pathlib import Path

import pytest

from hydra.messages.decisions import SignalEnded, SignalReceived
from hydra.values import Purpose
from tests.drills.configs import beside, instead
from tests.drills.stage import THE_SIX, Stage, traded

OTHER = "strategy/other"
NONSENSE = ("Raises", "Exits", "ReturnsNone", "ReturnsText", "WishesForNaN", "WishesForFloats")


@pytest.mark.parametrize("kind", NONSENSE)
def test_a_strategy_that_keeps_failing_is_given_up_with_an_alert_and_the_rest_goes_on(
    tmp_path: Path, kind: str
) -> None:
    stage = Stage(tmp_path, 40, config=beside(kind)).begin()
    stage.until(lambda book: "gave_up" in [row.state for row in stage.world.actors()], 10)
    states = {actor.name: actor.state for actor in stage.world.actors()}
    assert ("gave_up", "running", "running") == (states[OTHER], states["alerts"], states["strategy/restless"])
    stage.until(traded(stage.book.tally.fills + 5)).run(5)
    assert [1] * 6 == [stage.incarnation(name) for name in THE_SIX]
    assert [OTHER] == [alert.about for alert in stage.alerts("supervision")]
    stage.end_clean()
    assert 6 == stage.incarnations(OTHER)
    purposes = {event.signal.signal_id: event.signal.purpose for event in stage.told(SignalReceived)}
    assert Purpose.EXIT in [purposes[event.signal_id] for event in stage.told(SignalEnded) if event.filled]


def test_a_strategy_that_dies_after_opening_leaves_its_positions_to_the_exit_rules(tmp_path: Path) -> None:
    stage = Stage(tmp_path, 41).begin()
    stage.until(lambda book: any(position.quantity for position in book.positions))
    for incarnation in range(1, 7):
        stage.until(stage.alive("strategy/restless", incarnation))
        assert stage.world.kill("strategy/restless", "a drill")
    stage.until(lambda book: not any(position.quantity for position in book.positions) and not book.signals)
    opened = len(stage.intents(Purpose.OPEN))
    stage.run(10)
    assert opened == len(stage.intents(Purpose.OPEN))
    stage.end_clean()


def test_impossible_wishes_end_as_signals_with_a_reason_and_nothing_is_sent(tmp_path: Path) -> None:
    stage = Stage(tmp_path, 42, config=instead("Greedy")).begin()
    stage.run(3)
    assert [] == stage.ledger["orders"]
    assert [1] * 7 == [stage.incarnation(name) for name in (*THE_SIX, OTHER)]
    assert len(stage.told(SignalReceived)) > 100
    assert {""} == {"" if event.reason else event.signal_id for event in stage.told(SignalEnded)}
    stage.end_clean()
