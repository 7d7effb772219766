"""However an incarnation ends, it is reported over exactly once; the traits of pykka that stood against it."""

from __future__ import annotations

import sys
import threading

import pykka
import pytest
from pykka import ActorRegistry

from hydra.runtime.actor import Context, LoopActor, StopReason
from hydra.runtime.hosts import ThreadHost
from hydra.runtime.message import Message
from hydra.runtime.spec import Restart
from hydra.runtime.world import AskTimeout, StartFailed
from tests.runtime.stage import Announcer, Performer, Say, Stage, boom

CAUSES = (ValueError("boom"), SystemExit(3), KeyboardInterrupt(), MemoryError(), GeneratorExit(), RecursionError("deep"))


def by_class(error: BaseException) -> str:
    return type(error).__name__


class Loop(LoopActor, Announcer):
    """The same on an asyncio loop."""


@pytest.mark.parametrize("build", [Announcer, Loop])
@pytest.mark.parametrize("error", CAUSES, ids=by_class)
def test_whatever_a_message_raises_there_is_one_down_and_a_restart(
    stage: Stage, error: BaseException, build: type[Performer]
) -> None:
    stage.start(stage.child("a", build), stage.child("sibling"))

    def fail(actor: Performer) -> None:
        raise error

    stage.do("a", fail)
    stage.until(lambda: stage.running("a", incarnation=2))
    stage.world.tell("a", Say(text="alive"))
    stage.until_noted("a", "start", "stop crashed", "start", "alive")
    assert ["started", "down", "restarting", "started"] == stage.kinds("a")
    assert type(error).__name__ in stage.lifecycles("a")[1].reason
    assert ["started"] == stage.kinds("sibling")


@pytest.mark.parametrize("build", [Announcer, Loop])
@pytest.mark.parametrize("error", CAUSES, ids=by_class)
def test_whatever_on_start_raises_the_start_fails_once_and_on_stop_is_called(
    stage: Stage, error: BaseException, build: type[Performer]
) -> None:
    class Stillborn(build):  # type: ignore[misc, valid-type]
        def on_start(self) -> None:
            raise error

    with pytest.raises(StartFailed, match=f"a did not start: {type(error).__name__}"):
        stage.start(stage.child("a", Stillborn))
    assert ["down"] == stage.kinds("a")
    assert [("a", "stop start_failed")] == stage.heard


@pytest.mark.parametrize("build", [Announcer, Loop])
@pytest.mark.parametrize("error", CAUSES, ids=by_class)
def test_whatever_on_stop_raises_there_is_one_down_that_names_it(
    stage: Stage, error: BaseException, build: type[Performer]
) -> None:
    class BadLeaver(build):  # type: ignore[misc, valid-type]
        def on_stop(self, reason: StopReason) -> None:
            raise error

    stage.start(stage.child("a", BadLeaver, restart=Restart.TEMPORARY))
    stage.do("a", lambda actor: actor.context.exit())
    stage.until_kinds("a", "started", "down")
    assert f"on_stop failed: {type(error).__name__}" in stage.lifecycles("a")[1].reason


def test_a_crash_whose_on_stop_fails_too_names_both(stage: Stage) -> None:
    class BadLeaver(Performer):
        def on_stop(self, reason: StopReason) -> None:
            raise OSError("disk full")

    stage.start(stage.child("a", BadLeaver, restart=Restart.TEMPORARY))
    stage.do("a", boom)
    stage.until_kinds("a", "started", "down")
    expected = "ValueError: boom; then its on_stop failed: OSError: disk full"
    assert expected == stage.lifecycles("a")[1].reason


def test_a_failing_constructor_fails_the_start(stage: Stage) -> None:
    class Unbuildable(Performer):
        def __init__(self, *_: object) -> None:
            raise SystemExit(1)

    with pytest.raises(StartFailed, match="a did not start: SystemExit: 1"):
        stage.start(stage.child("a", Unbuildable))
    assert ["down"] == stage.kinds("a")


@pytest.mark.parametrize("build", [Announcer, Loop])
def test_a_killed_actor_ends_as_if_crashed(stage: Stage, build: type[Performer]) -> None:
    stage.start(stage.child("a", build))
    assert stage.world.kill("a", "an operator said so")
    stage.until(lambda: stage.running("a", incarnation=2))
    assert ["started", "down", "restarting", "started"] == stage.kinds("a")
    assert "killed: an operator said so" == stage.lifecycles("a")[1].reason
    assert [("a", "start"), ("a", "stop killed"), ("a", "start")] == stage.heard


def test_one_that_is_killed_while_it_is_being_built_dies_of_it(stage: Stage) -> None:
    first = iter([True])

    class Doomed(Announcer):
        def __init__(self, context: Context, stage: Stage) -> None:
            super().__init__(context, stage)
            if next(first, False):
                stage.world.kill("a", "in the cradle")

    stage.start(stage.child("a", Doomed))
    stage.until(lambda: stage.running("a", incarnation=2))
    assert "killed: in the cradle" == stage.lifecycles("a")[1].reason


def test_nobody_can_be_killed_who_does_not_live(stage: Stage) -> None:
    stage.start(stage.child("a", restart=Restart.TEMPORARY))
    assert stage.world.kill("a", "once")
    stage.until_kinds("a", "started", "down")
    assert [False, False] == [stage.world.kill("a", "twice"), stage.world.kill("stranger", "never")]


def test_a_crash_report_has_the_traceback() -> None:
    stage = Stage("virtual")
    reasons: list[StopReason] = []

    class Witness(Performer):
        def on_stop(self, reason: StopReason) -> None:
            reasons.append(reason)

    stage.start(stage.child("a", Witness, restart=Restart.TEMPORARY))
    stage.do("a", boom)
    stage.until_kinds("a", "started", "down")
    stage.world.stop()
    assert ("crashed", "ValueError: boom") == (reasons[0].kind, reasons[0].text)
    assert 'raise ValueError("boom")' in reasons[0].traceback


# ---- traits of pykka 4.5 that lie on our path, and that the remedies hold


def test_hosts_are_pykka_actors_that_its_global_registry_never_sees(stage: Stage) -> None:
    seen: list[object] = []
    stage.start(stage.child("a"))
    frames = sys._current_frames  # the thread of an actor runs pykka's own loop

    def look(actor: Performer) -> None:
        frame = frames()[threading.get_ident()]
        while frame.f_back is not None and frame.f_code.co_name != "_actor_loop_running":
            frame = frame.f_back
        seen.append(isinstance(frame.f_locals.get("self"), pykka.ThreadingActor))
        seen.append(ActorRegistry.get_all())

    stage.do("a", look)
    stage.until(lambda: len(seen) == 2)
    assert [True, []] == seen


def test_no_exception_reaches_pykkas_stop_all(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stopped: list[str] = []
    monkeypatch.setattr(ActorRegistry, "stop_all", lambda **_: stopped.append("all"))
    stage.start(stage.child("a"))

    def leave(actor: Performer) -> None:
        sys.exit(1)

    stage.do("a", leave)
    stage.until(lambda: stage.running("a", incarnation=2))
    assert [] == stopped


def test_a_pykka_reference_cannot_smuggle_a_message_past_the_mailbox() -> None:
    stage = Stage("virtual")
    stage.start(stage.child("a"))
    host = ThreadHost(stage.world.lives["a"], stage.world)
    with pytest.raises(TypeError, match="messages go to an address"):
        host.actor_ref.tell("smuggled")
    assert (True, "urn:hydra:a:1") == (host.actor_inbox.empty(), host.actor_ref.actor_urn)
    stage.world.stop()


def test_a_pending_question_to_one_that_dies_is_answered_by_its_successor_or_times_out(stage: Stage) -> None:
    """pykka would leave a future unanswered, or raise ActorDeadError in the asker."""
    stage.start(stage.child("a"))
    stage.do("a", boom)
    answer = stage.world.ask("a", lambda to: Say(text="hello", reply_to=to), timeout_s=10)
    assert Say(text="hello 1") == answer


def test_the_exception_of_a_question_kills_the_answerer_and_not_the_asker(stage: Stage) -> None:
    class Fragile(Performer):
        def receive(self, message: Message) -> None:
            raise ValueError("boom")

    stage.start(stage.child("a", Fragile))
    with pytest.raises(AskTimeout):
        stage.world.ask("a", lambda to: Say(text="hello", reply_to=to), timeout_s=0.05)
    stage.until(lambda: "down" in stage.kinds("a"))


def test_stopping_does_not_wait_behind_what_is_queued(stage: Stage) -> None:
    stage.start(stage.child("a", Announcer))
    for _ in range(50):
        stage.do("a", lambda actor: actor.context.tell("a", Say(text="more")))
    stage.world.stop()
    assert "stop shutdown" == stage.notes("a")[-1]
    handled = len(stage.notes("a")) - 2
    assert handled < 100
    assert "stopped" == stage.state("a")
