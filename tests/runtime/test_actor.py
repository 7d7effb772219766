"""What an author of an actor may rely on, in every world."""

from __future__ import annotations

import itertools
import threading

import pytest

from hydra.runtime.actor import Actor, BatchActor, Context
from hydra.runtime.spec import ChildSpec, Restart, Strategy
from hydra.runtime.world import AskTimeout
from tests.runtime.stage import EAR, Bound, Do, DoNow, Fact, Performer, Quote, Say, Stage, Urgent, boom, tree


def hold_up(stage: Stage, name: str) -> threading.Event:
    """Keep the actor busy (on threads) until the event is set, so that what is told meanwhile waits."""
    gate = threading.Event()
    if stage.kind == "threads":
        entered = threading.Event()

        def stay(actor: Performer) -> None:
            entered.set()
            gate.wait(10)

        stage.do(name, stay)
        assert entered.wait(10)
    return gate


def test_messages_of_one_sender_arrive_in_their_order(stage: Stage) -> None:
    stage.start(stage.child("a"))
    for number in range(100):
        stage.world.tell("a", Say(text=str(number)))
    stage.until_noted("a", *(str(number) for number in range(100)))


def test_the_control_lane_is_read_before_the_user_lane(stage: Stage) -> None:
    stage.start(stage.child("a"))
    gate = hold_up(stage, "a")
    stage.world.tell("a", Say(text="first told"))
    stage.world.tell("a", Urgent(text="urgent"))
    gate.set()
    stage.until_noted("a", "urgent", "first told")


def test_a_held_actor_reads_only_the_control_lane_until_released(stage: Stage) -> None:
    stage.start(stage.child("a"))
    stage.world.tell("a", DoNow(act=lambda actor: actor.context.hold()))
    stage.world.tell("a", Say(text="waits"))
    stage.world.tell("a", Urgent(text="now"))
    stage.until_noted("a", "now")
    stage.world.tell("a", DoNow(act=lambda actor: actor.context.release()))
    stage.until_noted("a", "now", "waits")


def test_a_command_to_a_full_mailbox_becomes_a_dead_letter_and_a_fact_does_not(stage: Stage) -> None:
    stage.start(stage.child("a", mailbox_max=2))
    gate = hold_up(stage, "a")
    for text in ("one", "two", "three"):
        stage.world.tell("a", Say(text=text))
    stage.world.tell("a", Fact(text="fact"))
    gate.set()
    stage.until_noted("a", "one", "two", "fact")
    letter = stage.world.dead_letters()[-1]
    assert (Say(text="three"), "the mailbox is full: 2 waiting, limit 2") == (letter.message, letter.reason)


def test_only_the_latest_quote_of_a_symbol_waits(stage: Stage) -> None:
    stage.start(stage.child("a"))
    gate = hold_up(stage, "a")
    for symbol, bid in (("SPY", 1), ("IBM", 5), ("SPY", 2), ("SPY", 3)):
        stage.world.tell("a", Quote(symbol=symbol, bid=bid))
    gate.set()
    stage.until_noted("a", ("SPY", 3), ("IBM", 5))
    stage.world.tell("a", Quote(symbol="SPY", bid=4))
    stage.until_noted("a", ("SPY", 3), ("IBM", 5), ("SPY", 4))


def test_telling_nobody_leaves_a_dead_letter_and_raises_nothing(stage: Stage) -> None:
    stage.start(stage.child("a"))
    stage.do("a", lambda actor: actor.context.tell("nobody", Say(text="hello")))
    stage.until(lambda: stage.world.dead_letter_total == 1)
    letter = stage.world.dead_letters()[0]
    assert ("a", 1, "nobody", "there is no such address: nobody") == (
        letter.sender, letter.incarnation, letter.to, letter.reason,
    )  # fmt: skip


def test_what_is_told_to_a_younger_sibling_before_its_start_waits_for_it(stage: Stage) -> None:
    class Elder(Performer):
        def on_start(self) -> None:
            self.context.tell("younger", Say(text="welcome"))

    stage.start(stage.child("elder", Elder), stage.child("younger"))
    stage.until_noted("younger", "welcome")


def test_what_waits_stays_over_a_restart_except_quotes_timers_and_the_fatal_message(stage: Stage) -> None:
    stage.start(stage.child("a"))

    def fill_and_fail(actor: Performer) -> None:
        actor.context.tell("a", Say(text="kept"))
        actor.context.tell("a", Quote(symbol="SPY", bid=1))
        actor.context.after(0.0, Say(text="timer"))
        raise ValueError("boom")

    stage.do("a", fill_and_fail)
    stage.until_noted("a", "kept")
    stage.world.tell("a", Say(text="new"))
    stage.until_noted("a", "kept", "new")
    reasons = [(type(letter.message), letter.reason) for letter in stage.world.dead_letters()]
    assert [
        (Do, "a #1 died of it: ValueError: boom"),
        (Quote, "it was meant for an earlier incarnation"),
    ] == [reason for reason in reasons if reason[0] is not Say]  # the timer may have fired in time, or not


def test_a_command_dies_with_the_incarnation_that_sent_it(stage: Stage) -> None:
    stage.start(stage.child("judge"), stage.child("clerk"))
    stage.world.tell("clerk", DoNow(act=lambda actor: actor.context.hold()))
    stage.until(lambda: not stage.world.actors()[2].mailbox_depth)

    def order_and_fail(actor: Performer) -> None:
        actor.context.tell("clerk", Bound(text="stale"))
        actor.context.tell("clerk", Say(text="fact"))
        raise ValueError("boom")

    stage.do("judge", order_and_fail)
    stage.until(lambda: stage.running("judge", incarnation=2))
    stage.world.tell("clerk", DoNow(act=lambda actor: actor.context.release()))
    stage.until_noted("clerk", "fact")
    reason = "its sender judge was replaced: incarnation 1 sent it, incarnation 2 lives"
    assert (Bound(text="stale"), reason) in [(x.message, x.reason) for x in stage.world.dead_letters()]


def test_a_command_of_a_sender_that_is_down_but_not_replaced_is_delivered(stage: Stage) -> None:
    stage.start(stage.child("judge", restart=Restart.TEMPORARY), stage.child("clerk"))

    def order_and_fail(actor: Performer) -> None:
        actor.context.tell("clerk", Bound(text="last wish"))
        raise ValueError("boom")

    stage.do("judge", order_and_fail)
    stage.until_noted("clerk", "last wish")


def test_asking_returns_the_answer_and_leaves_no_address_behind(stage: Stage) -> None:
    stage.start(stage.child("a"))
    answer = stage.world.ask("a", lambda to: Say(text="hello", reply_to=to), timeout_s=10)
    assert Say(text="hello 1") == answer
    assert None is stage.world.post.find("ask-1")


def test_asking_in_vain_raises_and_a_late_answer_is_a_dead_letter(stage: Stage) -> None:
    stage.start(stage.child("a"))
    stage.world.tell("a", DoNow(act=lambda actor: actor.context.hold()))
    with pytest.raises(AskTimeout, match=r"a did not answer Say within 0\.05 s"):
        stage.world.ask("a", lambda to: Say(text="hello", reply_to=to), timeout_s=0.05)
    stage.world.tell("a", DoNow(act=lambda actor: actor.context.release()))
    stage.until(lambda: stage.world.dead_letter_total == 1)
    assert "ask-1" == stage.world.dead_letters()[0].to


def test_a_timer_fires_once_and_a_cancelled_one_never(stage: Stage) -> None:
    stage.start(stage.child("a"))

    def set_timers(actor: Performer) -> None:
        actor.context.after(0.03, Say(text="third"))
        actor.context.after(0.01, Say(text="cancelled")).cancel()
        actor.context.after(0.02, Say(text="second"))
        actor.context.after(0.01, Say(text="first"))

    stage.do("a", set_timers)
    stage.until_noted("a", "first", "second", "third")


def test_a_timer_cancelled_when_its_message_already_waits_is_not_delivered(stage: Stage) -> None:
    stage.start(stage.child("a"))

    def set_timers(actor: Performer) -> None:
        actor.context.hold()
        late = actor.context.after(0.0, Say(text="late"))

        def cancel_and_release(again: Performer) -> None:
            late.cancel()
            again.context.release()

        actor.context.after(0.01, DoNow(act=cancel_and_release))
        actor.context.after(0.02, Say(text="end"))

    stage.do("a", set_timers)
    stage.until_noted("a", "end")
    assert 0 == stage.world.dead_letter_total


def test_a_timer_dies_with_its_incarnation(stage: Stage) -> None:
    stage.start(stage.child("a"))
    stage.do("a", lambda actor: (actor.context.after(0.02, Say(text="of the dead")), boom(actor)))
    stage.until(lambda: stage.running("a", incarnation=2))
    stage.do("a", lambda actor: actor.context.after(0.05, Say(text="of the living")))
    stage.until_noted("a", "of the living")


def test_a_timer_at_a_market_instant_fires_when_market_time_has_reached_it(stage: Stage) -> None:
    stage.start(stage.child("a"))

    def set_timer(actor: Performer) -> None:
        now = actor.context.clock.now()
        instant = now.replace(microsecond=now.microsecond // 1000 * 1000)
        actor.context.at(instant, Do(act=lambda later: later.note(later.context.clock.now() >= instant)))

    stage.do("a", set_timer)
    stage.until_noted("a", True)


def test_a_stream_of_chance_is_the_same_for_each_incarnation_and_depends_on_name_and_stream(
    stage: Stage,
) -> None:
    stage.start(stage.child("a"), stage.child("b"))

    def draw(actor: Performer) -> None:
        actor.note((actor.context.random("x").random(), actor.context.random("y").random()))

    stage.do("a", draw)
    stage.do("b", draw)
    stage.until(lambda: len(stage.heard) == 2)
    stage.do("a", boom)
    stage.do("a", draw)
    stage.until(lambda: len(stage.heard) == 3)
    (first, again), (other,) = stage.notes("a"), stage.notes("b")
    assert first == again
    assert 4 == len({*first, *other})  # type: ignore[misc]


def test_what_is_published_can_be_read_outside_until_the_actor_is_forgotten(stage: Stage) -> None:
    stage.start(stage.child("a", restart=Restart.TEMPORARY))
    stage.do("a", lambda actor: actor.context.publish(("snapshot", 1)))
    stage.until(lambda: stage.world.published() == {"a": ("snapshot", 1)})
    stage.do("a", boom)
    stage.until(lambda: stage.world.published() == {})


def test_a_transient_actor_that_exits_is_not_restarted_and_its_address_refuses(stage: Stage) -> None:
    stage.start(stage.child("a", restart=Restart.TRANSIENT))
    stage.do("a", lambda actor: actor.context.exit("all sold"))
    stage.until(lambda: stage.state("a") == "stopped")
    stage.world.tell("a", Say(text="too late"))
    assert "a has stopped for good" == stage.world.dead_letters()[-1].reason
    assert ["started", "stopped"] == stage.kinds("a")
    assert "normal: all sold" == stage.lifecycles("a")[-1].reason


def test_a_permanent_actor_that_exits_is_restarted(stage: Stage) -> None:
    stage.start(stage.child("a"))
    stage.do("a", lambda actor: actor.context.exit())
    stage.until_kinds("a", "started", "stopped", "restarting", "started")


def test_a_dynamic_child_is_started_restarted_and_forgotten(stage: Stage) -> None:
    stage.start(stage.child("boss"), tree("pool"))
    spec = stage.child("worker", restart=Restart.TRANSIENT)
    stage.do("boss", lambda actor: actor.context.start_child("pool", spec))
    stage.until(lambda: stage.running("worker", incarnation=1))
    stage.do("worker", boom)
    stage.until(lambda: stage.running("worker", incarnation=2))
    stage.do("worker", lambda actor: actor.context.exit())
    stage.until(lambda: stage.state("worker") == "")
    assert None is stage.world.post.find("worker")
    stage.do("boss", lambda actor: actor.context.start_child("pool", spec))
    stage.until(lambda: stage.running("worker", incarnation=1))


def test_a_dynamic_child_can_be_stopped(stage: Stage) -> None:
    stage.start(stage.child("boss"), tree("pool"))
    stage.do("boss", lambda actor: actor.context.start_child("pool", stage.child("worker")))
    stage.until(lambda: stage.running("worker", incarnation=1))
    stage.do("boss", lambda actor: actor.context.stop_child("pool", "worker"))
    stage.until(lambda: stage.state("worker") == "")
    assert "stopped" == stage.kinds("worker")[-1]


@pytest.mark.parametrize("name", ["worker", "boss"])
def test_a_name_in_use_makes_the_request_a_dead_letter(stage: Stage, name: str) -> None:
    stage.start(stage.child("boss"), tree("pool", stage.child("worker")))
    stage.do("boss", lambda actor: actor.context.start_child("pool", stage.child(name)))
    stage.until(lambda: stage.world.dead_letter_total == 1)
    expected = {"worker": "worker is a child already", "boss": "boss lives elsewhere in the tree"}[name]
    assert expected == stage.world.dead_letters()[0].reason


def test_a_dynamic_child_that_keeps_failing_is_given_up_and_its_listener_hears_it(stage: Stage) -> None:
    stage.start(stage.child("boss"), tree("pool", intensity=0))
    spec = stage.child("worker", restart=Restart.TRANSIENT, give_up_after=2, listener="boss")
    stage.do("boss", lambda actor: actor.context.start_child("pool", spec))
    for incarnation in (1, 2, 3):
        stage.until(lambda number=incarnation: stage.running("worker", incarnation=number))  # type: ignore[misc]
        stage.do("worker", boom)
    stage.until_noted("boss", ("gave_up", "worker"))
    assert ["started", "down", "restarting"] * 2 + ["started", "down", "gave_up"] == stage.kinds("worker")
    assert "gave up after 2 restarts, last: ValueError: boom" == stage.lifecycles("worker")[-1].reason
    assert "running" == stage.state("pool")


def test_a_failing_static_child_takes_the_dynamic_ones_along_and_they_are_not_restarted(stage: Stage) -> None:
    stage.start(stage.child("boss"), tree("desk", stage.child("router"), strategy=Strategy.REST_FOR_ONE))
    stage.do("boss", lambda actor: actor.context.start_child("desk", stage.child("twap")))
    stage.until(lambda: stage.running("twap", incarnation=1))
    stage.do("twap", boom)
    stage.until(lambda: stage.running("twap", incarnation=2))
    stage.do("router", boom)
    stage.until(lambda: stage.running("router", incarnation=2))
    assert "" == stage.state("twap")


def test_what_an_actor_never_meant_to_hear_crashes_it(stage: Stage) -> None:
    stage.world.start(tree("root", ChildSpec(name="mute", build=Actor, why="has no receive")))
    stage.world.tell("mute", Say(text="hello"))
    stage.until(lambda: "down" in stage.kinds("mute"))
    assert "NotImplementedError" in stage.lifecycles("mute")[1].reason


def test_a_supervisor_refuses_what_is_not_about_its_children(stage: Stage) -> None:
    stage.start(stage.child("a"))
    stage.world.tell("root", Say(text="hello"))
    stage.until(lambda: stage.world.dead_letter_total == 1)
    assert "a supervisor hears only of its children" == stage.world.dead_letters()[0].reason


def test_only_a_loop_actor_has_a_loop(stage: Stage) -> None:
    stage.start(stage.child("a"))

    def look(actor: Performer) -> None:
        async def nothing() -> None:
            """Never awaited."""

        with pytest.raises(RuntimeError, match="a has no asyncio loop"):
            _ = actor.context.loop
        with pytest.raises(RuntimeError, match="a cannot spawn a task"):
            actor.context.spawn(nothing())
        actor.note("looked")

    stage.do("a", look)
    stage.until_noted("a", "looked")


def test_a_batch_actor_without_receive_all_says_so() -> None:
    class Silent(BatchActor):
        def __init__(self) -> None:
            """Needs no context to be told in vain."""

    with pytest.raises(NotImplementedError, match="Silent was told"):
        Silent().receive_all([Say(text="x")])


def test_an_ended_incarnation_can_do_nothing_any_more(stage: Stage) -> None:
    contexts: list[Context] = []
    stage.start(stage.child("a"), stage.child("b"))

    def leak_and_fail(actor: Performer) -> None:
        contexts.append(actor.context)
        raise ValueError("boom")

    stage.do("a", leak_and_fail)
    stage.until(lambda: stage.running("a", incarnation=2))
    zombie = contexts[0]
    zombie.publish("zombie")
    zombie.after(0.0, Say(text="zombie timer"))
    zombie.tell("b", Say(text="zombie"))
    stage.world.tell("b", Say(text="alive"))
    stage.until_noted("b", "alive")
    assert {} == stage.world.published()
    assert "a #1 is over: ValueError: boom" == stage.world.dead_letters()[-1].reason


def test_sent_is_handled_or_dead(stage: Stage) -> None:
    stage.start(stage.child("a", mailbox_max=3), stage.child("b"))
    numbers = itertools.count()

    def spray(actor: Performer) -> None:
        for _ in range(10):
            actor.context.tell("a", Say(text=str(next(numbers))))

    stage.do("b", spray)
    stage.until(lambda: len(stage.notes("a")) + stage.world.dead_letter_total == 10)


def test_every_lifecycle_reaches_the_listener_with_market_time(stage: Stage) -> None:
    before = stage.world.clock.now()
    stage.start(stage.child("a"))
    (started,) = stage.lifecycles("a")
    assert ("started", 1, 0, "") == (started.kind, started.incarnation, started.restarts, started.reason)
    assert before <= started.at <= stage.world.clock.now()
    assert EAR not in {actor.name for actor in stage.world.actors()}
