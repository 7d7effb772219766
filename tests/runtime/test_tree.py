"""Whole trees of actors, in every world: order, rollback, strategies, escalation, nesting."""

from __future__ import annotations

import pytest

from hydra.runtime.actor import Actor, Context, StopReason
from hydra.runtime.message import Message
from hydra.runtime.spec import Backoff, ChildSpec, Restart, Strategy
from hydra.runtime.world import StartFailed
from tests.runtime.stage import Announcer, Performer, Say, Stage, boom, tree


class Stillborn(Announcer):
    def on_start(self) -> None:
        raise ValueError("no disk")


def test_children_start_in_order_and_stop_in_reverse(stage: Stage) -> None:
    below = tree("below", stage.child("b1", Announcer), stage.child("b2", Announcer))
    stage.start(stage.child("a", Announcer), below, stage.child("c", Announcer))
    assert ["root", "a", "below", "b1", "b2", "c"] == [actor.name for actor in stage.world.actors()]
    assert {"running"} == {actor.state for actor in stage.world.actors()}
    stage.world.stop()
    starts, stops = ["a", "b1", "b2", "c"], ["c", "b2", "b1", "a"]
    assert [(name, "start") for name in starts] + [(name, "stop shutdown") for name in stops] == stage.heard
    assert {"stopped"} == {actor.state for actor in stage.world.actors()}
    assert [] == stage.escalated


def test_a_failed_first_start_deep_in_the_tree_rolls_back_everything_in_reverse(stage: Stage) -> None:
    below = tree("below", stage.child("b1", Announcer), stage.child("b2", Stillborn))
    with pytest.raises(StartFailed) as failed:
        stage.start(stage.child("a", Announcer), below, stage.child("c", Announcer))
    assert ("b2", "ValueError: no disk") == (failed.value.name, failed.value.reason)
    expected = [("a", "start"), ("b1", "start"), ("b2", "stop start_failed")]
    assert [*expected, ("b1", "stop shutdown"), ("a", "stop shutdown")] == stage.heard
    assert [] == stage.escalated


def test_two_of_one_name_are_refused_before_anything_starts(stage: Stage) -> None:
    with pytest.raises(StartFailed, match="the tree has 2 actors of this name, limit 1"):
        stage.start(stage.child("a", Announcer), tree("below", stage.child("a")))
    assert [] == stage.heard


def test_a_world_starts_once(stage: Stage) -> None:
    stage.start(stage.child("a"))
    with pytest.raises(RuntimeError, match="was started before, with root"):
        stage.start(stage.child("b"))


def test_a_world_that_never_started_can_be_looked_at_and_stopped(stage: Stage) -> None:
    assert ((), {}, ()) == (stage.world.actors(), stage.world.published(), stage.world.dead_letters())
    stage.world.stop()
    stage.world.stop()


@pytest.mark.parametrize(
    ("strategy", "restarted"),
    [
        (Strategy.ONE_FOR_ONE, ["b"]),
        (Strategy.REST_FOR_ONE, ["b", "c"]),
        (Strategy.ONE_FOR_ALL, ["a", "b", "c"]),
    ],
)
def test_who_is_restarted_with_the_one_that_failed(stage: Stage, strategy: Strategy, restarted: list[str]) -> None:
    stage.start(*(stage.child(name, Announcer) for name in "abc"), strategy=strategy)
    stage.heard.clear()
    stage.do("b", boom)
    stage.until(lambda: len(stage.heard) == 2 * len(restarted))
    stops = [(name, "stop crashed" if name == "b" else "stop shutdown") for name in restarted]
    first, *others = sorted(stops, key=lambda stop: (stop[0] != "b", -ord(stop[0])))
    assert [first, *others, *((name, "start") for name in restarted)] == stage.heard
    stage.until(lambda: restarted == [a.name for a in stage.world.actors() if a.incarnation == 2])


def test_a_crash_never_touches_anybody_outside_the_strategy(stage: Stage) -> None:
    below = tree("below", stage.child("b1"), stage.child("b2"), strategy=Strategy.ONE_FOR_ALL)
    stage.start(stage.child("a"), below, stage.child("c"))
    stage.do("b1", boom)
    stage.until(lambda: stage.running("b2", incarnation=2))
    assert [1, 1, 1] == [actor.incarnation for actor in stage.world.actors() if actor.name in ("a", "below", "c")]


def test_above_the_roots_intensity_everything_stops_and_the_owner_is_told_once(stage: Stage) -> None:
    stage.start(stage.child("a", Announcer), stage.child("b"), intensity=1)
    stage.do("b", boom)
    stage.until(lambda: stage.running("b", incarnation=2))
    stage.do("b", boom)
    stage.until(lambda: bool(stage.escalated))
    reason = "root: restart 2 within 60 s, limit 1; last: b: ValueError: boom"
    assert [reason] == stage.escalated
    assert ["started", "escalated", "stopped"] == stage.kinds("root")
    assert "stop shutdown" == stage.notes("a")[-1]
    assert {"stopped"} == {actor.state for actor in stage.world.actors()}
    stage.world.stop()
    assert [reason] == stage.escalated


def test_above_a_lower_intensity_the_parent_restarts_the_whole_branch(stage: Stage) -> None:
    below = tree("below", stage.child("b1", Announcer), stage.child("b2"), intensity=0)
    stage.start(stage.child("a"), below)
    stage.do("b2", boom)
    stage.until(lambda: stage.running("below", incarnation=2))
    assert ["start", "stop shutdown", "start"] == stage.notes("b1")
    assert ["started", "escalated", "stopped", "restarting", "started"] == stage.kinds("below")
    assert (1, []) == (stage.world.actors()[1].incarnation, stage.escalated)


def test_a_killed_supervisor_ends_its_children_in_order_and_is_restarted_with_them(stage: Stage) -> None:
    stage.start(tree("below", stage.child("b1", Announcer), stage.child("b2", Announcer)))
    assert stage.world.kill("below", "chaos")
    stage.until(lambda: stage.running("below", incarnation=2))
    stops = [("b2", "stop shutdown"), ("b1", "stop shutdown")]
    starts = [("b1", "start"), ("b2", "start")]
    assert [*starts, *stops, *starts] == stage.heard
    assert "killed: chaos" == stage.lifecycles("below")[1].reason


def test_a_killed_root_is_an_escalation(stage: Stage) -> None:
    stage.start(stage.child("a"))
    assert stage.world.kill("root", "chaos")
    stage.until(lambda: bool(stage.escalated))
    assert ["chaos"] == stage.escalated


def test_a_failing_restart_is_tried_again_until_it_works(stage: Stage) -> None:
    attempts = iter([None, OSError("locked"), OSError("locked"), None])

    class Flaky(Performer):
        def on_start(self) -> None:
            error = next(attempts)
            if error is not None:
                raise error

    stage.start(stage.child("a", Flaky))
    stage.do("a", boom)
    stage.until(lambda: stage.running("a", incarnation=4))
    downs = [event.reason for event in stage.lifecycles("a") if event.kind == "down"]
    assert ["ValueError: boom", "start_failed: OSError: locked", "start_failed: OSError: locked"] == downs
    assert 3 == stage.world.actors()[1].restarts


def test_a_restart_that_fails_too_often_escalates(stage: Stage) -> None:
    attempts = iter([True])

    class Once(Performer):
        def on_start(self) -> None:
            if not next(attempts, False):
                raise OSError("locked")

    stage.start(stage.child("a", Once), intensity=3)
    stage.do("a", boom)
    stage.until(lambda: bool(stage.escalated))
    assert 4 == stage.kinds("a").count("down")


def test_one_that_waits_for_its_restart_can_be_told_things_and_hears_them_afterwards(stage: Stage) -> None:
    stage.start(stage.child("a"), backoff=Backoff(initial_s=0.05, jitter=0.0))
    stage.do("a", boom)
    stage.until(lambda: stage.state("a") == "restarting")
    stage.world.tell("a", Say(text="patience"))
    stage.until_noted("a", "patience")


def test_the_world_stops_although_one_waits_for_its_restart(stage: Stage) -> None:
    stage.start(stage.child("a"), backoff=Backoff(initial_s=1000.0, max_s=1000.0))
    stage.do("a", boom)
    stage.until(lambda: stage.state("a") == "restarting")
    stage.world.stop()
    assert "stopped" == stage.state("a")


def test_a_crash_of_the_supervisor_itself_takes_its_children_with_it(stage: Stage) -> None:
    """Only a fault of the runtime can do that; here a backoff without end plays it."""
    broken = Backoff(initial_s=float("inf"), max_s=float("inf"))
    stage.start(tree("below", stage.child("b1", Announcer), stage.child("b2"), backoff=broken))
    stage.do("b2", boom)
    stage.until(lambda: stage.running("below", incarnation=2))
    assert ["start", "stop killed", "start"] == stage.notes("b1")
    assert ["started", "down", "restarting", "started"] == stage.kinds("below")


def test_an_order_to_end_that_a_crash_forestalled_does_not_reach_the_next_incarnation(virtual: Stage) -> None:
    broken = Backoff(initial_s=float("inf"), max_s=float("inf"))
    virtual.start(tree("below", virtual.child("b"), backoff=broken))
    virtual.do("b", boom)
    virtual.until(lambda: "down" in virtual.kinds("b"))
    assert virtual.world.kill("below", "it will have crashed by then")
    virtual.until(lambda: virtual.running("below", incarnation=2))
    virtual.world.run_until(lambda: False, limit_s=10)
    assert ["started", "down", "restarting", "started"] == virtual.kinds("below")


def test_what_waits_at_the_end_of_the_world_becomes_dead_letters(stage: Stage) -> None:
    class Busy(Performer):
        def on_stop(self, reason: StopReason) -> None:
            self.context.tell("a", Say(text="last words"))

    stage.start(stage.child("a", Busy))
    stage.world.stop()
    assert Say(text="last words") in [letter.message for letter in stage.world.dead_letters()]


def test_an_elder_hears_what_a_younger_one_says_at_its_end_if_it_drains(stage: Stage) -> None:
    class Drainer(Performer):
        DRAINS = True

    class Leaver(Performer):
        def on_stop(self, reason: StopReason) -> None:
            self.context.tell("elder", Say(text="last words"))

    stage.start(stage.child("elder", Drainer), stage.child("younger", Leaver))
    stage.world.stop()
    assert ["last words"] == stage.notes("elder")


def test_a_temporary_child_is_never_restarted(stage: Stage) -> None:
    stage.start(stage.child("a", restart=Restart.TEMPORARY))
    stage.do("a", boom)
    stage.until(lambda: stage.state("a") == "")
    assert ["started", "down"] == stage.kinds("a")


def test_a_spec_may_build_any_actor(stage: Stage) -> None:
    class Plain(Actor):
        def receive(self, message: Message) -> None:
            stage.note(self.context.name, self.context.incarnation)

    def build(context: Context) -> Actor:
        return Plain(context)

    stage.start(ChildSpec(name="plain", build=build, why="shows the least there is"))
    stage.world.tell("plain", Say(text="x"))
    stage.until_noted("plain", 1)
