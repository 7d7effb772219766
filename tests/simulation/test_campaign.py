"""Tests of hydra/simulation/chaos/{campaign,hunt,wording}.py: many seeds, one verdict; and what fails is told small."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from hydra.simulation.chaos.campaign import Campaign, Tally, campaign
from hydra.simulation.chaos.hunt import Wishes, hunt
from hydra.simulation.chaos.options import plan_of
from hydra.simulation.chaos.reached import SOMETIMES
from hydra.simulation.chaos.wording import failure_text, figures, summary
from hydra.simulation.faults.base import Fault
from hydra.simulation.faults.catalogue import KINDS
from hydra.simulation.laws import table
from hydra.simulation.laws.evidence import Evidence

SHORT = Campaign(first_seed=2, count=4, minutes=5.0, level="heavy", jobs=1)


def last(what: Campaign) -> Tally:
    return list(campaign(what))[-1]


@pytest.fixture
def _nobody_may_trade(monkeypatch: pytest.MonkeyPatch) -> None:
    """A law that every world breaks that trades after a resume by the operator or a fault, so that something is found."""

    def nobody_trades(evidence: Evidence) -> Iterator[str]:
        """T1: nobody trades."""
        if evidence.story.intents:
            yield f"T1: {len(evidence.story.intents)} orders were intended"

    law = table.Law(law_id="T1", when="always", judge=nobody_trades)
    monkeypatch.setattr(table, "LAWS", {**table.LAWS, "T1": law})


def test_a_campaign_sees_the_same_on_one_process_and_on_two() -> None:
    alone, two = last(SHORT), last(replace(SHORT, jobs=2))
    assert (4, None, None) == (alone.seeds, alone.failure, two.failure)
    same = ("seeds", "market_s", "orders", "fills", "processes", "faults", "missed", "sometimes")
    assert [getattr(alone, name) for name in same] == [getattr(two, name) for name in same]


def test_a_world_in_which_the_wall_clock_is_set_has_one_and_is_the_same_world() -> None:
    step = Fault(kind="clock.wall_step", at_s=60.0, for_s=60.0, amount=600.0)
    calm, stepped = (hunt(replace(plan_of(2, "none", 5.0), faults=faults)) for faults in ((), (step,)))
    assert ({"clock.wall_step": 1}, {}) == (stepped.injected, stepped.missed)
    assert calm.digest == stepped.digest


def test_a_fault_that_had_found_nothing_by_its_end_has_missed_and_not_the_one_that_began_last() -> None:
    nothing = Fault(kind="journal.intent_fails", at_s=1.0, for_s=10.0, amount=1.0)
    later = Fault(kind="actor.kill", at_s=5.0, target="risk")
    result = hunt(replace(plan_of(2, "none", 5.0), faults=(nothing, later)))
    assert {"journal.intent_fails": 1} == result.missed


def test_a_campaign_goes_on_when_its_workers_are_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hydra.simulation.chaos.campaign.SEEDS_A_WORKER", 1)
    assert 5 == last(replace(SHORT, count=5, minutes=1.0, jobs=2)).seeds


def test_a_campaign_without_time_hunts_nothing() -> None:
    assert [] == list(campaign(replace(SHORT, wall_s=0.0)))


@pytest.mark.usefixtures("_nobody_may_trade")
def test_the_first_world_that_breaks_a_law_ends_the_hunt_and_is_told_small_with_the_command_that_shows_it() -> None:
    tally = last(replace(SHORT, minutes=20.0, level="light"))
    failure = tally.failure
    assert failure is not None
    assert tally.seeds < 4 or failure.plan.seed == 5
    assert ((), {}, "fifo") == (failure.plan.faults, failure.plan.knobs, failure.plan.policy)
    assert ["T1"] == [violation.partition(":")[0] for violation in failure.violations]
    text = failure_text(failure, "hydra replay logs/chaos/seed-2.json")
    assert f"SEED {failure.plan.seed} FAILED after" in text
    assert text.endswith("replay it: hydra replay logs/chaos/seed-2.json")
    assert failure.digest == hunt(failure.plan).digest
    assert (1, failure.plan.seed) == (figures(tally)["failed"], figures(tally)["failing_seed"])


def test_a_summary_counts_faults_that_hurt_and_names_what_never_happened() -> None:
    tally = Tally(seeds=2, market_s=7200.0, wall_s=10.0)
    tally.faults.update({"actor.kill": 3, "network.reset": 1})
    tally.missed.update({"network.reset": 1})
    tally.sometimes.update(["an actor died"])
    told = figures(tally)
    assert {"actor.kill": 3} == told["faults"]
    assert 720 == told["virtual_h_per_wall_h"]
    assert {"an actor died": 1} == told["sometimes"]
    assert len(SOMETIMES) - 1 + len(KINDS) - 1 == len(tally.never)
    assert "2 worlds, 2.0 virtual hours in 10 s: 720 virtual hours in each of the wall" in summary(tally)


def test_a_run_can_be_stopped_on_its_way_and_is_not_judged_then() -> None:
    plan = replace(plan_of(3, "none"), minutes=30.0)
    stopped = hunt(plan, Wishes(until_s=240.0))
    assert (240, ()) == (round(stopped.broke_at_s), stopped.violations)


def test_a_schedule_that_was_recorded_is_the_same_world_again() -> None:
    plan = replace(plan_of(3, "none"), minutes=4.0, policy="random")
    recorded = hunt(plan, Wishes(recording=True))
    assert recorded.holds
    assert recorded.digest == hunt(replace(plan, policy="hold", holds=recorded.holds)).digest
    assert recorded.digest != hunt(replace(plan, policy="fifo")).digest


def test_a_process_that_is_killed_is_followed_by_one_that_goes_on_with_its_journal() -> None:
    kill = Fault(kind="process.kill", at_s=300.0, target="landing")
    plan = replace(plan_of(3, "none"), minutes=15.0, faults=(kill,))
    lines: list[str] = []
    result = hunt(plan, Wishes(on_trace=lines.append))
    assert ((), 2) == (result.violations, result.processes)
    assert "a run began after a disorderly one" in result.reached
    assert [True] == [line.split()[0] == "300.000001" for line in lines if "*** the process dies" in line]
