"""What a virtual world can suffer from outside: each edge of a turn, of a start, of a send and of a timer."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hydra.runtime.envelope import Envelope
from hydra.runtime.interference import Interference
from hydra.runtime.life import Life
from hydra.runtime.listening import Listener
from hydra.runtime.timers import Timer
from hydra.runtime.virtual import VirtualWorld
from tests.runtime.stage import Announcer, Do, Performer, Quote, Say, Stage


def world_of(stage: Stage) -> VirtualWorld:
    assert isinstance(stage.world, VirtualWorld)
    return stage.world


class Hang(Interference):
    """The next turn of this name hangs."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.wake: Callable[[], None] = lambda: None

    def hangs(self, life: Life, turn: Sequence[Envelope], wake: Callable[[], None]) -> bool:
        hangs, self.name = life.name == self.name, "" if life.name == self.name else self.name
        if hangs:
            self.wake = wake
        return hangs


def tell_b(actor: Performer) -> None:
    actor.note(f"#{actor.context.incarnation} speaks")
    actor.context.tell("b", Say(text="of an old incarnation"))


def test_who_hangs_is_fenced_and_replaced_and_what_it_says_when_it_wakes_is_a_dead_letter(virtual: Stage) -> None:
    virtual.start(virtual.child("a", Announcer, hang_s=5.0), virtual.child("b"))
    world = world_of(virtual)
    hang = world.interference = Hang("a")
    virtual.do("a", tell_b)
    world.run_for(4.9)
    assert virtual.running("a", incarnation=1)
    virtual.world.tell("a", Say(text="waits"))
    virtual.until(lambda: virtual.running("a", incarnation=2))
    hang.wake()
    world.run_for(1.0)
    assert ["start", "start", "waits", "#1 speaks", "stop fenced"] == virtual.notes("a")
    assert [] == virtual.notes("b")
    hung = "fenced: hung: over 5 s in one message"
    reasons = [letter.reason for letter in world.dead_letters() if letter.to in "ab"]
    assert [f"a #1 died of it: {hung}", f"a #1 is over: {hung}"] == reasons


def test_who_hangs_for_a_short_while_goes_on_with_what_has_waited(virtual: Stage) -> None:
    virtual.start(virtual.child("a", hang_s=5.0), virtual.child("b"))
    world = world_of(virtual)
    hang = world.interference = Hang("a")
    virtual.do("a", tell_b)
    virtual.world.tell("a", Say(text="waits"))
    world.run_for(3.0)
    assert [] == virtual.notes("a")
    hang.wake()
    world.run_for(10.0)
    assert ["#1 speaks", "waits"] == virtual.notes("a")
    assert ["of an old incarnation"] == virtual.notes("b")


def test_a_hang_that_is_fatal_ends_the_process(virtual: Stage) -> None:
    virtual.start(virtual.child("a", hang_s=5.0, hang_is_fatal=True))
    world_of(virtual).interference = Hang("a")
    virtual.world.tell("a", Say(text="x"))
    world_of(virtual).run_for(20.0)
    assert ["a: hung: over 5 s in one message"] == virtual.fatal


class Rests(Interference):
    """Whoever has had a turn rests for so long."""

    def rest_s(self, life: Life) -> float:
        return 1000.0 if life.name == "a" else 0.0


def test_who_still_rests_when_the_world_stops_closes_what_it_holds(virtual: Stage) -> None:
    virtual.start(virtual.child("a", Announcer), virtual.child("b"))
    world_of(virtual).interference = Rests()
    virtual.do("a", tell_b)
    world_of(virtual).run_for(1.0)
    virtual.world.stop()
    assert ["start", "#1 speaks"] == virtual.notes("a")[:2]
    assert 1 == virtual.notes("a").count("stop fenced")


def test_who_still_hangs_when_the_world_stops_never_has_its_turn_and_closes_what_it_holds(virtual: Stage) -> None:
    virtual.start(virtual.child("a", Announcer, hang_s=5.0), virtual.child("b"))
    world_of(virtual).interference = Hang("a")
    virtual.do("a", tell_b)
    world_of(virtual).run_for(1.0)
    virtual.world.stop()
    assert ["start", "stop fenced"] == virtual.notes("a")


class Late(Interference):
    def __init__(self, *lateness: float) -> None:
        self._lateness = iter(lateness)

    def lateness_s(self, timer: Timer) -> float:
        return next(self._lateness, 0.0) if timer.owner == "a" else 0.0


def test_late_timers_are_late_by_their_own_chance_and_keep_the_order_of_their_actor(virtual: Stage) -> None:
    virtual.start(virtual.child("a"), virtual.child("b"))
    world = world_of(virtual)
    world.interference = Late(3.0, 0.5, 0.0)

    def set_timers(actor: Performer) -> None:
        began_s = actor.context.clock.monotonic_s()

        def after_s() -> float:
            return round(actor.context.clock.monotonic_s() - began_s, 3)

        for delay_s in (1.0, 2.0, 5.0):
            actor.context.after(delay_s, Do(act=lambda later, due_s=delay_s: later.note((due_s, after_s()))))  # type: ignore[misc]

    virtual.do("a", set_timers)
    virtual.do("b", set_timers)
    world.run_for(10.0)
    assert [(1.0, 4.0), (2.0, 4.0), (5.0, 5.0)] == virtual.notes("a")
    assert [(1.0, 1.0), (2.0, 2.0), (5.0, 5.0)] == virtual.notes("b")


class Fired(Listener):
    def __init__(self) -> None:
        self.timers: list[Timer] = []

    def timer_fired(self, now_us: int, timer: Timer) -> None:
        self.timers.append(timer)


def test_a_late_timer_that_is_cancelled_does_not_fire(virtual: Stage) -> None:
    virtual.start(virtual.child("a"))
    world = world_of(virtual)
    world.interference = Late(3.0)
    timers: list[Timer] = []
    virtual.do("a", lambda actor: timers.append(actor.context.after(1.0, Say(text="too late"))))
    world.run_for(2.0)
    fired = Fired()
    world.listen(fired)
    timers[0].cancel()
    world.run_for(5.0)
    assert ([], []) == (virtual.notes("a"), fired.timers)


class Tired(Interference):
    def rest_s(self, life: Life) -> float:
        return 2.0 if life.name == "a" else 0.0


def test_who_is_slow_hears_one_message_a_while_the_latest_quote_and_never_more_than_its_mailbox_holds(
    virtual: Stage,
) -> None:
    virtual.start(virtual.child("a", mailbox_max=3), virtual.child("b"))
    world = world_of(virtual)
    world.interference = Tired()
    for bid in range(5):
        virtual.world.tell("a", Say(text=f"word {bid}"))
        virtual.world.tell("a", Quote(symbol="SPY", bid=bid))
        world.run_for(0.01)
    world.run_for(3.0)
    assert ["word 0", ("SPY", 4)] == virtual.notes("a")
    world.run_for(20.0)
    assert ["word 0", ("SPY", 4), "word 1", "word 2"] == virtual.notes("a")
    refused = [letter.reason for letter in world.dead_letters() if letter.to == "a"]
    assert ["the mailbox is full: 3 waiting, limit 3"] * 2 == refused
