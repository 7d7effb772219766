"""Everything that happens to envelopes, timers and lives can be heard, and hearing changes nothing."""

from __future__ import annotations

from collections import Counter

import pytest

from hydra.runtime.envelope import Envelope
from hydra.runtime.listening import Listener
from hydra.runtime.message import Lifecycle, Message
from hydra.runtime.reasons import StopReason
from hydra.runtime.timers import Timer
from hydra.runtime.virtual import VirtualWorld
from tests.runtime.stage import DoNow, Performer, Quote, Say, Stage, boom


def world_of(stage: Stage) -> VirtualWorld:
    assert isinstance(stage.world, VirtualWorld)
    return stage.world


class Accounts(Listener):
    """What became of each envelope, by number."""

    def __init__(self) -> None:
        self.sent_n: list[int] = []
        self.fate: dict[int, str] = {}
        self.to: dict[int, str] = {}
        self.lives: list[tuple[str, str, int]] = []
        self.turns: Counter[tuple[str, bool]] = Counter()
        self.timers: Counter[str] = Counter()
        self.early: list[int] = []

    def sent(self, now_us: int, to: str, envelope: Envelope) -> None:
        self.sent_n.append(envelope.number)
        self.to[envelope.number] = to

    def merged(self, now_us: int, to: str, envelope: Envelope) -> None:
        self.fate[envelope.number] = "merged"

    def buried(self, now_us: int, to: str, envelope: Envelope, reason: str) -> None:
        self.fate[envelope.number] = "buried"

    def dropped(self, now_us: int, to: str, envelope: Envelope) -> None:
        self.fate[envelope.number] = "dropped"

    def delivered(self, now_us: int, to: str, incarnation: int, envelope: Envelope) -> None:
        self.fate[envelope.number] = "delivered"

    def turn_ended(self, now_us: int, name: str, incarnation: int, crashed: bool) -> None:
        self.turns[name, crashed] += 1

    def timer_armed(self, now_us: int, timer: Timer) -> None:
        self.timers["armed"] += 1

    def timer_fired(self, now_us: int, timer: Timer) -> None:
        self.timers["fired"] += 1
        self.early += [timer.due_us] if now_us <= timer.due_us else []

    def timer_cancelled(self, now_us: int, timer: Timer) -> None:
        self.timers["cancelled"] += 1

    def life_launched(self, now_us: int, name: str, incarnation: int, supervisor: str | None, restarts: int) -> None:
        self.lives.append(("launched", name, incarnation))

    def life_started(self, now_us: int, name: str, incarnation: int) -> None:
        self.lives.append(("started", name, incarnation))

    def life_ended(self, now_us: int, name: str, incarnation: int, reason: StopReason) -> None:
        self.lives.append(("ended", name, incarnation))

    def announced(self, now_us: int, lifecycle: Lifecycle) -> None:
        self.lives.append((lifecycle.kind, lifecycle.name, lifecycle.incarnation))


class Busy(Performer):
    """Tells a slow neighbour of quotes, sets timers and takes some back, and crashes at last."""

    def on_start(self) -> None:
        self.context.after(0.5, Say(text="tick"))

    def receive(self, message: Message) -> None:
        for bid in range(3):
            self.context.tell("b", Quote(symbol="SPY", bid=bid))
            self.context.tell("b", Say(text=str(bid)))
        self.context.tell("nobody", Say(text="lost"))
        self.context.after(0.0, Say(text="later"))
        late = self.context.after(0.1, Say(text="never"))
        late.cancel()
        chance = self.context.random("busy")
        if chance.random() < 0.2:
            boom(self)
        self.context.after(0.5, Say(text="tick"))


def test_a_listener_can_account_for_every_envelope_timer_and_life_and_changes_nothing() -> None:
    digests = []
    for listens in (True, False):
        stage = Stage("virtual")
        world = world_of(stage)
        accounts = Accounts()
        if listens:
            world.listen(accounts)
        stage.start(stage.child("a", Busy), stage.child("b", mailbox_max=4), intensity=1000, period_s=1.0)
        world.run_for(20.0)
        world.stop()
        digests.append(world.digest())
        if listens:
            known = accounts
    assert digests[0] == digests[1]
    assert [] == [number for number in known.sent_n if number not in known.fate]
    assert {"merged", "buried", "delivered"} <= {*known.fate.values()}
    assert known.timers["armed"] == known.timers["fired"] + known.timers["cancelled"]
    assert [] == known.early
    assert known.turns["a", True] == sum(kind == "down" for kind, name, _ in known.lives if name == "a") > 2
    for incarnation in range(1, 4):
        mine = [kind for kind, name, number in known.lives if (name, number) == ("a", incarnation)]
        assert ["launched", "started", "started", "down", "ended", "restarting"] == mine


@pytest.mark.parametrize("dies", [False, True])
def test_a_timer_that_is_taken_back_while_its_message_waits_is_no_loss(virtual: Stage, dies: bool) -> None:
    virtual.start(virtual.child("a"))
    world = world_of(virtual)
    accounts = Accounts()
    world.listen(accounts)
    timers: list[Timer] = []

    def arm_and_hold(actor: Performer) -> None:
        timers.append(actor.context.after(1.0, Say(text="never heard")))
        actor.context.hold()

    virtual.do("a", arm_and_hold)
    world.run_for(2.0)
    timers[0].cancel()
    virtual.world.tell("a", DoNow(act=boom if dies else lambda actor: actor.context.release()))
    world.run_for(1.0)
    mine = [number for number, to in accounts.to.items() if to == "a"]
    assert ["delivered", "dropped", "buried" if dies else "delivered"] == [accounts.fate[number] for number in mine]
    assert [] == virtual.notes("a")


def test_an_answer_to_somebody_outside_is_delivered_too(virtual: Stage) -> None:
    virtual.start(virtual.child("a"))
    world = world_of(virtual)
    accounts = Accounts()
    world.listen(accounts)
    assert Say(text="well? 1") == world.ask("a", lambda reply_to: Say(text="well?", reply_to=reply_to), timeout_s=1.0)
    assert ["delivered", "delivered"] == [*accounts.fate.values()]
