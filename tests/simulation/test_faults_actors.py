"""Each fault that an actor can suffer, let loose where it bites: what must follow, and equal books in the end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from hydra.messages.decisions import ActorLifeChanged
from hydra.simulation.faults.actors import KINDS
from hydra.simulation.faults.base import Arena, Fault, Kind, Scope, Undo
from tests.drills.configs import restless
from tests.drills.stage import STAGES, THE_SIX, Stage, restarted, traded, works

BY_NAME = {kind.name: kind for kind in KINDS}


@pytest.fixture(autouse=True)
def _no_world_outlives_its_test() -> Iterator[None]:
    yield
    while STAGES:
        STAGES.pop().world.stop()


class Suffering:
    """A stage at which orders work, and what faults say of themselves."""

    def __init__(self, directory: Path, seed: int = 1, **sections: dict[str, int]) -> None:
        self.stage = Stage(directory, seed, config=restless(**sections)).begin()
        self.stage.until(works)
        self.notes: list[str] = []
        self.missed: list[str] = []
        self.arena = Arena(
            world=self.stage.world,
            desk=self.stage.desk,
            network=self.stage.network,
            venue=self.stage.sim.venue,
            kill_process=lambda reason, loss: pytest.fail(reason),
            note=self.notes.append,
            missed=self.missed.append,
            tools={},
        )

    def suffer(self, kind: str, target: str = "", amount: float = 0.0) -> Undo:
        """Let it loose now; how it is undone, or nothing."""
        fault = Fault(kind=kind, at_s=0.0, target=target, amount=amount)
        return BY_NAME[kind].begin(self.arena, fault, Random(1)) or (lambda: None)

    def reasons(self, name: str) -> list[str]:
        """Why incarnations of this actor went down, in order."""
        told = self.stage.told(ActorLifeChanged)
        return [event.reason for event in told if event.actor == name and event.kind == "down"]

    def trades_on_and_ends_clean(self) -> None:
        self.stage.until(traded(self.stage.book.tally.fills + 2))
        self.stage.end_clean()

    def until_restarted(self, times: int = 1) -> None:
        self.stage.until(restarted(self.stage.book, times))


def test_a_kill_comes_at_the_message_boundary_it_was_set_for(tmp_path: Path) -> None:
    world = Suffering(tmp_path)
    world.suffer("actor.kill", "risk")
    world.suffer("actor.kill", "monitor", 3)
    assert ["risk is killed"] == world.notes
    world.stage.until(lambda book: world.stage.incarnation("monitor") == 2)
    assert (["risk is killed", "monitor is killed"], []) == (world.notes, world.missed)
    assert ["killed: a fault"] == world.reasons("monitor")
    world.trades_on_and_ends_clean()


@pytest.mark.parametrize(("victim", "answered"), [("risk", 0), ("risk", 1), ("router/*", 1)])
def test_who_dies_between_a_question_and_its_answer_comes_back_and_asks_again(
    tmp_path: Path, victim: str, answered: int
) -> None:
    world = Suffering(tmp_path)
    world.suffer("actor.kill_waiting", victim, answered)
    world.until_restarted()
    assert 1 == len(world.notes)
    world.trades_on_and_ends_clean()


@pytest.mark.parametrize("while_restarting", [0, 1])
def test_several_die_at_once_or_while_the_first_restarts(tmp_path: Path, while_restarting: int) -> None:
    world = Suffering(tmp_path)
    world.suffer("actor.kill_many", "journal,broker,exit", while_restarting)
    world.until_restarted(3)
    assert [f"{name} is killed" for name in ("journal", "broker", "exit")] == world.notes
    world.trades_on_and_ends_clean()


@pytest.mark.parametrize("crashes", [0, 1])
def test_the_supervisor_of_the_router_dies_and_its_tree_comes_back(tmp_path: Path, crashes: int) -> None:
    world = Suffering(tmp_path)
    world.suffer("actor.kill_supervisor", "routing", crashes)
    world.stage.until(world.stage.alive("router", 2))
    assert 2 == world.stage.incarnation("routing")
    world.trades_on_and_ends_clean()


def test_the_supervisor_of_the_strategies_dies_for_good_and_the_six_go_on(tmp_path: Path) -> None:
    world = Suffering(tmp_path)
    world.suffer("actor.kill_supervisor", "outer")
    world.stage.run(15)
    states = {row.name: row.state for row in world.stage.world.actors()}
    assert ["running"] * len(THE_SIX) == [states[name] for name in THE_SIX]
    assert not {"outer", "alerts", "reporter", "strategy/restless"} & states.keys()
    world.stage.end_clean()


def test_the_root_dies_and_the_process_is_over(tmp_path: Path) -> None:
    world = Suffering(tmp_path)
    world.suffer("actor.kill_supervisor", "hydra", 1)
    world.stage.run(0.1)
    assert "Injected: a supervisor fails" == world.stage.desk.failed


@pytest.mark.parametrize(
    ("victim", "place", "story"),
    [
        ("journal", "start", "start of a turn"),
        ("journal", "end", "end of a turn"),
        ("journal", "before 1", "before 1"),
        ("journal", "after 2", "after 2"),
        ("broker", "before 2", "before 2"),
        ("router", "after 1", "after 1"),
    ],
)
def test_a_handler_fails_at_a_place_of_its_turn(tmp_path: Path, victim: str, place: str, story: str) -> None:
    world = Suffering(tmp_path)
    world.suffer("actor.crash_in_handler", f"{victim} {place}")
    world.stage.until(lambda book: bool(world.notes))
    assert [f"{victim} crashes, {story}"] == world.notes
    world.stage.until(world.stage.alive(victim, 2))
    assert [f"Injected: it fails, {place}"] == world.reasons(victim)
    world.trades_on_and_ends_clean()


@pytest.mark.parametrize("error", ["SystemExit", "KeyboardInterrupt", "MemoryError"])
def test_one_actors_wish_to_end_the_process_ends_that_actor_only(tmp_path: Path, error: str) -> None:
    world = Suffering(tmp_path)
    world.suffer("actor.crash_exotic", f"exit {error} start")
    world.stage.until(world.stage.alive("exit", 2))
    (reason,) = world.reasons("exit")
    assert reason.startswith(f"{error}: ")
    assert [1] * 4 == [world.stage.incarnation(name) for name in ("journal", "broker", "risk", "router")]
    world.trades_on_and_ends_clean()


@pytest.mark.parametrize(("victim", "when"), [("broker", "late"), ("journal", "late"), ("journal", "early")])
def test_a_start_that_fails_is_tried_again(tmp_path: Path, victim: str, when: str) -> None:
    world = Suffering(tmp_path)
    world.suffer("actor.start_fails", f"{victim} {when}", 2)
    world.stage.until(world.stage.alive(victim, 4))
    fails = [f"start_failed: Injected: its start fails {when}, {left} more will" for left in (1, 0)]
    assert ["killed: a fault", *fails] == world.reasons(victim)
    world.trades_on_and_ends_clean()


def test_a_crash_loop_beyond_the_intensity_ends_the_process_and_within_it_does_not(tmp_path: Path) -> None:
    patient = Suffering(tmp_path / "patient")
    undo = patient.suffer("actor.crash_loop", "risk")
    patient.stage.until(lambda book: patient.stage.incarnation("risk") == 5)
    undo()
    patient.trades_on_and_ends_clean()
    strict = Suffering(tmp_path / "strict", supervision={"intensity": 3})
    strict.suffer("actor.crash_loop", "risk")
    strict.stage.run(3)
    assert "restart 4 within 60 s, limit 3" in strict.stage.desk.failed


@pytest.mark.parametrize("victim", ["risk", "broker"])
def test_a_short_hang_delays_and_replaces_nobody(tmp_path: Path, victim: str) -> None:
    world = Suffering(tmp_path)
    undo = world.suffer("actor.hang", victim)
    world.stage.run(0.4)
    undo()
    assert (1, "") == (len(world.notes), world.stage.sim.failure)
    world.trades_on_and_ends_clean()
    assert [] == world.reasons(world.notes[0].removesuffix(" hangs"))


def test_a_broker_that_hangs_reads_no_socket_and_runs_no_timer_of_its_own(tmp_path: Path) -> None:
    world = Suffering(tmp_path)
    world.suffer("actor.hang", "broker")
    world.stage.until(lambda book: bool(world.notes))
    before = world.stage.world.published()["broker"]
    market_us = world.stage.sim.gateway.market_us
    world.stage.run(0.45)
    assert before == world.stage.world.published()["broker"]
    assert market_us + 20e6 < world.stage.sim.gateway.market_us


@pytest.mark.parametrize("victim", ["journal", "broker"])
def test_a_long_hang_of_the_journal_or_the_broker_ends_the_process(tmp_path: Path, victim: str) -> None:
    world = Suffering(tmp_path)
    world.suffer("actor.hang", victim)
    world.stage.run(2)
    assert f"{victim}: hung: over 30 s in one message" == world.stage.sim.failure


@pytest.mark.parametrize("victim", ["risk", "router"])
def test_a_zombie_is_replaced_and_what_it_says_later_reaches_nobody(tmp_path: Path, victim: str) -> None:
    world = Suffering(tmp_path)
    undo = world.suffer("actor.zombie", victim)
    world.stage.until(lambda book: bool(world.notes))
    name = world.notes[0].removesuffix(" hangs")
    world.stage.until(world.stage.alive(name, 2))
    world.stage.run(1)
    sent_by_old = [letter for letter in world.stage.world.dead_letters() if letter.sender == name]
    undo()
    world.stage.run(0.1)
    later = [letter for letter in world.stage.world.dead_letters() if letter.sender == name]
    assert all(letter.reason.startswith(f"{name} #1 is over") for letter in later[len(sent_by_old) :])
    assert ["fenced: hung: over 30 s in one message"] == world.reasons(name)
    world.trades_on_and_ends_clean()


@pytest.mark.parametrize("victim", ["strategy/*", "journal"])
def test_a_slow_actor_makes_everything_late_and_nothing_wrong(tmp_path: Path, victim: str) -> None:
    world = Suffering(tmp_path)
    undo = world.suffer("actor.slow", victim, 0.5)
    world.stage.run(2)
    undo()
    world.trades_on_and_ends_clean()


def test_late_timers_make_everything_late_and_nothing_wrong(tmp_path: Path) -> None:
    world = Suffering(tmp_path)
    undo = world.suffer("actor.late_timers", amount=5.0)
    world.stage.run(5)
    undo()
    world.trades_on_and_ends_clean()


def test_a_fault_that_finds_nobody_says_so(tmp_path: Path) -> None:
    world = Suffering(tmp_path)
    world.suffer("actor.kill", "nobody")
    world.suffer("actor.kill_many", "nobody,risk")
    world.suffer("actor.kill_supervisor", "nobody")
    world.suffer("actor.start_fails", "nobody early", 1)
    assert [*["no actor nobody lives"] * 2, "no supervisor nobody lives", "no actor nobody lives"] == world.missed
    world.suffer("actor.crash_in_handler", "nobody start")()
    world.suffer("actor.hang", "nobody")()
    assert ["nobody came to where the trap was set"] * 2 == world.missed[4:]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_what_chance_draws_lies_in_its_scope_and_varies(kind: Kind) -> None:
    scope = Scope(from_s=100.0, until_s=200.0, symbols=("AAPL",))
    faults = [kind.draw(Random(seed), scope) for seed in range(200)]
    assert faults == [kind.draw(Random(seed), scope) for seed in range(200)]
    assert all(fault.kind == kind.name and 100 <= fault.at_s <= 200 for fault in faults)
    assert len({(fault.target, fault.amount, fault.for_s) for fault in faults}) > 5
