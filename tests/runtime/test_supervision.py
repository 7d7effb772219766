"""The mind of a supervisor without any actor: events in, effects out."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest

from hydra.runtime import signals
from hydra.runtime.actor import Actor
from hydra.runtime.children import ChildState, find, with_incarnation
from hydra.runtime.plan import Phase, Supervision
from hydra.runtime.reasons import StopReason
from hydra.runtime.spec import Backoff, ChildSpec, Restart, Strategy, SupervisorSpec
from hydra.runtime.supervision import decide, newborn

CRASH = StopReason("crashed", "ValueError: boom")
SHUTDOWN = StopReason("shutdown", "asked")
NORMAL = StopReason("normal", "done")


def child(name: str, **options: Any) -> ChildSpec:
    return ChildSpec(name=name, build=Actor, why="a test wants it", **options)


class Mind:
    """Plays the world to one supervisor: it answers nothing by itself. `said` is what was decided, in short."""

    def __init__(self, *children: ChildSpec | SupervisorSpec, **options: Any) -> None:
        chosen: dict[str, Any] = {"strategy": Strategy.ONE_FOR_ONE, "backoff": Backoff(jitter=0.0), **options}
        spec = SupervisorSpec(name="sup", children=children, why="a test wants it", **chosen)
        self.state: Supervision = newborn(spec)
        self.now_us = 0
        self.effects: list[signals.Effect] = []
        self._numbers = dict.fromkeys((c.name for c in children), 0)

    def hear(self, event: signals.Signal) -> list[str]:
        self.state, effects = decide(self.state, event, now_us=self.now_us, chance=random.Random(1))
        self.effects = list(effects)
        for effect in effects:
            if isinstance(effect, signals.Start):
                number = self._numbers[effect.name] = self._numbers.get(effect.name, 0) + 1
                children = with_incarnation(self.state.children, effect.name, number)
                self.state = replace(self.state, children=children)
        return [text for effect in effects if (text := in_short(effect))]

    def started(self, name: str) -> list[str]:
        return self.hear(signals.ChildStarted(name=name, incarnation=self._numbers[name]))

    def down(self, name: str, reason: StopReason = CRASH) -> list[str]:
        return self.hear(signals.ChildDown(name=name, incarnation=self._numbers[name], reason=reason))

    def due(self) -> list[str]:
        """The backoff that was asked for last is over."""
        (later,) = (effect for effect in self.effects if isinstance(effect, signals.Later))
        return self.hear(later.message)

    def up(self) -> Mind:
        self.hear(signals.Begin())
        for spec in self.state.spec.children:
            self.started(spec.name)
        assert Phase.RUNNING is self.state.phase
        return self

    def states(self) -> dict[str, str]:
        return {member.name: member.state.value for member in self.state.children}


def in_short(effect: signals.Effect) -> str:
    match effect:
        case signals.Start(name=name):
            return f"start {name}"
        case signals.Stop(name=name):
            return f"stop {name}"
        case signals.Fence(name=name):
            return f"fence {name}"
        case signals.Later(seconds=seconds, message=message):
            return f"again {message.name} in {seconds:g}"
        case signals.Retire(name=name, forgotten=forgotten):
            return f"{'forget' if forgotten else 'close'} {name}"
        case signals.Announce(kind="gave_up", child=given_up):
            return f"gave up {given_up.name}"
        case signals.Exit(reason=reason):
            return f"exit {reason.kind}"
        case signals.Announce() | signals.Deadline():
            return ""
        case _:
            return type(effect).__name__.lower()


def test_children_start_one_after_another_in_order() -> None:
    mind = Mind(child("a"), child("b"))
    assert ["start a"] == mind.hear(signals.Begin())
    assert ["start b"] == mind.started("a")
    assert ["reportstarted"] == mind.started("b")


def test_a_failed_first_start_stops_the_started_ones_in_reverse_and_fails_the_supervisor() -> None:
    mind = Mind(child("a"), child("b"), child("c"))
    mind.hear(signals.Begin())
    mind.started("a")
    mind.started("b")
    assert ["stop b"] == mind.down("c", StopReason("start_failed", "no disk"))
    assert ["stop a"] == mind.down("b", SHUTDOWN)
    assert ["exit start_failed"] == mind.down("a", SHUTDOWN)
    assert "c: no disk" == mind.state.ending.text


@pytest.mark.parametrize(
    ("strategy", "stops", "starts"),
    [
        (Strategy.ONE_FOR_ONE, [], ["b"]),
        (Strategy.REST_FOR_ONE, ["d", "c"], ["b", "c", "d"]),
        (Strategy.ONE_FOR_ALL, ["d", "c", "a"], ["a", "b", "c", "d"]),
    ],
)
def test_a_failed_child_takes_along_whom_its_strategy_says(strategy: Strategy, stops: list[str], starts: list[str]) -> None:
    mind = Mind(*(child(name) for name in "abcd"), strategy=strategy).up()
    said = mind.down("b")
    again = next(effect for effect in mind.effects if isinstance(effect, signals.Later)).message
    for name in stops:
        assert f"stop {name}" == said[-1]
        said = mind.down(name, SHUTDOWN)
    said = mind.hear(again)
    for name in starts:
        assert [f"start {name}"] == said
        said = mind.started(name)
    assert [] == said
    assert {"running"} == {*mind.states().values()}


@pytest.mark.parametrize(
    ("restart", "reason", "expected"),
    [
        (Restart.PERMANENT, CRASH, ["again a in 0.1"]),
        (Restart.PERMANENT, NORMAL, ["again a in 0.1"]),
        (Restart.PERMANENT, SHUTDOWN, ["again a in 0.1"]),
        (Restart.TRANSIENT, CRASH, ["again a in 0.1"]),
        (Restart.TRANSIENT, StopReason("killed", "x"), ["again a in 0.1"]),
        (Restart.TRANSIENT, StopReason("fenced", "x"), ["again a in 0.1"]),
        (Restart.TRANSIENT, NORMAL, ["close a"]),
        (Restart.TRANSIENT, SHUTDOWN, ["close a"]),
        (Restart.TEMPORARY, CRASH, ["forget a"]),
        (Restart.TEMPORARY, NORMAL, ["forget a"]),
    ],
)
def test_who_is_restarted_after_which_end(restart: Restart, reason: StopReason, expected: list[str]) -> None:
    assert expected == Mind(child("a", restart=restart)).up().down("a", reason)


def test_a_temporary_sibling_that_is_taken_along_is_forgotten() -> None:
    mind = Mind(child("a"), child("b", restart=Restart.TEMPORARY), strategy=Strategy.ONE_FOR_ALL).up()
    mind.down("a")
    assert ["forget b"] == mind.down("b", SHUTDOWN)
    assert {"a": "restarting"} == mind.states()


def test_restart_intensity_plus_one_ends_the_supervisor_after_its_children_in_reverse() -> None:
    mind = Mind(child("a"), child("b"), intensity=1, period_s=5.0).up()
    mind.down("a")
    mind.due()
    mind.started("a")
    mind.now_us = 5_000_000
    assert ["escalate", "stop b"] == mind.down("a")
    assert ["exit shutdown"] == mind.down("b", SHUTDOWN)
    assert "sup: restart 2 within 5 s, limit 1; last: a: ValueError: boom" == mind.state.ending.text


def test_a_restart_outside_the_window_does_not_count() -> None:
    mind = Mind(child("a"), intensity=1, period_s=5.0).up()
    mind.down("a")
    mind.due()
    mind.started("a")
    mind.now_us = 5_000_001
    assert ["again a in 0.2"] == mind.down("a")


def test_a_failed_restart_counts_and_is_tried_again_by_message() -> None:
    mind = Mind(child("a"), intensity=2).up()
    mind.down("a")
    assert ["start a"] == mind.due()
    assert ["again a in 0.2"] == mind.down("a", StopReason("start_failed", "no disk"))
    assert ["start a"] == mind.due()
    assert ["escalate", "exit shutdown"] == mind.down("a", StopReason("start_failed", "no disk"))


def test_the_backoff_starts_anew_after_a_child_has_run_long_enough() -> None:
    mind = Mind(child("a"), intensity=100).up()
    for expected in ("again a in 0.1", "again a in 0.2", "again a in 0.4"):
        assert [expected] == mind.down("a")
        mind.due()
        mind.started("a")
    mind.now_us += 60_000_000
    assert ["again a in 0.1"] == mind.down("a")


def test_between_two_tries_it_can_be_told_to_end() -> None:
    mind = Mind(child("a"), child("b")).up()
    mind.down("a")
    again = mind.effects
    assert ["stop b"] == mind.hear(signals.Terminate(reason=SHUTDOWN))
    mind.effects = again
    assert [] == mind.due()
    assert ["exit shutdown"] == mind.down("b", SHUTDOWN)


def test_told_to_end_while_starting_it_stops_the_one_that_is_starting_too() -> None:
    mind = Mind(child("a"), child("b"), child("c"))
    mind.hear(signals.Begin())
    mind.started("a")
    assert ["stop b"] == mind.hear(signals.Terminate(reason=SHUTDOWN))
    assert [] == mind.started("b")
    assert ["stop a"] == mind.down("b", SHUTDOWN)
    assert ["exit shutdown"] == mind.down("a", SHUTDOWN)


def test_a_restart_that_succeeds_after_the_order_to_end_does_not_hurry_the_end() -> None:
    """`hydra chaos` seed 1032: exit was stopped before what had started after it was down."""
    mind = Mind(child("a"), child("b"), child("c")).up()
    mind.down("a")
    assert ["start a"] == mind.due()
    assert ["stop c"] == mind.hear(signals.Terminate(reason=SHUTDOWN))
    assert [] == mind.started("a")
    assert ["stop b"] == mind.down("c", SHUTDOWN)
    assert ["stop a"] == mind.down("b", SHUTDOWN)
    assert ["exit shutdown"] == mind.down("a", SHUTDOWN)


def test_a_second_order_to_end_changes_nothing() -> None:
    mind = Mind(child("a")).up()
    mind.hear(signals.Terminate(reason=SHUTDOWN))
    assert [] == mind.hear(signals.Terminate(reason=StopReason("killed", "impatient")))
    assert ["exit shutdown"] == mind.down("a", SHUTDOWN)
    assert [] == mind.hear(signals.Terminate(reason=SHUTDOWN))


def test_a_failure_while_another_restart_is_under_way_waits_for_its_turn() -> None:
    mind = Mind(child("a"), child("b"), child("c"), strategy=Strategy.REST_FOR_ONE, intensity=5).up()
    assert ["stop c"] == [said for said in mind.down("b") if said.startswith("stop")]
    assert [] == mind.down("a")
    assert ["again a in 0.1"] == mind.down("c", SHUTDOWN)
    for name, expected in (("a", ["start b"]), ("b", ["start c"]), ("c", [])):
        if name == "a":
            assert ["start a"] == mind.due()
        assert expected == mind.started(name)


def test_a_sibling_that_fails_in_the_same_moment_and_is_taken_along_anyway_counts_once() -> None:
    mind = Mind(child("a"), child("b"), child("c"), strategy=Strategy.ONE_FOR_ALL, intensity=1).up()
    said = mind.down("a")
    again = next(effect for effect in mind.effects if isinstance(effect, signals.Later)).message
    assert "stop c" == said[-1]
    assert [] == mind.down("b")
    assert [] == mind.down("c", SHUTDOWN)
    assert ["start a"] == mind.hear(again)
    assert Phase.RUNNING is mind.state.phase


def test_a_backoff_that_a_later_decision_overtook_is_ignored() -> None:
    mind = Mind(child("a"), child("b"), strategy=Strategy.REST_FOR_ONE, intensity=5).up()
    mind.down("b")
    stale = mind.effects
    mind.down("a")
    current = mind.effects
    mind.effects = stale
    assert [] == mind.due()
    mind.effects = current
    assert ["start a"] == mind.due()


def test_reports_of_an_earlier_incarnation_are_ignored() -> None:
    mind = Mind(child("a")).up()
    mind.down("a")
    mind.due()
    assert [] == mind.hear(signals.ChildDown(name="a", incarnation=1, reason=CRASH))
    assert [] == mind.hear(signals.ChildStarted(name="a", incarnation=1))
    assert [] == mind.hear(signals.ChildDown(name="stranger", incarnation=1, reason=CRASH))
    assert {"a": "starting"} == mind.states()


def test_a_start_or_stop_that_takes_too_long_is_fenced_and_an_old_deadline_is_nothing() -> None:
    mind = Mind(child("a", start_timeout_s=3.0, shutdown_s=2.0))
    mind.hear(signals.Begin())
    assert signals.Deadline(step=1, seconds=3.0) in mind.effects
    assert ["fence a"] == mind.hear(signals.StepTimedOut(step=1))
    mind.started("a")
    assert [] == mind.hear(signals.StepTimedOut(step=1))
    mind.hear(signals.Terminate(reason=SHUTDOWN))
    assert signals.Deadline(step=2, seconds=2.0) in mind.effects
    assert ["fence a"] == mind.hear(signals.StepTimedOut(step=2))
    assert "did not stop within 2 s" == mind.effects[0].reason  # type: ignore[union-attr]


def test_a_supervisor_below_has_no_deadlines() -> None:
    below = SupervisorSpec(name="below", strategy=Strategy.ONE_FOR_ONE, children=(), why="a test")
    mind = Mind(below)
    mind.hear(signals.Begin())
    assert [signals.Start(name="below")] == mind.effects


def test_a_dynamic_child_concerns_only_itself() -> None:
    mind = Mind(child("a"), strategy=Strategy.ONE_FOR_ALL).up()
    assert ["start x"] == mind.hear(signals.StartChild(spec=child("x")))
    mind.started("x")
    assert ["again x in 0.1"] == mind.down("x")
    assert {"a": "running", "x": "restarting"} == mind.states()


def test_requests_wait_while_a_step_is_under_way() -> None:
    mind = Mind(child("a"))
    mind.hear(signals.Begin())
    assert [] == mind.hear(signals.StartChild(spec=child("x")))
    assert ["reportstarted", "start x"] == mind.started("a")
    assert [] == mind.hear(signals.StopChild(name="x"))
    assert ["stop x"] == mind.started("x")
    assert ["forget x"] == mind.down("x", SHUTDOWN)


def test_requests_to_one_that_ends_are_refused() -> None:
    mind = Mind(child("a"))
    mind.hear(signals.Begin())
    mind.hear(signals.StartChild(spec=child("x")))
    assert ["refuse", "stop a"] == mind.hear(signals.Terminate(reason=SHUTDOWN))
    assert ["refuse"] == mind.hear(signals.StartChild(spec=child("y")))


def test_a_static_child_can_be_stopped_and_is_then_closed() -> None:
    mind = Mind(child("a"), child("b")).up()
    assert ["stop a"] == mind.hear(signals.StopChild(name="a"))
    assert ["close a"] == mind.down("a", SHUTDOWN)
    assert {"a": "stopped", "b": "running"} == mind.states()
    assert [] == mind.hear(signals.StopChild(name="stranger"))


def test_a_child_with_an_account_of_its_own_is_given_up_instead_of_escalating() -> None:
    mind = Mind(child("a", give_up_after=1), intensity=0).up()
    mind.down("a")
    mind.due()
    mind.started("a")
    assert ["gave up a", "close a"] == mind.down("a")
    gave_up = find(mind.state.children, "a")
    assert gave_up is not None and ChildState.GAVE_UP is gave_up.state


def test_one_that_was_given_up_stays_so_when_its_siblings_are_restarted() -> None:
    mind = Mind(child("a", give_up_after=0), child("b"), strategy=Strategy.ONE_FOR_ALL).up()
    mind.down("a")
    assert ["again b in 0.1"] == mind.down("b")
    assert ["start b"] == mind.due()
    mind.started("b")
    assert {"a": "gave_up", "b": "running"} == mind.states()
