"""Tests of hydra/simulation/laws/records.py: worlds that are hurt keep the laws; what is planted in one breaks them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from hydra.config import Config
from hydra.core.instants import to_us
from hydra.messages.commands import ReconcileNow
from hydra.runtime.reasons import StopReason
from hydra.runtime.timers import Timer
from hydra.simulation.laws.evidence import Evidence
from hydra.simulation.laws.records import Records
from hydra.simulation.world import SimulatedWorld, Venue
from tests.drills.configs import restless
from tests.simulation.worlds import plan

MINUTE_S = 60.0


@contextmanager
def living(
    directory: Path, records: Records | None, *, venue: Venue | None = None, seed: int = 1
) -> Iterator[SimulatedWorld]:
    """A restless process that is listened to."""
    what = replace(plan(directory, seed=seed, config=restless()), quote_interval_s=5)
    simulated = SimulatedWorld(what, venue=venue)
    try:
        if records is not None:
            records.attach(simulated)
        simulated.desk.start()
        yield simulated
    finally:
        simulated.world.stop()


def ended(simulated: SimulatedWorld, records: Records) -> tuple[str, ...]:
    """Give it time to recover, stop it in order, and judge."""
    calm_us = to_us(simulated.world.clock.now())
    simulated.world.run_for(150)
    records.look()
    simulated.desk.stop(leave_orders=False, reason="judged")
    records.detach(killed=False)
    return records.broken(calm_us=calm_us, at_rest=True)


def died(simulated: SimulatedWorld, records: Records, heir: Path) -> None:
    """Killed at this instant; its journal as it is now is the next one's."""
    records.detach(killed=True)
    heir.mkdir()
    for name in ("hydra.db", "hydra.db-wal"):
        shutil.copy(simulated.plan.directory / name, heir / name)
    simulated.network.cut(refusing="the process was killed")
    simulated.world.stop()


def test_to_be_listened_to_changes_nothing(tmp_path: Path) -> None:
    digests = []
    for name in ("deaf", "heard"):
        records = Records(Config()) if name == "heard" else None
        with living(tmp_path / name / "same", records) as simulated:
            simulated.world.run_for(2 * MINUTE_S)
            digests.append(simulated.world.digest())
    assert digests[0] == digests[1]


@pytest.mark.parametrize("seed", [11, 12])
def test_actors_that_die_and_lines_that_break_break_no_law(tmp_path: Path, seed: int) -> None:
    records = Records(restless())
    with living(tmp_path, records, seed=seed) as simulated:
        for victim in ("journal", "broker", "risk", "router", "monitor", "exit", "reporter", "strategy/restless"):
            simulated.world.run_for(MINUTE_S / 3)
            assert simulated.world.kill(victim, "a drill")
        simulated.network.cut()
        simulated.world.run_for(MINUTE_S)
        simulated.network.mute()
        simulated.world.run_for(MINUTE_S / 2)
        simulated.network.unmute()
        assert () == ended(simulated, records)
    evidence = records.evidence()
    assert 8 <= sum(1 for one in evidence.processes[0].happened if one.what.name == "RESTARTING")
    assert 2 <= len({known.intent.session for known in evidence.intents.values()})


def test_a_process_that_is_killed_and_its_successor_are_one_run_that_breaks_no_law(tmp_path: Path) -> None:
    records = Records(restless())
    with living(tmp_path / "1", records) as first:
        first.world.run_for(3 * MINUTE_S)
        died(first, records, tmp_path / "2")
    with living(tmp_path / "2", records, venue=first.venue) as second:
        second.world.run_for(MINUTE_S)
        assert () == ended(second, records)
    killed, stopped = records.evidence().processes
    assert (True, 1, False, 2) == (killed.killed, killed.process_n, stopped.killed, stopped.process_n)
    assert killed.orders and stopped.orders
    assert killed.ended_us == stopped.began_us


def test_a_successor_without_the_journal_breaks_s7_unless_it_was_taken_from_outside(tmp_path: Path) -> None:
    records = Records(restless())
    with living(tmp_path / "1", records) as first:
        first.world.run_for(3 * MINUTE_S)
        died(first, records, tmp_path / "2")
    shutil.rmtree(tmp_path / "2")
    with living(tmp_path / "2", records, venue=first.venue) as second:
        second.world.run_for(MINUTE_S)
        second.desk.stop(leave_orders=False, reason="judged")
        records.detach(killed=False)
    told = records.broken(calm_us=None, at_rest=False)
    assert told[0].startswith("S7: the journal does not continue that of an earlier process any more: it lacks event ")
    records.forgive("journal.deleted")
    assert () == records.broken(calm_us=None, at_rest=True)
    refs = [known.intent.want.order_ref for known in records.evidence().intents.values()]
    assert {order.order_ref for order in records.evidence().processes[0].orders} <= set(refs)


def _stale_tell(simulated: SimulatedWorld) -> None:
    simulated.world.kill("risk", "a drill")
    simulated.world.run_for(5)
    simulated.world.post.send("risk", 1, "monitor", ReconcileNow(reason="from the grave"))
    simulated.world.run_for(1)


def _letter_vanishes(simulated: SimulatedWorld) -> None:
    address = simulated.world.post.find("risk")
    assert address is not None
    simulated.world.tell("risk", ReconcileNow(reason="never read"))
    assert address.mailbox.drain()


def _early_timer(simulated: SimulatedWorld) -> None:
    due_us = simulated.world.loop.now_us() + 60_000_000
    timer = Timer(due_us=due_us, fire=lambda fired: None, forget=lambda forgotten: None, owner="risk")
    simulated.world.timers.arm(timer)
    timer.due_us = 0
    simulated.world.timers.heap.push(timer)
    timer.due_us = due_us
    simulated.world.run_for(1)


def _bystander_stopped(simulated: SimulatedWorld) -> None:
    simulated.world.end("monitor", StopReason("shutdown", "nobody asked for it"))
    simulated.world.run_for(5)


def _order_doubled(simulated: SimulatedWorld) -> None:
    """The gateway's ledger has one order twice."""
    store = simulated.venue.store
    store.save(replace(store.orders(ended_since_us=0)[0], perm_id=999_999_999))
    store.commit()


PLANTED: dict[str, Callable[[SimulatedWorld], None]] = {
    "S1": _order_doubled,
    "S8": _stale_tell,
    "S9": _bystander_stopped,
    "S12": _letter_vanishes,
    "S13": _early_timer,
}


def test_what_is_planted_in_a_world_is_found_and_nothing_else(tmp_path: Path) -> None:
    records = Records(restless())
    with living(tmp_path, records) as simulated:
        simulated.world.run_for(2 * MINUTE_S)
        for plant in PLANTED.values():
            plant(simulated)
        told = ended(simulated, records)
    found = list(dict.fromkeys(text.partition(":")[0] for text in told))
    assert ["S1", "S6", *list(PLANTED)[1:]] == found, told


def test_a_run_is_judged_only_after_its_last_process_has_ended(tmp_path: Path) -> None:
    records = Records(restless())
    with living(tmp_path, records) as simulated:
        with pytest.raises(RuntimeError, match="after its last process has ended"):
            records.evidence()
        with pytest.raises(RuntimeError, match="process 1 is still listened to"):
            records.attach(simulated)


def test_what_a_killed_process_still_does_is_not_heard(tmp_path: Path) -> None:
    records = Records(restless())
    with living(tmp_path, records) as simulated:
        simulated.world.run_for(2 * MINUTE_S)
        records.detach(killed=True)
        before: Evidence = records.evidence()
        simulated.world.run_for(3 * MINUTE_S)
    after = records.evidence()
    assert before.processes == after.processes
    assert len(after.processes[0].orders) < len(after.story.intents)
